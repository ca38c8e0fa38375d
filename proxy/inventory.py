"""What an edition consists of: ids and digests, kind by kind, so that two can be told apart in words. Pure.

The words name rules, clauses, vendors, users and keys by their ids. Nothing of what stands in them is told.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Final

from pydantic import BaseModel

from detectors import RuleSet
from proxy.charter import Charter
from proxy.config import Config
from proxy.groupfile import Groups
from proxy.userfile import User

Inventory = Mapping[str, Mapping[str, str]]
"""Digests by id by kind, in the order in which things stand. Kinds are words: `rule`, `clause`, `vendor`, ..."""

NOTHING: Final[Inventory] = {}
SHOWN: Final = 200
"""Changes that are told one by one; the rest is counted. Nobody reads more, and records should stay small."""

_CLAUSE: Final = "clause"
_DIGEST_CHARS: Final = 16


def take(
    config: Config, rules: RuleSet, charter: Charter, users: Sequence[User], groups: Groups, names_digest: str = ""
) -> Inventory:
    """The inventory of all that stands in these. `names_digest` is of the operator's own model of names, if any."""
    policy = charter.policy
    stages = {"requests", "findings", "limits"}
    terms = policy.model_dump(mode="json", exclude={*stages, "digest", "origins", "files"})
    told_apart = {"policy", "vendors"}
    return {
        "rule": {rule.id: _digest(rule) for rule in rules.rules},
        "index": {file.id: file.digest for file in rules.own},
        "own data": {own.id: own.digest[:_DIGEST_CHARS] for own in rules.own},
        "lexicon": {"health": _digest(rules.health), "names": _digest(rules.names)},
        "model": {"names": names_digest[:_DIGEST_CHARS]} if names_digest else {},
        _CLAUSE: {clause.id: _digest(clause) for clause in policy.clauses},
        "policy key": {key: _digest(value) for key, value in terms.items()},
        "vendor": {vendor.id: _digest(vendor) for vendor in charter.catalogue.vendors},
        "user": {user.name: _digest([asdict(user), groups.groups_of(user), groups.roles_of(user)]) for user in users},
        "part": {name: digest for name, digest in charter.digests.items() if name not in told_apart},
        "configuration key": {key: _digest(value) for key, value in config.model_dump(mode="json").items()},
    }


def differences(before: Inventory, after: Inventory) -> tuple[str, ...]:
    """What was added, removed or changed, as `rule x-1 added`; at most SHOWN, and how many more there are."""
    kinds = dict.fromkeys((*after, *before))
    told = [
        f"{kind} {name} {what}" for kind in kinds for name, what in _changes(before.get(kind, {}), after.get(kind, {}))
    ]
    if _in_order(before, after) != _in_order(after, before):
        told.append("clauses reordered")
    return tuple(told) if len(told) <= SHOWN else (*told[:SHOWN], f"and {len(told) - SHOWN} more")


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted({*before, *after}):
        if name not in before:
            yield name, "added"
        elif name not in after:
            yield name, "removed"
        elif before[name] != after[name]:
            yield name, "changed"


def _in_order(one: Inventory, other: Inventory) -> list[str]:
    """The clauses of one that the other has too."""
    return [name for name in one.get(_CLAUSE, {}) if name in other.get(_CLAUSE, {})]


def _digest(value: object) -> str:
    canonical = value.model_dump_json() if isinstance(value, BaseModel) else json.dumps(value, default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()[:_DIGEST_CHARS]


def _plain(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, set | frozenset) else str(value)
