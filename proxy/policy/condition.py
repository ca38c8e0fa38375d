"""What a clause may ask for: the keys of `when` and `unless`, and how their values are written. Nothing is judged here.

Each key's description is what editors show, by way of the JSON Schema, and what the reference says.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from detectors.rule import EntityName
from proxy.policy.glob import check_glob

CategoryName = Literal["secret", "pci", "pii", "phi", "custom"]
SeverityName = Literal["low", "medium", "high", "critical"]
ApprovalName = Literal["approved", "restricted", "prohibited", "unreviewed"]
StatusName = Literal["none", "pending", "signed", "expired"]
DayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_OF_DAY: Final = 24 * 60

_HOURS: Final = re.compile(r"(\d{2}):(\d{2}) *- *(\d{2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of the day in minutes from midnight, its end not included; one may span midnight."""

    start: int
    end: int

    @classmethod
    def parse(cls, value: object) -> Self:
        """From `HH:MM-HH:MM`; the end may be 24:00. Raises ValueError."""
        if isinstance(value, cls):
            return value
        found = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            raise ValueError("expected HH:MM-HH:MM, such as 08:00-18:00 or, overnight, 22:00-06:00")
        hour, minute, end_hour, end_minute = map(int, found.groups())
        start, end = hour * 60 + minute, end_hour * 60 + end_minute
        if max(minute, end_minute) > 59 or start >= MINUTES_OF_DAY or end > MINUTES_OF_DAY or start == end:
            raise ValueError("expected two different times of day")
        return cls(start, end)

    def __str__(self) -> str:
        return f"{self.start // 60:02}:{self.start % 60:02}-{self.end // 60:02}:{self.end % 60:02}"

    @property
    def minutes(self) -> frozenset[int]:
        if self.start < self.end:
            return frozenset(range(self.start, self.end))
        return frozenset([*range(self.start, MINUTES_OF_DAY), *range(self.end)])


def as_list(value: Any) -> Any:
    """One value stands for a list of it."""
    return value if isinstance(value, list | tuple | dict | None) else [value]


def _network(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return ip_network(value)
    except ValueError as err:
        raise ValueError("expected a network such as 10.1.0.0/16, its host bits zero") from err


def _versions(value: str) -> str:
    try:
        SpecifierSet(value)
    except InvalidSpecifier as err:
        raise ValueError("expected version specifiers such as '>=2.1,<3'") from err
    return value


def _moment(value: object) -> object:
    """A date or a date with a time; a time alone, a number or anything else is no moment."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise ValueError("expected a date (2026-11-21) or a date and time (2026-11-21T08:00)")
    try:
        return date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value)
    except ValueError as err:
        raise ValueError("expected a date (2026-11-21) or a date and time (2026-11-21T08:00)") from err


def _trains(value: object) -> object:
    return {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value


T = TypeVar("T")
AnyOf = Annotated[tuple[T, ...], Field(min_length=1), BeforeValidator(as_list)]
"""A list of which any value will do; a single value may stand without its brackets."""
Name = Annotated[str, Field(min_length=1, max_length=200)]
Glob = Annotated[str, AfterValidator(check_glob)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network, json_schema_input_type=str)]
Versions = Annotated[str, AfterValidator(_versions)]
HoursText = Annotated[
    Hours,
    BeforeValidator(Hours.parse),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{2}:\d{2} *- *\d{2}:\d{2}$"}),
]
Moment = Annotated[
    datetime | date, BeforeValidator(_moment), WithJsonSchema({"type": "string", "examples": ["2026-11-21"]})
]
Trains = Annotated[
    Literal["true", "false", "unknown"], BeforeValidator(_trains), WithJsonSchema({"enum": [True, False, "unknown"]})
]


class Condition(BaseModel):
    """All given keys must hold; within one key any listed value does. An empty condition holds always."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    # what was found
    category: AnyOf[CategoryName] | None = Field(default=None, description="The finding's category.")
    entity: AnyOf[EntityName] | None = Field(default=None, description="The finding's entity type, such as US_SSN.")
    rule: AnyOf[Name] | None = Field(default=None, description="The id of the rule that found it.")
    severity_at_least: SeverityName | None = Field(default=None, description="The finding is at least this severe.")
    score_at_least: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="The finding is at least this sure, from 0 to 1."
    )
    verified: bool | None = Field(
        default=None,
        description="The value's own structure proves it (true) or refutes it (false).",
    )
    count_at_least: Annotated[int, Field(ge=2)] | None = Field(
        default=None, description="So many different values of the request fulfil the clause's other keys."
    )
    # where to
    vendor: AnyOf[Name] | None = Field(default=None, description="The vendor's id.")
    approval: AnyOf[ApprovalName] | None = Field(default=None, description="What the registry says of the vendor.")
    agreement: Mapping[Name, AnyOf[StatusName]] | None = Field(
        default=None,
        description="By agreement (baa, dpa ...): its status now; `none` if not registered.",
    )
    region: AnyOf[Name] | None = Field(
        default=None, description="The regions that serve this host are known and all of them are listed here."
    )
    region_outside: AnyOf[Name] | None = Field(
        default=None, description="The regions that serve this host are not known, or not all of them are listed here."
    )
    trains: AnyOf[Trains] | None = Field(default=None, description="Whether the vendor trains on what it is sent.")
    retention_days_over: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="The vendor keeps what it is sent for more days than this, or for an unknown time."
    )
    tool_approved: bool | None = Field(
        default=None,
        description="Whether this client and version is among the tools that the vendor has.",
    )
    # which code
    code: Mapping[Name, AnyOf[Name]] | None = Field(
        default=None,
        description="By scheme (pci, risk ...): classes of some of the code, or `unknown`.",
    )
    repository: AnyOf[Glob] | None = Field(default=None, description="Globs on repositories: github.com/acme/*.")
    path: AnyOf[Glob] | None = Field(default=None, description="Globs on the paths of files and folders.")
    # who
    user: AnyOf[Name] | None = Field(default=None, description="The user's name.")
    group: AnyOf[Name] | None = Field(default=None, description="A group that the user is in.")
    role: AnyOf[Name] | None = Field(default=None, description="A role that the user has.")
    training: AnyOf[Name] | None = Field(default=None, description="A training that the user has completed.")
    without_training: AnyOf[Name] | None = Field(default=None, description="A training that the user lacks.")
    network: AnyOf[Network] | None = Field(default=None, description="The network that the client's address is in.")
    client: AnyOf[Name] | None = Field(default=None, description="The tool that sends, such as claude-code.")
    client_version: Mapping[Name, Versions] | None = Field(
        default=None,
        description="By tool: its versions, as PEP 440 specifiers.",
    )
    # when
    days: AnyOf[DayName] | None = Field(default=None, description="Days of the week, in the policy's time zone.")
    hours: AnyOf[HoursText] | None = Field(
        default=None, description="Times of the day: 08:00-18:00 or, overnight, 22:00-06:00."
    )
    from_: Moment | None = Field(default=None, alias="from", description="From this date, or date and time, on.")
    until: Moment | None = Field(default=None, description="Until the end of this date, or until this date and time.")

    @property
    def given(self) -> dict[str, Any]:
        """The keys that were given, as the file spells them, and their values."""
        values = ((field.alias or name, getattr(self, name)) for name, field in type(self).model_fields.items())
        return {name: value for name, value in values if value is not None}


DATA_KEYS: Final = frozenset(
    {"category", "entity", "rule", "severity_at_least", "score_at_least", "verified", "count_at_least"}
)
"""Keys that are about a finding; all others are about its request."""

ALWAYS: Final = Condition()
