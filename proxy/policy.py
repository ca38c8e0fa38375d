"""Policy: findings and their context in, one action per finding and one decision per request out.

Pure and total: a decision depends on nothing but its arguments. Packs are YAML files under `rules/policies/`; the
first clause that matches a finding decides it, and every action names that clause.
"""

import hashlib
from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from detectors import Finding, Severity
from detectors.rule import EntityName
from proxy.reason import Reason
from proxy.replies.answer import BlockStyle


class PolicyError(Exception):
    """The operator's fault: a policy that can't be read. The message names file, line and what was expected."""


class Action(IntEnum):
    """What happens to one finding, ordered by strictness: a request's decision is its strictest action."""

    ALLOW = 0
    LOG = 1
    PSEUDONYMISE = 2
    REDACT = 3
    BLOCK = 4

    @property
    def label(self) -> str:
        return self.name.lower()


ActionName = Literal["allow", "log", "pseudonymise", "redact", "block"]
CategoryName = Literal["secret", "pci", "pii", "phi", "custom"]
SeverityName = Literal["low", "medium", "high", "critical"]


class Condition(BaseModel):
    """All given keys must hold; within one key any listed value does. An empty condition matches every finding."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: tuple[CategoryName, ...] | None = None
    entity: tuple[EntityName, ...] | None = None
    rule: tuple[str, ...] | None = None
    vendor: tuple[str, ...] | None = None
    severity_at_least: SeverityName | None = None
    score_at_least: Annotated[float, Field(ge=0, le=1)] | None = None
    verified: bool | None = None

    def matches(self, finding: Finding, vendor: str) -> bool:
        return (
            (self.category is None or finding.category in self.category)
            and (self.entity is None or finding.entity in self.entity)
            and (self.rule is None or finding.rule in self.rule)
            and (self.vendor is None or vendor in self.vendor)
            and (self.severity_at_least is None or finding.severity >= Severity[self.severity_at_least.upper()])
            and (self.score_at_least is None or finding.score >= self.score_at_least)
            and (self.verified is None or finding.verified is self.verified)
        )


class Clause(BaseModel):
    """One sentence of a policy: when this holds, do that."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    description: str = ""
    when: Condition = Condition()
    action: ActionName


class Policy(BaseModel):
    """A policy pack.

    `default` is for findings that no clause matches. `on_incomplete` is for requests (or parts of one) that could not
    be read, by reason code, `default` for the rest; `on_fixed` is for findings that would be redacted but stand where a
    change would break the request (ids, signatures, keys). `on_attachment` is for findings that would be redacted but
    stand inside of a file: stop the request, or send it with a note in place of the file where the API takes one.
    `on_error` is for the product's own faults. None of these may redact: there is nothing to cut out. `block_style` is
    how a block is told: as the vendor's error, or where a conversation waits for one as an assistant's message.

    `telemetry` is for what clients report about themselves: read like a prompt, or refused unread with an answer that
    they take for the end of it. `on_sent` is for what would be cut out of a text that the vendor has had in clear,
    before policy or rules were changed: newer models bind their thinking to the conversation's bytes. `restore` names
    the categories whose pseudonyms become values again in replies; `explain_pseudonyms` adds a sentence about them to
    the instructions that the model gets.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    description: str
    clauses: tuple[Clause, ...] = ()
    default: ActionName = "redact"
    on_incomplete: Mapping[Reason | Literal["default"], Literal["log", "block"]] = {"default": "block"}
    on_fixed: Literal["log", "block"] = "block"
    on_attachment: Literal["block", "note"] = "block"
    on_error: Literal["block"] = "block"
    block_style: BlockStyle = "error"
    telemetry: Literal["read", "refuse"] = "read"
    on_sent: Literal["redact", "log", "block"] = "redact"
    restore: tuple[CategoryName, ...] = ("pci", "pii", "phi", "custom")
    explain_pseudonyms: bool = False
    digest: str = ""

    def judge(self, finding: Finding, vendor: str) -> tuple[Action, str]:
        """The action for one finding and the id of the clause that gave it (`default` when none did)."""
        for clause in self.clauses:
            if clause.when.matches(finding, vendor):
                return Action[clause.action.upper()], clause.id
        return Action[self.default.upper()], "default"

    @property
    def pseudonymises(self) -> bool:
        return "pseudonymise" in (self.default, *(clause.action for clause in self.clauses))

    def judge_incomplete(self, reason: str) -> Action:
        """The action for content that could not be read for `reason`."""
        name = self.on_incomplete.get(Reason(reason), self.on_incomplete.get("default", "block"))
        return Action[name.upper()]


def load_policy(name: str, packs: Path) -> Policy:
    """The pack called `name` in the folder `packs`, or the policy in the file at path `name`.

    Raises PolicyError, which names the file and line.
    """
    bundled = packs / f"{name}.yaml"
    path = bundled if bundled.is_file() else Path(name)
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in packs.glob("*.yaml")))
        raise PolicyError(f"policy {name!r}: expected a pack ({known}) or a file, found neither")
    try:
        content = path.read_bytes()
        document = YAML(typ="rt").load(content)
    except OSError as err:
        raise PolicyError(f"{path}:1: expected a readable file, found: {err.strerror}") from err
    except MarkedYAMLError as err:
        line = err.problem_mark.line + 1 if err.problem_mark else 1
        raise PolicyError(f"{path}:{line}: not YAML: {err.problem}") from err
    except (YAMLError, RecursionError) as err:
        raise PolicyError(f"{path}:1: not YAML: expected UTF-8 text, no control characters, little nesting") from err
    if not isinstance(document, dict):
        raise PolicyError(f"{path}:1: expected a mapping, found {type(document).__name__}")
    try:
        policy = Policy.model_validate(document)
    except ValidationError as err:
        raise PolicyError("\n".join(_explain(path, document, err))) from err
    _refuse_repeated_ids(path, document, policy)
    return policy.model_copy(update={"digest": hashlib.sha256(content).hexdigest()})


def _explain(path: Path, document: object, err: ValidationError) -> list[str]:
    return [
        f"{path}:{_line(document, error['loc'])}: {'.'.join(map(str, error['loc']))}: {error['msg']}"
        for error in err.errors(include_input=False, include_url=False)
    ]


def _line(node: object, location: tuple[int | str, ...]) -> int:
    """The 1-based line of the deepest part of `location` that the YAML document knows."""
    line = 1
    for step in location:
        marks = getattr(node, "lc", None)
        data = getattr(marks, "data", None) or {}
        if step not in data:
            break
        line = data[step][0] + 1
        node = node[step]  # type: ignore[index]
    return line


def _refuse_repeated_ids(path: Path, document: object, policy: Policy) -> None:
    seen: set[str] = set()
    for index, clause in enumerate(policy.clauses):
        if clause.id in seen:
            line = _line(document, ("clauses", index, "id"))
            raise PolicyError(f"{path}:{line}: clause {clause.id!r}: expected a unique id, found it twice")
        seen.add(clause.id)
