"""The PROXY protocol's header, versions 1 and 2: what a balancer says before anything else about who its client is.

Bytes in, address out; no sockets here. Source: "The PROXY protocol, versions 1 & 2", HAProxy's `proxy-protocol.txt`
of 2020-03-05. Read strictly: whatever is not exactly a header of a relayed TCP connection, or of the balancer's own,
is refused, for the address that is read here ends up in records and in conditions of policies.
"""

import re
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Final

SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
"""Twelve bytes that version 2 begins with; no version 1 header is as short."""

V1_BYTES = 107
"""The longest line of version 1, its CRLF included (section 2.1)."""

V2_BYTES = 2048
"""Room for addresses and the common extensions, a client certificate's name among them; senders stay below 600."""

Endpoint = tuple[str, int]
"""An IP address, IPv4 where it is one in IPv6's clothes, and a port."""


class BadHeader(ValueError):
    """Not a header that is taken; the message names what was expected, never what came."""


class _Tlv(IntEnum):
    CRC32C = 0x03


_V1_START = b"PROXY "
_V2_START = 16
_PORT = re.compile(r"0|[1-9][0-9]{0,4}", re.ASCII)
_ADDRESS_BYTES = {0x11: 4, 0x21: 16}
"""Of one address, by family and transport: TCP over IPv4 and over IPv6. Others are no client of an HTTP proxy."""


def missing(data: bytes) -> int:
    """How many bytes more a header that begins with `data` has at least; 0 once it is whole.

    Whoever reads so many and asks again never takes a byte of what follows. Raises BadHeader for what can't become one.
    """
    if len(data) < len(SIGNATURE):
        if not (SIGNATURE.startswith(data) or data.startswith(_V1_START) or _V1_START.startswith(data)):
            raise BadHeader("expected a PROXY header at the start")
        return len(SIGNATURE) - len(data)
    if data.startswith(SIGNATURE):
        return _V2_START - len(data) if len(data) < _V2_START else max(0, _v2_bytes(data) - len(data))
    if not data.startswith(_V1_START):
        raise BadHeader("expected a PROXY header at the start")
    if b"\n" in data:
        return 0
    if len(data) >= V1_BYTES:
        raise BadHeader(f"expected a line of at most {V1_BYTES} bytes")
    return 1


def parse(header: bytes) -> Endpoint | None:
    """The client that a whole header names; None for a connection of the balancer's own, such as a health check.

    Raises BadHeader, also for one that is cut short or goes on behind its end.
    """
    if missing(header):
        raise BadHeader("expected a whole header")
    return _parse_v2(header) if header.startswith(SIGNATURE) else _parse_v1(header)


def _parse_v1(line: bytes) -> Endpoint:
    """`PROXY TCP4 SOURCE DESTINATION PORT PORT`. UNKNOWN is refused: a client without an address is nobody's."""
    if not line.endswith(b"\r\n") or len(line) > V1_BYTES or not line.isascii():
        raise BadHeader(f"expected one line of ASCII that ends in CRLF, of at most {V1_BYTES} bytes")
    fields = line[:-2].decode("ascii").split(" ")
    if len(fields) != 6 or fields[1] not in ("TCP4", "TCP6"):
        raise BadHeader("expected PROXY, TCP4 or TCP6, two addresses and two ports")
    address = IPv4Address if fields[1] == "TCP4" else IPv6Address
    try:
        source, _ = address(fields[2]), address(fields[3])
    except ValueError:
        raise BadHeader(f"expected addresses of {fields[1]}") from None
    port, _ = _port(fields[4]), _port(fields[5])
    return _plain(source), port


def _port(text: str) -> int:
    if not _PORT.fullmatch(text) or int(text) > 65535:
        raise BadHeader("expected ports of 0 to 65535 in decimal")
    return int(text)


def _v2_bytes(data: bytes) -> int:
    """The length that a header of version 2 states. Raises BadHeader for one that is too long."""
    stated = _V2_START + int.from_bytes(data[14:16])
    if stated > V2_BYTES:
        raise BadHeader(f"expected a header of at most {V2_BYTES} bytes")
    return stated


def _parse_v2(header: bytes) -> Endpoint | None:
    if len(header) != _v2_bytes(header):
        raise BadHeader("expected nothing behind the header")
    version, command = divmod(header[12], 16)
    if version != 2 or command not in (0, 1):
        raise BadHeader("expected version 2 and LOCAL or PROXY")
    if command == 0:
        return None  # whatever family and addresses it states are to be ignored (section 2.2)
    width = _ADDRESS_BYTES.get(header[13])
    if width is None:
        raise BadHeader("expected TCP over IPv4 or IPv6")
    body = header[_V2_START:]
    extensions = 2 * width + 4
    if len(body) < extensions:
        raise BadHeader("expected two addresses and two ports")
    _check_extensions(header, _V2_START + extensions)
    source = IPv4Address(body[:4]) if width == 4 else IPv6Address(body[:16])
    return _plain(source), int.from_bytes(body[2 * width : 2 * width + 2])


def _check_extensions(header: bytes, at: int) -> None:
    """Raises BadHeader unless extensions fill the header exactly and a checksum, if there is one, holds."""
    while at < len(header):
        value = at + 3
        end = value + int.from_bytes(header[at + 1 : value])
        if value > len(header) or end > len(header):
            raise BadHeader("expected extensions that end with the header")
        if header[at] == _Tlv.CRC32C:
            stated = header[value:end]
            if stated != crc32c(header[:value] + bytes(len(stated)) + header[end:]).to_bytes(4):
                raise BadHeader("expected a checksum that holds")
        at = end


def _plain(address: IPv4Address | IPv6Address) -> str:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise BadHeader("expected an address without a zone")
    return str(mapped or address)


def crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli, RFC 3720 appendix B.4), which neither `zlib` nor `binascii` has. Headers are short."""
    remainder = 0xFFFFFFFF
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0x82F63B78 if remainder & 1 else 0)
    return remainder ^ 0xFFFFFFFF
