"""Decoded views of a text: what it says once escapes, encodings and disguises are undone.

A plain text costs a few look-ups. Depth and growth are bounded; a bound reached is an `incomplete` reason, not silence.
"""

from collections.abc import Iterator

from detectors.views import dump, fold, join, mirror, octet, radix, run
from detectors.views.escape import CONTROL, CONTROLS, DEEP, SPLICES, STILL_ENCODED, fold_splice
from detectors.views.run import is_binary
from detectors.views.splice import Splice, splices
from detectors.views.view import MAX_DEPTH, Budget, View

__all__ = ["GATES", "Budget", "View", "views"]

Hits = list[tuple[int, int]]

_PARTS = (run.GATES, dump.GATES, radix.GATES, mirror.GATES, join.GATES, octet.GATES)
GATES: tuple[bytes, ...] = sum(_PARTS, ())
"""First-pass expressions. A kind that has one here is looked for only where it hit."""

_PLACES = tuple((part, number) for part, gates in enumerate(_PARTS) for number in range(len(gates)))

_ORDER = {kind.name: number for number, kind in enumerate((*SPLICES, CONTROL))}
_ORDER["normalised"] = len(_ORDER)
_JOINED = {kind.name: number for number, kind in enumerate(join.JOINS)}


def views(text: str, hits: Hits, depth: int, budget: Budget, within: View | None = None) -> Iterator[View]:
    """The views of `text`. `hits` are those of `GATES`, by number; `depth` counts the views it stands under,
    the innermost of which is `within`.
    """
    if depth >= MAX_DEPTH:
        yield from run.runs(text, [hit for hit in hits if hit[0] < len(run.GATES)], depth, budget, within)
        if _goes_on(text, within):
            budget.exceeded = budget.exceeded or "view_depth"
        return
    if hits:
        runs, dumps, radixes, mirrors, joins, octets = _shared_out(hits)
        if runs:
            yield from run.runs(text, runs, depth, budget, within)
        if dumps:
            yield from dump.dumps(text, dumps, budget)
        if octets:
            yield from octet.octets(text, octets, budget)
        if radixes:
            yield from radix.radixes(text, radixes, budget)
        if mirrors and within is None:
            yield from mirror.mirrors(text, mirrors, budget)
        if joins:
            yield from join.joins(text, joins, budget, _JOINED.get(within.name, -1) + 1 if within is not None else 0)
    if within is None or not is_binary(text):
        yield from _splices(text, depth, budget, within)


def _shared_out(hits: Hits) -> list[Hits]:
    """The hits of each part, numbered within it."""
    parts: list[Hits] = [[] for _ in _PARTS]
    for kind, end in hits:
        part, number = _PLACES[kind]
        parts[part].append((number, end))
    return parts


def _splices(text: str, depth: int, budget: Budget, within: View | None) -> Iterator[View]:
    if "\\" in text or "%" in text or "&" in text or "=" in text:
        for kind in SPLICES if depth < MAX_DEPTH - 1 else DEEP:
            if kind.trigger in text and _is_new(kind, text, within):
                yield from splices(kind, text, budget)
    if any(control in text for control in CONTROLS) and _is_new(CONTROL, text, within):
        yield from splices(CONTROL, text, budget)
    if text.isascii() or not (characters := fold.present(text)):
        return
    normalised = fold_splice(characters)
    if not _is_new(normalised, text, within):
        return
    yield from splices(normalised, text, budget)
    if characters[-1] >= "\U000e0000":
        yield from splices(fold_splice(characters, tags=False), text, budget)
        for start, end, said in fold.smuggled(text):
            if budget.take(end - start):
                yield View("smuggled", said, text, start, end)


def _is_new(kind: Splice, text: str, within: View | None) -> bool:
    """False when undoing this kind here would repeat what undoing the two kinds in the other order gives."""
    if within is None or _ORDER[kind.name] >= _ORDER.get(within.name, -1):
        return True
    return len(kind.pattern.findall(text)) > len(kind.pattern.findall(within.source, within.start, within.end))


def _goes_on(text: str, within: View | None) -> bool:
    """Whether a text at the last depth still holds what only an encoder writes, and the view made it."""
    match = STILL_ENCODED.search(text)
    return match is not None and not (within is not None and within.repeats(*match.span()))
