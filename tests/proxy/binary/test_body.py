"""Whole requests in binary forms: what RPC clients send, read, redacted and blocked as any other."""

import base64
import gzip
import itertools
import json
import re
from typing import Any

import pytest

from proxy.binary import eventstream
from proxy.binary.envelope import Wrapping, frames, unwrap
from proxy.binary.wire import is_message
from proxy.body import Limits
from proxy.policy import Policy
from proxy.verdict import Decision, Judged, Request
from tests.proxy.binary.message import Field, write
from tests.proxy.binary.test_envelope import frame
from tests.proxy.inspecting import AWS_KEY, fresh, shared, value

CARD = " ".join(["4539", "9001", "3453", "0966"])
CURSOR = ("api2.cursor.sh", "/aiserver.v1.ChatService/StreamUnifiedChatWithTools", "application/connect+proto")
WINDSURF = ("server.codeium.com", "/exa.api_server_pb.ApiServerService/GetChatMessage", "application/connect+proto")
CODE_ASSIST = (
    "cloudcode-pa.googleapis.com",
    "/google.internal.cloud.code.v1.CloudCode/Chat",
    "application/grpc",
)
WEB = ("api2.cursor.sh", "/aiserver.v1.AiService/Any", "application/grpc-web-text+proto")
BLOCKS = Policy(id="blocks", description="Blocks whatever is found.", default="block")
UNARY = ("api2.cursor.sh", "/aiserver.v1.BidiService/BidiAppend", "application/proto")
Route = tuple[str, str, str]


def cursor(text: str) -> list[Field]:
    """As large as a short conversation, and shaped like one: roles, ids, a model, code around the caret."""
    turn: list[Field] = [(1, text), (2, 1), (13, "0f9a2c31-7a94-4a0e-9f43-2f1b6c1a7d55"), (29, 1), (47, 2)]
    reply: list[Field] = [(1, "Sure, show me."), (2, 2), (13, "5d1c33a7-95b1-4c7f-8f53-5f8a3c0e9b12")]
    code: list[Field] = [(1, "src/pay.py"), (2, "def pay():\n    return 1\n"), (3, [(1, 12), (2, 4)])]
    chat: list[Field] = [(1, turn), (1, reply), (2, 1), (3, code), (5, [(1, "claude-4.5-sonnet"), (4, b"")]), (8, "")]
    return [(1, chat)]


def windsurf(text: str) -> list[Field]:
    meta: list[Field] = [(1, "windsurf"), (2, "1.48.2"), (3, "00000000-0000-4000-8000-000000000000"), (4, "en")]
    return [(1, meta), (2, [(1, "message-1"), (2, 1), (5, [(1, [(1, text)])])]), (9, 1763712000123)]


def gemini(text: str) -> list[Field]:
    part: list[Field] = [(1, text)]
    return [(1, "projects/one"), (2, [(1, "user"), (2, part)]), (3, [(1, float(0)), (2, 8192)])]


def ask(route: Route, body: bytes, **headers: str) -> Request:
    host, target, media = route
    lines = {"content-type": media, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Request(
        "POST",
        "https",
        host,
        443,
        target,
        tuple((k.encode(), v.encode()) for k, v in lines.items()),
        body,
        "ann",
        "tl-1",
    )


def connect(fields: list[Field], route: Route = CURSOR) -> Request:
    squeezed = frame(gzip.compress(write(fields), mtime=1), 1)
    return ask(route, squeezed, connect_content_encoding="gzip", connect_protocol_version="1")


def grpc(fields: list[Field]) -> Request:
    return ask(CODE_ASSIST, frame(write(fields)), te="trailers")


def web(fields: list[Field]) -> Request:
    return ask(WEB, base64.b64encode(frame(gzip.compress(write(fields)), 1)), grpc_encoding="gzip")


def unary(fields: list[Field]) -> Request:
    body = gzip.compress(write(fields))
    return ask(UNARY, body, content_encoding="gzip")


def append(text: str) -> list[Field]:
    """A piece of a two-way stream, as Cursor sends it in a request of its own: a message in hex digits."""
    return [(1, write(cursor(text)).hex()), (2, [(1, "0f9a2c31-7a94-4a0e-9f43-2f1b6c1a7d55")]), (3, 1)]


CASES: list[tuple[Any, Any]] = [
    (connect, cursor),
    (lambda fields: connect(fields, WINDSURF), windsurf),
    (grpc, gemini),
    (web, cursor),
    (unary, gemini),
    (unary, append),
    (connect, append),
]
NAMES = ["cursor", "windsurf", "grpc", "grpc-web-text", "unary", "append", "framed append"]
SHAPES = pytest.mark.parametrize(("send", "shape"), CASES, ids=NAMES)


def mark(found: Judged) -> str:
    return f"[{found.entity}:{found.fingerprint[:6]}]"


def unpacked(request: Request, body: bytes) -> bytes:
    """The first message, however it was packed."""
    if request.target == UNARY[1]:
        return gzip.decompress(body)
    data = unwrap(body, Wrapping("gzip", request.target == WEB[1]), Limits())
    return data[frames(data)[0].start :]


@SHAPES
def test_a_clean_request_goes_as_it_came(send: Any, shape: Any) -> None:
    verdict = shared().inspect(send(shape("Why is the sky blue? Answer in one sentence.")))
    assert (verdict.decision, verdict.reason, verdict.body) == (Decision.ALLOW, None, None)


@SHAPES
@pytest.mark.parametrize("secret", [CARD, AWS_KEY], ids=["card", "key"])
@pytest.mark.parametrize("around", ["Use {}, please, and be quick", "{}", "It is {}\n" + "and more. " * 50, "é {}"])
def test_a_value_is_cut_out_and_all_else_stays(send: Any, shape: Any, secret: str, around: str) -> None:
    request = send(shape(around.format(secret)))
    verdict = shared().inspect(request)
    assert (verdict.decision, verdict.reason) == (Decision.REDACT, None)
    assert verdict.body is not None
    (found,) = verdict.findings
    assert unpacked(request, verdict.body) == write(shape(around.format(mark(found))))
    assert found.label == "unknown"


@SHAPES
@pytest.mark.parametrize("secret", [CARD, AWS_KEY], ids=["card", "key"])
def test_a_value_blocks(send: Any, shape: Any, secret: str) -> None:
    verdict = fresh(BLOCKS).inspect(send(shape(f"It is {secret}")))
    assert (verdict.decision, verdict.body) == (Decision.BLOCK, None)
    assert verdict.reply is not None


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ([(1, [(5, int(CARD.replace(" ", ""))), (6, "x" * 200)])], "frame:1/1.5"),
        ([(1, [(2, b"\xff\x80key=" + AWS_KEY.encode() + b"\xff\xff\x00")])], "frame:1/1.2"),
        ([(1, [(4, f"one that is as likely a text: {AWS_KEY}")])], "frame:1/1.4"),
    ],
    ids=["number", "blob", "unsure"],
)
def test_what_can_not_be_rewritten_blocks(fields: list[Field], pointer: str) -> None:
    verdict = shared().inspect(connect(fields))
    assert verdict.decision is Decision.BLOCK
    assert {(one.pointer, one.label, one.clause) for one in verdict.findings} == {(pointer, "binary", "on-fixed")}


@pytest.mark.parametrize(
    ("content", "decision", "reason"),
    [
        (gzip.compress(f"the key is {AWS_KEY}, and no other".encode(), mtime=0), Decision.BLOCK, None),
        (gzip.compress(b"nothing in here that anyone would mind", mtime=0), Decision.ALLOW, None),
        (gzip.compress(b"nothing in here that anyone would mind", mtime=0)[:-9], Decision.LOG, "attachment"),
    ],
    ids=["key", "clean", "damaged"],
)
def test_files_in_fields_are_opened(content: bytes, decision: Decision, reason: str | None) -> None:
    verdict = shared().inspect(connect([(1, [(2, content), (3, "a.txt")])]))
    assert (verdict.decision, verdict.reason) == (decision, reason)
    assert all(one.pointer.startswith("frame:1/1.2#") for one in verdict.findings)


def test_a_value_that_crosses_from_part_to_part_blocks() -> None:
    """A text that could be a message of two fields, the second one's tag and length being letters of a key."""
    keys = (value("AKIA${base32:16}", number) for number in itertools.count())
    key, cut = next((key, cut) for key in keys if (cut := re.search("[BJRZ][A-Z]", key[4:])))
    front, tail = key[: 4 + cut.start()], key[4 + cut.end() :]
    text = "\n" + chr(60) + front.rjust(60) + cut.group() + tail.ljust(ord(cut.group()[1]))
    assert is_message(text.encode())
    verdict = shared().inspect(connect([(1, [(2, text), (3, 1)])]))
    assert verdict.decision is Decision.BLOCK
    assert [(one.pointer, one.clause) for one in verdict.findings] == [("frame:1/1.2", "on-fixed")]


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (ask(CURSOR, frame(b"\x0a\x05abc")), "bad_protobuf"),
        (ask(CURSOR, frame(b"\x0a\x01a") + b"\0"), "bad_frame"),
        (ask(CURSOR, frame(b"{}", 2)), "bad_frame"),
        (ask(CURSOR, frame(gzip.compress(b"", mtime=0), 1)), "bad_frame"),
        (ask(CURSOR, frame(b"", 1), connect_content_encoding="gzip", grpc_encoding="br"), "unsupported_encoding"),
        (ask(CURSOR, frame(b"", 1), connect_content_encoding="gzip, br"), "unsupported_encoding"),
        (ask(UNARY, b"\x0a\x05abc"), "bad_protobuf"),
        (ask((*UNARY[:2], "application/vnd.amazon.eventstream"), b"abc"), "bad_frame"),
        (ask((*UNARY[:2], "application/connect+thrift"), frame(b"abc")), "binary"),
    ],
)
def test_what_can_not_be_read_blocks(request_: Request, reason: str) -> None:
    verdict = shared().inspect(request_)
    assert (verdict.decision, verdict.reason) == (Decision.BLOCK, reason)


def test_json_in_frames() -> None:
    route = (*CURSOR[:2], "application/connect+json")
    one, other = json.dumps({"text": f"key {AWS_KEY}"}).encode(), b'{"text": "two"}'
    request = ask(route, frame(other) + frame(gzip.compress(one), 1), connect_content_encoding="gzip")
    verdict = shared().inspect(request)
    assert verdict.decision is Decision.REDACT
    assert verdict.body is not None
    (found,) = verdict.findings
    data = unwrap(verdict.body, Wrapping("gzip"), Limits())
    assert data == frame(other) + frame(one.replace(AWS_KEY.encode(), mark(found).encode()), 1)
    assert found.pointer == "frame:2/text"


def test_event_streams() -> None:
    head = b"\x0b:event-type\x07\x00\x05chunk"
    raw = json.dumps({"text": f"key {AWS_KEY}"}).encode()
    inner = json.dumps({"bytes": base64.b64encode(raw).decode()}).encode()
    clean = eventstream.encode(eventstream.Message(head, b'{"text": "one"}'))
    route = ("bedrock-runtime.us-east-1.amazonaws.com", "/model/m/invoke", "application/vnd.amazon.eventstream")
    verdict = shared().inspect(ask(route, clean + eventstream.encode(eventstream.Message(head, raw))))
    assert verdict.decision is Decision.REDACT
    assert verdict.body is not None
    assert verdict.body.startswith(clean)
    (_, _), (_, message) = eventstream.messages(verdict.body)
    assert message.headers == head
    assert json.loads(message.payload)["text"].startswith("key [AWS_")
    within = shared().inspect(ask(route, eventstream.encode(eventstream.Message(head, inner))))
    assert within.decision is Decision.REDACT
    assert [one.pointer for one in within.findings] == ["event:1/bytes"]


def enclosed(payload: bytes, levels: int) -> bytes:
    """Each message within another, as signed event streams are sent."""
    for _ in range(levels):
        payload = eventstream.encode(eventstream.Message(b"\x05:date\x08" + bytes(8), payload))
    return payload


@pytest.mark.parametrize(
    ("payload", "levels", "reason", "pointer"),
    [
        (f'{{"text": "key {AWS_KEY}"}}'.encode(), 2, None, "event:1/event:1/text"),
        (f'{{"text": "key {AWS_KEY}"}}'.encode(), 5, "binary", "event:1/event:1/event:1/event:1"),
        (b"\xff\x00 key " + AWS_KEY.encode() + b" \xff", 1, "binary", "event:1"),
        (gzip.compress(f"the key is {AWS_KEY}".encode(), mtime=0), 1, None, "event:1#"),
    ],
    ids=["nested", "too deep", "blob", "file"],
)
def test_payloads_that_are_no_text(payload: bytes, levels: int, reason: str | None, pointer: str) -> None:
    verdict = shared().inspect(ask((*UNARY[:2], "application/vnd.amazon.eventstream"), enclosed(payload, levels)))
    assert (verdict.decision, verdict.reason) == (Decision.BLOCK, reason)
    assert [one.pointer.startswith(pointer) for one in verdict.findings] == [True]


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_a_message_in_the_query(coding: str) -> None:
    """Connect's way of asking with GET."""
    message = write(gemini(f"the key is {AWS_KEY}"))
    packed = gzip.compress(message) if coding else message
    query = (
        f"connect=v1&encoding=proto&base64=1&compression={coding}&message={base64.urlsafe_b64encode(packed).decode()}"
    )
    verdict = fresh(BLOCKS).inspect(Request("GET", "https", UNARY[0], 443, f"{UNARY[1]}?{query}", (), b""))
    assert verdict.decision is Decision.BLOCK
    assert "AWS_ACCESS_KEY" in {one.entity for one in verdict.findings}
