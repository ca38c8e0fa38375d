"""Connections that come by way of a balancer: who is at their other end, read from the header that it sends first.

Only with `proxy_protocol` on, and then for every connection: from a trusted balancer with a header, or not at all.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Any, Final

import structlog

from proxy import metrics
from proxy.configtype import Network
from proxy.proxyprotocol import BadHeader, Endpoint, missing, parse

HEADER_SECONDS: Final = 5.0
"""A balancer sends its header together with the connection; the specification asks for at least three seconds, since
one lost packet costs that much."""

_log = structlog.get_logger()


@dataclass(slots=True)
class Balancers:
    """The networks that balancers connect from. Called with each connection that was accepted."""

    trusted: Sequence[Network]
    _told: set[str] = field(default_factory=set)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> asyncio.StreamWriter | None:
        """The writer of a connection under its client's address; None for a connection that is to be closed.

        A balancer's connection of its own (LOCAL) stays under the balancer's address.
        """
        peer = writer.get_extra_info("peername")
        if not peer or not self._trusts(peer[0]):
            self._refused("not_balancer", "a connection from no trusted balancer")
            return None
        try:
            async with asyncio.timeout(HEADER_SECONDS):
                client = parse(await _read_header(reader))
        except (BadHeader, TimeoutError, EOFError, OSError):
            self._refused("proxy_header", "a balancer's connection without a valid PROXY header")
            return None
        return writer if client is None else _Introduced(reader, writer, client)

    def _trusts(self, peer: str) -> bool:
        address = ip_address(peer)
        if isinstance(address, IPv6Address):
            address = address.ipv4_mapped or address
        return any(address in network for network in self.trusted)

    def _refused(self, reason: str, what: str) -> None:
        """Counts each, and logs the first: a health check comes every second."""
        metrics.connection_refused(reason)
        if reason not in self._told:
            self._told.add(reason)
            _log.warning(f"closed {what}; the metrics count further ones", reason=reason)


async def _read_header(reader: asyncio.StreamReader) -> bytes:
    """A whole header and no byte more. Raises BadHeader; EOFError when the connection ends before."""
    header = b""
    while more := missing(header):
        header += await reader.readexactly(more)
    return header


class _Introduced(asyncio.StreamWriter):
    """A connection's writer that gives the client's address for its peer's."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: Endpoint) -> None:
        super().__init__(writer.transport, writer.transport.get_protocol(), reader, asyncio.get_running_loop())
        self._client = client

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._client if name == "peername" else super().get_extra_info(name, default)
