"""Which connections are let in: what is decrypted and read, what is tunnelled blind, what is refused.

Pure. The names asked for must agree, the port must be allowed, and a target given as an address must be public; what a
name resolves to is checked where it is dialled (`resolve.py`).
"""

import ipaddress
from dataclasses import dataclass, field

from proxy.configtype import Address, PrivateTarget
from proxy.reason import Reason
from proxy.vendor import Catalogue, Vendor

OWN_HOST = "tightlip.local"
"""The name under which the proxy answers itself, to clients that go through it (`portal.py`)."""

_OWN_PORTS = frozenset({80, 443})

IP = ipaddress.IPv4Address | ipaddress.IPv6Address

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")  # RFC 7526: retired, and any IPv4 address can be behind it
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are the IPv4 address that is reached


@dataclass(frozen=True, slots=True)
class Route:
    """Where a connection goes: refused for a reason, read as `vendor`'s, answered by the proxy itself when `own`, or
    passed through blind.
    """

    vendor: Vendor | None = None
    refusal: Reason | None = None
    own: bool = False

    @property
    def is_blind(self) -> bool:
        """Whether what goes there is nobody's to read."""
        return self.vendor is None and self.refusal is None and not self.own


@dataclass(frozen=True, slots=True)
class Gate:
    catalogue: Catalogue
    tunnel_others: bool = True
    tls_ports: frozenset[int] = frozenset({443})
    plain_ports: frozenset[int] = frozenset({80})
    allow_private: tuple[PrivateTarget, ...] = ()
    mapped: frozenset[str] = field(default_factory=frozenset)
    """`host:port` names that the operator maps to an address of his own (`upstream.connect_to`): always allowed."""
    answers_itself: bool = False
    """Whether OWN_HOST is the proxy itself; otherwise it is a host like any other."""
    websockets: bool = True
    """Whether connections to a vendor may become a WebSocket, each of whose messages is read."""

    def route(self, host: str, port: int, *, plain: bool) -> Route:
        """The route for a target asked for by CONNECT (`plain` False) or in a plain HTTP request."""
        host = host.rstrip(".").lower()
        if self.answers_itself and host == OWN_HOST:
            return Route(own=True) if port in _OWN_PORTS else Route(refusal=Reason.PORT_NOT_ALLOWED)
        vendor = self.catalogue.vendor_for(host)
        if vendor is None and not self.tunnel_others:
            return Route(refusal=Reason.HOST_REFUSED)
        if str(Address(host.strip("[]"), port)) in self.mapped:
            return Route(vendor)
        # A CONNECT to a plain port is read as plain HTTP inside the tunnel, so both sets hold for it.
        ports = self.plain_ports if plain else self.tls_ports | self.plain_ports
        if port not in ports and not self.names(host, port):
            return Route(refusal=Reason.PORT_NOT_ALLOWED)
        if not self.allows_address(host, port):
            return Route(refusal=Reason.PRIVATE_TARGET)
        return Route(vendor)

    def agrees(self, asked: str, named: str) -> bool:
        """Whether the name inside (SNI, Host) may stand for the target that was asked for.

        An address that was asked for may carry any name but a known AI vendor's: that would be a way round the list.
        """
        asked, named = asked.rstrip(".").lower(), named.rstrip(".").lower()
        if asked == named:
            return True
        return _literal(asked) is not None and self.catalogue.vendor_for(named) is None

    def allows_address(self, host: str, port: int) -> bool:
        """Whether an address may be dialled. A name is let through: what it resolves to is asked again."""
        address = _literal(host)
        if address is None:
            is_local = host == "localhost" or host.endswith(".localhost")
            return not is_local or self.names(host, port)
        return _is_public(address) or any(target.covers(host, port, address) for target in self.allow_private)

    def names(self, host: str, port: int) -> bool:
        """Whether the operator allows this very host and port, wherever it is. A network opens no ports."""
        asked = Address(host.strip("[]"), port)
        return any(target.address == asked for target in self.allow_private)


def _literal(host: str) -> IP | None:
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(address.packed[-4:])
    return address


def _is_public(address: IP) -> bool:
    """Stricter than `is_global`, which takes IPv6 that was never given out, as site-local addresses, for public."""
    if isinstance(address, ipaddress.IPv6Address) and (address not in _GLOBAL_UNICAST or address in _SIX_TO_FOUR):
        return False
    return address.is_global and not address.is_multicast
