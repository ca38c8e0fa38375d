"""The measurements one after the other, each by a process of its own, and what their raw timings come to.

Each takes the stand and the effort and gives rows of plain data, which `goal` judges and `report` prints.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench import several
from bench.server import memory_mib
from bench.stand import Stand
from bench.statistic import added, compare, milliseconds, percentile
from detectors.names.finder import OFF
from proxy.config import Config
from tests.e2e.lab import ROOT, DidNotStart

PROTOCOLS = ("http/1.1", "h2")
SIGHTS = ("first", "resent")
_SEVERAL = 2
_ASK_SECONDS = 900  # for one measurement; a machine that needs more is measuring something else
_GIVING = "id: giving\ndescription: Everything gets a pseudonym.\ndefault: pseudonymise\n"


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure. Requests are each connection's in one round."""

    rounds: int
    alone_requests: int
    crowd_requests: int
    crowd_sights: tuple[str, ...]
    replies: int  # streamed, of each protocol, API and proxy
    handshakes: int
    replays: int  # of each recorded conversation
    several_rounds: int
    neighbour_rounds: int
    neighbour_requests: int
    scan_rounds: int


FULL = Effort(12, 30, 3, SIGHTS, 20, 150, 6, 8, 4, 60, 20)
QUICK = Effort(3, 10, 2, ("resent",), 3, 25, 1, 2, 1, 15, 4)


def cells(stand: Stand, effort: Effort, sizes: list[int]) -> list[dict[str, Any]]:
    return [cell for spec in _specs(sizes, effort) if (cell := _cell(stand, spec, effort))]


def _specs(sizes: list[int], effort: Effort) -> Iterator[dict[str, Any]]:
    for size in sizes:
        for sight in SIGHTS:
            for protocol in PROTOCOLS:
                for connections in (1, 32) if sight in effort.crowd_sights else (1,):
                    yield {"size_bytes": size, "sight": sight, "protocol": protocol, "connections": connections}


def _cell(stand: Stand, spec: dict[str, Any], effort: Effort) -> dict[str, Any] | None:
    is_alone = spec["connections"] == 1
    requests = effort.alone_requests if is_alone else effort.crowd_requests
    names = ("bare", "tightlip", "unsynced") if is_alone else ("bare", "tightlip")
    said = f"{spec['size_bytes']:>7} {spec['sight']:<6} {spec['protocol']:<8} {spec['connections']:>2} connections"
    with measuring(stand, said):
        raw = ask("load", stand.job(*names, **spec, rounds=effort.rounds, requests=requests))
        cell: dict[str, Any] = spec | compare(raw)
        tell(f"{said}: added p50 {cell['tightlip']['added_p50_ms']:+.2f} ms, rate ratio {cell['rate_ratio']:.2f}")
        return cell
    return None


@contextmanager
def measuring(stand: Stand, what: str) -> Iterator[None]:
    """One failure, a refusal on a busy machine above all, takes one figure and is told; the rest goes on."""
    try:
        yield
    except (subprocess.SubprocessError, DidNotStart) as err:
        tell(f"{what}: failed: {type(err).__name__}")
        stand.failed.append(" ".join(what.split()))


def streams(stand: Stand, effort: Effort) -> list[dict[str, Any]]:
    """With a policy that has nothing to restore, as shipped, and with one under which every reply is restored."""
    policy = stand.folder / "giving.yaml"
    policy.write_text(_GIVING)
    with stand.more("restoring", policy=str(policy), workers=1):
        job = stand.job("bare", "tightlip", "restoring", replies=effort.replies, restoring="restoring")
        rows = ask("stream", job)
    tell("streams done")
    return [row | {kind: _streamed(row["targets"], kind) for kind in ("first", "first_way", "ways")} for row in rows]


def _streamed(targets: dict[str, Any], kind: str) -> dict[str, Any]:
    return added({name: seconds[kind] for name, seconds in targets.items()})


def handshakes(stand: Stand, effort: Effort) -> list[dict[str, Any]]:
    rows = []
    for row in ask("handshake", stand.job("bare", "tightlip", connections=effort.handshakes)):
        raw = row["targets"]
        kinds = {kind: added({name: seconds[kind] for name, seconds in raw.items()}) for kind in raw["bare"]}
        rows.append({"protocol": row["protocol"]} | kinds)
    tell("new connections done")
    return rows


def agents(stand: Stand, effort: Effort) -> list[dict[str, Any]]:
    """Recorded conversations, turn by turn; the share of pieces that a worker knew is read off the metrics."""
    shipped = stand.shipped
    names = ("tightlip_cache_hits_total", "tightlip_cache_misses_total")
    rows = []
    for name in ask("agent", None):
        before = [shipped.metric(one) for one in names]
        row = ask("agent", stand.job("bare", "tightlip", "unsynced", replays=effort.replays), name)
        hits, misses = (shipped.metric(one) - was for one, was in zip(names, before, strict=True))
        rows.append(row | added(row.pop("seconds")) | {"known_pieces": round(hits / (hits + misses), 3)})
        tell(f"{name}: added p50 {rows[-1]['tightlip']['added_p50_ms']:+.2f} ms a turn")
    return rows


def processes(stand: Stand, effort: Effort) -> list[dict[str, Any]]:
    """One process and two beside bare mitmdump; nothing where this version knows no such key."""
    if "processes" not in Config.model_fields:
        return []
    rows = []
    with stand.more("one", processes=1), stand.more("several", processes=_SEVERAL):
        proxies = {name: stand.proxies[name] for name in ("bare", "one", "several")}
        for size in (2_000, 300_000):
            raw = several.measure(proxies, size, 32, effort.several_rounds, effort.crowd_requests)
            medians = {
                name: {kind: round(percentile(values, 0.5), 1) for kind, values in part.items()}
                for name, part in raw.items()
            }
            rows.append({"size_bytes": size, "processes": _SEVERAL} | medians)
            tell(f"{size:>7} {_SEVERAL} processes: {medians['several']['rate'] / medians['one']['rate']:.2f} of one")
    return rows


def neighbours(stand: Stand, effort: Effort) -> list[dict[str, Any]]:
    job = stand.job("tightlip", rounds=effort.neighbour_rounds, requests=effort.neighbour_requests)
    rows = []
    for name, part in ask("neighbours", job | {"target": job["targets"]["tightlip"]}).items():
        row: dict[str, Any] = {kind: milliseconds(part[kind]) for kind in ("alone", "beside", "own")}
        row |= {kind: len(part[kind]) for kind in ("refused", "others_refused")}
        rows.append(row | {"name": name, "p99_ratio": round(row["beside"]["p99_ms"] / row["alone"]["p99_ms"], 2)})
    return rows


def names(stand: Stand, effort: Effort) -> list[dict[str, Any]]:
    """As shipped beside one that looks for no names, by turns; nothing where this version does so only when told."""
    if Config.model_fields["names"].default is None:
        return []
    rows = []
    with stand.more("nameless", names={"model": OFF}):
        for size in (2_000, 300_000):
            for sight in SIGHTS:
                spec = {"size_bytes": size, "sight": sight, "protocol": "http/1.1", "connections": 1}
                job = stand.job("bare", "nameless", "tightlip", **spec)
                row = compare(ask("load", job | {"rounds": effort.rounds, "requests": effort.alone_requests}))
                rows.append(spec | row | {"ratio": round(row["tightlip"]["p50_ms"] / row["nameless"]["p50_ms"], 2)})
                tell(f"{size:>7} {sight:<6} with names: {rows[-1]['ratio']:.2f} of without")
    return rows


PARTS: dict[str, Callable[[Stand, Effort], list[dict[str, Any]]]] = {
    "streams": streams,
    "handshakes": handshakes,
    "agents": agents,
    "processes": processes,
    "neighbours": neighbours,
    "names": names,
}
"""By the name that results have them under."""


def memory(stand: Stand) -> dict[str, Any]:
    """MiB resident, of bare mitmdump and of Tightlip's processes."""
    (bare,) = stand.proxies["bare"].pids
    shipped = stand.shipped
    return {
        "front": memory_mib(shipped.pid),
        "workers": [memory_mib(pid) for pid in shipped.children()],
        "bare": memory_mib(bare),
    }


def ask(module: str, job: dict[str, Any] | None, *arguments: str) -> Any:
    """Runs a measuring module as a process and reads its JSON; its errors are shown as they are."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{module}", *arguments],
        cwd=ROOT,
        input=json.dumps(job),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=_ASK_SECONDS,
    )
    return json.loads(done.stdout)


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
