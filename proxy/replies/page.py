"""The answer to a browser that was about to open a page: the same words, as plain HTML. Pure.

Nothing of the request stands in it, nothing is loaded from elsewhere, no script runs.
"""

from html import escape
from typing import Final

from proxy.verdict import Reply, Request

_PAGE: Final = """\
<!doctype html>
<html>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tightlip</title>
<style>:root{{color-scheme:light dark}}body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:15vh auto;\
padding:0 1rem}}</style>
<main><h1>Tightlip</h1><p>{text}</p></main>
</html>
"""


def opens_page(request: Request) -> bool:
    """Whether a person sits before a browser and waits for a page, rather than a script for an answer."""
    mode = request.header(b"sec-fetch-mode")
    if mode is not None:
        return mode == "navigate"
    return request.method in ("GET", "HEAD") and (request.header(b"accept") or "").startswith("text/html")


def page(text: str, reference: str, status: int) -> Reply:
    """A page of that `text`, which a person reads."""
    body = _PAGE.format(text=escape(text)).encode("utf-8", "replace")
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-length": str(len(body)),
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-tightlip-reference": reference,
    }
    encoded = tuple((name.encode(), value.encode("ascii", "replace")) for name, value in headers.items())
    return Reply(status, encoded, body)
