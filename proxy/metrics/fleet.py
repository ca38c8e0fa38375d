"""Several processes, one page: each tells what it has counted, the one that is scraped adds it to its own.

What a process told last stands for it until it tells more. When it ends, its counts stay in the totals and its gauges
go, so a total never falls. What one counted after it last told anything is lost if it is killed.
"""

import json
import math
import os
import secrets
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from proxy.metrics.catalogue import BY_NAME, FAMILIES
from proxy.metrics.instrument import Buckets, Counter, Exemplar, Family, Gauge, Histogram, Info, Merge, Values
from proxy.metrics.operation import CPU, MEMORY

VERSION: Final = 1
_REMEMBERED: Final = 256
"""Processes that have ended, so that what one of them said last and came late counts no second time."""


@dataclass(slots=True)
class _Account:
    """What one process has told. `born` names the process itself, `number` orders what it says."""

    born: str = ""
    number: int = 0
    numbers: dict[str, dict[Values, float]] = field(default_factory=dict)
    buckets: dict[str, dict[Values, Buckets]] = field(default_factory=dict)

    def take_over(self, ended: "_Account") -> None:
        """Adds the counts of a process that has ended."""
        for name, counts in ended.numbers.items():
            if isinstance(BY_NAME[name], Counter):
                mine = self.numbers.setdefault(name, {})
                for values, count in counts.items():
                    mine[values] = mine.get(values, 0.0) + count
        for name, states in ended.buckets.items():
            _add(self.buckets.setdefault(name, {}), states)


_lock = threading.Lock()
_others: dict[str, _Account] = {}
_ended = _Account()
_gone: deque[str] = deque(maxlen=_REMEMBERED)
_secret: Final = secrets.token_hex(8)
_number = 0


def snapshot(*, of_all: bool = False) -> bytes:
    """All that this process has counted so far, for `adopt` in the one that is scraped.

    `of_all` adds what it adopted from others: for the process that is scraped in its place from now on.
    """
    global _number
    _number += 1
    counted = numbers if of_all else Counter.values
    states = buckets if of_all else Histogram.states
    said: dict[str, Any] = {"version": VERSION, "born": f"{os.getpid()}-{_secret}", "number": _number}
    said["numbers"] = {family.name: _listed(counted(family)) for family in FAMILIES if isinstance(family, Counter)}
    said["numbers"] |= {family.name: _listed(family.values()) for family in FAMILIES if isinstance(family, Gauge)}
    said["buckets"] = {family.name: _told(states(family)) for family in FAMILIES if isinstance(family, Histogram)}
    return json.dumps(said, separators=(",", ":")).encode()


def adopt(process: str, content: bytes) -> None:
    """Takes a snapshot in the place of that process's earlier one. ValueError for what is none; then nothing changes.

    `process` is its name, such as `front-1`. One of the same name that was started anew counts on top.
    """
    try:
        account = _parse(process, content)
    except (KeyError, TypeError, AttributeError, RecursionError) as err:
        raise ValueError("expected a snapshot of metrics") from err
    with _lock:
        before = _others.get(process)
        if account.born in _gone or (before and before.born == account.born and before.number >= account.number):
            return
        if before is not None and before.born != account.born:
            _end(before)
        _others[process] = account


def forget(process: str) -> None:
    """That process has ended."""
    with _lock:
        account = _others.pop(process, None)
        if account is not None:
            _end(account)


def numbers(family: Family) -> dict[Values, float]:
    """A counter's, gauge's or info's values over all processes."""
    assert isinstance(family, Counter | Gauge | Info)
    own = family.values()
    if isinstance(family, Info) or (isinstance(family, Gauge) and family.merge is Merge.OWN):
        return own
    greatest = isinstance(family, Gauge) and family.merge is Merge.MAX
    with _lock:
        for account in (_ended, *_others.values()):
            for values, number in account.numbers.get(family.name, {}).items():
                mine = own.get(values, 0.0)
                own[values] = max(mine, number) if greatest else mine + number
    return own


def buckets(family: Histogram) -> dict[Values, Buckets]:
    """A histogram's states over all processes."""
    own = family.states()
    with _lock:
        for account in (_ended, *_others.values()):
            _add(own, account.buckets.get(family.name, {}))
    return own


def _end(account: _Account) -> None:
    _ended.take_over(account)
    _gone.append(account.born)


def _add(states: dict[Values, Buckets], more: dict[Values, Buckets]) -> None:
    for values, state in more.items():
        mine = states.get(values)
        if mine is None:
            states[values] = state.copy()
        else:
            mine.add(state)


def _listed(numbers: dict[Values, float]) -> list[Any]:
    return [[*values, number] for values, number in numbers.items()]


def _told(states: dict[Values, Buckets]) -> list[Any]:
    return [
        [
            *values,
            state.counts,
            state.total,
            [[bucket, one.reference, one.value, one.time] for bucket, one in state.exemplars.items()],
        ]
        for values, state in states.items()
    ]


def _parse(process: str, content: bytes) -> _Account:
    said = json.loads(content, parse_constant=_refuse)
    if said["version"] != VERSION:
        raise ValueError("expected a snapshot of this version")
    account = _Account(str(said["born"]), int(said["number"]))
    for name, rows in said["numbers"].items():
        counts = account.numbers[name] = {}
        for values, number in _numbers(process, BY_NAME[name], rows):
            counts[values] = counts.get(values, 0.0) + number
    for name, rows in said["buckets"].items():
        states: dict[Values, Buckets] = {}
        for values, state in _buckets(BY_NAME[name], rows):
            _add(states, {values: state})
        account.buckets[name] = states
    return account


def _numbers(process: str, family: Family, rows: list[Any]) -> Iterator[tuple[Values, float]]:
    for *values, number in rows:
        if isinstance(family, Counter):
            _check_count(number)
        given = (process,) if family in (MEMORY, CPU) else tuple(map(str, values))
        yield family.admit(given), float(number)


def _buckets(family: Family, rows: list[Any]) -> Iterator[tuple[Values, Buckets]]:
    if not isinstance(family, Histogram):
        raise ValueError("expected a histogram's name")
    for *values, counts, total, exemplars in rows:
        for count in (*counts, total):
            _check_count(count)
        if len(counts) != len(family.bounds) + 1:
            raise ValueError("expected the buckets that there are")
        kept = {int(bucket): Exemplar(str(one), float(value), float(at)) for bucket, one, value, at in exemplars}
        yield family.admit(tuple(map(str, values))), Buckets(list(counts), float(total), kept)


def _check_count(count: float) -> None:
    if not 0 <= count < math.inf:
        raise ValueError("expected a count")


def _refuse(constant: str) -> NoReturn:
    raise ValueError("expected numbers")
