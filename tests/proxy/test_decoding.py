"""Replies' codings undone in pieces: every cut, several members, bombs."""

import gzip
import random
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.decoding import FREE_BYTES, MAX_RATIO, Bomb, bounded_decoder, is_identity

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


def _decoded(coding: str, chunks: list[bytes]) -> bytes:
    decode = bounded_decoder(coding)
    assert decode is not None
    return b"".join(piece for chunk in chunks for piece in decode(chunk))


@pytest.mark.parametrize("coding", CODINGS)
@given(data=st.binary(max_size=2000), size=st.integers(1, 500))
@settings(max_examples=30)
def test_any_cut_gives_the_same(coding: str, data: bytes, size: int) -> None:
    packed = CODINGS[coding](data)
    assert _decoded(coding, [packed[at : at + size] for at in range(0, len(packed), size)]) == data


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("size", [4096, 1 << 20])
def test_more_than_a_decoder_holds_is_read_to_the_end(coding: str, size: int) -> None:
    data = random.Random(1).randbytes(10_000) * 50
    packed = CODINGS[coding](data)
    assert _decoded(coding, [packed[at : at + size] for at in range(0, len(packed), size)]) == data


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_several_members_are_all_read(coding: str, size: int) -> None:
    packed = CODINGS[coding](b"one ") + CODINGS[coding](b"two ") + CODINGS[coding](b"three")
    assert _decoded(coding, [packed[at : at + size] for at in range(0, len(packed), size)]) == b"one two three"


@pytest.mark.parametrize("size", [64 << 10, (64 << 10) + 1, 3 * (64 << 10)])
def test_what_fills_a_piece_exactly_loses_nothing(size: int) -> None:
    assert len(_decoded("gzip", [gzip.compress(bytes(size))])) == size


@pytest.mark.slow
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_told(coding: str) -> None:
    decode = bounded_decoder(coding)
    assert decode is not None
    packed = CODINGS[coding](bytes(64 << 20))
    got = 0
    with pytest.raises(Bomb):
        for piece in decode(packed):
            got += len(piece)
    assert got <= FREE_BYTES + MAX_RATIO * len(packed)


def test_bytes_without_a_coding_have_no_bound() -> None:
    assert len(_decoded("identity", [bytes(4 << 20)])) == 4 << 20


@pytest.mark.parametrize("coding", ["compress", "gzip, br", "x"])
def test_an_unknown_coding_has_no_decoder(coding: str) -> None:
    assert bounded_decoder(coding) is None
    assert not is_identity(coding)
