"""`tightlip mark` and `tightlip rules stats`: whether findings were right, as people say, and what that comes to."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from proxy.auditrecord import Change
from proxy.change import record
from proxy.cli.actor import identify
from proxy.cli.logged import all_of, findings_of, must_find
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.mark import KIND, RuleStats, detail_of, marks_of, stats, wilson

FINE = 0


def mark(config: Config, reference: str, right: bool, numbers: Sequence[int], note: str, actor_name: str | None) -> int:
    """Puts on record that findings were right or not: all of a request's, or those of these numbers."""
    decision = must_find(config, reference).decision
    count = len(findings_of(decision, numbers))
    if not count:
        raise ConfigError(f"{reference}: expected a request with findings on record, found none")
    indexes = [number - 1 for number in numbers] or range(count)
    actor = identify(config, actor_name)
    record(
        config.state_dir,
        Change(
            time=datetime.now(UTC).timestamp(),
            actor=actor.name,
            kind=KIND,
            subject=reference,
            summary=note,
            detail=detail_of(decision, indexes, right),
        ),
    )
    print(f"{count} {'finding' if count == 1 else 'findings'} of {reference} marked {str(right).lower()}")
    return FINE


def rule_stats(config: Config, since: str, *, as_json: bool) -> int:
    """Prints hits and precision of every rule that has found something."""
    found = stats(all_of(config, "decision", since=since), marks_of(all_of(config, "change")))
    ordered = sorted(found.items(), key=lambda item: (-item[1].hits, item[0]))
    if as_json:
        print(json.dumps([_plain(rule, one) for rule, one in ordered], indent=2))
        return FINE
    table = Table("rule", "hits", "values", "actions", "true", "false", "precision", "last", box=None, pad_edge=False)
    for rule, one in ordered:
        actions = ", ".join(f"{action} {count}" for action, count in one.actions.most_common())
        counts = (str(one.hits), str(len(one.values)), actions, str(one.right), str(one.wrong))
        table.add_row(rule, *counts, _precision(one), one.last[:10])
    Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 400).print(table)
    return FINE


def _precision(one: RuleStats) -> str:
    if one.precision is None:
        return "not marked"
    low, high = wilson(one.right, one.right + one.wrong)
    return f"{one.precision:.0%} ({low:.0%} to {high:.0%}) of {one.right + one.wrong}"


def _plain(rule: str, one: RuleStats) -> dict[str, Any]:
    low, high = wilson(one.right, one.right + one.wrong)
    return {
        "rule": rule,
        "hits": one.hits,
        "values": len(one.values),
        "actions": dict(one.actions.most_common()),
        "marked_true": one.right,
        "marked_false": one.wrong,
        "precision": one.precision,
        "precision_interval": [round(low, 4), round(high, 4)],
        "last": one.last,
    }
