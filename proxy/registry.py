"""What auditors ask about a vendor: agreements, regions, retention, training, approval, tools, reviews.

Public facts stand in the vendor files that come along; what only the operator knows stands in a registry of his own,
which is laid over them (`vendor.py`). Pure but for the reading.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from proxy.client import TOOLS
from proxy.hostpattern import any_matches, check_pattern
from proxy.suggestion import did_you_mean
from proxy.yamldocument import Document, read_document

Approval = Literal["approved", "restricted", "prohibited", "unreviewed"]
Kind = Literal[
    "api",
    "assistant",
    "chat",
    "gateway",
    "image",
    "meeting",
    "observability",
    "search",
    "speech",
    "translation",
    "video",
    "writing",
]
"""What a service is to the people who use it; `api` is a model behind a key, `assistant` a tool that works with it."""

SOON: Final = timedelta(days=30)
"""How long before its end an agreement, or before its date a review, is worth a word."""


def ends(until: date | datetime) -> datetime:
    """The moment from which what was good until `until` no longer is: a date's day is over at midnight UTC."""
    if isinstance(until, datetime):
        return until if until.tzinfo else until.replace(tzinfo=UTC)
    return datetime.combine(until + timedelta(days=1), time(), UTC)


def _parse_until(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("expected a date such as 2027-03-31, or a moment such as 2027-03-31T18:00Z") from None


def _check_versions(versions: str) -> str:
    try:
        SpecifierSet(versions)
    except InvalidSpecifier:
        raise ValueError("expected versions such as >=2.0,<3") from None
    return versions


def _check_client(client: str) -> str:
    if client not in TOOLS:
        raise ValueError(f"expected a client that requests are known by, found {client}{did_you_mean(client, TOOLS)}")
    return client


Until = Annotated[date | datetime, BeforeValidator(_parse_until)]
RegionName = Annotated[str, Field(pattern=r"^[a-z]{2,}(-[a-z0-9]+)*$")]
AgreementName = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z0-9]+)*$")]
Host = Annotated[str, AfterValidator(check_pattern)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Agreement(_Model):
    """What was agreed with the vendor. `until` is its last day, or the moment of its end; None has no end."""

    status: Literal["none", "pending", "signed"]
    until: Until | None = None
    reference: str = ""

    def at(self, now: datetime) -> str:
        """The status at that moment: once its end has come, an agreement is `expired`."""
        over = self.until is not None and now >= ends(self.until)
        return "expired" if over and self.status != "none" else self.status


class Tool(_Model):
    """A client that may be used with the vendor, in these versions (PEP 440) or in any."""

    client: Annotated[str, AfterValidator(_check_client)]
    versions: Annotated[str, AfterValidator(_check_versions)] = ""

    @property
    def named(self) -> str:
        return f"{self.client} {self.versions}".strip()

    def allows(self, client: str, version: str) -> bool:
        """Whether that client in that version is meant. An unknown version is in no range."""
        if client != self.client or not self.versions:
            return client == self.client
        try:
            return SpecifierSet(self.versions).contains(Version(version), prereleases=True)
        except InvalidVersion:
            return False


class Registered(_Model):
    """The part of a vendor that is for auditors and for policy.

    `regions` are those in which the vendor processes what it is sent, `region_hosts` the host patterns that are served
    from one alone. `trains` is whether it trains models on customers' data, `retention_days` how long it keeps it;
    None where that is not known or depends on a contract.
    """

    kind: Kind = "api"
    approval: Approval = "unreviewed"
    agreements: Mapping[AgreementName, Agreement] = Field(default_factory=dict)
    regions: tuple[RegionName, ...] = ()
    region_hosts: Mapping[RegionName, tuple[Host, ...]] = Field(default_factory=dict)
    retention_days: Annotated[int, Field(ge=0)] | None = None
    trains: bool | None = None
    tools: tuple[Tool, ...] = ()
    owner: str = ""
    review: Until | None = None

    def regions_of(self, host: str) -> frozenset[str]:
        """The regions that serve `host`: those it is named for, or else all of the vendor's; empty if not known."""
        named = frozenset(region for region, hosts in self.region_hosts.items() if any_matches(hosts, host))
        return named or frozenset(self.regions)

    def agreements_at(self, now: datetime) -> dict[str, str]:
        """The status of each agreement that is on file."""
        return {name: agreement.at(now) for name, agreement in self.agreements.items()}

    def approves(self, client: str, version: str) -> bool | None:
        """Whether that client may be used with this vendor; None when the registry names none."""
        return any(tool.allows(client, version) for tool in self.tools) if self.tools else None

    def due(self, now: datetime) -> Iterator[str]:
        """What somebody has to see to, or soon: agreements at their end, reviews at their date."""
        for name, agreement in self.agreements.items():
            if agreement.until is not None and agreement.status != "none" and now >= ends(agreement.until) - SOON:
                over = agreement.at(now) == "expired"
                yield f"{name} {'expired' if over else 'expires'} {agreement.until.isoformat()}"
        if self.review is not None and now >= ends(self.review) - SOON:
            yield f"review {'overdue since' if now >= ends(self.review) else 'due'} {self.review.isoformat()}"


class Known(Registered):
    """What an operator says of a vendor that comes along: `hosts` of his own beside the facts."""

    hosts: tuple[Host, ...] = ()

    def laid_over(self, bundled: Registered) -> dict[str, Any]:
        """The fields that change: agreements and regions' hosts by their names, anything else as a whole."""
        changed = {name: getattr(self, name) for name in self.model_fields_set - {"hosts"}}
        for name in ("agreements", "region_hosts"):
            if name in changed:
                changed[name] = {**getattr(bundled, name), **changed[name]}
        return changed


@dataclass(frozen=True, slots=True)
class Entry:
    """A stanza of the operator's registry: a vendor's id and what stands below it."""

    id: str
    content: Mapping[str, Any]
    document: Document

    def place(self, *keys: str) -> str:
        return self.document.place(self.location + keys)

    @property
    def location(self) -> tuple[str, ...]:
        return ("vendors", self.id)


def read_registry(path: Path, problems: list[str]) -> list[Entry]:
    """The entries of the operator's registry, a file or a folder of them, with each mistake added to `problems`."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        problems.append(f"{path}:1: expected a registry file, or a folder with some, found no *.yaml in it")
    documents = [document for file in files if (document := read_document(file, problems)) is not None]
    return [entry for document in documents for entry in _entries(document, problems)]


def _entries(document: Document, problems: list[str]) -> Iterator[Entry]:
    for key in document.content:
        if key != "vendors":
            problems.append(f"{document.place((key,))}: {key}: expected the one key `vendors`")
    vendors = document.content.get("vendors")
    if not isinstance(vendors, Mapping):
        problems.append(f"{document.place(('vendors',))}: vendors: expected a mapping of vendors' ids to what is known")
        return
    for vendor_id, content in vendors.items():
        entry = Entry(vendor_id, content, document)
        if isinstance(content, Mapping):
            yield entry
        else:
            problems.append(f"{entry.place()}: vendors.{vendor_id}: expected a mapping, such as `approval: approved`")
