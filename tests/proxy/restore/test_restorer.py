"""Whole replies: recorded streams (tests/cases/streams) restored to what stands beside them, however they were cut."""

import gzip
import itertools
import json
import random
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.formats import FORMATS, GENERIC, Channel, ErrorShape, Format
from proxy.restore import Lexicon, Restorer
from proxy.restore import stream as stream_module
from tests.proxy.restore.pairs import ELSEWHERE, LEXICON, MAIL, NAME, PAIRS

CASES = Path(__file__).parents[2] / "cases" / "streams"
TYPES = {
    ".sse": "text/event-stream; charset=utf-8",
    ".json": "application/json",
    ".ndjson": "application/x-ndjson",
}
STREAMS = sorted(path for path in CASES.glob("*/*") if path.suffix in TYPES and ".out." not in path.name)
SMALL = [path for path in STREAMS if path.stat().st_size < 3000]


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _restorer(path: Path, lexicon: Lexicon = LEXICON, coding: str = "") -> Restorer:
    return Restorer(FORMATS[path.parent.name], lexicon, TYPES[path.suffix], coding)


def _fed(restorer: Restorer, chunks: Iterable[bytes]) -> bytes:
    return b"".join([restorer.feed(chunk) for chunk in chunks]) + restorer.finish()


def _cut(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    return [data[start:end] for start, end in itertools.pairwise([0, *sorted(cuts), len(data)])]


def _expected(path: Path) -> bytes:
    return path.with_name(f"{path.stem}.out{path.suffix}").read_bytes()


@pytest.mark.parametrize("path", STREAMS, ids=_name)
def test_a_reply_is_restored(path: Path) -> None:
    restorer = _restorer(path)
    assert _fed(restorer, [path.read_bytes()]).decode() == _expected(path).decode()
    assert restorer.restored > 0
    assert not restorer.gave_up
    assert not restorer.is_untouched


@pytest.mark.parametrize("path", STREAMS, ids=_name)
def test_a_reply_is_restored_byte_by_byte(path: Path) -> None:
    data = path.read_bytes()
    assert _fed(_restorer(path), _cut(data, range(1, len(data)))) == _expected(path)


@pytest.mark.slow
@pytest.mark.parametrize("path", SMALL, ids=_name)
def test_every_single_cut_gives_the_same(path: Path) -> None:
    data, expected = path.read_bytes(), _expected(path)
    assert [at for at in range(len(data)) if _fed(_restorer(path), _cut(data, [at])) != expected] == []


@pytest.mark.parametrize("path", STREAMS, ids=_name)
@given(data=st.data())
@settings(max_examples=15)
def test_any_cuts_give_the_same(path: Path, data: st.DataObject) -> None:
    body = path.read_bytes()
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=20))
    assert _fed(_restorer(path), _cut(body, cuts)) == _expected(path)


@pytest.mark.parametrize("path", STREAMS, ids=_name)
def test_where_nothing_is_found_no_byte_changes(path: Path) -> None:
    data = path.read_bytes()
    assert _fed(_restorer(path, ELSEWHERE), _cut(data, range(0, len(data), 7))) == data


@pytest.mark.parametrize("path", [path for path in STREAMS if path.suffix == ".sse"], ids=_name)
def test_no_event_is_added_or_lost(path: Path) -> None:
    before, after = path.read_bytes(), _expected(path)
    for end in (b"\n\n", b"\r\n\r\n"):
        assert before.count(end) == after.count(end)


def _events(data: bytes) -> list[dict[str, object]]:
    return [json.loads(line[6:]) for line in data.split(b"\n") if line.startswith(b"data: {")]


def test_the_pieces_of_a_text_say_what_its_copies_say() -> None:
    events = _events(_expected(CASES / "openai.responses" / "codex-turn.sse"))
    checked = 0
    for event in events:
        kind = str(event["type"])
        if not kind.endswith(".done") or f"{kind[:-5]}.delta" not in {other["type"] for other in events}:
            continue
        pieces = [other["delta"] for other in events if other["type"] == f"{kind[:-5]}.delta"]
        (copy,) = [value for name, value in event.items() if name in ("text", "arguments", "input")]
        assert "".join(map(str, pieces)) == copy
        assert json.dumps(copy) in json.dumps(events[-1])
        checked += 1
    assert checked == 4


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": lambda data: gzip.compress(data[:500]) + gzip.compress(data[500:]),
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    " GZIP": gzip.compress,
    "identity": lambda data: data,
}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("size", [1, 50, 1 << 20])
def test_codings_are_undone(coding: str, size: int) -> None:
    path = CASES / "anthropic.messages" / "agent-turn.sse"
    packed = CODINGS[coding](path.read_bytes())
    restorer = _restorer(path, coding=coding)
    assert _fed(restorer, _cut(packed, range(size, len(packed), size))) == _expected(path)
    assert not restorer.is_untouched
    assert not restorer.is_broken


@pytest.mark.parametrize("coding", ["compress", "gzip, br", "unknown"])
def test_an_unknown_coding_is_left_alone(coding: str) -> None:
    restorer = _restorer(STREAMS[0], coding=coding)
    data = STREAMS[0].read_bytes()
    assert restorer.is_untouched
    assert _fed(restorer, _cut(data, [9, 99])) == data


@pytest.mark.parametrize(
    ("fmt", "lexicon", "media"),
    [
        (GENERIC, LEXICON, "application/json"),
        (FORMATS["anthropic.messages"], Lexicon([]), "application/json"),
        (FORMATS["anthropic.messages"], LEXICON, "image/png"),
        (FORMATS["anthropic.messages"], LEXICON, "text/html"),
        (FORMATS["anthropic.messages"], LEXICON, "application/grpc"),
    ],
)
def test_where_nothing_can_be_restored_chunks_pass(fmt: Format, lexicon: Lexicon, media: str) -> None:
    restorer = Restorer(fmt, lexicon, media)
    chunk = json.dumps({"content": [{"text": MAIL.surrogate}]}).encode()
    assert restorer.is_untouched
    assert restorer.feed(chunk) is chunk
    assert restorer.finish() == b""
    assert restorer.restored == 0


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_damaged_coding_ends_the_reply(coding: str) -> None:
    path = CASES / "anthropic.messages" / "agent-turn.sse"
    packed = CODINGS[coding](path.read_bytes() * 3)
    restorer = _restorer(path, coding=coding)
    restorer.feed(packed[: len(packed) // 2])
    restorer.feed(random.Random(1).randbytes(20_000))
    assert restorer.is_broken
    assert restorer.feed(packed) == b""


def test_a_bomb_is_not_unpacked() -> None:
    restorer = _restorer(STREAMS[0], coding="gzip")
    assert len(_fed(restorer, [gzip.compress(bytes(64 << 20))])) < 16 << 20
    assert restorer.is_broken


@pytest.mark.parametrize("media", ["", "text/plain", "application/octet-stream"])
@pytest.mark.parametrize("path", STREAMS, ids=_name)
def test_a_type_that_says_nothing_is_read_by_its_bytes(media: str, path: Path) -> None:
    data = path.read_bytes()
    for size in (1, 4, len(data)):
        restorer = Restorer(FORMATS[path.parent.name], LEXICON, media)
        assert _fed(restorer, _cut(data, range(size, len(data), size))) == _expected(path)


@pytest.mark.parametrize("body", [b"", b"{", b"  ", b"overloaded Tovina Kelder", b"<html>{Tovina Kelder}", b"[", b'"x'])
@pytest.mark.parametrize("media", ["application/json", "text/event-stream", "text/plain", "application/x-ndjson"])
def test_what_is_no_reply_passes(body: bytes, media: str) -> None:
    assert _fed(Restorer(FORMATS["openai.chat"], LEXICON, media), _cut(body, range(len(body)))) == body


def test_plain_text_of_a_format_that_has_some() -> None:
    fmt = Format(id="speech", routes=(), labels={}, error_shape=ErrorShape.OPENAI, replies=(Channel(""),))
    for body, expected in (
        ("Tovina Kelder – person-7f3a@example.com", "Maria Lopez – maria.lopez@corp.test"),
        ("Velm", "Velm"),
        ("", ""),
    ):
        data = body.encode() + b"\xff\xfe"
        for size in (1, 3, 100):
            restorer = Restorer(fmt, LEXICON, "text/plain")
            assert _fed(restorer, _cut(data, range(size, len(data), size))) == expected.encode() + b"\xff\xfe"


@pytest.mark.parametrize("media", TYPES.values())
@given(st.lists(st.binary(max_size=200), max_size=6))
@settings(max_examples=60)
def test_any_bytes_pass(media: str, chunks: list[bytes]) -> None:
    assert _fed(Restorer(FORMATS["openai.chat"], LEXICON, media), chunks) == b"".join(chunks)


def _delta(text: str, index: int = 0) -> bytes:
    event = {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": text}}
    return b"event: content_block_delta\ndata: " + json.dumps(event).encode() + b"\n\n"


def test_an_event_goes_on_at_once_unless_it_ends_with_a_beginning() -> None:
    restorer = Restorer(FORMATS["anthropic.messages"], PAIRS, "text/event-stream")
    assert restorer.feed(_delta("Hello wor")) == _delta("Hello wor")
    assert restorer.feed(_delta("ld, Tovi")) == b""
    assert restorer.feed(b"event: ping\ndata: {}\n\n") == b""
    assert restorer.feed(_delta("na")) == b""
    expected = _delta("ld, Tovi") + b"event: ping\ndata: {}\n\n" + _delta("na") + _delta(" was")
    assert restorer.feed(_delta(" was")) == expected


def test_one_text_does_not_run_on_into_another() -> None:
    restorer = Restorer(FORMATS["anthropic.messages"], PAIRS, "text/event-stream")
    body = _delta("Tovina ", 0) + _delta("Kelder", 1) + _delta(" x", 0) + _delta(" y", 1)
    assert _fed(restorer, [body]) == body


def test_an_end_settles_what_waits() -> None:
    restorer = Restorer(FORMATS["anthropic.messages"], PAIRS, "text/event-stream")
    stop = b'data: {"type":"content_block_stop","index":0}\n\n'
    assert restorer.feed(_delta("Tovina Kelder")) == b""
    assert restorer.feed(stop) == _delta("Maria Lopez") + stop
    assert restorer.feed(_delta("Tovina Kel", 1)) == b""
    other = b'data: {"type":"content_block_stop","index":0}\n\n'
    assert restorer.feed(other) == b""
    assert restorer.finish() == _delta("Tovina Kel", 1) + other


def test_too_much_that_waits_passes_as_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "MAX_EVENT_BYTES", 2000)
    restorer = Restorer(FORMATS["anthropic.messages"], PAIRS, "text/event-stream")
    body = _delta("Tovina ") + _delta("so", 1) * 30 + _delta("Kelder") + _delta("Tovina Kelder.")
    assert _fed(restorer, [body[:50], body[50:]]) == body
    assert restorer.gave_up


@pytest.mark.parametrize("media", ["application/json", "text/event-stream"])
def test_an_event_without_an_end_passes_as_it_came(media: str) -> None:
    body = b'data: {"content": [{"text": "' + b"Tovina Kelder " * (1 << 20)
    restorer = Restorer(FORMATS["anthropic.messages"], PAIRS, media)
    chunks = [body[start : start + 65536] for start in range(0, len(body), 65536)] * 2
    assert _fed(restorer, chunks) == b"".join(chunks)
    assert restorer.gave_up


def test_a_fault_of_ours_costs_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    restorer = Restorer(FORMATS["anthropic.messages"], PAIRS, "text/event-stream")
    passed = restorer.feed(_delta("Tovina"))

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(stream_module.Stream, "_read", fail)
    monkeypatch.setattr(stream_module._Pattern, "text_of", lambda *_: None)
    rest = _delta(" Kelder") + _delta(" Tovina Kelder")
    assert passed + restorer.feed(rest) + restorer.finish() == _delta("Tovina") + rest
    assert restorer.gave_up


def test_json_with_a_name_twice_passes_as_it_came() -> None:
    body = b'{"content":[{"text":"Tovina Kelder"}],"id":1,"id":2}'
    assert _fed(Restorer(FORMATS["anthropic.messages"], PAIRS, "application/json"), [body]) == body


def test_half_characters_stay_halves() -> None:
    body = b'{"content":[{"text":"\xc3\xa9 \\ud83d Tovina Kelder"}]}'
    passed = _fed(Restorer(FORMATS["anthropic.messages"], PAIRS, "application/json"), [body])
    assert json.loads(passed)["content"][0]["text"] == "é \ud83d Maria Lopez"


def test_no_value_is_shown() -> None:
    assert NAME.value not in repr(NAME) and NAME.surrogate not in repr(NAME)
