"""The policy language: what a policy file may say, and the policy that files come to.

Three stages: `requests` are asked once for each request, before its findings; `findings` for each finding, the first
that matches decides; `limits` for each again, and nothing lowers what they say. `load.py` reads the files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from proxy.policy.action import Action, ActionName
from proxy.policy.condition import ALWAYS, CategoryName, Condition, Name, as_list
from proxy.policy.context import Context
from proxy.policy.evaluation import Plan
from proxy.policy.ruling import Found, Ruling
from proxy.policy.terms import AllowTerms, ExceptionTerms
from proxy.policy.waiver import NO_WAIVERS, Waivers
from proxy.reason import Reason

BlockStyle = Literal["error", "reply"]
"""How a block is told: as the vendor's error, or where a conversation waits for one as an assistant's message."""

RequestActionName = Literal["allow", "log", "warn", "justify", "block"]
LimitActionName = Literal["log", "mask", "pseudonymise", "redact", "block"]

RESERVED_IDS: Final = frozenset({"default", "on-fixed", "on-attachment", "on-sent", "resent", "pseudonym"})
"""What stands in records in place of a clause where none decided."""

MESSAGE_CHARS: Final = 500


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("expected one line without control characters")
    return text


def _unreserved(clause_id: str) -> str:
    if clause_id in RESERVED_IDS:
        raise ValueError("expected another id: records say this where no clause decided")
    return clause_id


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as err:
        raise ValueError("expected a time zone's name, such as Europe/Berlin or UTC") from err
    return name


PolicyId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
ClauseId = Annotated[PolicyId, AfterValidator(_unreserved)]
Message = Annotated[str, Field(max_length=MESSAGE_CHARS), AfterValidator(_printable)]
ZoneName = Annotated[str, AfterValidator(_zone)]


class _Clause(BaseModel):
    """One sentence of a policy: when this holds, and `unless` doesn't, do that."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: ClauseId = Field(description="Names the clause in records, messages and metrics; no other clause has it.")
    description: str = Field(default="", description="What the clause is for.")
    requirement: Annotated[tuple[Name, ...], BeforeValidator(as_list)] = Field(
        default=(), description="The requirements that it serves, such as PCI DSS 4.0 3.4.1."
    )
    when: Condition = Field(default=ALWAYS, description="The clause matches when all of this holds; always, without.")
    unless: Condition | None = Field(default=None, description="... and not all of this.")
    message: Message = Field(default="", description="One line for the developer whose request it stops.")


class RequestClause(_Clause):
    """A clause of `requests`, about a whole request."""

    action: RequestActionName = Field(description="What happens to the request.")


class FindingClause(_Clause):
    """A clause of `findings`."""

    action: ActionName = Field(description="What happens to the finding.")


class LimitClause(_Clause):
    """A clause of `limits`: what happens at least."""

    action: LimitActionName = Field(description="What happens at least.")


AnyClause = RequestClause | FindingClause | LimitClause


class Document(BaseModel):
    """What a policy says, in one file or in several.

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

    description: str = Field(description="What the policy is for.")
    timezone: ZoneName = Field(default="UTC", description="The time zone of days, hours and dates.")
    requests: tuple[RequestClause, ...] = Field(default=(), description="About whole requests; the first match is it.")
    findings: tuple[FindingClause, ...] = Field(default=(), description="About each finding; the first match decides.")
    limits: tuple[LimitClause, ...] = Field(
        default=(),
        description="About each finding again: at least this. Without data keys, about requests too.",
    )
    default: ActionName = Field(default="redact", description="What happens to findings that no clause matches.")
    on_incomplete: Mapping[Reason | Literal["default"], Literal["log", "block"]] = Field(
        default={"default": "block"}, description="What could not be read, by reason; `default` for the rest."
    )
    on_fixed: Literal["log", "block"] = Field(
        default="block", description="What would be cut out but stands where nothing may be changed."
    )
    on_attachment: Literal["block", "note"] = Field(
        default="block", description="What would be cut out but stands inside of a file."
    )
    on_error: Literal["block"] = Field(default="block", description="The product's own faults.")
    block_style: BlockStyle = Field(default="error", description="As what a block is told.")
    telemetry: Literal["read", "refuse"] = Field(
        default="read", description="What clients report about themselves: read like prompts, or refused."
    )
    on_sent: Literal["redact", "log", "block"] = Field(
        default="redact", description="What would be cut out of a text that the vendor has had in clear."
    )
    restore: tuple[CategoryName, ...] = Field(
        default=("pci", "pii", "phi", "custom"), description="Whose pseudonyms become values again in replies."
    )
    explain_pseudonyms: bool = Field(default=False, description="Whether the model is told about pseudonyms.")
    exceptions: ExceptionTerms = Field(default=ExceptionTerms(), description="On which terms exceptions are granted.")
    allow: AllowTerms = Field(default=AllowTerms(), description="Who may allow values by a block's reference.")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a clause stands."""

    policy: str
    file: str
    line: int


class Policy(Document):
    """What a policy file and those that it extends come to; packs of a list are joined as `hipaa+pci`.

    `digest` is of the content of all its files. `origins` tells where each clause stands, `files` what was read.
    """

    id: str
    digest: str = ""
    origins: Mapping[str, Origin] = {}
    files: tuple[str, ...] = ()
    _plan: Plan | None = PrivateAttr(default=None)

    def judge(self, findings: Sequence[Found], context: Context, waivers: Waivers = NO_WAIVERS) -> list[Ruling]:
        """One ruling for each of `findings`, which are all of one request: clauses may ask how many there are."""
        return self._ready().judge(findings, context, waivers)

    def judge_request(self, context: Context, waivers: Waivers = NO_WAIVERS) -> Ruling:
        """The ruling for a request, whatever is found in it. Its clause is "" when none says anything."""
        return self._ready().judge_request(context, waivers)

    def judge_incomplete(self, reason: str) -> Action:
        """The action for content that could not be read for `reason`."""
        name = self.on_incomplete.get(Reason(reason), self.on_incomplete.get("default", "block"))
        return Action[name.upper()]

    @property
    def clauses(self) -> tuple[AnyClause, ...]:
        """All of them, stage by stage."""
        return (*self.requests, *self.findings, *self.limits)

    @property
    def pseudonymises(self) -> bool:
        return "pseudonymise" in (self.default, *(clause.action for clause in self.clauses))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def asks_about_code(self) -> bool:
        """Whether any clause wants to know which code a request is about."""
        asked = [condition for clause in self.clauses for condition in (clause.when, clause.unless) if condition]
        return any(not {"code", "repository", "path"}.isdisjoint(condition.given) for condition in asked)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        copy = super().model_copy(update=update, deep=deep)
        copy._plan = None
        return copy

    def __getstate__(self) -> dict[Any, Any]:
        """Without what is worked out from the rest: it holds functions, which can't cross a pipe."""
        return {**super().__getstate__(), "__pydantic_private__": {"_plan": None}}

    def _ready(self) -> Plan:
        if self._plan is None:
            default = Ruling(Action[self.default.upper()], "default")
            requests = [_told(clause) for clause in self.requests]
            self._plan = Plan(requests, self.findings, self.limits, default, self.zone)
        return self._plan


def _told(clause: RequestClause) -> RequestClause:
    """With something to tell the developer: a request that a clause stops holds nothing that could be named."""
    if clause.message or not clause.description.isprintable():
        return clause
    return clause.model_copy(update={"message": clause.description})
