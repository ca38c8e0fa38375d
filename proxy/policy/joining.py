"""Several policy files to one policy: whose clauses come when, and whose settings hold. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from proxy.policy.action import Action
from proxy.policy.condition import Name, as_list
from proxy.policy.language import Document, FindingClause, Origin, Policy, PolicyId
from proxy.policy.source import Location, Source

STAGES: Final = ("requests", "findings", "limits")

_STRICTNESS: Final[Mapping[str, tuple[str, ...]]] = {
    "default": tuple(action.label for action in Action),
    "on_fixed": ("log", "block"),
    "on_attachment": ("note", "block"),
    "on_sent": ("log", "redact", "block"),
    "telemetry": ("read", "refuse"),
}
"""Settings with an order, the strictest last: where two packs differ, that one holds. Of others the first holds."""


class PolicyFile(Document):
    """A policy file as written."""

    version: Literal[1] | None = Field(default=None, description="The version of the language.")
    id: PolicyId = Field(description="The policy's name, in records and messages.")
    extends: Annotated[tuple[Name, ...], BeforeValidator(as_list)] = Field(
        default=(), description="Packs or files whose clauses come after the own ones and whose limits hold as well."
    )
    clauses: tuple[FindingClause, ...] = Field(
        default=(), description="What `findings` are called in files without a version."
    )


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One file of a policy, and the files that it extends."""

    source: Source
    file: PolicyFile
    below: tuple["Layer", ...]

    def stage(self, name: str) -> list[tuple[Location, Any]]:
        """The clauses of a stage, each with its place."""
        keys = ("findings", "clauses") if name == "findings" else (name,)
        return [((key, index), clause) for key in keys for index, clause in enumerate(getattr(self.file, key))]

    @property
    def clauses(self) -> list[tuple[Location, Any]]:
        return [item for stage in STAGES for item in self.stage(stage)]


def flattened(layers: Sequence[Layer]) -> list[Layer]:
    """Every file once; one that several extend comes after all of these."""
    found = [layer for top in layers for layer in [top, *flattened(top.below)]]
    return list(reversed(dict.fromkeys(reversed(found))))


def joined(layers: Sequence[Layer]) -> Policy:
    """The one policy that the files at the top come to."""
    every = flattened(layers)
    stages = {stage: tuple(clause for layer in every for _, clause in layer.stage(stage)) for stage in STAGES}
    said = {
        "id": "+".join(layer.file.id for layer in layers),
        "description": " ".join(layer.file.description for layer in layers),
        "digest": _digest(every),
        "origins": {
            clause.id: Origin(layer.file.id, layer.source.file, layer.source.line(at))
            for layer in every
            for at, clause in layer.clauses
        },
        "files": tuple(layer.source.file for layer in every),
    }
    return Policy.model_validate(_settings(layers) | stages | said)


def _digest(every: Sequence[Layer]) -> str:
    if len(every) == 1:
        return every[0].source.sha256
    return hashlib.sha256("\n".join(layer.source.sha256 for layer in every).encode()).hexdigest()


def _settings(layers: Sequence[Layer]) -> dict[str, Any]:
    """What several files together set: the strictest of each setting, the first where there is no order."""
    found: dict[str, list[Any]] = {}
    for layer in layers:
        for name, value in _settings_of(layer).items():
            found.setdefault(name, []).append(value)
    return {name: _strictest(name, values) for name, values in found.items()}


def _settings_of(layer: Layer) -> dict[str, Any]:
    """What a file sets itself, over what those that it extends set."""
    names = set(Document.model_fields) - {"description", *STAGES}
    own = {name: getattr(layer.file, name) for name in names & layer.file.model_fields_set}
    below = _settings(layer.below)
    if "on_incomplete" in own:
        own["on_incomplete"] = {**below.get("on_incomplete", {}), **own["on_incomplete"]}
    return below | own


def _strictest(name: str, values: Sequence[Any]) -> Any:
    if name == "on_incomplete":
        reasons = dict.fromkeys(reason for value in values for reason in value)
        said = {reason: [value.get(reason, value.get("default", "block")) for value in values] for reason in reasons}
        return {reason: "block" if "block" in actions else "log" for reason, actions in said.items()}
    if name in ("exceptions", "allow"):
        return min(values, key=lambda terms: terms.max_days)
    order = _STRICTNESS.get(name)
    return max(values, key=order.index) if order else values[0]
