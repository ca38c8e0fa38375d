"""The catalogue of AI vendors: whose hosts are decrypted, which APIs they speak, how they carry their keys.

Reads `rules/vendors/*.yaml`, one vendor a file. Every mistake is reported with its file and line, all of them
at once; a host that two vendors claim is a mistake, since only one of them could have it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from proxy.cache import GenerationCache
from proxy.claim import double_claims, strangers
from proxy.formats import FORMATS, ErrorShape
from proxy.hostpattern import any_matches, check_pattern, covers, matches, normalise, parents, stem
from proxy.modelfile import read_models
from proxy.policy.context import Destination
from proxy.registry import Entry, Host, Known, Registered, read_registry
from proxy.suggestion import did_you_mean
from proxy.yamldocument import validated

_CACHED_HOSTS: Final = 4096

CREDENTIAL_HEADERS: Final = (
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
)


class CatalogueError(Exception):
    """The operator's fault: vendor files that can't be used. One `file:line: what` for each mistake."""


def _check_format(format_id: str) -> str:
    if format_id not in FORMATS:
        raise ValueError(f"expected one of {', '.join(FORMATS)}")
    return format_id


FormatId = Annotated[str, AfterValidator(_check_format)]
HeaderName = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
ReportPath = Annotated[str, Field(pattern=r"^/[A-Za-z0-9_./:-]*\*?$")]
ProtocolPrefix = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,}\.$")]
QueryName = Annotated[str, Field(pattern=r"^[a-z0-9_.-]+$")]


class Vendor(Registered):
    """One vendor or assistant.

    `hosts` take prompts and `telemetry_hosts` what its clients report about themselves, which has held prompt
    text; both are read. `*.x.y` is any host below x.y, another `*` any run of characters within its label.
    `telemetry_paths` are such reports on the hosts that take prompts; a last `*` stands for anything.
    `http1_hosts` are those whose clients keep two-way streams over HTTP/2, and fall back without it.
    `formats` are tried in order; `error_shape` words the errors of requests that none of them serves.
    `base_url_host` is where `/v/ID/` of the base-URL mode leads, when it is not the first of `hosts` without a star.
    `credential_headers` and `credential_query` carry the vendor's own keys and are not scanned;
    both are written, and to be compared, in lower case. So does any WebSocket subprotocol that begins with one
    of `credential_protocols`, as written.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=32)]
    name: str
    hosts: Annotated[tuple[Host, ...], Field(min_length=1)]
    telemetry_hosts: tuple[Host, ...] = ()
    telemetry_paths: tuple[ReportPath, ...] = ()
    base_url_host: Host | None = None
    formats: tuple[FormatId, ...] = ()
    error_shape: ErrorShape = ErrorShape.PLAIN
    http1_hosts: tuple[Host, ...] = ()
    credential_headers: tuple[HeaderName, ...] = ()
    credential_query: tuple[QueryName, ...] = ()
    credential_protocols: tuple[ProtocolPrefix, ...] = ()
    references: tuple[str, ...] = ()

    @field_validator("http1_hosts", "base_url_host")
    @classmethod
    def _check_own[T: (str | None, tuple[str, ...])](cls, named: T, info: ValidationInfo) -> T:
        names = named if isinstance(named, tuple) else (named,) if named else ()
        if not all(any(covers(own, name) for own in info.data.get("hosts", names)) for name in names):
            raise ValueError("expected some of the vendor's `hosts`")
        if isinstance(named, str) and "*" in named:
            raise ValueError("expected a host without a star")
        return named

    def is_telemetry(self, host: str) -> bool:
        """Whether `host`, which is this vendor's, only takes reports of its clients."""
        return any_matches(self.telemetry_hosts, host)

    def is_report(self, host: str, path: str) -> bool:
        """Whether a request to `path` at `host`, which is this vendor's, reports about its client."""
        return self.is_telemetry(host) or any(
            path.startswith(known[:-1]) if known.endswith("*") else path == known for known in self.telemetry_paths
        )

    def is_http1(self, host: str) -> bool:
        """Whether no HTTP/2 is offered to clients of `host`, which is this vendor's."""
        return any_matches(self.http1_hosts, host)

    def patterns(self) -> tuple[str, ...]:
        """Every host pattern that is this vendor's."""
        return self.hosts + self.telemetry_hosts

    @property
    def front_host(self) -> str | None:
        """The host that stands for the whole vendor, or None when each customer or region has its own."""
        return self.base_url_host or next((host for host in self.hosts if "*" not in host), None)

    def destination(self, host: str, now: datetime, client: str, version: str) -> Destination:
        """What policy sees of a request to `host`, which is this vendor's, by that client at that moment."""
        return Destination(
            vendor=self.id,
            host=host,
            approval=self.approval,
            agreements=self.agreements_at(now),
            regions=self.regions_of(host),
            retention_days=self.retention_days,
            trains=self.trains,
            tool_approved=self.approves(client, version),
        )

    @property
    def with_tools(self) -> str:
        """Its name, and in brackets the tools that may be used with it."""
        tools = ", ".join(tool.named for tool in self.tools)
        return f"{self.name} ({tools})" if tools else self.name

    def is_credential_header(self, name: str) -> bool:
        """Whether the header called `name` (lower case) carries this vendor's own key."""
        return name in CREDENTIAL_HEADERS or name in self.credential_headers


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All vendors, and who owns a host."""

    vendors: tuple[Vendor, ...]
    digest: str
    _exact: Mapping[str, Vendor]
    _below: Mapping[str, Vendor]
    _globs: tuple[tuple[str, Vendor], ...]
    _unapproved: frozenset[str] = frozenset()
    """Ids; none while none is approved."""
    _seen: GenerationCache[str, Vendor | bool] = field(
        default_factory=lambda: GenerationCache(_CACHED_HOSTS), repr=False, compare=False
    )

    def vendor_for(self, host: str) -> Vendor | None:
        """The vendor that owns `host`: in any case, with or without its last dot, in Unicode or ASCII."""
        seen = self._seen.get(host)
        if seen is None:
            seen = self._find(normalise(host)) or False
            self._seen.put(host, seen)
        return seen if isinstance(seen, Vendor) else None

    def approved(self) -> tuple[Vendor, ...]:
        """The vendors that the operator has approved, in the order of their names."""
        return tuple(sorted((v for v in self.vendors if v.approval == "approved"), key=lambda v: v.name.casefold()))

    def alternatives(self, vendor: Vendor | None) -> tuple[str, ...]:
        """What may be used in place of a vendor that is not approved, by name, each with its approved tools."""
        if vendor is None or vendor.approval == "approved":
            return ()
        return tuple(instead.with_tools for instead in self.approved())

    def is_shadow(self, vendor_id: str) -> bool:
        """Whether that vendor is known and not approved, where others are."""
        return vendor_id in self._unapproved

    def domains(self) -> tuple[str, ...]:
        """The DNS names that cover every host, sorted, for a CA's name constraints.

        A constraint covers all names below it and has no stars, so `a.*.x.y` widens to `x.y`. Names below
        another are left out.
        """
        names = {stem(pattern) for vendor in self.vendors for pattern in vendor.patterns()}
        return tuple(sorted(name for name in names if not any(parent in names for parent in parents(name))))

    def _find(self, name: str) -> Vendor | None:
        exact = self._exact.get(name)
        if exact is not None:
            return exact
        for parent in parents(name):
            if parent in self._below:
                return self._below[parent]
        return next((vendor for pattern, vendor in self._globs if matches(pattern, name)), None)


def load_catalogue(
    paths: Sequence[Path],
    extra: Mapping[str, str] | None = None,
    registry: Path | None = None,
    cache_dir: Path | None = None,
) -> Catalogue:
    """The vendors of every `*.yaml` file in the folders `paths`, with the operator's `registry` laid over them.

    `extra` gives known vendors more hosts. Raises CatalogueError with every mistake in every file.
    """
    problems: list[str] = []
    files = [file for folder in paths for file in sorted(folder.glob("*.yaml"))]
    entries = read_models(Vendor, files, problems, cache_dir)
    problems += _repeated_ids(entries)
    if registry is not None:
        entries = _registered(entries, read_registry(registry, problems), problems)
    vendors = _extended([vendor for vendor, _ in entries], extra or {}, problems)
    where = {vendor.id: place for vendor, place in reversed(entries)}
    problems += double_claims(vendors, where)
    problems += strangers(vendors, where)
    if problems:
        raise CatalogueError("\n".join(problems))
    return _catalogue(vendors)


_Placed = tuple[Vendor, str]
"""A vendor and the `file:line` at which its stanza begins."""


def _registered(bundled: Sequence[_Placed], entries: Sequence[Entry], problems: list[str]) -> list[_Placed]:
    """The vendors with what the operator knows of them, and those that only he knows."""
    vendors = {vendor.id: (vendor, place) for vendor, place in bundled}
    seen: dict[str, str] = {}
    for entry in entries:
        if entry.id in seen:
            problems.append(f"{entry.place()}: vendors.{entry.id}: expected once, found also at {seen[entry.id]}")
        seen.setdefault(entry.id, entry.place())
        if entry.id in vendors:
            known = validated(Known, entry.content, entry.document, problems, entry.location)
            vendor = _known(vendors[entry.id][0], known) if known else None
        elif "hosts" in entry.content:
            content = {"id": entry.id, "name": entry.id, **entry.content}
            vendor = validated(Vendor, content, entry.document, problems, entry.location)
        else:
            hint = did_you_mean(entry.id, vendors)
            wanted = "expected the id of a known vendor, or `hosts` of a new one"
            problems.append(f"{entry.place()}: vendors.{entry.id}: {wanted}{hint}")
            continue
        if vendor is not None:
            vendors[entry.id] = (vendor, entry.place())
    return list(vendors.values())


def _known(vendor: Vendor, known: Known) -> Vendor:
    hosts = tuple(dict.fromkeys((*vendor.hosts, *known.hosts)))
    return vendor.model_copy(update={**known.laid_over(vendor), "hosts": hosts})


def _catalogue(vendors: Sequence[Vendor]) -> Catalogue:
    exact, below = dict[str, Vendor](), dict[str, Vendor]()
    globs = list[tuple[str, Vendor]]()
    for vendor in vendors:
        for pattern in vendor.patterns():
            if "*" not in pattern:
                exact[pattern] = vendor
            elif pattern.startswith("*.") and "*" not in pattern[2:]:
                below[pattern[2:]] = vendor
            else:
                globs.append((pattern, vendor))
    canonical = json.dumps([v.model_dump(mode="json") for v in sorted(vendors, key=lambda v: v.id)])
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    others = frozenset(vendor.id for vendor in vendors if vendor.approval != "approved")
    unapproved = others if len(others) < len(vendors) else frozenset()
    return Catalogue(tuple(vendors), digest, exact, below, tuple(globs), unapproved)


def _extended(vendors: Sequence[Vendor], extra: Mapping[str, str], problems: list[str]) -> list[Vendor]:
    """The vendors with the hosts that the configuration adds."""
    known = {vendor.id for vendor in vendors}
    added: dict[str, list[str]] = {}
    for host, vendor_id in extra.items():
        name = normalise(host)
        if vendor_id not in known:
            hint = did_you_mean(vendor_id, known)
            problems.append(f"configuration: hosts: {host}: expected a vendor's id, found {vendor_id}{hint}")
        elif not _is_pattern(name):
            problems.append(f"configuration: hosts: {host}: expected a host name")
        else:
            added.setdefault(vendor_id, []).append(name)
    return [vendor.model_copy(update={"hosts": (*vendor.hosts, *added.get(vendor.id, ()))}) for vendor in vendors]


def _repeated_ids(entries: Iterable[_Placed]) -> Iterator[str]:
    first: dict[str, str] = {}
    for vendor, place in entries:
        if vendor.id in first:
            yield f"{place}: id: {vendor.id} is taken by {first[vendor.id]}"
        first.setdefault(vendor.id, place)


def _is_pattern(name: str) -> bool:
    try:
        return bool(check_pattern(name))
    except ValueError:
        return False
