"""The circumstances of a request that policy may ask about: who sends what code where, and when. Plain values.

Made once per request, where the request is judged; parts of it go on record, so that a decision can be judged again
(`tightlip replay`). No value of a finding and no path of a file is ever among those parts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Self

from proxy.swift import swift

UNKNOWN: Final = "unknown"
"""What a code class, an approval or a region is when nothing tells; a class of its own that clauses can name."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@swift
@dataclass(frozen=True, slots=True)
class Who:
    """Who asks. `training` names the courses that are completed and not expired at the moment of the request."""

    user: str | None = None
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    training: frozenset[str] = frozenset()
    address: str = ""
    """The client's IP address, or "" where there is none (`tightlip inspect`)."""
    client: str = "other"
    client_version: str = ""


@swift
@dataclass(frozen=True, slots=True)
class Destination:
    """The vendor as the registry knows it at the moment of the request.

    `approval` is approved, restricted, prohibited or unreviewed. `agreements` maps `baa` and `dpa` (and others) to
    none, pending, signed or expired. `regions` are those that serve this host; empty when not known.
    """

    vendor: str = "other"
    host: str = ""
    approval: str = "unreviewed"
    agreements: Mapping[str, str] = field(default_factory=dict)
    regions: frozenset[str] = frozenset()
    retention_days: int | None = None
    trains: bool | None = None
    tool_approved: bool | None = None
    """Whether the registry approves this client in this version; None when it lists no tools for the vendor."""


@swift
@dataclass(frozen=True, slots=True)
class Code:
    """What code the request is about, as far as the client shows it.

    `classes` maps a scheme (`pci`, `risk`, the operator's own) to every class that some of it has; a scheme without an
    entry is `unknown`. `repositories` are names such as `github.com/acme/ledger`, in lower case; `paths` are for
    matching alone and never recorded.
    """

    classes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    repositories: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    is_whole: bool = True
    """Whether these are all that the client showed; there is a bound."""

    def classes_of(self, scheme: str) -> frozenset[str]:
        return self.classes.get(scheme) or frozenset({UNKNOWN})


@swift
@dataclass(frozen=True, slots=True)
class Context:
    """All of it, at one moment (an aware datetime)."""

    who: Who = field(default_factory=Who)
    destination: Destination = field(default_factory=Destination)
    code: Code = field(default_factory=Code)
    now: datetime = _EPOCH

    def withholding(self, values: Iterable[str]) -> Self:
        """The same without the repositories in whose names one of these values stands: for the record."""
        found = [value.lower() for value in values if value]
        named = self.code.repositories
        told = frozenset(name for name in named if not any(value in name or name in value for value in found))
        return self if told == named else replace(self, code=replace(self.code, repositories=told))

    def recorded(self) -> dict[str, Any]:
        """What goes on record beside the members that a record has anyway (user, client, vendor, host, time)."""
        who, to, code = self.who, self.destination, self.code
        members = {
            "groups": sorted(who.groups),
            "roles": sorted(who.roles),
            "training": sorted(who.training),
            "address": who.address,
            "approval": to.approval,
            "agreements": dict(to.agreements),
            "regions": sorted(to.regions),
            "retention_days": to.retention_days,
            "trains": to.trains,
            "tool_approved": to.tool_approved,
            "classes": {scheme: sorted(classes) for scheme, classes in code.classes.items()},
            "repositories": sorted(code.repositories),
        }
        return {name: value for name, value in members.items() if value not in (None, "", [], {})}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The context of a decision record (`auditrecord.Decision` as JSON), without its paths."""
        context = record.get("context") or {}
        who = Who(
            user=record.get("user"),
            groups=frozenset(context.get("groups", ())),
            roles=frozenset(context.get("roles", ())),
            training=frozenset(context.get("training", ())),
            address=context.get("address", ""),
            client=record.get("client") or "other",
            client_version=record.get("client_version") or "",
        )
        to = Destination(
            vendor=record["vendor"],
            host=record["host"],
            approval=context.get("approval", "unreviewed"),
            agreements=context.get("agreements", {}),
            regions=frozenset(context.get("regions", ())),
            retention_days=context.get("retention_days"),
            trains=context.get("trains"),
            tool_approved=context.get("tool_approved"),
        )
        code = Code(
            classes={scheme: frozenset(classes) for scheme, classes in context.get("classes", {}).items()},
            repositories=frozenset(context.get("repositories", ())),
        )
        return cls(who, to, code, datetime.fromisoformat(record["time"]))


NOWHERE: Final = Context()
"""Of what was refused before anything was known."""
