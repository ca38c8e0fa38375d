"""`tightlip run`: builds every part, starts them in order, says what to do next, takes them down. Glue only."""

import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog

from proxy import __version__, change, log, meter, metrics
from proxy.ca import CA, ensure
from proxy.cabundle import write_bundle, write_upstream_roots
from proxy.config import Config, Origin
from proxy.configfile import ConfigError
from proxy.control import Presence
from proxy.draft import Draft, load_draft
from proxy.edition import Edition
from proxy.fleet.fleet import Fleet
from proxy.front import Front
from proxy.gate import Gate
from proxy.handover.pen import Pen, opened
from proxy.handover.predecessor import Predecessor
from proxy.handover.successor import Successor
from proxy.inquiry import Inquiry
from proxy.intercept.listening import open_sockets, shared_out
from proxy.intercept.server import Server
from proxy.key import vault_key
from proxy.memory import return_large_blocks
from proxy.notify import ServiceManager
from proxy.pool import PoolError
from proxy.pressure import stand_by
from proxy.probe import Probe
from proxy.pseudonym.vault import Vault, VaultLimits
from proxy.reload import Reloader, answer, pool_of
from proxy.resolve import guarded_loop
from proxy.serving import close_all, renewed_by, serving_of
from proxy.setting import domains_of, gate_of, keys_of
from proxy.shadow import Shadow
from proxy.status import StatusServer
from proxy.trace import tracer_of
from proxy.watchdog import watched

DAY_SECONDS = 86_400.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Running:
    """What has been started."""

    server: Server | Fleet
    status: StatusServer
    reloader: Reloader
    presence: Presence
    probe: Probe
    audit: Pen
    following: asyncio.Task[None]
    predecessor: Predecessor
    successor: Successor | None


@dataclass(frozen=True, slots=True)
class Parts:
    """What is checked and made before anything listens."""

    config: Config
    origin: Origin
    draft: Draft
    gate: Gate
    authority: CA
    bundle: Path
    takeover: bool = False

    def runner(self) -> asyncio.Runner:
        """A runner whose loop dials as the gate allows."""
        return asyncio.Runner(loop_factory=partial(guarded_loop, self.config.upstream, self.gate))


def serve(origin: Origin, *, takeover: bool = False) -> None:
    """Runs until SIGTERM or SIGINT, or until another takes over; with `takeover` in the place of the one that runs.

    Raises ConfigError and its kin for what the operator can mend.
    """
    log.configure()
    return_large_blocks()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something to reload
    parts = replace(prepare(origin), takeover=takeover)
    with parts.runner() as runner:
        runner.run(_serve(parts))


def prepare(origin: Origin) -> Parts:
    """Reads and checks what can be checked without starting anything; makes the CA on the first start."""
    draft = load_draft(origin)
    config = draft.config
    catalogue = draft.charter.catalogue
    domains = domains_of(config, catalogue)
    now = datetime.now(UTC)
    authority = ensure(config.state_dir, domains, now)
    if missing := authority.uncovered(domains):
        # Refused rather than tunnelled: the CA may not speak for them, so nothing of theirs could be read.
        _log.warning("the CA is older than some hosts, which are refused: run `tightlip ca rotate`", count=len(missing))
    bundle = write_bundle(config.state_dir, now, config.upstream.ca_file)
    return Parts(config, origin, draft, gate_of(config, catalogue), authority, bundle)


@contextlib.asynccontextmanager
async def assemble(parts: Parts) -> AsyncIterator[Running]:
    """Starts every part but the listening, on the parts' own runner; takes them down in reverse order."""
    config, draft, authority = parts.config, parts.draft, parts.authority
    async with contextlib.AsyncExitStack() as stack:
        successor = await _successor(config) if parts.takeover else None
        pool = pool_of(draft)
        stack.push_async_callback(pool.stop)
        try:
            await pool.start()
        except PoolError as err:
            raise ConfigError("the scan workers did not start; `tightlip config check` and the log say why") from err
        audit = Pen()
        stack.callback(audit.close)
        if successor is None:
            audit.give(opened(config.state_dir / "audit"))
            presence = stack.enter_context(Presence(config.state_dir))
        else:
            stack.push_async_callback(successor.close)
        vault = _open_vault(config) if draft.charter.policy.pseudonymises else None
        edition = Edition.of(draft, pool, vault)
        shadow = Shadow(audit, Inquiry(keys=keys_of(config)))
        stack.push_async_callback(shadow.close)
        stack.callback(asyncio.create_task(shadow.run()).cancel)
        tracer = tracer_of(config.traces)
        stack.callback(tracer.close)
        inquiry = Inquiry(keys=keys_of(config), in_flight_limit_bytes=config.limits.in_flight)
        front = Front(inquiry, audit, edition, shadow, tracer)
        roots = write_upstream_roots(config.state_dir, config.upstream.ca_file)
        inherited = successor.listening if successor is not None else ()
        sockets = shared_out(inherited, config.processes) or open_sockets(config.listen, config.processes)
        stack.callback(close_all, sockets)
        server = serving_of(config, front, authority, roots, sockets)
        stack.callback(asyncio.create_task(stand_by(config.limits.memory, lambda: renewed_by(front, server))).cancel)

        def put_in_force(edition: Edition) -> None:
            front.put_in_force(edition)
            server.put_in_force(edition)
            meter.taken(edition)
            metrics.observe(edition.pool, audit, authority)

        reloader = Reloader(front, parts.origin, draft, partial(_open_vault, config), put_in_force, vault)
        stack.push_async_callback(reloader.close)
        meter.judging(config)
        put_in_force(edition)
        await server.prepare()
        if successor is not None:
            presence = stack.enter_context(await successor.take(audit))
        if draft.bundle is not None:
            draft.bundle.accept(datetime.now(UTC))
        following = asyncio.create_task(change.follow(config.state_dir, audit, metrics.record_change))
        stack.callback(following.cancel)
        await reloader.begin(waits=successor is None)
        probe = Probe(asyncio.get_running_loop(), front, audit, authority, server)
        inherited = successor.status if successor is not None else ()
        status = _open_status(config, probe, lambda: front.edition.standing.edition, inherited)
        stack.callback(status.close)
        predecessor = Predecessor(
            config.state_dir,
            audit,
            presence,
            str(config.listen),
            str(config.metrics),
            lambda: [one.fileno() for each in sockets for one in each],
            lambda: [status.descriptor],
            front.memories,
        )
        yield Running(server, status, reloader, presence, probe, audit, following, predecessor, successor)


async def _successor(config: Config) -> Successor | None:
    return await Successor.knock(config.state_dir, str(config.listen), str(config.metrics))


def _open_vault(config: Config) -> Vault:
    key = vault_key(config.state_dir, config.vault.key_command)
    file = config.state_dir / "vault.db"
    try:
        return Vault(file, key, VaultLimits(config.vault.days, config.vault.entries))
    except (OSError, sqlite3.Error) as err:
        raise ConfigError(f"{file}: expected a vault that can be written, found {type(err).__name__}") from err


def _open_status(
    config: Config, probe: Probe, edition: Callable[[], str], inherited: Sequence[socket.socket]
) -> StatusServer:
    try:
        return StatusServer(config.metrics.host, config.metrics.port, probe, edition, *inherited[:1])
    except OSError as err:
        raise ConfigError(f"metrics: expected an address that is free, found {config.metrics}: {err.strerror}") from err


async def _serve(parts: Parts) -> None:
    async with assemble(parts) as running:
        watching = asyncio.create_task(_watch_expiry(parts.authority))
        await _run(running, parts)
        watching.cancel()


async def _watch_expiry(authority: CA) -> None:
    """Warns while the CA has 30, 7 or 1 days left, at the start and daily."""
    while True:
        now = datetime.now(UTC)
        if authority.expiry_threshold(now) is not None:
            _log.warning("the CA expires soon: run `tightlip ca rotate`", days_left=authority.days_left(now))
        await asyncio.sleep(DAY_SECONDS)


async def _run(running: Running, parts: Parts) -> None:
    server, config, loop = running.server, parts.config, asyncio.get_running_loop()
    draining: list[asyncio.Task[None]] = []
    answering: set[asyncio.Task[None]] = set()
    had_terminal = os.isatty(0)
    manager = ServiceManager.of(os.environ, os.getpid())

    def stop() -> None:
        manager.stopping()
        draining.append(loop.create_task(server.drain(config.drain_seconds)))

    def leave() -> None:
        """All is a successor's, but for what has begun here."""
        running.following.cancel()
        running.reloader.end_following()
        running.status.close()
        draining.append(loop.create_task(server.drain(config.takeover_seconds, has_successor=True)))

    def hang_up() -> None:
        if had_terminal and not os.isatty(0):  # nobody would see or stop what ran on
            stop()
        elif not draining:
            task = loop.create_task(_reload(running, manager))
            answering.add(task)
            task.add_done_callback(answering.discard)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    serving = loop.create_task(server.run())
    listening = loop.create_task(server.wait_listening())
    await asyncio.wait((serving, listening), return_when=asyncio.FIRST_COMPLETED)
    listening.cancel()
    if serving.done():  # it could not be started
        await serving
        return
    if running.successor is not None:
        await running.successor.confirm(running.audit, running.predecessor.memories)
        running.presence.take()
    waiting = loop.create_task(running.predecessor.run(leave))
    loop.add_signal_handler(signal.SIGHUP, hang_up)
    if config.reload == "auto":
        running.reloader.begin_following()
    welcome = _welcome(str(server.address), running.status.address, config, parts.bundle)
    print(welcome, file=sys.stderr, flush=True)
    manager.ready(_status(running))
    with watched(manager, running.probe.of_work):
        await serving
        if running.successor is not None and running.predecessor.distant is not None:
            await running.successor.gone()  # its records go by this process, to the next
        await running.predecessor.finish()
    waiting.cancel()


async def _reload(running: Running, manager: ServiceManager) -> None:
    manager.reloading()
    try:
        await answer(running.reloader, running.presence)
    finally:
        manager.ready(_status(running))


def _status(running: Running) -> str:
    return f"listens on {running.server.address}, edition {running.reloader.front.edition.standing.edition}"


def _welcome(listen: str, status: str, config: Config, bundle: Path) -> str:
    """What to do next, to be pasted into a shell."""
    ca = config.state_dir / "ca" / "tightlip-ca.pem"
    host, _, port = listen.rpartition(":")
    if config.advertise is not None:
        listen = str(config.advertise)
    elif config.listen.is_wildcard:
        listen = f"THIS_HOST:{port}"
    page = f", or open http://{listen}/" if config.is_on(config.portal) else ""
    if config.users is not None:
        listen = f"NAME:PASSWORD@{listen}"
    return f"""\
Tightlip {__version__} listens on {host}:{port}, policy {config.policy_name}; metrics on http://{status}/metrics
CA certificate: {ca}

To set a client up: tightlip setup{page}. By hand, in its shell:
  export HTTPS_PROXY=http://{listen} NO_PROXY=localhost,127.0.0.1
  export NODE_EXTRA_CA_CERTS={ca}
  export SSL_CERT_FILE={bundle} REQUESTS_CA_BUNDLE={bundle} CURL_CA_BUNDLE={bundle} AWS_CA_BUNDLE={bundle}
  export CODEX_CA_CERTIFICATE={bundle}

Try:
  curl -s https://api.openai.com/v1/models          # through the proxy
  tightlip scan .                                   # what would be found in this folder
  tail -f {config.state_dir}/audit/*.jsonl          # what was decided
"""
