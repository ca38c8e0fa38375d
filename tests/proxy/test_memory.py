import os
import subprocess
import sys
from pathlib import Path

import pytest

from proxy.memory import MACHINE_SHARE, budget_of, collect, family, own_bytes, return_large_blocks

_MIB = 1 << 20
linux = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A machine with a gibibyte, whose process 1 is in the cgroup /a/b."""
    folder = tmp_path / "proc"
    (folder / "self").mkdir(parents=True)
    (folder / "meminfo").write_text("MemTotal:        1048576 kB\nMemFree: 5 kB\n")
    (folder / "self" / "cgroup").write_text("0::/a/b\n")
    (folder / "1").mkdir()
    (folder / "1" / "statm").write_text("9000 3000 1000 1 0 1 0\n")
    return folder


@pytest.fixture
def cgroups(tmp_path: Path) -> Path:
    folder = tmp_path / "cgroup"
    (folder / "a" / "b").mkdir(parents=True)
    return folder


def test_the_tightest_cgroup_counts(proc: Path, cgroups: Path) -> None:
    (cgroups / "a" / "memory.max").write_text("5000\n")
    (cgroups / "a" / "memory.high").write_text("4000\n")
    (cgroups / "a" / "memory.current").write_text("3000\n")
    (cgroups / "a" / "memory.stat").write_text("anon 1\ninactive_file 700\n")
    (cgroups / "a" / "b" / "memory.max").write_text("max\n")
    budget = budget_of(None, 1, proc=proc, cgroups=cgroups)
    assert budget is not None
    assert (budget.limit_bytes, budget.used()) == (4000, 2300)


def test_without_a_cgroup_it_is_a_share_of_the_machine(proc: Path, cgroups: Path) -> None:
    budget = budget_of(None, 1, proc=proc, cgroups=cgroups)
    assert budget is not None
    assert budget.limit_bytes == int(1024 * _MIB * MACHINE_SHARE)
    assert budget.used() == 2000 * os.sysconf("SC_PAGE_SIZE")


def test_what_is_configured_counts_before_both(proc: Path, cgroups: Path) -> None:
    (cgroups / "a" / "memory.max").write_text("5000\n")
    budget = budget_of(77, 1, proc=proc, cgroups=cgroups)
    assert budget is not None
    assert (budget.limit_bytes, budget.used()) == (77, 2000 * os.sysconf("SC_PAGE_SIZE"))


@pytest.mark.parametrize("limit", [None, 77])
def test_where_nothing_is_told_nothing_is_bounded(tmp_path: Path, limit: int | None) -> None:
    assert budget_of(limit, 1, proc=tmp_path / "none", cgroups=tmp_path / "none") is None


@linux
def test_a_family_is_a_process_and_all_below_it() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert {os.getpid(), child.pid} <= set(family(os.getpid()))
        assert own_bytes(child.pid) > 0
        child.communicate(b"\n")
    assert own_bytes(child.pid) == 0


@linux
def test_large_blocks_go_back_at_once() -> None:
    """In a process of its own, for it changes how memory is kept."""
    script = """
import os
from proxy.memory import collect, own_bytes, return_large_blocks
return_large_blocks()
before = own_bytes(os.getpid())
kept = [(bytearray(b"x") * (4 << 20), bytes(100)) for _ in range(20)]
small = [one for _, one in kept]
assert own_bytes(os.getpid()) - before > 70 << 20
del kept
print(own_bytes(os.getpid()) - before < 20 << 20)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_collecting_and_returning_work_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    return_large_blocks()
    collect()
