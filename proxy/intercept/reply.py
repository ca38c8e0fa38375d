"""A vendor's reply on its way to the client: looked at as it came, and passed on with the user's own values in it."""

from mitmproxy import http

from proxy import metrics
from proxy.formats import Format
from proxy.restore import Lexicon, Remark, Restorer
from proxy.tap import ResponseTap

_OF_THE_BODY = ("content-encoding", "content-length", "content-md5", "digest", "content-digest", "repr-digest", "etag")
"""Headers that tell of the bytes as they were."""

_BODILESS = frozenset({101, 204, 304})


class RestoredReply:
    """A stream callable. The tap sees what the vendor sent; the client gets what the restorer makes of it."""

    def __init__(self, tap: ResponseTap, restorer: Restorer) -> None:
        self._tap = tap
        self._restorer = restorer
        self._ended = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """What goes on now; an empty chunk is the end. No empty piece ever: in HTTP/1 that would end the body."""
        self._tap.feed(chunk)
        if self._ended:
            return []
        if chunk:
            passed = self._restorer.feed(chunk)
        else:
            self._ended = True
            passed = self._restorer.finish()
            metrics.restored(self._restorer.restored, self._restorer.gave_up or self._restorer.is_broken)
        return [passed] if passed else []


def restore(
    flow: http.HTTPFlow, fmt: Format, lexicon: Lexicon | tuple[()], tap: ResponseTap, remark: Remark | None = None
) -> bool:
    """Has the reply of a flow restored as it streams; False, and nothing is changed, where nothing can be.

    A `remark` goes in front of what the reply says first.
    """
    response = flow.response
    if response is None or flow.request.method == "HEAD" or response.status_code in _BODILESS:
        return False
    headers = response.headers
    restorer = Restorer(fmt, lexicon, headers.get("content-type", ""), headers.get("content-encoding", ""), remark)
    if restorer.is_untouched:
        return False
    for name in _OF_THE_BODY:
        headers.pop(name, None)
    if flow.request.http_version == "HTTP/1.1":
        headers["transfer-encoding"] = "chunked"
    response.stream = RestoredReply(tap, restorer).feed
    return True
