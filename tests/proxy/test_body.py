import itertools
import tracemalloc
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.body import Kind, Limits, codings, decode, encode, sniff
from proxy.reason import Reason, RequestError
from tests.timing import assert_within

LIMITS = Limits()
CODINGS = ["identity", "gzip", "x-gzip", "deflate", "br", "zstd"]
TEXT = b'{"messages": [{"role": "user", "content": "hello, hello"}]}' * 3


def bare_deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


def reason_of(raw: bytes, coding: list[str], limits: Limits = LIMITS) -> Reason:
    with pytest.raises(RequestError) as caught:
        decode(raw, coding, limits)
    return caught.value.reason


@settings(deadline=None)
@given(st.binary(max_size=3000), st.lists(st.sampled_from(CODINGS), max_size=3))
def test_decode_undoes_encode(data: bytes, names: list[str]) -> None:
    assert decode(encode(data, names), names, LIMITS) == data


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 1_000_000])
@pytest.mark.parametrize("block", [b"ab", b"".join(i.to_bytes(3, "big") for i in range(0, 1 << 24, 997))])
def test_decode_undoes_encode_of_larger_bodies(coding: str, size: int, block: bytes) -> None:
    data = (block * (size // len(block) + 1))[:size]
    assert decode(encode(data, [coding]), [coding], LIMITS) == data


@pytest.mark.parametrize("header", [["GZip, br"], ["gzip", "br"], [" gzip ,, identity", "BR"]])
def test_codings_are_undone_last_first(header: list[str]) -> None:
    assert codings(header) == ["gzip", "br"]
    assert decode(encode(encode(TEXT, ["gzip"]), ["br"]), header, LIMITS) == TEXT


@pytest.mark.parametrize("header", [["rot13"], ["compress"], ["utf_16"], ["gzip;q=1"], ["gzip"] * 4])
def test_unlisted_codings_are_refused(header: list[str]) -> None:
    assert reason_of(TEXT, header) is Reason.UNSUPPORTED_ENCODING


def test_deflate_reads_zlib_and_bare_streams() -> None:
    assert decode(zlib.compress(TEXT), ["deflate"], LIMITS) == TEXT
    assert decode(bare_deflate(TEXT), ["deflate"], LIMITS) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_every_member_and_frame_is_read(coding: str) -> None:
    raw = b"".join(encode(piece, [coding]) for piece in (b"first ", b"", b"second ", TEXT))
    assert decode(raw, [coding], LIMITS) == b"first second " + TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_truncation_anywhere_is_corrupt(coding: str) -> None:
    raw = encode(TEXT, [coding])
    for end in range(1, len(raw)):
        assert reason_of(raw[:end], [coding]) is Reason.CORRUPT_ENCODING, end


@pytest.mark.parametrize(
    ("coding", "tail"),
    list(itertools.product(["gzip", "deflate", "br", "zstd"], [b"\0", b"x", b"secret" * 50, b"\x1f\x8b"])),
)
@pytest.mark.parametrize("size", [3, 5000])
def test_trailing_bytes_are_corrupt(coding: str, tail: bytes, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + b"end"
    assert reason_of(encode(data, [coding]) + tail, [coding]) is Reason.CORRUPT_ENCODING


def test_bare_deflate_is_read_to_its_end() -> None:
    raw = bare_deflate(TEXT)
    assert reason_of(raw + b"x", ["deflate"]) is Reason.CORRUPT_ENCODING
    for end in range(1, len(raw)):
        assert reason_of(raw[:end], ["deflate"]) is Reason.CORRUPT_ENCODING


@pytest.mark.parametrize("step", [255, 256, 257, 4095, 4096, 4097, 65536, 65537])
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_trailing_bytes_at_a_step_boundary_are_corrupt(coding: str, step: int) -> None:
    data = b"".join(i.to_bytes(4, "little") for i in range(0, 10**9, 10**9 // (step // 3)))
    while len(encode(data, [coding])) > step:
        data = data[: -max((len(encode(data, [coding])) - step) // 2, 1)]
    raw = encode(data, [coding])
    assert decode(raw, [coding], LIMITS) == data
    assert reason_of(raw + b"junk", [coding]) is Reason.CORRUPT_ENCODING


def test_what_decoders_skip_is_refused() -> None:
    named = bytearray(encode(TEXT, ["gzip"]))
    named[3] = 8
    named[10:10] = b"patient-4711.json\0"
    assert reason_of(bytes(named), ["gzip"]) is Reason.UNSUPPORTED_ENCODING
    skippable = b"\x50\x2a\x4d\x18" + (6).to_bytes(4, "little") + b"secret"
    for raw in (skippable + encode(TEXT, ["zstd"]), encode(TEXT, ["zstd"]) + skippable):
        assert reason_of(raw, ["zstd"]) is Reason.CORRUPT_ENCODING


def test_zstd_window_is_bounded() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    raw = compressor.compress(TEXT) + compressor.flush()
    assert reason_of(raw, ["zstd"]) is Reason.CORRUPT_ENCODING


def test_sizes_are_capped_on_the_wire_and_decoded() -> None:
    small = Limits(body_bytes=100, decoded_bytes=400)
    assert reason_of(b"x" * 101, [], small) is Reason.TOO_LARGE
    assert decode(encode(b"x" * 400, ["gzip"]), ["gzip"], small) == b"x" * 400
    assert reason_of(encode(b"x" * 401, ["gzip"]), ["gzip"], small) is Reason.TOO_LARGE
    assert reason_of(b"x" * 99, [], Limits(decoded_bytes=98)) is Reason.TOO_LARGE


def test_ratio_counts_past_its_free_size_only() -> None:
    blanks = b" " * (1 << 20)
    assert decode(encode(blanks, ["gzip"]), ["gzip"], LIMITS) == blanks
    assert reason_of(encode(blanks + b" ", ["gzip"]), ["gzip"]) is Reason.RATIO


def bomb(coding: str) -> bytes:
    """64 MiB of nothing."""
    block = bytes(1 << 20)
    if coding == "br":
        compressor = brotli.Compressor(quality=1, lgwin=24)
        return b"".join([*(compressor.process(block) for _ in range(64)), compressor.finish()])
    if coding == "zstd":
        frame = zstandard.ZstdCompressor(level=1).compressobj()
        return b"".join([*(frame.compress(block) for _ in range(64)), frame.flush()])
    deflater = zlib.compressobj(1, wbits=31 if coding == "gzip" else 15)
    return b"".join([*(deflater.compress(block) for _ in range(64)), deflater.flush()])


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_bombs_stop_early_in_little_memory(coding: str) -> None:
    raw = bomb(coding)
    assert assert_within(0.3, lambda: reason_of(raw, [coding])) in (Reason.RATIO, Reason.TOO_LARGE)
    tracemalloc.start()
    reason_of(raw, [coding])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < max(1 << 20, 200 * len(raw)) * 2 + (20 << 20)


def test_stacked_bombs_are_measured_against_the_wire() -> None:
    raw = encode(encode(bytes(8 << 20), ["gzip"]), ["gzip"])
    assert reason_of(raw, ["gzip, gzip"]) is Reason.RATIO


def test_many_empty_members_cost_little() -> None:
    assert reason_of(encode(b"", ["gzip"]) * 50_000, ["gzip"]) is Reason.TOO_LARGE


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "zstd"]))
def test_any_bytes_decode_or_are_refused(raw: bytes, coding: str) -> None:
    try:
        decode(raw, [coding], LIMITS)
    except RequestError as err:
        assert err.reason in (Reason.CORRUPT_ENCODING, Reason.UNSUPPORTED_ENCODING, Reason.RATIO)


FORM = "application/x-www-form-urlencoded"
MULTI = 'multipart/form-data; boundary="b"'


@pytest.mark.parametrize(
    ("content_type", "data", "kind"),
    [
        ("application/json", b"", Kind.EMPTY),
        (None, b"", Kind.EMPTY),
        ("nonsense", b"", Kind.EMPTY),
        ("application/json", b'{"a": 1}', Kind.JSON),
        ("application/json", b'"scalar"', Kind.JSON),
        ("application/json", b"not json at all", Kind.JSON),
        ("application/vnd.api+json; charset=utf-8", b"17", Kind.JSON),
        ("text/plain", b' {"a": 1}\n', Kind.JSON),
        ("application/octet-stream", b'[{"a": 1}]', Kind.JSON),
        ("image/png", b'{"a": 1}', Kind.JSON),
        ("application/grpc", b'{"a": 1}', Kind.JSON),
        ("application/proto", b'{"a": 1}', Kind.JSON),
        (FORM, b'{"a": "b=c"}', Kind.JSON),
        (None, b"[1, 2]", Kind.JSON),
        (None, b"[]", Kind.JSON),
        (None, b'["a"]', Kind.JSON),
        (None, b"\xef\xbb\xbf{}", Kind.JSON),
        (MULTI, b'{"a": 1}', Kind.JSON),
        (None, b'{"a": 1}\n{"b": 2}\n', Kind.NDJSON),
        ("application/json", b'{"a": 1}\r\n\r\n[2]', Kind.NDJSON),
        ("application/x-ndjson", b'{"a": 1}\n', Kind.JSON),
        ("application/jsonl", b"1\n2\n", Kind.NDJSON),
        (None, b'{\n "a": 1,\n "b": [\n1,\n2\n]\n}\n', Kind.JSON),
        (None, b"[[1]\n,[2]]", Kind.JSON),
        (None, b"[1] see [2]", Kind.TEXT),
        (None, b"[INFO] started [ok]", Kind.TEXT),
        (None, b"{not json}", Kind.TEXT),
        ("text/event-stream", b'data: {"a": 1}\n\n', Kind.TEXT),
        (FORM, b"a=b&c=d", Kind.FORM),
        (FORM, b"just text", Kind.TEXT),
        (FORM, b"-----BEGIN\nabc==\n-----END", Kind.TEXT),
        ("text/plain", b"a=b&c=d", Kind.TEXT),
        (MULTI, b"--b\r\n\r\nx\r\n--b--", Kind.MULTIPART),
        (MULTI, b"no delimiter", Kind.TEXT),
        (None, b"--b\r\n\r\nx\r\n--b--", Kind.TEXT),
        (None, b" \n", Kind.TEXT),
        ("application/json", b" \n", Kind.TEXT),
        ("text/plain", "grüße".encode(), Kind.TEXT),
        ("text/plain", "grüße".encode("latin-1"), Kind.BINARY),
        ("text/plain", "text".encode("utf-16"), Kind.BINARY),
        ("text/plain", "text".encode("utf-16-le"), Kind.BINARY),
        ("application/json", '{"a": 1}'.encode("utf-16"), Kind.JSON),
        (None, '{"a": 1}'.encode("utf-32"), Kind.BINARY),
        ("application/grpc+proto", b"\0\0\0\0\5hello", Kind.PROTOBUF_FRAMES),
        ("application/grpc-web-text", b"\0\0\0\0\5hello", Kind.PROTOBUF_FRAMES),
        ("application/connect+json", b'\0\0\0\0\x08{"a": 1}', Kind.JSON_FRAMES),
        ("application/connect+thrift", b"\0\0\0\0\5hello", Kind.BINARY),
        ("application/x-protobuf", b"\n\x0dhello, world!", Kind.PROTOBUF),
        ("application/vnd.google.protobuf", b"any text", Kind.PROTOBUF),
        ("application/vnd.amazon.eventstream", b"any text", Kind.EVENT_STREAM),
        ("application/octet-stream", b"\x89PNG\r\n", Kind.BINARY),
        ("application/octet-stream", b"plain words", Kind.TEXT),
        ("text/plain", b"\x1b[31mred\x1b[0m", Kind.TEXT),
    ],
)
def test_sniff_goes_by_the_bytes(content_type: str | None, data: bytes, kind: Kind) -> None:
    assert sniff(content_type, data) is kind


@pytest.mark.parametrize(
    ("content_type", "reason"),
    [
        ("application/json; charset=utf-16", Reason.AMBIGUOUS_TYPE),
        ("text/plain; charset=utf-7", Reason.AMBIGUOUS_TYPE),
        ("application/json, text/plain", Reason.AMBIGUOUS_TYPE),
        ("nonsense", Reason.AMBIGUOUS_TYPE),
        ("multipart/form-data; boundary=a; boundary=b", Reason.AMBIGUOUS_TYPE),
        ("multipart/form-data", Reason.BAD_MULTIPART),
        ('multipart/form-data; boundary="a "', Reason.BAD_MULTIPART),
    ],
)
def test_sniff_refuses_headers_with_two_readings(content_type: str, reason: Reason) -> None:
    with pytest.raises(RequestError) as caught:
        sniff(content_type, b'{"a": 1}')
    assert caught.value.reason is reason
