"""What each peer finds of the values that `bench.accuracy` plants, and how often it finds something in bare numbers."""

from collections.abc import Iterable, Iterator
from itertools import batched, chain, islice
from typing import Any

from bench.accuracy import planted
from bench.accuracy.case import Case, Expected
from bench.peers.finding import Finder
from tests.leak import KINDS, draw

_PUBLISHED = "keys and tokens of published formats"
_KINDS = {_PUBLISHED: "secret", "secrets of vendors without a rule": "secret", "cards": "card", "IBANs": "bank"}
_NUMBERS = "bare numbers of 8 to 16 digits"


def measure(finders: list[Finder], cases: int, seconds: float) -> dict[str, dict[str, tuple[int, int]]]:
    """By set and peer, how many of how many texts it found something of the label in; of bare numbers, anything.

    A peer is asked only for kinds that it looks for, and gets no more than `seconds` for each set.
    """
    table: dict[str, dict[str, tuple[int, int]]] = {}
    for name, made in ((_PUBLISHED, _published(cases)), *planted.sets()):
        if name in _KINDS or name == _NUMBERS:
            chosen = list(islice(made, cases))
            table[name] = {
                finder.peer.id: _count(chosen, finder.ask([case.text for case in chosen], seconds))
                for finder in finders
                if name == _NUMBERS or _KINDS[name] in finder.peer.kinds
            }
    return table


def _published(count: int) -> Iterator[Case]:
    """By turns of the kinds that the tests for leaks plant, from AWS to private keys."""
    kinds = [kind for kind in KINDS if kind.endswith(("key", "token", "secret"))]
    each = count // len(kinds) + 1
    by_kind = batched((one for one in draw(each) if one.kind in kinds), each)
    for one in islice(chain.from_iterable(zip(*by_kind, strict=True)), count):
        start = one.sentence.index(one.value)
        yield Case(one.kind, one.sentence, (Expected(start, start + len(one.value), "secret"),))


def _count(cases: list[Case], answer: dict[str, Any]) -> tuple[int, int]:
    found = sum(_is_found(case, values) for case, values in zip(cases, answer["found"], strict=False))
    return found, answer["done"]


def _is_found(case: Case, values: Iterable[str]) -> bool:
    """Not every peer tells where: a value found is one that holds the label, or a good part of it."""
    labels = [case.text[one.start : one.end] for one in case.expected]
    if not labels:
        return any(values)
    return any(value and (value in label or label in value) for value in values for label in labels)
