"""The first pass: where in a text could anything be? Linear in the text; says too much, but never too little.

All expressions are one Vectorscan database over the text's Latin-1 bytes (other characters became `?`), so a byte
offset is a code point offset. It reports ends only. Where the wheel can't be imported the same expressions run one by
one, slower. An instance is not thread-safe: it owns scratch memory.
"""

import ctypes
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import regex

from detectors.rulecache import read_cached, store_cached

try:
    import hyperscan
except ImportError:  # no wheel for this platform
    hyperscan = None  # type: ignore[assignment]

Hit = tuple[int, int]
"""Index of the expression, and the offset just after its match."""


class ExpressionError(ValueError):
    """An expression the first pass can't compile. `index` says which."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index


class Prefilter(Protocol):
    def hits(self, text: str) -> list[Hit]: ...


def encode(text: str) -> bytes:
    """One byte per code point; lone surrogates and all else beyond Latin-1 become `?`."""
    return text.encode("latin-1", "replace")


def make_prefilter(expressions: Sequence[bytes], cache_dir: Path | None = None) -> Prefilter:
    """The fastest first pass this machine can run. Raises `ExpressionError`."""
    if hyperscan is None:
        return PlainPrefilter(expressions)
    return VectorPrefilter(expressions, cache_dir)


class VectorPrefilter:
    """All expressions in one automaton. `cache_dir` keeps the compiled form, which takes seconds to make."""

    def __init__(self, expressions: Sequence[bytes], cache_dir: Path | None = None) -> None:
        self._database = _cached_database(expressions, cache_dir) if cache_dir else _compile(expressions)
        self._scratch = hyperscan.Scratch(self._database)
        self._scan = self._database.scan

    def hits(self, text: str) -> list[Hit]:
        found: list[Hit] = []
        self._scan(encode(text), _collect, context=found, scratch=self._scratch)
        return found


def _collect(index: int, _start: int, end: int, _flags: int, found: list[Hit]) -> None:
    found.append((index, end))


def _cached_database(expressions: Sequence[bytes], cache_dir: Path) -> Any:
    identity = hashlib.sha256(b"\0".join([version("hyperscan").encode(), *expressions])).hexdigest()
    path = cache_dir / f"prefilter-{identity[:32]}.hsdb"
    try:
        return hyperscan.loadb(read_cached(path), hyperscan.HS_MODE_BLOCK)
    except (OSError, hyperscan.error):
        database = _compile(expressions)  # absent, torn, or from another kind of processor
    store_cached(path, hyperscan.dumpb(database))
    _give_back_memory()
    return database


def _give_back_memory() -> None:
    """Returns what compiling took, some 130 MB, to the system; the C library would keep it. A no-op without glibc."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _compile(expressions: Sequence[bytes]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    ids = list(range(len(expressions)))
    try:
        database.compile(expressions=list(expressions), ids=ids, elements=len(ids), flags=0)
    except hyperscan.error as err:
        _blame(expressions)
        raise ExpressionError(-1, f"the rules together: {err}") from err
    return database


def _blame(expressions: Sequence[bytes]) -> None:
    for index, expression in enumerate(expressions):
        try:
            hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK).compile(
                expressions=[expression], ids=[0], elements=1, flags=0
            )
        except hyperscan.error as err:
            raise ExpressionError(index, str(err)) from err


class PlainPrefilter:
    """The same expressions without Vectorscan. Overlapping, so that each possible start gives a hit."""

    def __init__(self, expressions: Sequence[bytes]) -> None:
        self._patterns = []
        for index, expression in enumerate(expressions):
            try:
                self._patterns.append(regex.compile(expression.replace(rb"\z", rb"\Z")))
            except regex.error as err:
                raise ExpressionError(index, str(err)) from err

    def hits(self, text: str) -> list[Hit]:
        data = encode(text)
        return [
            (index, match.end())
            for index, pattern in enumerate(self._patterns)
            for match in pattern.finditer(data, overlapped=True)
        ]
