"""What is sent to the proxy itself rather than through it: the portal's pages, and vendors under `/v/NAME/`. Pure.

Says where such a request leads and nothing more: what leads to a vendor is then let in, read, judged and recorded
exactly as if it had come through the proxy. A page in a browser can reach this address too, so names and origins are
checked here: under a name of its own (DNS rebinding) or from a page of the web nothing is let in.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self

from proxy.configtype import Address
from proxy.gate import OWN_HOST
from proxy.portal import Portal
from proxy.reason import Reason
from proxy.vendor import Catalogue
from proxy.verdict import Headers

CREDENTIAL_HEADER: Final = "x-tightlip-authorization"
"""Stands for `Proxy-Authorization`, which a client that knows of no proxy can't send: `Basic` and the same value."""

_BASE_URL: Final = re.compile(r"/v/(?P<name>[A-Za-z0-9.-]{1,253})(?P<rest>[/?].*)?", re.DOTALL)
_WEB_SCHEMES: Final = ("http:", "https:")


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a request to the proxy itself leads: a vendor's host over TLS, or the portal (OWN_HOST), or nowhere."""

    host: str
    target: str
    refusal: str | None = None

    @property
    def is_to_vendor(self) -> bool:
        return self.host != OWN_HOST


@dataclass(frozen=True, slots=True)
class Door:
    """`names` are the hosts, in lower case, that mean this proxy, beside any address and `localhost`."""

    catalogue: Catalogue
    portal: Portal | None = None
    base_urls: bool = False
    names: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    _fronts: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        fronts = {vendor.id: host for vendor in self.catalogue.vendors if (host := vendor.front_host)}
        object.__setattr__(self, "_fronts", fronts)

    def with_portal(self, portal: Portal) -> Self:
        return replace(self, portal=portal)

    def open(self, target: str, headers: Headers) -> Passage:
        """Where a request with this origin-form target leads."""
        hosts = _values(headers, b"host")
        if len(hosts) != 1 or not self._means_us(hosts[0]):
            return Passage(OWN_HOST, "/", Reason.HOST_MISMATCH)
        if self.base_urls and (match := _BASE_URL.fullmatch(target)):
            return self._to_vendor(match["name"].lower(), match["rest"] or "/", headers)
        if self.portal is not None:
            return Passage(OWN_HOST, target)
        return Passage(OWN_HOST, "/", Reason.NO_SUCH_BASE_URL if self.base_urls else Reason.PRIVATE_TARGET)

    def base_urls_of(self) -> Sequence[tuple[str, str]]:
        """Vendors' ids with the hosts that they lead to, sorted."""
        return sorted(self._fronts.items())

    def _to_vendor(self, name: str, rest: str, headers: Headers) -> Passage:
        """`name` is a vendor's id, or one of the catalogue's hosts written out."""
        host = name if "." in name and self.catalogue.vendor_for(name) else self._fronts.get(name)
        if host is None:
            return Passage(OWN_HOST, "/", Reason.NO_SUCH_BASE_URL)
        target = rest if rest.startswith("/") else "/" + rest
        origins = _values(headers, b"origin")
        if any(map(self._is_web_page, origins)) or (not origins and _is_embedded(headers)):
            return Passage(host, target, Reason.WEB_PAGE)
        return Passage(host, target)

    def _means_us(self, authority: str) -> bool:
        try:
            host = Address.parse(authority if _has_port(authority) else f"{authority}:80").host
        except ValueError:
            return False
        return host in ("localhost", OWN_HOST) or host in self.names or _is_address(host)

    def _is_web_page(self, origin: str) -> bool:
        """Whether a page of the web asks. Pages in a sandbox say `null`; editors and apps have schemes of their own."""
        origin = origin.strip().lower()
        return origin not in self.origins and (origin == "null" or origin.startswith(_WEB_SCHEMES))


def _is_embedded(headers: Headers) -> bool:
    """Whether a browser asks on behalf of a page that need not name itself: a picture, a link, a form's GET."""
    return any(value.strip().lower() not in ("", "none") for value in _values(headers, b"sec-fetch-site"))


def _values(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key.lower() == name]


def _has_port(authority: str) -> bool:
    return re.search(r":\d+\Z", authority) is not None and not authority.endswith("]")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
