"""The event loop that the proxy dials from: every name is resolved here, so no check can be passed by a second look-up.

`connect_to` works as curl's `--connect-to`: the name stays in TLS and Host, only the address changes.
"""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from proxy.configsection import UpstreamConfig
from proxy.configtype import Address
from proxy.gate import Gate

AddressInfo = tuple[Any, Any, int, str, Any]


class GuardedLoop(asyncio.SelectorEventLoop):
    """Refuses to resolve a name to a loopback, private or link-local address unless the operator allowed it."""

    def __init__(self, gate: Gate, connect_to: Mapping[str, str], parent: str | None = None) -> None:
        super().__init__()
        self._gate = gate
        self._connect_to = dict(connect_to)
        self._parent = parent

    async def getaddrinfo(  # type: ignore[override]
        self, host: Any, port: Any, *, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> Sequence[AddressInfo]:
        """Addresses that may be dialled for (host, port). Raises OSError when there is none."""
        options = {"family": family, "type": type, "proto": proto, "flags": flags}
        if flags & socket.AI_PASSIVE:  # our own listening socket
            return await super().getaddrinfo(host, port, **options)
        bare = _text(host).rstrip(".").lower()
        name = str(Address(bare, int(port)))
        if (mapped := self._connect_to.get(name)) is not None:
            target, _, mapped_port = mapped.rpartition(":")
            return await super().getaddrinfo(target.strip("[]"), int(mapped_port), **options)
        found = await super().getaddrinfo(host, port, **options)
        if name == self._parent or self._gate.names(bare, int(port)):
            return found
        allowed = [info for info in found if self._gate.allows_address(str(info[4][0]), int(info[4][1]))]
        if not allowed:
            raise OSError(f"{name} resolves only to addresses that are not public; see `allow_private`")
        return allowed


def _text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)


def guarded_loop(upstream: UpstreamConfig, gate: Gate) -> GuardedLoop:
    """A loop that dials as configuration and gate allow."""
    connect_to = {str(name): str(address) for name, address in upstream.connect_to.items()}
    return GuardedLoop(gate, connect_to, str(upstream.proxy.address) if upstream.proxy else None)
