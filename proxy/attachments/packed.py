"""Compressed files: gzip, bzip2, xz and zstd, all members, bounded; what is inside is opened in turn."""

import bz2
import lzma
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Protocol

import zstandard

from proxy.attachments.opening import CHUNK_BYTES, Opening
from proxy.attachments.text import strings
from proxy.reason import Reason

MAX_MEMBERS = 4096
MEMORY_BYTES = 64 << 20
WINDOW_BYTES = 8 << 20
_HEADER_BYTES = 512


class _Inflater(Protocol):
    """What bz2's and lzma's decompressors share, and `_Gzip` has too."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Gzip:
    """One gzip member behind the interface of the others."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._tail = b""

    @property
    def eof(self) -> bool:
        return self._inflater.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflater.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._inflater.decompress(self._tail + data, max_length)
        self._tail = self._inflater.unconsumed_tail
        return out


def read_packed(content: bytes, opening: Opening, within: str) -> None:
    """Opens what a compressed file holds. A gzip header may name the file, so its beginning is read as well."""
    if content.startswith(b"\x1f\x8b"):
        opening.text(within, "names", strings(content[:_HEADER_BYTES]))
    chunks = _zstd(content) if content.startswith(b"\x28\xb5\x2f\xfd") else _members(content, opening)
    opening.read(opening.unpack(chunks, len(content)), within)


def _begin(content: bytes) -> _Inflater:
    if content.startswith(b"BZh"):
        return bz2.BZ2Decompressor()
    if content.startswith(b"\xfd7zXZ"):
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_BYTES)
    return _Gzip()


def _members(content: bytes, opening: Opening) -> Iterator[bytes]:
    """The output of one member after the other. What follows the last one is opened on its own."""
    start = content[:2]
    for _ in range(MAX_MEMBERS):
        inflater, fed = _begin(content), content
        while not inflater.eof:
            chunk = inflater.decompress(fed, CHUNK_BYTES)
            if not chunk and not inflater.eof and inflater.needs_input:
                opening.fail()  # cut short
                return
            fed = b""
            yield chunk
        content = inflater.unused_data
        if not content.startswith(start):
            break
    else:
        opening.fail(Reason.TOO_LARGE)
    if content.strip(b"\0"):
        opening.fail()


def _zstd(content: bytes) -> Iterator[bytes]:
    reader = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES).stream_reader(
        BytesIO(content), read_across_frames=True
    )
    while chunk := reader.read(CHUNK_BYTES):
        yield chunk
