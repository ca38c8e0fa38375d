"""Which media types mean which binary form. Names alone; the bytes are looked at where a form is read."""

import re
from enum import StrEnum
from typing import Final


class Form(StrEnum):
    """The forms that can be read. Each is a `body.Kind` of the same name."""

    PROTOBUF = "protobuf"
    PROTOBUF_FRAMES = "protobuf_frames"
    JSON_FRAMES = "json_frames"
    EVENT_STREAM = "event_stream"


FRAMED: Final = frozenset({Form.PROTOBUF_FRAMES, Form.JSON_FRAMES})
_MESSAGES: Final = {None: Form.PROTOBUF_FRAMES, "proto": Form.PROTOBUF_FRAMES, "json": Form.JSON_FRAMES}
_FRAMED: Final = re.compile(r"application/(?:grpc|grpc-web|grpc-web-text|connect(?=\+))(?:\+([a-z0-9.-]+))?")
_PROTOBUF: Final = re.compile(r"application/(?:.*[.+-])?proto(?:buf)?")
_EVENT_STREAM: Final = "application/vnd.amazon.eventstream"


def form_of(name: str) -> Form | None:
    """Return the form that a media type (lower case, no parameters) declares; None for all that can't be read here."""
    if (framed := _FRAMED.fullmatch(name)) is not None:
        return _MESSAGES.get(framed[1])
    if _PROTOBUF.fullmatch(name):
        return Form.PROTOBUF
    return Form.EVENT_STREAM if name == _EVENT_STREAM else None


def is_grpc(name: str) -> bool:
    """Whether a media type is gRPC's own, whose clients read an error from the headers alone."""
    return re.fullmatch(r"application/grpc(?:\+.*)?", name) is not None


def is_base64(name: str) -> bool:
    """Whether the frames of this media type are sent as base64."""
    return name.startswith("application/grpc-web-text")
