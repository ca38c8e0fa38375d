"""A request's body as the readers see it, and the way back: content codings, and below them the frames of RPC streams.

What `body` is for the bytes of any request, this is for a whole one: it knows which headers say how a body was packed.
"""

from proxy import body
from proxy.binary.envelope import Wrapping, unwrap, wrap
from proxy.binary.mediatype import FRAMED, form_of, is_base64
from proxy.body import Limits
from proxy.multipart import media_type
from proxy.reason import Reason, RequestError
from proxy.verdict import Request

_CODING_HEADERS = (b"connect-content-encoding", b"grpc-encoding")


def decode_body(request: Request, limits: Limits) -> bytes:
    """Return the body unpacked. RequestError as in `body.decode` and `envelope.unwrap`."""
    data = body.decode(request.body, request.header_values(b"content-encoding"), limits)
    wrapping = _wrapping(request, data)
    return data if wrapping is None else unwrap(data, wrapping, limits)


def encode_body(request: Request, data: bytes, limits: Limits) -> bytes:
    """Return `data`, which is `decode_body`'s with edits, packed as the request's body was."""
    codings = request.header_values(b"content-encoding")
    original = body.decode(request.body, codings, limits)
    wrapping = _wrapping(request, original)
    return body.encode(data if wrapping is None else wrap(data, original, wrapping, limits), codings)


def _wrapping(request: Request, data: bytes) -> Wrapping | None:
    """How the frames in `data` were made; None when there are none."""
    media = media_type(request.header(b"content-type"))
    if media is None or not data or form_of(media.name) not in FRAMED or body.starts_as_json(data):
        return None
    named = {value.strip(" \t").lower() for name in _CODING_HEADERS for value in request.header_values(name)} - {""}
    if len(named) > 1 or any("," in name for name in named):
        raise RequestError(Reason.UNSUPPORTED_ENCODING)
    return Wrapping(next(iter(named), ""), is_base64(media.name))
