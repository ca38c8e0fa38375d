"""The policy language: what a policy file may say. Pure; `load.py` reads the files.

The first clause that matches a finding decides it, and every action names that clause.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from detectors import Finding, Severity
from detectors.rule import EntityName
from proxy.policy.action import Action, ActionName
from proxy.policy.context import Context
from proxy.policy.terms import AllowTerms, ExceptionTerms
from proxy.reason import Reason

BlockStyle = Literal["error", "reply"]
"""How a block is told: as the vendor's error, or where a conversation waits for one as an assistant's message."""

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

    def matches(self, finding: Finding, context: Context) -> bool:
        return (
            (self.category is None or finding.category in self.category)
            and (self.entity is None or finding.entity in self.entity)
            and (self.rule is None or finding.rule in self.rule)
            and (self.vendor is None or context.destination.vendor in self.vendor)
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
    the instructions that the model gets. `exceptions` and `allow` are the terms on which people may lower all this.
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
    exceptions: ExceptionTerms = ExceptionTerms()
    allow: AllowTerms = AllowTerms()
    digest: str = ""

    def judge(self, finding: Finding, context: Context) -> tuple[Action, str]:
        """The action for one finding and the id of the clause that gave it (`default` when none did)."""
        for clause in self.clauses:
            if clause.when.matches(finding, context):
                return Action[clause.action.upper()], clause.id
        return Action[self.default.upper()], "default"

    @property
    def pseudonymises(self) -> bool:
        return "pseudonymise" in (self.default, *(clause.action for clause in self.clauses))

    def judge_incomplete(self, reason: str) -> Action:
        """The action for content that could not be read for `reason`."""
        name = self.on_incomplete.get(Reason(reason), self.on_incomplete.get("default", "block"))
        return Action[name.upper()]
