"""Unit tests of policies, as data: what is found, in which circumstances, and what has to become of it.

Pure but for reading the files. What a text or a request holds is found by whoever runs the tests (`cli/policy.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from detectors.rule import EntityName
from proxy.policy.action import ActionName
from proxy.policy.condition import ApprovalName, CategoryName, Name, SeverityName, StatusName, Trains, as_list
from proxy.policy.context import Code, Context, Destination, Who
from proxy.policy.explain import explained
from proxy.policy.problem import PolicyError
from proxy.policy.source import Source, read_source

NOW: Final = datetime(2026, 1, 5, 10, tzinfo=UTC)
"""A Monday morning: when a test takes place that doesn't say."""

Several = Annotated[tuple[Name, ...], BeforeValidator(as_list)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Exhibit(_Model):
    """A finding, or `times` of them with different values. What isn't given is as the rule, or the entity's, has it."""

    rule: Name | None = None
    entity: EntityName | None = None
    category: CategoryName | None = None
    severity: SeverityName | None = None
    score: Annotated[float, Field(ge=0, le=1)] | None = None
    verified: bool | None = None
    times: Annotated[int, Field(ge=1, le=10_000)] = 1


class Circumstances(_Model):
    """What is known of the request; what isn't given is unknown."""

    vendor: Name = "other"
    host: str = ""
    approval: ApprovalName = "unreviewed"
    agreement: Mapping[Name, StatusName] = {}
    regions: Several = ()
    trains: Trains = "unknown"
    retention_days: Annotated[int, Field(ge=0)] | None = None
    tool_approved: bool | None = None
    code: Mapping[Name, Several] = {}
    repository: Several = ()
    path: Several = ()
    user: Name | None = None
    group: Several = ()
    role: Several = ()
    training: Several = ()
    address: str = ""
    client: Name = "other"
    """A tool and perhaps its version: `claude-code 2.1`."""
    now: datetime = NOW

    def context(self) -> Context:
        client, _, version = self.client.partition(" ")
        return Context(
            Who(
                self.user,
                frozenset(self.group),
                frozenset(self.role),
                frozenset(self.training),
                self.address,
                client,
                version.strip(),
            ),
            Destination(
                self.vendor,
                self.host,
                self.approval,
                dict(self.agreement),
                frozenset(self.regions),
                self.retention_days,
                {"true": True, "false": False}.get(self.trains),
                self.tool_approved,
            ),
            Code(
                {scheme: frozenset(classes) for scheme, classes in self.code.items()},
                frozenset(name.lower() for name in self.repository),
                frozenset(self.path),
            ),
            self.now if self.now.tzinfo else self.now.replace(tzinfo=UTC),
        )


class Submission(_Model):
    """A request to be read as the proxy reads it. A `body` that is no text is sent as JSON."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    method: Name = "POST"
    headers: Mapping[Name, str] = {}
    body: Any = ""


class Expectation(_Model):
    decision: ActionName | None = None
    clause: Annotated[str, Field(max_length=80)] | None = None

    @model_validator(mode="after")
    def _say_something(self) -> Self:
        if self.decision is None and self.clause is None:
            raise ValueError("expected `decision`, `clause` or both")
        return self


class Trial(_Model):
    """One test. Without anything found it is about the request itself."""

    name: Name
    finding: Exhibit | None = None
    findings: tuple[Exhibit, ...] = ()
    text: str | None = None
    request: Submission | None = None
    context: Circumstances = Circumstances()
    waiver: ActionName | None = None
    """As if there was an exception under which this action stands."""
    expect: Expectation

    @model_validator(mode="after")
    def _have_one_subject(self) -> Self:
        given = [name for name in ("finding", "findings", "text", "request") if getattr(self, name)]
        if len(given) > 1:
            raise ValueError(f"expected one of finding, findings, text and request, found {' and '.join(given)}")
        return self


class TrialFile(_Model):
    """Tests of one policy, or of several that hold together."""

    policy: Annotated[tuple[Name, ...], BeforeValidator(as_list), Field(min_length=1)]
    context: Circumstances = Circumstances()
    tests: Annotated[tuple[Trial, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Trials:
    """A file of tests and where it came from."""

    source: Source
    file: TrialFile

    def circumstances(self, trial: Trial) -> Circumstances:
        """Those of the file, and over them those of the test."""
        given = {name: getattr(trial.context, name) for name in trial.context.model_fields_set}
        return self.file.context.model_copy(update=given)


def read_trials(path: Path) -> Trials:
    """The tests in a file. Raises PolicyError with every mistake."""
    source = read_source(path)
    try:
        return Trials(source, TrialFile.model_validate(source.content))
    except ValidationError as err:
        raise PolicyError(*sorted(explained(source, err, TrialFile))) from err
