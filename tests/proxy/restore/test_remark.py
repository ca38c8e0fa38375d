"""A remark in recorded replies: in front of what is said first and of its copies, and no other byte changed."""

import itertools
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.formats import FORMATS, Format
from proxy.formats.soft import SoftShape
from proxy.restore import Lexicon, Remark, Restorer, can_be_remarked, message_restorer
from proxy.restore.frame import EventStreamCutter
from tests.proxy.restore.amazon import chunked, recorded
from tests.proxy.restore.pairs import LEXICON
from tests.proxy.restore.test_restorer import CASES, TYPES

KINDS = {**TYPES, ".eventstream": "application/vnd.amazon.eventstream"}
LINE = '[Tightlip: höre "zu" (tl-abc.00)]\n\n'
NOTHING = Lexicon(())


def _shape(fmt: Format) -> SoftShape | None:
    return next((soft.shape for soft in fmt.soft if can_be_remarked(soft.shape)), None)


STREAMS = sorted(
    path
    for path in CASES.glob("*/*")
    if path.suffix in KINDS and ".out." not in path.name and _shape(FORMATS[path.parent.name]) is not None
)
SILENT = {"openai.chat/error.json"}
"""Replies in which nothing is said."""

COPIES = {"openai.responses/codex-turn.sse": 5}


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _fed(path: Path, chunks: Iterable[bytes], lexicon: Lexicon = NOTHING) -> tuple[bytes, Remark]:
    fmt = FORMATS[path.parent.name]
    shape = _shape(fmt)
    assert shape is not None
    remark = Remark(LINE, shape)
    restorer = Restorer(fmt, lexicon, KINDS[path.suffix], "", remark)
    return b"".join([restorer.feed(chunk) for chunk in chunks]) + restorer.finish(), remark


def _cut(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    return [data[start:end] for start, end in itertools.pairwise([0, *sorted(cuts), len(data)])]


def _without(data: bytes) -> tuple[bytes, int]:
    """The bytes with the line taken out, and how often it stood there."""
    forms = (re.escape(json.dumps(LINE, ensure_ascii=ascii_only)[1:-1].encode()) for ascii_only in (True, False))
    return re.subn(b"|".join(forms), b"", data)


def _body(path: Path) -> bytes:
    return recorded(path) if path.suffix == ".eventstream" else path.read_bytes()


def _payloads(path: Path, data: bytes) -> bytes:
    if path.suffix != ".eventstream":
        return data
    return b"\n".join(frame.payload for frame in EventStreamCutter().feed(data))


@pytest.mark.parametrize("path", STREAMS, ids=_name)
def test_only_the_line_is_added(path: Path) -> None:
    data = _body(path)
    out, remark = _fed(path, [data])
    left, count = _without(_payloads(path, out))
    assert left == _payloads(path, data)
    assert count == (0 if _name(path) in SILENT else COPIES.get(_name(path), 1))
    assert remark.is_placed == (count > 0)


@pytest.mark.parametrize("path", STREAMS, ids=_name)
def test_restoring_goes_on_beside_it(path: Path) -> None:
    data = _body(path)
    out, _ = _fed(path, [data], LEXICON)
    expected = _body(path.with_name(f"{path.stem}.out{path.suffix}"))
    assert _without(_payloads(path, out))[0] == _payloads(path, expected)


@pytest.mark.parametrize("path", STREAMS, ids=_name)
@given(data=st.data())
@settings(max_examples=15)
def test_any_cuts_give_the_same(path: Path, data: st.DataObject) -> None:
    body = _body(path)
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=20))
    assert _fed(path, _cut(body, cuts))[0] == _fed(path, [body])[0]


@pytest.mark.slow
@pytest.mark.parametrize("path", STREAMS, ids=_name)
def test_every_single_cut_gives_the_same(path: Path) -> None:
    body = _body(path)
    expected = _fed(path, [body])[0]
    assert [at for at in range(len(body)) if _fed(path, _cut(body, [at]))[0] != expected] == []


def test_events_that_bedrock_wraps_have_it_too() -> None:
    body = chunked((CASES / "anthropic.messages" / "agent-turn.sse").read_bytes())
    restorer = Restorer(
        FORMATS["anthropic.messages"], NOTHING, KINDS[".eventstream"], "", Remark(LINE, SoftShape.MESSAGES)
    )
    out = restorer.feed(body) + restorer.finish()
    before, after = (b"\n".join(frame.payload for frame in EventStreamCutter().feed(data)) for data in (body, out))
    assert _without(after) == (before, 1)


def _sse(*events: dict[str, object]) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def _delta(**members: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": members}]}


def _said(fmt: str, body: bytes, media: str) -> list[bytes]:
    remark = Remark("REMARK ", _shape(FORMATS[fmt]) or SoftShape.CHAT)
    restorer = Restorer(FORMATS[fmt], NOTHING, media, "", remark)
    return re.findall(rb"REMARK [a-z]*", restorer.feed(body) + restorer.finish())


def test_calls_of_tools_and_empty_pieces_have_none_before_them() -> None:
    call = {"index": 0, "function": {"arguments": '{"a": "b"}'}}
    only_calls = _sse(_delta(role="assistant", content=""), _delta(tool_calls=[call]))
    assert _said("openai.chat", only_calls, KINDS[".sse"]) == []
    both = _sse(_delta(content=None), _delta(content="first"), _delta(content="second"), _delta(tool_calls=[call]))
    assert _said("openai.chat", both, KINDS[".sse"]) == [b"REMARK first"]


def test_a_thought_has_none_before_it() -> None:
    thought = {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "hm"}]}
    said = {"type": "message", "content": [{"type": "output_text", "text": "hm"}] * 2}
    body = json.dumps({"output": [thought, said]}).encode()
    assert _said("openai.responses", body, KINDS[".json"]) == [b"REMARK hm"]
    parts = [{"text": "hm", "thought": True}, {"text": "well"}]
    body = json.dumps({"candidates": [{"content": {"parts": parts}}]}).encode()
    assert _said("gemini.generate", body, KINDS[".json"]) == [b"REMARK well"]


def test_over_a_websocket_it_is_said_with_the_next_answer() -> None:
    restorer = message_restorer(FORMATS["openai.responses"], ())
    event = json.dumps({"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "hello"})
    assert restorer.message(event) == [event]
    restorer.remark(Remark("REMARK ", SoftShape.RESPONSES))
    assert restorer.message(event) == [event.replace("hello", "REMARK hello")]
    assert restorer.message(event) == [event]


def test_completions_have_none() -> None:
    assert not can_be_remarked(SoftShape.COMPLETIONS)
    assert not can_be_remarked(SoftShape.OLLAMA_GENERATE)
