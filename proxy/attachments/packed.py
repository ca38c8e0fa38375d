"""Compressed files: gzip, bzip2, xz and zstd, all members, bounded; what is inside is opened in turn."""

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Protocol

import zstandard

from proxy.attachments.opening import CHUNK_BYTES, Opening
from proxy.attachments.text import strings
from proxy.reason import Reason

MAX_MEMBERS = 4096
MEMORY_BYTES = 64 << 20
WINDOW_BYTES = 8 << 20
STEP_BYTES = 256
"""Fed at a time. A zstd block of 4 bytes can be 128 KiB, so a step can be 8 MiB."""

_MAGIC_BYTES = 2
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


class _Zstd:
    """One zstd frame behind the interface of the others. Its output has no limit but that of the input's steps."""

    needs_input = True

    def __init__(self) -> None:
        self._inflater = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES).decompressobj()

    @property
    def eof(self) -> bool:
        return self._inflater.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflater.unused_data

    def decompress(self, data: bytes, _: int) -> bytes:
        return self._inflater.decompress(data)


def read_packed(content: bytes, opening: Opening, within: str) -> None:
    """Opens what a compressed file holds. A gzip header may name the file, so its beginning is read as well."""
    if content.startswith(b"\x1f\x8b"):
        opening.text(within, "names", strings(content[:_HEADER_BYTES]))
    opening.read(opening.unpack(_members(content, opening), len(content)), within)


def _begin(content: bytes) -> _Inflater:
    if content.startswith(b"BZh"):
        return bz2.BZ2Decompressor()
    if content.startswith(b"\xfd7zXZ"):
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_BYTES)
    return _Zstd() if content.startswith(b"\x28\xb5\x2f\xfd") else _Gzip()


def _members(content: bytes, opening: Opening) -> Iterator[bytes]:
    """The output of one member after the other. Notes what follows the last one, and one that is cut short."""
    pos = members = 0
    while content.startswith(content[:_MAGIC_BYTES], pos):
        if (members := members + 1) > MAX_MEMBERS:
            opening.fail(Reason.TOO_LARGE)
            return
        inflater = _begin(content)
        while not inflater.eof:
            fed = content[pos : pos + STEP_BYTES] if inflater.needs_input else b""
            if not fed and inflater.needs_input:
                opening.fail()
                return
            pos += len(fed)
            yield inflater.decompress(fed, CHUNK_BYTES)
        pos -= len(inflater.unused_data)
        if pos >= len(content):
            return
    if content[pos:].strip(b"\0"):
        opening.fail()
