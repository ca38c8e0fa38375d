"""A request's body as the readers see it, and the way back: content codings, below them the frames of RPC streams, and
below those the messages that were folded into texts of others.

What `body` is for the bytes of any request, this is for a whole one: it knows which headers say how a body was packed.
"""

from collections.abc import Callable

from proxy import body
from proxy.binary.envelope import Wrapping, frames, head, unwrap, wrap
from proxy.binary.fold import fold, unfold
from proxy.binary.mediatype import FRAMED, Form, form_of, is_base64
from proxy.body import Limits
from proxy.multipart import media_type
from proxy.reason import Reason, RequestError
from proxy.verdict import Request

_CODING_HEADERS = (b"connect-content-encoding", b"grpc-encoding")


def decode_body(request: Request, limits: Limits) -> bytes:
    """Return the body unpacked. RequestError as in `body.decode` and `envelope.unwrap`."""
    form = _form(request)
    data = body.decode(request.body, request.header_values(b"content-encoding"), limits)
    wrapping = _wrapping(request, form, data)
    data = data if wrapping is None else unwrap(data, wrapping, limits)
    return _mapped(data, form, lambda message, _: unfold(message)[0])


def encode_body(request: Request, data: bytes, limits: Limits) -> bytes:
    """Return `data`, which is `decode_body`'s with edits, packed as the request's body was."""
    form = _form(request)
    codings = request.header_values(b"content-encoding")
    original = body.decode(request.body, codings, limits)
    wrapping = _wrapping(request, form, original)
    plain = original if wrapping is None else unwrap(original, wrapping, limits)
    folds = [unfold(message)[1] for message in _messages(plain, form)]
    data = _mapped(data, form, lambda message, nth: fold(message, folds[nth]))
    return body.encode(data if wrapping is None else wrap(data, original, wrapping, limits), codings)


def _form(request: Request) -> Form | None:
    media = media_type(request.header(b"content-type"))
    return form_of(media.name) if media is not None else None


def _wrapping(request: Request, form: Form | None, data: bytes) -> Wrapping | None:
    """How the frames in `data` were made; None when there are none."""
    if form not in FRAMED or not data or body.starts_as_json(data):
        return None
    named = {value.strip(" \t").lower() for name in _CODING_HEADERS for value in request.header_values(name)} - {""}
    if len(named) > 1 or any("," in name for name in named):
        raise RequestError(Reason.UNSUPPORTED_ENCODING)
    media = media_type(request.header(b"content-type"))
    return Wrapping(next(iter(named), ""), media is not None and is_base64(media.name))


def _messages(data: bytes, form: Form | None) -> list[bytes]:
    """The protobuf messages that an unpacked body is made of."""
    if form is Form.PROTOBUF_FRAMES and not body.starts_as_json(data):
        return [data[frame.start : frame.end] for frame in frames(data)]
    return [data] if form is Form.PROTOBUF else []


def _mapped(data: bytes, form: Form | None, change: Callable[[bytes, int], bytes]) -> bytes:
    """The body with `change` done to each of its messages, which is told the message's number."""
    changed = [change(message, nth) for nth, message in enumerate(_messages(data, form))]
    if form is Form.PROTOBUF_FRAMES and changed:
        flags = [data[frame.at] for frame in frames(data)]
        return b"".join(head(flag, len(message)) + message for flag, message in zip(flags, changed, strict=True))
    return changed[0] if changed else data
