"""mitmproxy embedded: a master with exactly the addons that are needed, options fixed in code, start and drain.

Never `mitmdump -s`: a script that fails to load would be dropped, and everything would pass.
"""

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mitmproxy import ctx, master, options
from mitmproxy.addons import core, proxyserver, upstream_auth

from proxy import metrics, respond
from proxy.ca import CA
from proxy.config import Config
from proxy.configtype import Address
from proxy.door import Door
from proxy.identity import Authenticator
from proxy.intercept import drain, listening
from proxy.intercept.addon import Tightlip
from proxy.intercept.balancer import Balancers
from proxy.intercept.bounded import install_bounded
from proxy.intercept.bounds import Bounds
from proxy.intercept.connection import install_connection
from proxy.intercept.drain import Drain, Underway
from proxy.intercept.layers import NextLayer
from proxy.intercept.listening import Listeners
from proxy.intercept.socketmessage import Messages
from proxy.intercept.stream import PermittedStream, install
from proxy.intercept.sweep import sweep
from proxy.intercept.tls import OwnTlsConfig, refuse_insecure
from proxy.intercept.websocket import InspectedSocket, install_websocket
from proxy.judge import Judge
from proxy.pressure import relieve
from proxy.terms import Terms

YOUNG_OBJECTS = 10_000
"""Between two collections of the young: a request in flight is a few thousand objects that collections would walk."""

IDLE_SECONDS = 3600
"""mitmproxy closes a silent connection after ten minutes; models may think for longer."""

MakeDoor = Callable[[Terms, Address], Door]


@dataclass(slots=True)
class Server:
    """The listening proxy. Made inside the running event loop, which must be a `resolve.GuardedLoop`."""

    master: master.Master
    listeners: proxyserver.Proxyserver
    judge: Judge
    addon: Tightlip
    accepting: Listeners
    make_door: MakeDoor
    bounds: Bounds
    underway: Underway
    draining: Drain | None = None

    async def prepare(self) -> None:
        """There is nothing that takes time."""

    async def run(self) -> None:
        """Serves until `drain` or `stop`."""
        bounds = self.bounds
        sweeping = asyncio.create_task(sweep(bounds, self.listeners))
        relieving = asyncio.create_task(relieve(bounds.limits.memory, bounds.head_of_family, bounds.in_flight))
        try:
            await self.master.run()
        finally:
            sweeping.cancel()
            relieving.cancel()

    @property
    def address(self) -> Address:
        return self.accepting.address

    @property
    def is_whole(self) -> bool:
        """Whether connections are accepted."""
        return bool(self.listeners.listen_addrs())

    async def wait_listening(self) -> None:
        """Returns once connections are accepted."""
        while not self.is_whole:
            await asyncio.sleep(0.01)

    def put_in_force(self, edition: Terms) -> None:
        """Judges whatever begins from now on by this edition: all of it changes in one turn of the loop."""
        door = self.make_door(edition, self.address)
        PermittedStream.limit_bytes = InspectedSocket.limit_bytes = edition.body_bytes
        self.addon.portal = door.portal
        PermittedStream.door = door

    async def drain(self, seconds: float, *, has_successor: bool = False) -> None:
        """Stops accepting, lets what runs end for up to so long, then stops. A second call has what still runs cut."""
        if self.draining is not None:
            self.draining.hurry()
            return
        sockets = self.addon.sockets
        self.draining = Drain(self.listeners, self.accepting, self.judge, self.underway, sockets, has_successor)
        await self.accepting.end(has_successor=has_successor)
        await self.draining.run(seconds)
        self.stop()

    def stop(self) -> None:
        """Ends `run` at once."""
        self.master.shutdown()


def make_server(
    config: Config,
    accepting: Listeners,
    judge: Judge,
    authority: CA,
    authenticator: Authenticator | None,
    upstream_roots: Path,
    make_door: MakeDoor,
) -> Server:
    """The server, not yet accepting. `upstream_roots` are the certificates that vendors are verified against.

    `make_door` gives what is answered at the address that is listened on.
    """
    parent = config.upstream.proxy
    mode = f"upstream:{parent.scheme}://{parent.address}" if parent else "regular"
    running = master.Master(options.Options(), asyncio.get_running_loop())
    bounds = Bounds(config.limits, config.processes)
    metrics.observe_bodies(bounds.in_flight)
    addon = Tightlip(judge, authenticator, bounds)
    messages = Messages(judge, addon.senders)
    listeners = proxyserver.Proxyserver()
    running.addons.add(
        core.Core(),
        listeners,
        bounds,
        NextLayer(judge, bounds),
        OwnTlsConfig(authority, judge),
        addon,
        underway := Underway(),
        messages,
        upstream_auth.UpstreamAuth(),  # after ours, which takes out what the client sent for a proxy
    )
    running.options.update(
        mode=[mode],
        connection_strategy="lazy",  # no connection before a verdict
        upstream_cert=False,
        rawtcp=False,
        websocket=config.websocket == "scan",
        ssl_insecure=False,
        tcp_timeout=IDLE_SECONDS,
        ssl_verify_upstream_trusted_ca=str(upstream_roots),
        upstream_auth=parent.credentials if parent else None,
    )
    if config.proxy_protocol != "off":
        accepting.greeters.insert(0, Balancers(config.trusted_balancers))  # the others greet who is really there
    drain.install()
    listening.install(accepting)
    install_bounded(bounds)
    install(config.limits.body, bounds, addon.error_reply, respond.fault_body)
    install_websocket(config.limits.body, messages.refusal)
    install_connection()
    refuse_insecure(ctx.options)
    gc.set_threshold(YOUNG_OBJECTS)
    gc.freeze()  # what start-up made lives forever; collections need not walk it
    return Server(running, listeners, judge, addon, accepting, make_door, bounds, underway)
