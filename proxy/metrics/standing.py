"""What is so, rather than what happens: what is in force and until when, and state that is read when somebody looks."""

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from proxy.ca import CA
from proxy.metrics import operation, traffic
from proxy.metrics.instrument import Values
from proxy.metrics.process import ProcessorTime, own, resident_bytes


class _PoolState(Protocol):
    @property
    def queue_depth(self) -> int: ...
    @property
    def alive(self) -> int: ...
    @property
    def workers(self) -> Mapping[int, int]: ...


class _AuditState(Protocol):
    @property
    def lag_seconds(self) -> float: ...
    @property
    def failures(self) -> int: ...


class _InFlight(Protocol):
    @property
    def bytes(self) -> int: ...


def describe(version: str, edition: str, policy: str, policy_digest: str, rules_digest: str) -> None:
    """What is in force; called again whenever that changes."""
    operation.EDITION.set(edition)
    operation.BUILD.set(version, ".".join(map(str, sys.version_info[:3])))
    operation.POLICY.set(policy, policy_digest)
    operation.RULESET.set(rules_digest)


def expire(bundle: float | None, agreements: Mapping[Values, float]) -> None:
    """When what is in force ends, in seconds since 1970: the bundle, if there is one; agreements by vendor and name."""
    operation.BUNDLE_EXPIRY.replace({} if bundle is None else {(): bundle})
    operation.AGREEMENT_EXPIRY.replace(agreements)


def ready(is_ready: bool) -> None:
    """What the readiness probe found."""
    operation.READY.set(is_ready)


def reloaded(result: str, *, good: bool) -> None:
    """Count a reload; `good` when what is in force is what the files say."""
    operation.RELOADS.inc(result)
    loaded(good=good)


def loaded(*, good: bool) -> None:
    """Whether the files could be taken, now, at the start or later."""
    operation.RELOAD_SUCCESSFUL.set(good)
    if good:
        operation.RELOAD_TIME.set(time.time())


def observe(pool: _PoolState, audit: _AuditState, authority: CA) -> None:
    """Read these at every scrape from now on, in place of any before them."""
    operation.CERTIFICATE.set(authority.not_after.timestamp())
    operation.QUEUE_DEPTH.follow(lambda: {(): pool.queue_depth})
    operation.WORKERS.follow(lambda: {(): pool.alive})
    operation.AUDIT_LAG.follow(lambda: {(): audit.lag_seconds})
    operation.AUDIT_FAILURES.follow(lambda: {(): audit.failures})
    _observe_processes(lambda: own() | {f"worker-{index + 1}": pid for index, pid in pool.workers.items()})


def observe_bodies(in_flight: _InFlight) -> None:
    """Read this at every scrape or snapshot from now on."""
    operation.IN_FLIGHT.follow(lambda: {(): in_flight.bytes})


def observe_groups(groups: Callable[[], Iterable[str]]) -> None:
    """The groups that there are, asked at every scrape or snapshot from now on: each has its count."""
    traffic.GROUP_REQUESTS.follow(lambda: {(group,): 0.0 for group in groups()})


def observe_exceptions(states: Callable[[], Mapping[str, int]]) -> None:
    """How many exceptions there are by state, asked at every scrape from now on."""
    operation.EXCEPTIONS.follow(lambda: {(state,): count for state, count in states().items()})


def _observe_processes(processes: Callable[[], Mapping[str, int]]) -> None:
    operation.MEMORY.follow(lambda: _each(processes(), resident_bytes))
    operation.CPU.follow(lambda: _processor_time(processes()))


def _each(processes: Mapping[str, int], measure: Callable[[int], float | None]) -> dict[Values, float]:
    """What is measured of each; without those that are gone by now."""
    found = {(name,): measure(pid) for name, pid in processes.items()}
    return {values: number for values, number in found.items() if number is not None}


_processor_time = ProcessorTime()
_observe_processes(own)
