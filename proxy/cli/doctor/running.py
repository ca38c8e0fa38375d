"""The doctor on the running proxy: who listens, whether it is ours, and what it says of itself."""

import errno
import http.client
import json
import socket
from collections.abc import Iterator
from typing import Final

from proxy.ca import CERT_FILE
from proxy.cli.doctor.process import family_of, holders_of, named
from proxy.cli.finding import Check, Level
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.configtype import Address
from proxy.control import running_pid
from proxy.portal import CA_PATH, CHECK_PATH

_SECONDS: Final = 20.0  # readiness proves a scan and an audit record
_ADVICE: Final = {
    "engine": "No worker finds anything: the log says why none starts; memory and processor are the usual reasons.",
    "audit": "The audit folder can't be written: make room, mount it writable; it goes on by itself.",
    "listening": "A process that accepts connections is gone and no other takes its place: the log says why.",
    "ca": "The CA has expired: tightlip ca rotate, restart, hand the bundle out.",
    "probe": "The proxy does not answer itself: restart it, and keep its log.",
}


def pid_of(config: Config) -> int | None:
    """The proxy's process with this state folder; None when none runs, or none that could be told."""
    try:
        return running_pid(config.state_dir)
    except ConfigError:
        return None


def ports(config: Config) -> Iterator[Check]:
    """Whether the ports are free, or ours alone: with SO_REUSEPORT a stranger could share one and get connections."""
    running = pid_of(config)
    ours = family_of(running) if running is not None else frozenset()
    for key, address in (("listen", config.listen), ("metrics", config.metrics)):
        holders = holders_of(address)
        if strangers := sorted(pid for pid in holders if pid not in ours):
            who = ", ".join(map(named, strangers))
            advice = f"End it, or change `{key}`." if running is None else "End it: it gets connections meant for us."
            level = Level.FAIL if running is not None or key == "listen" else Level.WARN
            yield Check("ports", level, f"{address} is held by {who}", advice)
        elif holders:
            count = f"{len(holders)} processes" if len(holders) > 1 else "a process"
            yield Check("ports", Level.GOOD, f"{address} is held by {count} of the proxy's")
        elif why := _refusal(address):
            yield Check(
                "ports", Level.FAIL, f"{address}: {why}", f"Change `{key}`, or give the proxy's user the right."
            )
        elif running is None:
            yield Check("ports", Level.GOOD, f"{address} is free")


def _refusal(address: Address) -> str | None:
    """Why this user could not listen there; None when that could be done. Nothing is listened on."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address.host, address.port))
        except OSError as err:
            # Somebody of another user or namespace holds it, perhaps the proxy; whether it is, its answers tell.
            return None if err.errno == errno.EADDRINUSE else err.strerror
    return None


def answers(config: Config) -> Iterator[Check]:
    """What comes back when it is asked, as a client and as a balancer would."""
    if config.proxy_protocol != "off":  # only balancers are listened to there
        yield from _ready(config)
        return
    status, body = _get(config.listen, CHECK_PATH)
    if status is None:
        yield Check("proxy", Level.FAIL, f"nothing listens on {config.listen}", "tightlip run")
        return
    if status == 200 and body.startswith(b"read by Tightlip"):
        yield Check("proxy", Level.GOOD, f"on {config.listen}: {body.decode('utf-8', 'replace').strip()}")
    elif config.is_on(config.portal):
        yield Check(
            "proxy", Level.FAIL, f"what listens on {config.listen} is no Tightlip", "End it, or change `listen`."
        )
    yield from _ready(config)
    yield from _shown_ca(config)


def _ready(config: Config) -> Iterator[Check]:
    """The running proxy's own proof: a worker finds a canary, a record is written."""
    status, body = _get(config.metrics, "/readyz")
    try:
        answer = json.loads(body)
        broken = [name for name, ready in answer["checks"].items() if not ready]
    except (ValueError, KeyError, TypeError, AttributeError):
        yield Check("ready", Level.FAIL, f"http://{config.metrics}/readyz gives no answer", "Look at the proxy's log.")
        return
    if status == 200 and not broken:
        yield Check("ready", Level.GOOD, "a worker found the canary, the audit log was written")
    else:
        advice = " ".join(_ADVICE.get(name, "Look at the proxy's log.") for name in broken)
        yield Check("ready", Level.FAIL, f"not ready: {', '.join(broken)}", advice)


def _shown_ca(config: Config) -> Iterator[Check]:
    file = config.state_dir / "ca" / CERT_FILE
    status, shown = _get(config.listen, CA_PATH)
    if status == 200 and file.exists() and shown != file.read_bytes():
        yield Check("ca", Level.WARN, "the proxy still uses the CA of before the rotation", "Restart it.")


def _get(address: Address, path: str) -> tuple[int | None, bytes]:
    """Status and body; no status when nothing answers in HTTP."""
    host = "127.0.0.1" if address.is_wildcard else address.host
    connection = http.client.HTTPConnection(host, address.port, timeout=_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(1 << 20)
    except (OSError, http.client.HTTPException):
        return None, b""
    finally:
        connection.close()
