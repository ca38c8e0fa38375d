"""What happened between two scrapes: increases, rates, quantiles. Pure; moments are the caller's."""

import math
from collections import deque
from dataclasses import dataclass, field

from proxy.cli.top.page import Page


@dataclass(frozen=True, slots=True)
class Change:
    """From one page to a later one, `seconds` apart. A counter that fell was started anew and counts from zero."""

    before: Page
    after: Page
    seconds: float

    def by(self, name: str, label: str) -> dict[str, float]:
        """Increases by the values of one label, the largest first; what did not move is left out."""
        moved = {key: value for key, value in self._sums(name, label).items() if value}
        return dict(sorted(moved.items(), key=lambda item: (-item[1], item[0])))

    def _sums(self, name: str, label: str) -> dict[str, float]:
        found: dict[str, float] = {}
        known = self.before.samples.get(name, {})
        for labels, value in self.after.samples.get(name, {}).items():
            of = dict(labels).get(label, "")
            found[of] = found.get(of, 0.0) + _increase(known.get(labels, 0.0), value)
        return found

    def total(self, name: str) -> float:
        """The increase over all labels."""
        known = self.before.samples.get(name, {})
        samples = self.after.samples.get(name, {})
        return sum(_increase(known.get(labels, 0.0), value) for labels, value in samples.items())

    def rate(self, name: str) -> float:
        """A second; 0.0 when no time has passed."""
        return self.total(name) / self.seconds if self.seconds > 0 else 0.0

    def quantile(self, name: str, share: float) -> float | None:
        """A histogram's value below which `share` of what came lies, even within a bucket as Prometheus has it.

        None when nothing came; infinity when it lies above the last bound.
        """
        counts = {_bound(text): count for text, count in self._sums(f"{name}_bucket", "le").items()}
        bounds = sorted(counts)
        if not bounds or not counts[bounds[-1]]:
            return None
        wanted = share * counts[bounds[-1]]
        below, lower = 0.0, 0.0
        for bound in bounds:
            if counts[bound] >= wanted:
                if math.isinf(bound):
                    return math.inf
                return lower + (bound - lower) * (wanted - below) / (counts[bound] - below)
            below, lower = counts[bound], bound
        return math.inf


@dataclass(slots=True)
class History:
    """The pages of the last `window_seconds`, and one before them to count from."""

    window_seconds: float
    _pages: deque[tuple[float, Page]] = field(default_factory=deque)

    def add(self, moment: float, page: Page) -> None:
        """`moment` by a clock that only goes forward."""
        self._pages.append((moment, page))
        while len(self._pages) > 2 and self._pages[1][0] <= moment - self.window_seconds:
            self._pages.popleft()

    @property
    def latest(self) -> Page | None:
        return self._pages[-1][1] if self._pages else None

    def change(self, seconds: float = math.inf) -> Change | None:
        """What came in the last `seconds`, or in as many as are known; None before the second page."""
        if len(self._pages) < 2:
            return None
        now, after = self._pages[-1]
        earlier = list(self._pages)[:-1]
        since, before = next((one for one in reversed(earlier) if one[0] <= now - seconds), earlier[0])
        return Change(before, after, now - since)


def since_start(page: Page, now: float) -> Change:
    """Everything that a page has counted. `now` by the wall clock; of an unknown start nothing is a rate."""
    started = min(page.samples.get("process_start_time_seconds", {}).values(), default=0.0)
    return Change(Page(), page, max(now - started, 0.0) if started else 0.0)


def _increase(before: float, after: float) -> float:
    return after - before if after >= before else after


def _bound(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.inf
