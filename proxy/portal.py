"""What the proxy answers itself: the page for people, the CA, the PAC file, and whether one is read. Pure.

Everything here is public: whoever reaches the proxy may have it, a password or none. It is made once, at the start;
a request chooses what it gets and changes nothing. No page loads anything from elsewhere or runs a script.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from proxy.gate import OWN_HOST
from proxy.verdict import Reply, Request

CA_PATH: Final = "/ca.pem"
DER_PATH: Final = "/ca.crt"
PAC_PATH: Final = "/proxy.pac"
CHECK_PATH: Final = "/ok"
PICTURE_PATH: Final = "/ok.svg"
CHECK_URL: Final = f"https://{OWN_HOST}{CHECK_PATH}"

_METHODS: Final = ("GET", "HEAD")
_HTML: Final = "text/html; charset=utf-8"
_TEXT: Final = "text/plain; charset=utf-8"
_BASE: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin",  # the picture asks who shows it
}
_NO_CONTENT_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its type, its bytes, and what it may load."""

    content_type: str
    body: bytes
    policy: str = _NO_CONTENT_POLICY


@dataclass(frozen=True, slots=True)
class Portal:
    """`sentence` says who reads and by what policy; `names` are the hosts whose pages may show the picture."""

    pages: Mapping[str, Page] = field(repr=False)
    sentence: str
    names: frozenset[str] = frozenset()

    def answer(self, request: Request) -> Reply:
        """The page asked for. Only GET and HEAD are answered; what stands behind a `?` is not looked at."""
        if request.method not in _METHODS:
            return _reply(request, 405, Page(_TEXT, b"only GET is answered here\n"), ("allow", "GET, HEAD"))
        path = request.target.partition("?")[0]
        if path == CHECK_PATH:
            return _reply(request, 200, Page(_TEXT, f"{self.sentence}\n".encode()))
        if path == PICTURE_PATH and not self._is_shown_by_us(request):
            return _reply(request, 404, Page(_TEXT, b"not found\n"))
        page = self.pages.get(path)
        if page is None:
            return _reply(request, 404, Page(_TEXT, b"not found\n"))
        return _reply(request, 200, page)

    def _is_shown_by_us(self, request: Request) -> bool:
        """Whether a page of ours embeds the picture: any other could learn by it that this proxy is in use."""
        try:
            host = urlsplit(request.header(b"referer") or "").hostname
        except ValueError:
            return False
        return host == OWN_HOST or host == "localhost" or host in self.names


def _reply(request: Request, status: int, page: Page, *more: tuple[str, str]) -> Reply:
    own_use = "cross-origin" if request.target.partition("?")[0] == PICTURE_PATH else "same-origin"
    headers = {
        "content-type": page.content_type,
        "content-length": str(len(page.body)),
        **_BASE,
        "content-security-policy": page.policy,
        "cross-origin-resource-policy": own_use,
        **dict(more),
    }
    body = b"" if request.method == "HEAD" else page.body
    return Reply(status, tuple((name.encode(), value.encode()) for name, value in headers.items()), body)
