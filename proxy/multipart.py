"""A strict reader of multipart bodies (RFC 2046, section 5.1; RFC 7578) and of Content-Type values.

Says where the preamble, every part's headers and body, and the epilogue stand; opens none of them. What two
readers could take in two ways is refused: a boundary string that isn't a delimiter, bare line feeds, folded
or repeated headers, transfer encodings, parts within parts.
"""

import re
from dataclasses import dataclass

from proxy.reason import Reason, RequestError

MAX_PARTS = 1000
MAX_HEADER_BYTES = 16_384

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_MEDIA_TYPE = re.compile(rf"[ \t]*({_TOKEN}/{_TOKEN})[ \t]*")
_PARAMETER = re.compile(rf';[ \t]*(?:({_TOKEN})=(?:({_TOKEN})|"((?:[^"\\\r\n]|\\[^\r\n])*)")[ \t]*)?')
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_HEADER = re.compile(rf"({_TOKEN}):[ \t]*([^\r\n\x00]*)".encode())
_UNENCODED = frozenset({"7bit", "8bit", "binary"})


@dataclass(frozen=True, slots=True)
class MediaType:
    """A Content-Type value: `type/subtype` in lower case, parameters by lower-case name."""

    name: str
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class Header:
    """One header line of a part: lower-case name, where the line starts, and where its value stands."""

    name: str
    line_start: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    headers: tuple[Header, ...]
    media: str | None  # the Content-Type value as it stands
    name: str  # the form field's, or ""
    is_file: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Multipart:
    """The parts in order, and the bytes around them that readers ignore: `[0, preamble_end)`, `[epilogue,
    end)`."""

    preamble_end: int
    parts: tuple[Part, ...]
    epilogue: int


def media_type(content_type: str | None) -> MediaType | None:
    """Return the parsed Content-Type, None when there is none.

    RequestError AMBIGUOUS_TYPE when it doesn't parse, or gives a parameter twice.
    """
    if content_type is None or not content_type.strip():
        return None
    if (found := _MEDIA_TYPE.match(content_type)) is None:
        raise RequestError(Reason.AMBIGUOUS_TYPE)
    return MediaType(found[1].lower(), _parameters(content_type, found.end(), Reason.AMBIGUOUS_TYPE))


def _parameters(value: str, pos: int, fault: Reason) -> dict[str, str]:
    """Return the `; name=value` pairs of a header value from `pos` to its end (RFC 9110, section 5.6.6)."""
    parameters: dict[str, str] = {}
    while pos < len(value):
        if (found := _PARAMETER.match(value, pos)) is None:
            raise RequestError(fault)
        pos = found.end()
        if found[1] is None:
            continue
        name = found[1].lower()
        if name in parameters:
            raise RequestError(fault)
        parameters[name] = found[2] if found[2] is not None else re.sub(r"\\(.)", r"\1", found[3])
    return parameters


def boundary(media: MediaType) -> bytes:
    """Return the delimiter's name; RequestError BAD_MULTIPART when missing or outside RFC 2046's alphabet."""
    text = media.parameters.get("boundary", "")
    if _BOUNDARY.fullmatch(text) is None:
        raise RequestError(Reason.BAD_MULTIPART)
    return text.encode()


def read(data: bytes, boundary: bytes) -> Multipart:
    """Return where everything stands in `data`; RequestError BAD_MULTIPART for anything but the strict
    form."""
    starts, ends, closed = _delimiters(data, boundary)
    if not closed or len(starts) > MAX_PARTS:
        raise RequestError(Reason.BAD_MULTIPART, ends[-1] if ends else 0)
    parts = tuple(_part(data, ends[i], starts[i + 1]) for i in range(len(starts) - 1))
    return Multipart(starts[0], parts, ends[-1])


def _delimiters(data: bytes, boundary: bytes) -> tuple[list[int], list[int], bool]:
    """Return where each delimiter line starts (its leading CRLF included) and ends, and whether the last
    one closes.

    Each occurrence of the boundary with its two dashes has to be a delimiter: some readers look no further
    than that.
    """
    dashed = b"--" + boundary
    starts: list[int] = []
    ends: list[int] = []
    closed = False
    at = data.find(dashed)
    while at >= 0:
        led = at == 0 or data[at - 2 : at] == b"\r\n"
        after = at + len(dashed)
        if closed or not led:
            raise RequestError(Reason.BAD_MULTIPART, at)
        starts.append(max(at - 2, 0))
        if data.startswith(b"--", after):
            closed = True
            ends.append(after + 2)
            if len(data) > after + 2 and not data.startswith(b"\r\n", after + 2):
                raise RequestError(Reason.BAD_MULTIPART, after)
        elif data.startswith(b"\r\n", after):
            ends.append(after + 2)
        else:
            raise RequestError(Reason.BAD_MULTIPART, after)
        at = data.find(dashed, after)
    return starts, ends, closed


def _part(data: bytes, start: int, end: int) -> Part:
    headers, body = _headers(data, start, end)
    by_name = {header.name: data[header.start : header.end] for header in headers}
    if len(by_name) != len(headers):
        raise RequestError(Reason.BAD_MULTIPART, start)
    try:
        values = {name: value.decode() for name, value in by_name.items()}
    except UnicodeDecodeError:  # holds the bytes, so not chained
        raise RequestError(Reason.BAD_UTF8, start) from None
    if values.get("content-transfer-encoding", "binary").strip(" \t").lower() not in _UNENCODED:
        raise RequestError(Reason.UNSUPPORTED_ENCODING, start)
    if "content-encoding" in values:
        raise RequestError(Reason.UNSUPPORTED_ENCODING, start)
    name, is_file = _disposition(values.get("content-disposition", ""))
    return Part(headers, values.get("content-type"), name, is_file, body, end)


def _headers(data: bytes, start: int, end: int) -> tuple[tuple[Header, ...], int]:
    """Return the header lines from `start`, and where the body begins: after the empty line."""
    headers: list[Header] = []
    pos = start
    while True:
        stop = data.find(b"\r\n", pos, min(end + 2, start + MAX_HEADER_BYTES))
        if stop < 0:
            raise RequestError(Reason.BAD_MULTIPART, pos)
        if stop == pos:
            break
        if (line := _HEADER.fullmatch(data, pos, stop)) is None:
            raise RequestError(Reason.BAD_MULTIPART, pos)
        headers.append(Header(line[1].decode().lower(), pos, line.start(2), line.end(2)))
        pos = stop + 2
    if pos + 2 > end:
        raise RequestError(Reason.BAD_MULTIPART, pos)
    return tuple(headers), pos + 2


def _disposition(value: str) -> tuple[str, bool]:
    """Return the field name of a Content-Disposition value and whether it names a file.

    Clients differ in how they quote (browsers write %22), so what doesn't parse only loses its name: the
    value is scanned as it stands in any case.
    """
    kind, semicolon, _ = value.partition(";")
    try:
        parameters = _parameters(value, len(kind), Reason.BAD_MULTIPART) if semicolon else {}
    except RequestError:
        return "", True
    return parameters.get("name", ""), "filename" in parameters or "filename*" in parameters
