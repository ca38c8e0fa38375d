"""What one bundle has that another has not, by the ids of things: rules, clauses, vendors, entries.

Pure. Reads members as plain YAML and asks no loader, so that bundles which this version would refuse can be told too.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from proxy.bundle.container import Bundle

_KINDS: Final = {("rules", "rules"): "rule", ("registry", "vendors"): "vendor", ("allow", "allow"): "allow"}
_STAGES: Final = frozenset({"clauses", "requests", "findings", "limits"})


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """Something that came, went or changed. `kind` is rule, clause, vendor, or the file whose key `id` is."""

    kind: str
    id: str
    how: Literal["added", "removed", "changed"]


def differences(old: Bundle, new: Bundle) -> list[Change]:
    """Everything that differs, sorted."""
    before, after = _things(old), _things(new)
    changes = [Change(*thing, "removed") for thing in before.keys() - after.keys()]
    changes += [Change(*thing, "added") for thing in after.keys() - before.keys()]
    changes += [Change(*thing, "changed") for thing in before.keys() & after.keys() if before[thing] != after[thing]]
    return sorted(changes)


def _things(bundle: Bundle) -> dict[tuple[str, str], str]:
    """A digest of everything that has an id."""
    things = {("pack", name): "" for name in bundle.manifest.policy if "/" not in name}
    things |= {("index", index.name): index.sha256 for index in bundle.manifest.indexes}
    for name, content in bundle.members.items():
        try:
            found = dict(_of_file(name, YAML(typ="safe", pure=True).load(content)))
        except (YAMLError, ValueError, RecursionError):
            found = {("file", name): hashlib.sha256(content).hexdigest()}
        for thing, digest in found.items():
            things[thing] = _hash(things.get(thing, ""), digest)
    return things


def _of_file(name: str, document: Any) -> Iterator[tuple[tuple[str, str], str]]:
    folder = name.partition("/")[0]
    digests: dict[int, str] = {}
    if not isinstance(document, Mapping):
        yield ("file", name), _digest(document, digests)
        return
    for key, value in document.items():
        kind = "clause" if folder == "policy" and key in _STAGES else _KINDS.get((folder, str(key)))
        items = list(_items(value)) if kind else []
        for item_id, item in items:
            yield (str(kind), f"{key}/{item_id}" if kind == "clause" else item_id), _digest(item, digests)
        if not items:
            yield (name, str(key)), _digest(value, digests)


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(key), item) for key, item in value.items())
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield str(item.get("id", index) if isinstance(item, Mapping) else index), item


def _digest(node: Any, known: dict[int, str]) -> str:
    """SHA-256 of a YAML value; each node once, however many aliases lead to it."""
    if isinstance(node, Mapping | list):
        if id(node) not in known:
            known[id(node)] = ""  # what stands within itself
            parts = node.items() if isinstance(node, Mapping) else enumerate(node)
            known[id(node)] = _hash(
                type(node).__name__, *sorted(_hash(repr(key), _digest(item, known)) for key, item in parts)
            )
        return known[id(node)]
    return _hash(repr(node))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "backslashreplace")).hexdigest()
