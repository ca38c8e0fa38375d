"""What a decision costs: `python -m bench.policy [ROUNDS]`, process time, one core, beside an idle machine.

500 clauses and 1,000 exceptions against requests of 20 findings of as many rules, none seen twice in the same
circumstances. Each shape of policy is all of one kind of clause, but for the first, which mixes them.
"""

import random
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from detectors import Finding, bundled_rules, load_rules
from detectors.rule import Rule
from proxy.policy import Code, Context, Destination, Policy, Who
from proxy.waiver.scope import Scope
from proxy.waiver.standing import StandingWaivers, Waiver

CLAUSES: Final = 500
EXCEPTIONS: Final = 1000
FINDINGS: Final = 20
GROUPS: Final = 300
NOW: Final = datetime(2026, 11, 21, 10, tzinfo=UTC)
_VENDORS: Final = [f"vendor-{number}" for number in range(200)]


def conditions(rules: list[Rule], chance: random.Random) -> Mapping[str, Iterator[dict[str, Any]]]:
    """Endless conditions, of one kind each."""

    def endless(make: Any) -> Iterator[dict[str, Any]]:
        while True:
            yield make()

    return {
        "rules": endless(lambda: {"rule": [rule.id for rule in chance.sample(rules, 3)]}),
        "groups": endless(lambda: {"group": [f"group-{chance.randrange(GROUPS)}"], "category": ["secret", "pci"]}),
        "vendors": endless(lambda: {"vendor": chance.sample(_VENDORS, 4), "severity_at_least": "high"}),
        "code": endless(lambda: {"code": {"pci": ["cde"]}, "group": [f"group-{chance.randrange(GROUPS)}"]}),
        "repositories": endless(lambda: {"repository": [f"github.com/acme/team-{chance.randrange(10**6)}-*"]}),
        "scores": endless(
            lambda: {"score_at_least": 0.99, "entity": [rule.entity for rule in chance.sample(rules, 5)]}
        ),
        "times": endless(lambda: {"hours": "22:00-06:00", "category": ["pii"]}),
        "counts": endless(lambda: {"entity": [chance.choice(rules).entity], "count_at_least": 50}),
    }


def policy(kinds: list[Iterator[dict[str, Any]]]) -> Policy:
    """Of every five clauses one is a limit."""
    stages: dict[str, list[dict[str, Any]]] = {"findings": [], "limits": []}
    for number in range(CLAUSES):
        stage = "limits" if number % 5 == 4 else "findings"
        stages[stage].append({"id": f"c{number}", "when": next(kinds[number % len(kinds)]), "action": "redact"})
    return Policy.model_validate({"id": "bench", "description": "", "default": "block", **stages})


def exceptions(rules: list[Rule], chance: random.Random) -> StandingWaivers:
    made = []
    for number in range(EXCEPTIONS):
        scopes = (
            Scope(user=(f"user-{chance.randrange(500)}",), rule=(chance.choice(rules).id,)),
            Scope(fingerprint=(f"{number:032x}",), vendor=(chance.choice(_VENDORS),)),
            Scope(group=(f"group-{chance.randrange(GROUPS)}",), entity=(chance.choice(rules).entity,)),
            Scope(repository=(f"github.com/acme/team-{number}-api",), category=("secret",)),
        )
        made.append(Waiver(f"ex-{number}", scopes[number % 4], NOW + timedelta(days=30)))
    return StandingWaivers(excepted=made)


def requests(rules: list[Rule], chance: random.Random, count: int) -> Iterator[tuple[list[Finding], Context]]:
    for number in range(count):
        found = [
            Finding(rule.id, rule.category, rule.entity, rule.level, 0, 9, 0.9, None, f"{chance.getrandbits(120):032x}")
            for rule in chance.sample(rules, FINDINGS)
        ]
        groups = frozenset(f"group-{chance.randrange(GROUPS)}" for _ in range(6))
        who = Who(f"user-{chance.randrange(500)}", groups, address="10.1.2.3", client="codex", client_version="1.2")
        code = Code({"pci": frozenset({"cde"})}, frozenset({f"github.com/acme/team-{number}-api"}))
        yield found, Context(who, Destination(chance.choice(_VENDORS), "api.example.com"), code, NOW)


def measure(rounds: int) -> dict[str, list[float]]:
    """Microseconds of each decision, by the shape of its policy."""
    rules, chance = list(load_rules((bundled_rules(),)).rules), random.Random(7)
    kinds = conditions(rules, chance)
    shapes = {"mixed": list(kinds.values()), **{name: [kind] for name, kind in kinds.items()}}
    waivers = exceptions(rules, chance)
    results = {}
    for name, shape in shapes.items():
        made = policy(shape)
        taken = []
        for findings, context in requests(rules, chance, rounds):
            started = time.process_time_ns()
            made.judge_request(context, waivers)
            made.judge(findings, context, waivers)
            taken.append((time.process_time_ns() - started) / 1e3)
        results[name] = taken[1:]  # the first makes the policy ready
    return results


def main(rounds: int) -> None:
    print(f"{CLAUSES} clauses, {EXCEPTIONS} exceptions, {FINDINGS} findings; microseconds of {rounds} decisions")
    print("| clauses by | median | p99 |\n|---|---|---|")
    for name, taken in measure(rounds).items():
        print(f"| {name} | {statistics.median(taken):.0f} | {statistics.quantiles(taken, n=100)[98]:.0f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
