"""`tightlip allow`: what a block found is no finding, in one step from its reference; and which entries nobody needs.

The policy says who may do that, for which categories and for how long; everything else is written into the allowlist
by hand and reviewed like code.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from proxy.auditrecord import Change, plain_words
from proxy.auditsearch import Members
from proxy.bundle.force import in_force
from proxy.ca import write_file
from proxy.change import record
from proxy.cli.actor import identify
from proxy.cli.logged import all_of, findings_of, must_find
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.policy import Action, load_policy
from proxy.policy.terms import AllowTerms
from proxy.registry import ends
from proxy.setting import allow_files, policy_folder, rules_of
from proxy.waiver.addition import with_entry
from proxy.waiver.allowlist import Placed, parse_until, read_allowlist
from proxy.waiver.store import locked

FINE, NOT_FINE = 0, 1
REASON_CHARS = 10
FILE_MODE = 0o644


@dataclass(slots=True)
class _Use:
    """How often an entry was the reason to let something pass, and when last."""

    count: int = 0
    last: str = ""


def allow(
    config: Config, reference: str, numbers: Sequence[int], reason: str, until: str, actor_name: str | None
) -> int:
    """Takes the findings that were kept from leaving, or those of these numbers, for no findings from now on."""
    file = _own_file(config)
    terms = load_policy(in_force(config).config.policy, policy_folder()).allow
    last = _until(until, terms)
    if len(reason) < REASON_CHARS:
        raise ConfigError(f"--reason: expected {REASON_CHARS} characters or more")
    decision = must_find(config, reference).decision
    findings = findings_of(decision, numbers)
    if not numbers:
        findings = [one for one in findings if _was_kept(one)]
    if not findings:
        raise ConfigError(f"{reference}: expected a request of which something was kept back, found none of it")
    _check_categories(findings, terms)
    actor = identify(config, actor_name)
    actor.must_have(terms.role, "allow values")
    fingerprints = list(dict.fromkeys(str(one["fingerprint"]) for one in findings))
    id, summary = "-".join((reference.lower(), *map(str, numbers))), plain_words(reason)
    entry = {
        "id": id,
        "reason": summary,
        "owner": actor.name,
        "until": last,
        "fingerprint": fingerprints,
    }
    with locked(file):
        content = with_entry(file, entry)
        made = Change(
            time=datetime.now(UTC).timestamp(),
            actor=actor.name,
            kind="allow.add",
            subject=id,
            summary=summary,
            digest=hashlib.sha256(content).hexdigest(),
            detail={"request": reference, "fingerprints": fingerprints, "until": str(last)},
        )
        record(config.state_dir, made)
        _write(file, content)
    count = "1 value counts" if len(fingerprints) == 1 else f"{len(fingerprints)} values count"
    print(f"{count} as no finding until {last}: entry {id} in {file}")
    return FINE


def show_all(config: Config, *, unused: bool, since: str, as_json: bool) -> int:
    """Lists the entries with how often each was used, or those that never were; with a code for these."""
    now, uses = datetime.now(UTC), _uses(config, since)
    rows = [
        {
            "id": placed.entry.id,
            "place": placed.place,
            "owner": placed.entry.owner,
            "until": placed.entry.until.isoformat(),
            "expired": placed.entry.end <= now,
            "used": uses.get(placed.entry.id, _Use()).count,
            "last_used": uses.get(placed.entry.id, _Use()).last or None,
            "for": placed.entry.waiver().scope.given() | {"value": list(placed.entry.value)},
            "reason": placed.entry.reason,
        }
        for placed in _entries(config)
        if not (unused and placed.entry.id in uses)
    ]
    if as_json:
        print(json.dumps(rows, indent=2))
    else:
        _print(rows)
    return NOT_FINE if unused and rows else FINE


def check(config: Config) -> int:
    """Reads the allowlists against the rules; raises ConfigError with every mistake, its file and its line."""
    found, now = _entries(config), datetime.now(UTC)
    for placed in found:
        if placed.entry.end <= now:
            print(f"{placed.place}: {placed.entry.id}: ended on {placed.entry.until}; remove it")
    print(f"{len(found)} entries")
    return FINE


def _own_file(config: Config) -> Path:
    if config.bundle is not None:
        raise ConfigError(f"{config.bundle}: the allowlist is part of the bundle: change its source, and build it anew")
    if config.allow is None:
        raise ConfigError("allow: expected the path of an allowlist in the configuration, found none")
    return config.allow


def _until(text: str, terms: AllowTerms) -> date | datetime:
    try:
        last = parse_until(text)
    except ValueError as err:
        raise ConfigError(f"--until: {err}, found {text}") from None
    now = datetime.now(UTC)
    if not now < ends(last) <= now + timedelta(days=terms.max_days + 1):
        raise ConfigError(f"--until: expected an end within {terms.max_days} days, as the policy says, found {text}")
    return last


def _was_kept(finding: Members) -> bool:
    return Action[str(finding["action"]).upper()] > Action.WARN


def _check_categories(findings: Sequence[Members], terms: AllowTerms) -> None:
    refused = sorted({str(one["category"]) for one in findings} - {category.value for category in terms.categories})
    if refused:
        allowed = ", ".join(terms.categories) or "none"
        raise ConfigError(
            f"{', '.join(refused)}: expected categories that the policy's `allow` names ({allowed});"
            " write an entry by hand and have it reviewed, or ask for an exception"
        )


def _entries(config: Config) -> list[Placed]:
    config = in_force(config).config
    rules = rules_of(config).findable
    problems: list[str] = []
    found = read_allowlist(allow_files(config), problems, {rule.id for rule in rules})
    if problems:
        raise ConfigError(*problems)
    return found


def _uses(config: Config, since: str) -> dict[str, _Use]:
    uses: dict[str, _Use] = {}
    for decision in all_of(config, "decision", since=since):
        for finding in decision.get("findings", ()):
            if waiver := finding.get("waiver"):
                use = uses.setdefault(waiver, _Use())
                use.count += 1
                use.last = str(decision["time"])
    return uses


def _write(file: Path, content: bytes) -> None:
    try:
        write_file(file, content, file.stat().st_mode & 0o777 if file.exists() else FILE_MODE)
    except OSError as err:
        raise ConfigError(f"{file}: expected a file that can be written, found: {err.strerror}") from err


def _print(rows: Sequence[dict[str, Any]]) -> None:
    table = Table("entry", "until", "used", "last used", "owner", "reason", "place", box=None, pad_edge=False)
    for row in rows:
        until = row["until"][:10] + (" (ended)" if row["expired"] else "")
        last = (row["last_used"] or "")[:10]
        table.add_row(row["id"], until, str(row["used"]), last, row["owner"], row["reason"], row["place"])
    Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 400).print(table)
