"""Headers that tell which code a request is about: noted with its flow; an operator's own are not sent on."""

from mitmproxy import http

from proxy.origin import split_hints
from proxy.terms import Terms
from proxy.verdict import Headers


def take_hints(request: http.Request, edition: Terms) -> Headers:
    """The hints among a request's headers; those that the edition's operator has named are gone from it afterwards."""
    lines = request.headers.fields
    kept, hints = split_hints(lines, edition.charter.classification.headers)
    if len(kept) < len(lines):
        request.headers = http.Headers(kept)
    return hints
