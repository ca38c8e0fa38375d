"""What is measured, side by side: bare mitmdump, Tightlip as shipped, and the same with its state in memory.

Between the two Tightlips lies the disk alone: what making a record durable takes. Where no folder in memory can be
had, the third is left out. Proxies that one measurement needs alone (`more`) come and go with it.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench import server
from bench.client import Target
from tests.compiled import share_rules
from tests.e2e.lab import DidNotStart, Tightlip


@dataclass(frozen=True, slots=True)
class Proxy:
    """One that runs: where it is and what belongs to it."""

    target: Target
    pids: list[int]
    tightlip: Tightlip | None = None


@dataclass(slots=True)
class Stand:
    """`proxies` by name: bare, tightlip and, where it can be, unsynced."""

    folder: Path
    vendor: str
    shipped: Tightlip
    proxies: dict[str, Proxy] = field(default_factory=dict)
    start_seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)  # what could not be measured

    def job(self, *names: str, **job: Any) -> dict[str, Any]:
        """A measuring module's task, as plain data. Names of what doesn't run are passed over."""
        chosen = {name: self.proxies[name] for name in names if name in self.proxies}
        return job | {
            "targets": {name: asdict(proxy.target) for name, proxy in chosen.items()},
            "processes": {name: proxy.pids for name, proxy in chosen.items()},
        }

    @contextmanager
    def more(self, name: str, **keys: Any) -> Iterator[Proxy]:
        """A Tightlip of other configuration, which starts on the caches of the first."""
        running = server.tightlip(self.folder / name, self.vendor, self.folder, **keys)
        server.share_caches(self.shipped, running)
        with running:
            self.proxies[name] = _proxy(running)
            try:
                yield self.proxies[name]
            finally:
                del self.proxies[name]


@contextmanager
def stand(folder: Path, workers: int | None, *, times_first_start: bool) -> Iterator[Stand]:
    """With `times_first_start` all rules are compiled once more, which takes its time; else the tests' are used."""
    with ExitStack() as started:
        vendor = started.enter_context(server.fake_vendor(folder))
        bare, bare_pid = started.enter_context(server.bare_mitmdump(folder, vendor))
        shipped = server.tightlip(folder / "tightlip", vendor, folder, workers=workers)
        place = Stand(folder, vendor, shipped)
        if times_first_start:
            with shipped:
                place.start_seconds["first"] = shipped.start_seconds
        else:
            share_rules(shipped.state)
        started.enter_context(shipped)  # on the same state folder, so that it finds its caches
        place.start_seconds["again"] = shipped.start_seconds
        place.proxies = {"bare": Proxy(bare, [bare_pid]), "tightlip": _proxy(shipped)}
        memory = started.enter_context(server.folder_in_memory())
        if memory:
            unsynced = server.tightlip(memory, vendor, folder, workers=workers)
            server.share_caches(shipped, unsynced)
            try:
                place.proxies["unsynced"] = _proxy(started.enter_context(unsynced))
            except DidNotStart:  # a busy machine; the rest can be had without it
                place.failed.append("Tightlip without the disk")
        yield place


def _proxy(running: Tightlip) -> Proxy:
    return Proxy(server.target_of(running), [running.pid, *running.children()], running)
