import itertools

import pytest

from proxy import pressure
from proxy.bound import InFlight, Pressure
from proxy.memory import Budget
from proxy.pressure import COLLECT_SECONDS, END_SECONDS, SURGE_BYTES, LastResort, Relief, stage_of

NONE, COLLECT, LARGE, ALL = Pressure


@pytest.mark.parametrize(
    ("share", "now", "stage"),
    [
        (0.5, NONE, NONE),
        (0.7, NONE, COLLECT),
        (0.8, NONE, LARGE),
        (0.9, NONE, ALL),
        (1.2, NONE, ALL),
        (0.86, ALL, ALL),
        (0.84, ALL, LARGE),
        (0.76, ALL, LARGE),
        (0.76, LARGE, LARGE),
        (0.76, COLLECT, COLLECT),
        (0.66, LARGE, COLLECT),
        (0.64, LARGE, NONE),
    ],
)
def test_a_stage_begins_at_its_share_and_ends_clearly_below(share: float, now: Pressure, stage: Pressure) -> None:
    assert stage_of(share, now) is stage


class Machine:
    """A budget of 1000 bytes of which a test says how much is taken."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.used, self.collections = 0, 0
        monkeypatch.setattr(pressure, "collect", self._collect)
        self.in_flight = InFlight(1 << 40)
        self.relief = Relief(Budget(1000, lambda: self.used), self.in_flight)
        self._seconds = itertools.count(0, 100)

    def look(self, used: int, now: float | None = None) -> Pressure:
        self.used = used
        self.relief.look(float(next(self._seconds)) if now is None else now)
        return self.in_flight.pressure

    def _collect(self) -> None:
        self.collections += 1


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_memory_gets_short_by_stages_and_comes_back(machine: Machine) -> None:
    assert [machine.look(used) for used in (100, 750, 850, 930, 860, 800, 660, 600)] == [
        NONE, COLLECT, LARGE, ALL, ALL, LARGE, COLLECT, NONE,
    ]  # fmt: skip


def test_collecting_may_be_enough(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pressure, "collect", lambda: setattr(machine, "used", 100))
    assert machine.look(990) is NONE


def test_it_is_not_collected_all_the_time(machine: Machine) -> None:
    for tenth in range(int(COLLECT_SECONDS * 10)):
        machine.look(750, tenth / 10)
    assert machine.collections == 1


def test_the_largest_process_ends_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(pressure.os, "kill", lambda pid, number: ended.append(pid))
    monkeypatch.setattr(pressure, "own_bytes", {7: 10, 8: 30, 9: 20}.__getitem__)
    last_resort = LastResort(Budget(1000, lambda: 960), lambda: [7, 8, 9])
    for second in range(int(END_SECONDS * 2)):
        last_resort.look(second)
    assert ended == [8, 8]


def test_no_process_ends_before_all_else_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pressure.os, "kill", lambda pid, number: pytest.fail("ended"))
    LastResort(Budget(1000, lambda: 940), lambda: [7]).look(0.0)
    LastResort(Budget(1000, lambda: 990), list).look(0.0)


def test_what_a_surge_leaves_is_given_back(machine: Machine) -> None:
    machine.in_flight.bytes = SURGE_BYTES
    machine.look(0)
    assert machine.collections == 0
    machine.in_flight.bytes = SURGE_BYTES // 5
    machine.look(0)
    machine.in_flight.bytes = 0
    machine.look(0)
    machine.look(0)
    assert machine.collections == 2
