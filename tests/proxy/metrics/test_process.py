"""What processes take, as the kernel tells it."""

import os
import subprocess
import sys
import time

import pytest

from proxy.metrics import process
from proxy.metrics.process import ProcessorTime, cpu_seconds, own, resident_bytes

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="no /proc")  # noqa: PTH110


def test_it_is_what_the_process_itself_finds() -> None:
    (pid,) = own().values()
    before = time.process_time()
    found = cpu_seconds(pid)
    assert found is not None
    assert before - 0.1 <= found <= time.process_time() + 0.1
    block = bytearray(os.urandom(1 << 16) * 512)
    assert (resident_bytes(pid) or 0) > len(block)


def test_one_that_is_gone_takes_nothing() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert resident_bytes(gone.pid) is None
    assert cpu_seconds(gone.pid) is None


def test_a_process_in_another_s_place_adds_to_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: dict[int, float | None] = {1: 5.0, 2: 1.0}
    monkeypatch.setattr(process, "cpu_seconds", taken.get)
    times = ProcessorTime()
    assert times({"worker-1": 1}) == {("worker-1",): 5.0}
    taken[1] = 6.0
    assert times({"worker-1": 1}) == {("worker-1",): 6.0}
    assert times({"worker-1": 2}) == {("worker-1",): 7.0}
    taken[2] = None  # it ended just now
    assert times({"worker-1": 2}) == {("worker-1",): 7.0}
    assert times({}) == {("worker-1",): 7.0}
