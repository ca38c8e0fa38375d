"""The response tap: bytes untouched, hash, times, and token counts however the stream is coded and cut."""

import gzip
import hashlib
import itertools
import json
import zlib
from collections.abc import Iterable, Sequence

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.decoding import FREE_BYTES
from proxy.formats import FORMATS, GENERIC
from proxy.tap import MAX_USAGE_BYTES, Outcome, ResponseTap

Tokens = tuple[int | None, int | None, int | None]
NONE: Tokens = (None, None, None)


def _sse(*events: object) -> bytes:
    return b"".join(b"event: x\ndata: " + json.dumps(event).encode() + b"\n\n" for event in events)


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode()


STREAMS: list[tuple[str, bytes, Tokens]] = [
    (
        "openai.chat",
        _sse({"choices": [{"delta": {"content": "hi"}}], "usage": None})
        + _sse(
            {
                "choices": [],
                "usage": {
                    "prompt_tokens": 90,
                    "completion_tokens": 12,
                    "total_tokens": 102,
                    "prompt_tokens_details": {"cached_tokens": 64},
                    "completion_tokens_details": {"reasoning_tokens": 5},
                },
            }
        )
        + b"data: [DONE]\n\n",
        (90, 12, 64),
    ),
    (
        "openai.chat",
        _json({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3, "prompt_cache_hit_tokens": 2}}),
        (7, 3, 2),
    ),
    (
        "openai.responses",
        _sse({"type": "response.created", "response": {"usage": None}})
        + _sse({"type": "response.output_text.delta", "delta": '"usage": {"input_tokens": 999999}'})
        + _sse(
            {
                "type": "response.completed",
                "response": {
                    "tools": [{"parameters": {"properties": {"usage": {"type": "string"}}}}],
                    "usage": {
                        "input_tokens": 120,
                        "input_tokens_details": {"cached_tokens": 100},
                        "output_tokens": 40,
                    },
                },
            }
        ),
        (120, 40, 100),
    ),
    (
        "anthropic.messages",
        _sse(
            {
                "type": "message_start",
                "message": {
                    "usage": {
                        "input_tokens": 10,
                        "cache_creation_input_tokens": 200,
                        "cache_read_input_tokens": 3000,
                        "cache_creation": {"ephemeral_5m_input_tokens": 200},
                        "output_tokens": 1,
                        "service_tier": "a } brace",
                    }
                },
            }
        )
        + _sse({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "hello"}})
        + _sse({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 55}}),
        (3210, 55, 3000),
    ),
    (
        "gemini.generate",
        _sse({"candidates": [], "usageMetadata": {"promptTokenCount": 30, "candidatesTokenCount": 2}})
        + _sse(
            {
                "usageMetadata": {
                    "promptTokenCount": 30,
                    "candidatesTokenCount": 20,
                    "thoughtsTokenCount": 5,
                    "cachedContentTokenCount": 16,
                }
            }
        ),
        (30, 25, 16),
    ),
    (
        "gemini.code_assist",
        _sse({"response": {"usageMetadata": {"promptTokenCount": 8, "candidatesTokenCount": 4}}, "traceId": "t"}),
        (8, 4, None),
    ),
    ("openai.embeddings", _json({"data": [], "usage": {"prompt_tokens": 5, "total_tokens": 5}}), (5, None, None)),
    ("openai.chat", _json({"error": {"message": "no"}}), NONE),
    ("openai.chat", b"", NONE),
]
CODINGS = {
    "": lambda data: data,
    "identity": lambda data: data,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    " GZIP ": gzip.compress,
}


def _feed(tap: ResponseTap, chunks: Iterable[bytes]) -> Outcome:
    for chunk in chunks:
        assert tap.feed(chunk) is chunk
    assert tap.feed(b"") == b""
    return tap.result()


def _tokens(outcome: Outcome) -> Tokens:
    return outcome.input_tokens, outcome.output_tokens, outcome.cached_tokens


def _cut(data: bytes, size: int) -> Sequence[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize(("format_id", "body", "tokens"), STREAMS)
@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
def test_tokens_are_read_through_every_coding_and_cut(
    format_id: str, body: bytes, tokens: Tokens, coding: str, size: int
) -> None:
    sent = CODINGS[coding](body)
    outcome = _feed(ResponseTap(FORMATS[format_id], coding), _cut(sent, size))
    assert _tokens(outcome) == tokens
    assert (outcome.bytes, outcome.sha256) == (len(sent), hashlib.sha256(sent).hexdigest())


@given(st.sampled_from(STREAMS), st.data())
def test_tokens_do_not_depend_on_where_the_stream_is_cut(
    stream: tuple[str, bytes, Tokens], data: st.DataObject
) -> None:
    format_id, body, tokens = stream
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=12)))
    chunks = [body[start:end] for start, end in itertools.pairwise([0, *cuts, len(body)])]
    assert _tokens(_feed(ResponseTap(FORMATS[format_id]), chunks)) == tokens


@pytest.mark.parametrize("coding", ["", "gzip", "x-gzip", "deflate", "br", "zstd", "compress", "gzip, br", "\udcff"])
@given(chunks=st.lists(st.binary(max_size=300), max_size=8))
@settings(max_examples=40)
def test_any_bytes_pass_unchanged_under_any_coding(coding: str, chunks: list[bytes]) -> None:
    outcome = _feed(ResponseTap(FORMATS["openai.chat"], coding), chunks)
    assert outcome.sha256 == hashlib.sha256(b"".join(chunks)).hexdigest()
    assert outcome.bytes == sum(map(len, chunks))


@pytest.mark.parametrize(
    "body",
    [
        b'{"usage": {"prompt_tokens": "5"}}',
        b'{"usage": {"prompt_tokens": -5}}',
        b'{"usage": {"prompt_tokens": true}}',
        b'{"usage": {"prompt_tokens": 1e3}}',
        b'{"usage": {"prompt_tokens": ' + b"9" * 30 + b"}}",
        b'{"usage": {"prompt_tokens": ' + b"9" * 5000 + b"}}",
        b'{"usage": {broken}}',
        b'{"usage": {"prompt_tokens": 5',
        b'{"usage": [5]}',
        b'{"usage"',
        b'{"other": {"prompt_tokens": 5}}',
        b'{"text": "\\"usage\\": {\\"prompt_tokens\\": 5}"}',
        b'{"usage": {"x": "' + b"y" * MAX_USAGE_BYTES + b'", "prompt_tokens": 5}}',
        b'{"usage": ' + b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"}",
        b"\xff\xfe\x00",
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_what_is_no_count_gives_none(body: bytes, size: int) -> None:
    assert _tokens(_feed(ResponseTap(FORMATS["openai.chat"]), _cut(body, size))) == NONE


def test_counts_after_an_oversized_object_are_still_read() -> None:
    body = b'{"usage": {"x": "' + b"y" * MAX_USAGE_BYTES + b'"}, "next": {"usage": {"prompt_tokens": 5}}}'
    assert _tokens(_feed(ResponseTap(FORMATS["openai.chat"]), _cut(body, 1000))) == (5, None, None)


def test_the_generic_format_has_no_tokens() -> None:
    assert _tokens(_feed(ResponseTap(GENERIC), [_json({"usage": {"prompt_tokens": 5}})])) == NONE


def test_a_damaged_stream_keeps_the_counts_read_before() -> None:
    packer = zlib.compressobj()
    first = packer.compress(_json({"usage": {"prompt_tokens": 5}})) + packer.flush(zlib.Z_SYNC_FLUSH)
    outcome = _feed(ResponseTap(FORMATS["openai.chat"], "deflate"), [first, b"\xff" * 50, b"more"])
    assert _tokens(outcome) == (5, None, None)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_a_bomb_costs_little_memory_and_is_not_read_to_its_end(coding: str) -> None:
    bomb = CODINGS[coding](bytes(16 * FREE_BYTES) + _json({"usage": {"prompt_tokens": 5}}))
    outcome = _feed(ResponseTap(FORMATS["openai.chat"], coding), _cut(bomb, 65536))
    assert _tokens(outcome) == NONE
    assert outcome.bytes == len(bomb)


def test_a_long_reply_that_packs_well_is_read_to_its_end() -> None:
    events = _sse(*({"type": "content_block_delta", "index": n, "delta": {"text": "word"}} for n in range(30_000)))
    body = events + _sse({"usage": {"output_tokens": 5}})
    packed = gzip.compress(body)
    assert len(body) > 2 * FREE_BYTES
    outcome = _feed(ResponseTap(FORMATS["anthropic.messages"], "gzip"), _cut(packed, 4096))
    assert _tokens(outcome) == (None, 5, None)


def test_times_are_the_clocks() -> None:
    ticks = iter([100.0, 100.5, 101.0, 103.0])
    tap = ResponseTap(GENERIC, "", lambda: next(ticks))
    outcome = _feed(tap, [b"a", b"b", b"c"])
    assert (outcome.first_byte_seconds, outcome.last_byte_seconds) == (0.5, 3.0)


def test_a_fault_of_any_kind_never_reaches_the_stream() -> None:
    ticks = iter([0.0])  # the second reading of the clock raises
    tap = ResponseTap(FORMATS["openai.chat"], "", lambda: next(ticks))
    assert tap.feed(b"abc") == b"abc"


def test_an_empty_response_has_no_times() -> None:
    outcome = _feed(ResponseTap(GENERIC), [b"", b""])
    assert (outcome.first_byte_seconds, outcome.last_byte_seconds, outcome.bytes) == (None, None, 0)
