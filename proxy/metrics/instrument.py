"""Counters, gauges and histograms: what is counted in this process, by labels. Knows nothing of how it is shown.

Counting stands in the path of every request, so it is one look-up and one addition; label values are checked only the
first time that they are seen. Any thread may count, and any may read.
"""

import bisect
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, Final

from proxy.metrics.label import OTHER, Label

Values = tuple[str, ...]
"""The values of a family's labels, in their order."""

Reader = Callable[[], Mapping[Values, float]]

STARTED: Final = 256
"""Families of which all label values are known start with so many series at 0, at most."""


class Merge(Enum):
    """What gauges of several processes are together."""

    SUM = "added up"
    MAX = "the greatest"
    OWN = "the core's own"


class Family:
    """What all kinds share: name, words, labels, and which series there are.

    `watch` says what to look at it for. `most` is how many series there may be, whatever the labels allow; `name` has
    no suffix that the exposition adds.
    """

    kind: ClassVar[str]

    def __init__(
        self,
        name: str,
        help: str,
        *labels: Label,
        unit: str = "",
        watch: str = "",
        most: int | None = None,
    ) -> None:
        self.name, self.help, self.labels, self.unit, self.watch = name, help, labels, unit, watch
        possible = math.prod(label.most for label in labels)
        self.most = possible if most is None else min(possible, most)
        self._admitted: set[Values] = set()
        self._lock = threading.RLock()
        self._reader: Reader | None = None

    @property
    def series_each(self) -> int:
        """Lines of the page for one combination of label values."""
        return 1

    @property
    def bound(self) -> int:
        """How many series there can ever be: `most`, and the one for all that would be more."""
        beyond = 1 if self.most < math.prod(label.most for label in self.labels) else 0
        return (self.most + beyond) * self.series_each

    def admit(self, values: Values) -> Values:
        """The label values under which something counts: themselves, or `other` for what there is no room for."""
        admitted = tuple(label.admit(value) for label, value in zip(self.labels, values, strict=True))
        with self._lock:
            if admitted not in self._admitted:
                if len(self._admitted) >= self.most:
                    return (OTHER,) * len(self.labels)
                self._admitted.add(admitted)
        return admitted

    def follow(self, reader: Reader | None) -> None:
        """From now on its values are read there whenever somebody looks, in place of any before."""
        self._reader = reader

    def _read(self) -> dict[Values, float]:
        reader = self._reader
        return {} if reader is None else {self.admit(values): value for values, value in reader().items()}

    def _first(self) -> list[Values]:
        """The series that there are from the start."""
        if not all(label.known for label in self.labels):
            return []
        found: list[Values] = [()]
        for label in self.labels:
            found = [(*values, value) for values in found for value in label.known]
        return [self.admit(values) for values in found] if len(found) <= STARTED else []


class Counter(Family):
    kind = "counter"

    def __init__(
        self, name: str, help: str, *labels: Label, unit: str = "", watch: str = "", most: int | None = None
    ) -> None:
        super().__init__(name, help, *labels, unit=unit, watch=watch, most=most)
        self._counts: dict[Values, float] = dict.fromkeys(self._first(), 0.0)

    def inc(self, *values: str, by: float = 1) -> None:
        with self._lock:
            try:
                self._counts[values] += by
            except KeyError:
                admitted = self.admit(values)
                self._counts[admitted] = self._counts.get(admitted, 0.0) + by

    def start(self, *values: str) -> None:
        """Has that series, at 0 if nothing was counted."""
        self.inc(*values, by=0)

    def values(self) -> dict[Values, float]:
        read = self._read()
        with self._lock:
            return self._counts | {values: self._counts.get(values, 0.0) + count for values, count in read.items()}


class Gauge(Family):
    """With a `start` an unlabelled one is shown from the start; others when they have been set."""

    kind = "gauge"

    def __init__(
        self,
        name: str,
        help: str,
        *labels: Label,
        unit: str = "",
        watch: str = "",
        most: int | None = None,
        merge: Merge = Merge.OWN,
        start: float | None = None,
    ) -> None:
        super().__init__(name, help, *labels, unit=unit, watch=watch, most=most)
        self.merge = merge
        self._states: dict[Values, float] = {} if start is None else dict.fromkeys(self._first(), start)

    def set(self, value: float, *values: str) -> None:
        with self._lock:
            self._states[self.admit(values)] = value

    def replace(self, states: Mapping[Values, float]) -> None:
        """All of its series at once: those that are not given are gone."""
        with self._lock:
            self._states = {self.admit(values): value for values, value in states.items()}

    def values(self) -> dict[Values, float]:
        read = self._read()
        with self._lock:
            return self._states | read


class Info(Family):
    """What is so, in labels; its value is 1. `set` forgets what was so before."""

    kind = "info"

    def __init__(self, name: str, help: str, *labels: Label, watch: str = "") -> None:
        super().__init__(name, help, *labels, watch=watch, most=1)
        self._now: Values | None = None

    def set(self, *values: str) -> None:
        self._now = values

    def values(self) -> dict[Values, float]:
        return {} if self._now is None else {self._now: 1.0}


@dataclass(frozen=True, slots=True)
class Exemplar:
    """One observation that a bucket stands for: the reference of its request, the value, and when it was made."""

    reference: str
    value: float
    time: float


@dataclass(slots=True)
class Buckets:
    """A histogram's state: observations by bucket, not yet added up; the last bucket is that of all that is greater."""

    counts: list[int]
    total: float = 0.0
    exemplars: dict[int, Exemplar] = field(default_factory=dict)

    def add(self, other: "Buckets") -> None:
        """What the other has seen as well. Of two exemplars the later stays."""
        self.counts = [one + more for one, more in zip(self.counts, other.counts, strict=True)]
        self.total += other.total
        for bucket, exemplar in other.exemplars.items():
            mine = self.exemplars.get(bucket)
            if mine is None or mine.time < exemplar.time:
                self.exemplars[bucket] = exemplar

    def copy(self) -> "Buckets":
        return Buckets(list(self.counts), self.total, dict(self.exemplars))


class Histogram(Family):
    kind = "histogram"

    keeps_exemplars: ClassVar[bool] = False
    """Of all histograms of this process; an operator's wish."""

    def __init__(
        self,
        name: str,
        help: str,
        *labels: Label,
        bounds: Sequence[float],
        unit: str,
        watch: str = "",
        most: int | None = None,
    ) -> None:
        super().__init__(name, help, *labels, unit=unit, watch=watch, most=most)
        self.bounds = tuple(float(bound) for bound in bounds)
        self._states = {values: self.empty() for values in self._first()}

    @property
    def series_each(self) -> int:
        return len(self.bounds) + 3  # its buckets with that of all, count and sum

    def empty(self) -> Buckets:
        return Buckets([0] * (len(self.bounds) + 1))

    def observe(self, value: float, *values: str, reference: str = "") -> None:
        """`reference` names the request for whoever wants to look at one of that bucket."""
        bucket = bisect.bisect_left(self.bounds, value)
        with self._lock:
            state = self._states.get(values)
            if state is None:
                state = self._states.setdefault(self.admit(values), self.empty())
            state.counts[bucket] += 1
            state.total += value
            if reference and Histogram.keeps_exemplars:
                state.exemplars[bucket] = Exemplar(reference, value, time.time())

    def states(self) -> dict[Values, Buckets]:
        with self._lock:
            return {values: state.copy() for values, state in self._states.items()}
