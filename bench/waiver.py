"""What 1,000 exceptions and 1,000 allowed values cost one request of 20 findings, beside the policy's own clauses.

`python -m bench.waiver [ROUNDS]` prints JSON, microseconds of one core for each request: as teams write them (scopes
of many kinds), and where all are of one kind, globs of repositories.
"""

import json
import statistics
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from detectors import Category, Finding, Severity, fingerprint
from proxy.policy import Code, Context, Destination, Who
from proxy.waiver.scope import Scope
from proxy.waiver.standing import StandingWaivers, Waiver
from proxy.waiver.value import Sample

COUNT: Final = 1000
FINDINGS: Final = 20
_KEY: Final = bytes(32)
_NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
_END: Final = _NOW + timedelta(days=30)
_CONTEXT: Final = Context(
    Who("user-7", frozenset({"group-1", "group-2", "staff"})),
    Destination("openai", "api.openai.com"),
    Code(repositories=frozenset({"github.com/acme/service-3"}), paths=frozenset({"/home/u/service-3/src/a.py"})),
    _NOW,
)


def measure(rounds: int) -> dict[str, Any]:
    return {
        "exceptions": COUNT,
        "allowed": COUNT,
        "findings": FINDINGS,
        "usual_us": _cost(StandingWaivers(_allowed(), _excepted()), rounds),
        "globs_us": _cost(StandingWaivers((), _globs()), rounds),
    }


def _cost(waivers: StandingWaivers, rounds: int) -> dict[str, float]:
    samples = [_sample(number) for number in range(FINDINGS)]
    seconds = []
    for turn in range(rounds):
        context = replace(_CONTEXT, now=_NOW + timedelta(seconds=turn))  # each request has one of its own
        started = time.process_time()
        knowing = waivers.knowing(samples, _KEY)
        for sample in samples:
            if knowing.allowed(sample.finding, context) is None:
                knowing.excepted(sample.finding, context)
        knowing.excepted(None, context)
        seconds.append(time.process_time() - started)
    seconds.sort()
    return {
        "median": round(statistics.median(seconds) * 1e6, 1),
        "p99": round(seconds[int(len(seconds) * 0.99)] * 1e6, 1),
    }


def _sample(number: int) -> Sample:
    value = f"ACME-{number:06}"
    rule, mark = f"rule-{number % 8}", fingerprint(_KEY, value)
    found = Finding(rule, Category.PII, f"ENTITY_{number % 8}", Severity.HIGH, 0, len(value), 0.9, None, mark)
    return Sample(value, found)


def _allowed() -> list[Waiver]:
    """Half of them values by fingerprint, the rest rules narrowed by repository, path or the value's pattern."""
    made = []
    for number in range(COUNT):
        rule = (f"rule-{number % 400}",)
        scope, patterns = Scope(fingerprint=(f"{number:032x}",)), ()
        if number % 8 == 1:
            scope = Scope(rule=rule, repository=(f"github.com/acme/service-{number}",))
        elif number % 8 == 3:
            scope = Scope(rule=rule, path=(f"tests/{number}/**",))
        elif number % 8 == 5:
            scope, patterns = Scope(rule=rule), (rf"SAMPLE-{number}-\d+",)
        made.append(Waiver(f"allow-{number}", scope, _END, patterns))
    return made


def _excepted() -> list[Waiver]:
    """For users, groups, repositories and vendors, most of them with a kind of data."""
    scopes = (
        lambda n: Scope(user=(f"user-{n}",), rule=(f"rule-{n % 400}",)),
        lambda n: Scope(group=(f"group-{n % 100}",), vendor=("openai",), category=("pii",), rule=(f"rule-{n % 50}",)),
        lambda n: Scope(repository=(f"github.com/acme/service-{n}",), entity=(f"ENTITY_{n % 60}",)),
        lambda n: Scope(vendor=(f"vendor-{n % 90}",), group=(f"group-{n % 100}",)),
    )
    return [Waiver(f"ex-{number}", scopes[number % 4](number), _END) for number in range(COUNT)]


def _globs() -> list[Waiver]:
    scopes = (Scope(repository=(f"github.com/acme/service-{n}-*",), category=("pii", "pci")) for n in range(COUNT))
    return [Waiver(f"glob-{number}", scope, _END) for number, scope in enumerate(scopes)]


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 2000), indent=1))
