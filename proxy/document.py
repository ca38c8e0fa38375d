"""From a decoded body to its segments: every string, name and number in it, wherever the format puts them.

Stands between `body` (which says what the bytes are) and the detectors. Knows formats, not vendors: labels
come from the caller, by path. Nothing is read in part: what can't be opened raises, after all that can be
has been yielded.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from proxy import form, multipart, ndjson
from proxy.attachments import is_known_file
from proxy.binary import eventstream, protobuf
from proxy.binary.envelope import frames
from proxy.binary.run import text_runs
from proxy.body import Kind, Limits, sniff
from proxy.jsontext import LeafKind, Path, leaves
from proxy.opener import file_segments
from proxy.reason import Reason, RequestError
from proxy.segment import Label, Segment

LabelOf = Callable[[Path], Label]

DEFAULT_LIMITS = Limits()
MAX_STREAMS_WITHIN = 4
"""Signed event streams carry each message within another."""

MIN_FILE_BYTES = 20
"""An empty gzip file's. Shorter bytes within a message begin like a file by chance."""

_LABELS = {LeafKind.KEY: Label.KEY, LeafKind.NUMBER: Label.NUMBER}


def segments(
    data: bytes,
    kind: Kind,
    label_of: LabelOf,
    *,
    content_type: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Segment]:
    """Yield every segment of the decoded body, in the order of the bytes.

    `label_of` is asked for the label of each value by its path (a form field's is its name; a part's is the
    name of its field, then the path within); keys and names are KEY, JSON numbers NUMBER, and what stands in
    a file part is ATTACHMENT, but for a JSON value that `label_of` knows. Offsets are of `data`.
    `content_type` is needed for MULTIPART alone.

    RequestError as the iterator comes to what can't be read; the segments before it stand, and for
    multipart bodies those of the other parts too. Files are opened; one that can't be read to the end is ATTACHMENT
    or what it ran into, and bytes that are no file of a known kind are BINARY. More than `limits.leaves` segments
    are TOO_LARGE.
    """
    for count, segment in enumerate(_segments(data, kind, label_of, content_type, limits)):
        if count >= limits.leaves:
            raise RequestError(Reason.TOO_LARGE, segment.start)
        yield segment


def _segments(
    data: bytes, kind: Kind, label_of: LabelOf, content_type: str | None, limits: Limits
) -> Iterator[Segment]:
    match kind:
        case Kind.EMPTY:
            return iter(())
        case Kind.JSON:
            return json_segments(data, label_of, limits=limits)
        case Kind.NDJSON:
            return _ndjson_segments(data, 0, len(data), "", label_of, limits)
        case Kind.FORM:
            return form_segments(data, label_of)
        case Kind.MULTIPART:
            return _multipart_segments(data, content_type, label_of, limits)
        case Kind.PROTOBUF | Kind.PROTOBUF_FRAMES:
            return _protobuf_segments(data, kind, label_of, limits)
        case Kind.JSON_FRAMES:
            return _json_frame_segments(data, label_of, limits)
        case Kind.EVENT_STREAM:
            return _event_segments(data, 0, len(data), "", label_of, limits)
        case Kind.TEXT if is_known_file(data):
            text = _text_segment(data, "", label_of(()), "", 0, len(data))
            return chain((text,), file_segments(data, 0, len(data), content_type, "", limits.attachments))
        case Kind.TEXT:
            return iter((_text_segment(data, "", label_of(()), "", 0, len(data)),))
        case Kind.BINARY if is_known_file(data):
            return file_segments(data, 0, len(data), content_type, "", limits.attachments)
        case Kind.BINARY:
            raise RequestError(Reason.BINARY)


def json_segments(
    data: bytes,
    label_of: LabelOf,
    *,
    start: int = 0,
    end: int | None = None,
    prefix: Path = (),
    lead: str = "",
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Segment]:
    """Yield the segments of the JSON text in `data[start:end]`, which stands at `prefix` in its document.

    `lead` goes before each pointer. This is how one chunk of `jsontext.split` is read alone.
    """
    path: Path | None = None
    parent: Path | None = None
    parent_pointer = parent_field = pointer = field = ""
    for leaf_path, kind, leaf_start, leaf_end, text in leaves(
        data, start=start, end=end, prefix=prefix, max_depth=limits.depth, max_leaves=limits.leaves
    ):
        if leaf_path is not path:  # a key and its value share theirs
            path = leaf_path
            if path[:-1] != parent:
                parent = path[:-1]
                parent_pointer, parent_field = lead + pointer_of(parent), _field_of(parent)
            token = path[-1] if path else ""
            field = token if isinstance(token, str) and path else parent_field
            pointer = f"{parent_pointer}/{_escaped(token)}" if path else lead
        label = label_of(path) if kind is LeafKind.STRING else _LABELS[kind]
        yield Segment(pointer, label, text, field, leaf_start, leaf_end)


def pointer_of(path: Path) -> str:
    """Return the RFC 6901 JSON Pointer of `path`."""
    return "".join([f"/{_escaped(token)}" for token in path])


def _escaped(token: str | int) -> str:
    return str(token).replace("~", "~0").replace("/", "~1")


def _field_of(path: Path) -> str:
    return next((token for token in reversed(path) if isinstance(token, str)), "")


def _ndjson_segments(
    data: bytes, start: int, end: int, lead: str, label_of: LabelOf, limits: Limits
) -> Iterator[Segment]:
    for line in ndjson.lines(data, start, end):
        yield from json_segments(
            data, label_of, start=line.start, end=line.end, lead=f"{lead}line:{line.number}", limits=limits
        )


def form_segments(data: bytes, label_of: LabelOf, *, lead: str = "form:") -> Iterator[Segment]:
    """Yield the names and values of a form, or with `lead="query:"` those of a query string."""
    for name, name_start, name_end, value, value_start, value_end in form.fields(data):
        pointer = lead + name
        yield Segment(pointer, Label.KEY, name, name, name_start, name_end)
        if value_start > name_end:
            yield Segment(pointer, label_of((name,)), value, name, value_start, value_end)


def _multipart_segments(data: bytes, content_type: str | None, label_of: LabelOf, limits: Limits) -> Iterator[Segment]:
    media = multipart.media_type(content_type)
    if media is None:
        raise RequestError(Reason.BAD_MULTIPART)
    body = multipart.read(data, multipart.boundary(media))
    fault: RequestError | None = None
    yield from _surroundings(data, "part:0/preamble", 0, body.preamble_end)
    for number, part in enumerate(body.parts, 1):
        yield from _header_segments(data, part, f"part:{number}/header:")
        try:
            yield from _part_segments(data, part, f"part:{number}/", label_of, limits)
        except RequestError as err:
            fault = fault or err
    yield from _surroundings(data, "part:0/epilogue", body.epilogue, len(data))
    if fault is not None:
        raise fault


def _surroundings(data: bytes, pointer: str, start: int, end: int) -> Iterator[Segment]:
    if data[start:end].strip():
        yield _text_segment(data, pointer, Label.UNKNOWN, "", start, end)


def _header_segments(data: bytes, part: multipart.Part, lead: str) -> Iterator[Segment]:
    for header in part.headers:
        pointer = lead + header.name
        name_end = header.line_start + len(header.name)
        yield Segment(pointer, Label.KEY, header.name, header.name, header.line_start, name_end)
        yield _text_segment(data, pointer, Label.HEADER, header.name, header.start, header.end)


def _part_segments(
    data: bytes, part: multipart.Part, lead: str, label_of: LabelOf, limits: Limits
) -> Iterator[Segment]:
    """Yield the segments of one part's body. A form within a form is read as text: no API sends one."""

    def label(path: Path) -> Label:
        known = label_of((part.name, *path))
        return Label.ATTACHMENT if part.is_file and (not path or known is Label.UNKNOWN) else known

    start, end = part.start, part.end
    content = data[start:end]
    match sniff(part.media, content):
        case Kind.EMPTY:
            return
        case Kind.JSON:
            yield from json_segments(data, label, start=start, end=end, lead=f"{lead}json", limits=limits)
        case Kind.NDJSON:
            yield from _ndjson_segments(data, start, end, lead, label, limits)
        case Kind.TEXT | Kind.FORM:
            yield _text_segment(data, f"{lead}body", label(()), part.name, start, end)
        case Kind.MULTIPART:
            raise RequestError(Reason.BAD_MULTIPART, start)
        case _ if not part.is_file and not is_known_file(content):
            raise RequestError(Reason.BINARY, start)
        case _:
            yield from file_segments(data, start, end, part.media, f"{lead}body", limits.attachments)
            return
    if is_known_file(content):
        yield from file_segments(data, start, end, part.media, f"{lead}body", limits.attachments)


def _protobuf_segments(data: bytes, kind: Kind, label_of: LabelOf, limits: Limits) -> Iterator[Segment]:
    def open_file(start: int, end: int, pointer: str) -> Iterator[Segment]:
        is_file = end - start >= MIN_FILE_BYTES and is_known_file(data[start:end])
        return file_segments(data, start, end, None, pointer, limits.attachments) if is_file else iter(())

    reader = protobuf.Reader(data, label_of, limits.leaves, limits.depth, open_file)
    if kind is Kind.PROTOBUF:
        yield from reader.message(0, len(data), "/")
    else:
        for number, frame in enumerate(frames(data), 1):
            yield from reader.message(frame.start, frame.end, f"frame:{number}/")
    if reader.fault is not None:
        raise reader.fault


def _json_frame_segments(data: bytes, label_of: LabelOf, limits: Limits) -> Iterator[Segment]:
    for number, frame in enumerate(frames(data), 1):
        if frame.start < frame.end:
            yield from json_segments(
                data, label_of, start=frame.start, end=frame.end, lead=f"frame:{number}", limits=limits
            )


def _event_segments(
    data: bytes, start: int, end: int, lead: str, label_of: LabelOf, limits: Limits
) -> Iterator[Segment]:
    """Yield what the messages of an event stream hold. Headers can't be rewritten, nor messages within a payload."""
    try:
        messages = eventstream.messages(data[start:end])
    except ValueError:  # the traceback holds the bytes, so not chained
        raise RequestError(Reason.BAD_FRAME, start) from None
    fault: RequestError | None = None
    for number, (at, message) in enumerate(messages, 1):
        pointer = f"{lead}event:{number}"
        payload = start + at + eventstream.payload_offset(message)
        try:
            yield from _event_headers(message.headers, start + at + eventstream.HEADERS_OFFSET, pointer)
            yield from _payload_segments(data, payload, payload + len(message.payload), pointer, label_of, limits)
        except RequestError as err:
            fault = fault or err
    if fault is not None:
        raise fault


def _event_headers(block: bytes, offset: int, lead: str) -> Iterator[Segment]:
    try:
        headers = list(eventstream.headers(block))
    except ValueError:
        raise RequestError(Reason.BAD_FRAME, offset) from None
    for header in headers:
        pointer, value = f"{lead}/header:{header.name}", block[header.start : header.end]
        start, end = offset + header.start, offset + header.end
        yield Segment(pointer, Label.KEY, header.name, header.name, start, end)
        text = value.decode("utf-8", "replace") if header.is_string else text_runs(value)
        yield Segment(pointer, Label.BINARY, text, header.name, start, end)


def _payload_segments(
    data: bytes, start: int, end: int, lead: str, label_of: LabelOf, limits: Limits
) -> Iterator[Segment]:
    payload = data[start:end]
    match sniff(None, payload):
        case Kind.EMPTY:
            return
        case Kind.JSON:
            yield from json_segments(data, label_of, start=start, end=end, lead=lead, limits=limits)
        case Kind.NDJSON:
            yield from _ndjson_segments(data, start, end, f"{lead}/", label_of, limits)
        case Kind.TEXT:
            yield _text_segment(data, lead, label_of(()), "", start, end)
        case _ if eventstream.is_stream(payload) and lead.count("event:") < MAX_STREAMS_WITHIN:
            yield from _event_segments(data, start, end, f"{lead}/", lambda _: Label.BINARY, limits)
        case _ if is_known_file(payload):
            yield from file_segments(data, start, end, None, lead, limits.attachments)
        case _:
            yield Segment(lead, Label.BINARY, text_runs(payload), "", start, end)
            raise RequestError(Reason.BINARY, start)


def _text_segment(data: bytes, pointer: str, label: Label, field: str, start: int, end: int) -> Segment:
    try:
        text = data[start:end].decode()
    except UnicodeDecodeError:  # holds the bytes, so not chained
        raise RequestError(Reason.BAD_UTF8, start) from None
    return Segment(pointer, label, text, field, start, end)
