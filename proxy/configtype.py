"""The small types configuration values are parsed into: addresses, sizes, host patterns, private targets.

Every parser takes what YAML gave and raises `ValueError("expected ...")`; the caller knows the place and
what was found.
"""

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self
from urllib.parse import urlsplit

_SIZE = re.compile(r"(\d{1,15})\s*(B|kB|KB|KiB|MB|MiB|GB|GiB)?")
_UNIT = {
    None: 1,
    "B": 1,
    "kB": 10**3,
    "KB": 10**3,
    "KiB": 2**10,
    "MB": 10**6,
    "MiB": 2**20,
    "GB": 10**9,
    "GiB": 2**30,
}
Network = IPv4Network | IPv6Network
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})+")


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A host (name or IP, IPv6 without brackets) and a port; 0 lets the system choose."""

    host: str
    port: int

    @classmethod
    def parse(cls, value: object) -> Self:
        """From `HOST:PORT`, IPv6 in brackets."""
        if isinstance(value, cls):
            return value
        match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/\[\]@]+)):(\d{1,5})", str(value))
        if not isinstance(value, str) or not match or int(match[3]) > 65535:
            raise ValueError("expected HOST:PORT such as 127.0.0.1:8080 or [::1]:8080")
        return cls((match[1] or match[2]).lower(), int(match[3]))

    @property
    def is_wildcard(self) -> bool:
        """Whether listening there is listening on every address."""
        return self.host in ("0.0.0.0", "::")

    @property
    def is_loopback(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class PrivateTarget:
    """One entry of `allow_private`: a network, or one host and port."""

    network: Network | None = None
    address: Address | None = None

    def covers(self, host: str, port: int, ip: IPv4Address | IPv6Address) -> bool:
        if self.network is not None:
            return ip in self.network
        return self.address in (Address(host.lower().rstrip("."), port), Address(str(ip), port))

    def __str__(self) -> str:
        return str(self.network or self.address)


@dataclass(frozen=True, slots=True)
class ParentProxy:
    """A corporate proxy between Tightlip and the vendors. The credentials stay out of `str` and `repr`."""

    scheme: str
    address: Address
    credentials: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, value: object) -> Self:
        """From `http://[user:password@]HOST:PORT`."""
        if isinstance(value, cls):
            return value
        parts = urlsplit(str(value))
        if not isinstance(value, str) or parts.scheme not in ("http", "https") or parts.path not in ("", "/"):
            raise ValueError("expected http://[USER:PASSWORD@]HOST:PORT")
        credentials, _, host = parts.netloc.rpartition("@")
        try:
            return cls(parts.scheme, Address.parse(host), credentials or None)
        except ValueError:
            raise ValueError("expected http://[USER:PASSWORD@]HOST:PORT") from None

    def __str__(self) -> str:
        return f"{self.scheme}://{self.address}"


def parse_names(value: object) -> str | tuple[str, ...]:
    """One name, or several: as a list, or with commas between them."""
    names = value.split(",") if isinstance(value, str) else value
    if (
        not isinstance(names, list | tuple)
        or not all(isinstance(name, str) and name.strip() for name in names)
        or not names
    ):
        raise ValueError("expected a name or a path, or a list of these")
    given = tuple(name.strip() for name in names)
    return given if len(given) > 1 else given[0]


def parse_size(value: object) -> int:
    """Bytes, from a plain number or text such as `32MiB`."""
    match = _SIZE.fullmatch(str(value).strip())
    if isinstance(value, bool) or not isinstance(value, int | str) or not match:
        raise ValueError("expected a size such as 32MiB or a number of bytes")
    return int(match[1]) * _UNIT[match[2]]


def parse_private_target(value: object) -> PrivateTarget:
    """From a network in CIDR form, a single IP, or HOST:PORT."""
    if isinstance(value, PrivateTarget):
        return value
    if isinstance(value, str):
        try:
            return PrivateTarget(network=ip_network(value))
        except ValueError:
            pass
        try:
            return PrivateTarget(address=Address.parse(value))
        except ValueError:
            pass
    raise ValueError("expected HOST:PORT or a network such as 10.1.0.0/16")


def parse_network(value: object) -> Network:
    """A network in CIDR form, or a single IP. Not all addresses at once: it is for lists of who is trusted."""
    if isinstance(value, IPv4Network | IPv6Network) and value.prefixlen:
        return value
    try:
        network = ip_network(value) if isinstance(value, str) else None
    except ValueError:
        network = None
    if network is None or not network.prefixlen:
        raise ValueError("expected a network such as 10.1.0.0/24, or an IP address")
    return network


def parse_host_pattern(value: object) -> str:
    """A DNS name of two labels or more, or `*.` and one; lower case. IP addresses have no vendor."""
    text = value.lower().rstrip(".") if isinstance(value, str) else ""
    if not _HOST.fullmatch(text) or text.rpartition(".")[2].isdigit():
        raise ValueError("expected a DNS name such as llm.example.com or *.llm.example.com")
    return text


def parse_endpoint(value: object) -> str | None:
    """A whole http or https address without credentials; those of a collector stand in a variable, not in a file."""
    if value is None:
        return None
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError("expected an address such as http://127.0.0.1:4318/v1/traces, without credentials")
    return str(value)
