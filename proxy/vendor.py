"""The catalogue of AI vendors: whose hosts are decrypted, which APIs they speak, how they carry their keys.

Reads `rules/vendors/*.yaml`, one vendor a file. Every mistake is reported with its file and line, all of them
at once; a host that two vendors claim is a mistake, since only one of them could have it.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from proxy.cache import GenerationCache
from proxy.formats import FORMATS, ErrorShape
from proxy.hostpattern import any_matches, covers, matches, normalise, parents, stem

_HOST: Final = re.compile(
    r"""
    (?: \*\. )?                               # any number of labels in front
    (?: [a-z0-9*] (?: [a-z0-9*-]* [a-z0-9*] )? \. )+  # a star inside: any characters of that one label
    [a-z0-9] (?: [a-z0-9-]* [a-z0-9] )?       # the last label and so the suffix is always spelled out
    """,
    re.VERBOSE,
)
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


def _check_host(host: str) -> str:
    if not _HOST.fullmatch(host):
        raise ValueError("expected a lower-case host name, stars only before its last two labels")
    if "*" in "".join(host.split(".")[-2:]):
        raise ValueError("expected the last two labels without a star: it would claim hosts of anyone")
    return host


def _check_format(format_id: str) -> str:
    if format_id not in FORMATS:
        raise ValueError(f"expected one of {', '.join(FORMATS)}")
    return format_id


Host = Annotated[str, AfterValidator(_check_host)]
FormatId = Annotated[str, AfterValidator(_check_format)]
HeaderName = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
ReportPath = Annotated[str, Field(pattern=r"^/[A-Za-z0-9_./:-]*\*?$")]
ProtocolPrefix = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,}\.$")]
QueryName = Annotated[str, Field(pattern=r"^[a-z0-9_.-]+$")]


class Vendor(BaseModel):
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

    model_config = ConfigDict(extra="forbid", frozen=True)

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


def load_catalogue(paths: Sequence[Path], extra: Mapping[str, str] | None = None) -> Catalogue:
    """The vendors of every `*.yaml` file in the folders `paths`; `extra` gives known vendors more hosts.

    Raises CatalogueError with every mistake in every file.
    """
    problems: list[str] = []
    found = [_read(file, problems) for folder in paths for file in sorted(folder.glob("*.yaml"))]
    entries = [entry for entry in found if entry is not None]
    vendors = _extended([vendor for vendor, _ in entries], extra or {}, problems)
    where = {vendor.id: place for vendor, place in reversed(entries)}
    problems += _repeated_ids(entries)
    problems += _double_claims(vendors, where)
    if problems:
        raise CatalogueError("\n".join(problems))
    return _catalogue(vendors)


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
    return Catalogue(tuple(vendors), hashlib.sha256(canonical.encode()).hexdigest(), exact, below, tuple(globs))


_Entry = tuple[Vendor, str]
"""A vendor and the `file:line` at which its stanza begins."""


def _read(file: Path, problems: list[str]) -> _Entry | None:
    try:
        document = YAML(typ="rt").load(file.read_text(encoding="utf-8"))
    except MarkedYAMLError as err:
        line = err.problem_mark.line + 1 if err.problem_mark else 1
        problems.append(f"{file}:{line}: expected YAML, found {err.problem}")
        return None
    except (OSError, UnicodeError) as err:
        problems.append(f"{file}:1: expected a readable UTF-8 file, found {type(err).__name__}")
        return None
    if not isinstance(document, CommentedMap):
        problems.append(f"{file}:1: expected a mapping with the vendor's keys, found {type(document).__name__}")
        return None
    try:
        return Vendor.model_validate(_plain(document)), f"{file}:{document.lc.line + 1}"
    except ValidationError as err:
        errors = err.errors(include_url=False)
        for error in errors:
            location = error["loc"]
            # A list that lost its bad items is then too short: only the items are to blame.
            if not any(other["loc"][: len(location)] == location for other in errors if other is not error):
                what = error["msg"].removeprefix("Value error, ")
                problems.append(f"{file}:{_line(document, location)}: {'.'.join(map(str, location))}: {what}")
        return None


def _plain(value: Any) -> Any:
    """ruamel's document as plain lists and dicts, which pydantic takes for what they are."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _line(document: CommentedMap, location: tuple[int | str, ...]) -> int:
    node: object = document
    line = document.lc.line
    for step in location:
        if isinstance(node, CommentedMap) and step in node:
            line = node.lc.key(step)[0]
        elif isinstance(node, CommentedSeq) and isinstance(step, int):
            line = node.lc.item(step)[0]
        else:
            break
        node = node[step]
    return int(line) + 1


def _extended(vendors: Sequence[Vendor], extra: Mapping[str, str], problems: list[str]) -> list[Vendor]:
    """The vendors with the hosts that the configuration adds."""
    known = {vendor.id for vendor in vendors}
    added: dict[str, list[str]] = {}
    for host, vendor_id in extra.items():
        name = normalise(host)
        if vendor_id not in known:
            problems.append(f"configuration: hosts: {host}: expected a vendor's id, found {vendor_id}")
        elif not _HOST.fullmatch(name):
            problems.append(f"configuration: hosts: {host}: expected a host name")
        else:
            added.setdefault(vendor_id, []).append(name)
    return [vendor.model_copy(update={"hosts": (*vendor.hosts, *added.get(vendor.id, ()))}) for vendor in vendors]


def _repeated_ids(entries: Iterable[_Entry]) -> Iterator[str]:
    first: dict[str, str] = {}
    for vendor, place in entries:
        if vendor.id in first:
            yield f"{place}: id: {vendor.id} is taken by {first[vendor.id]}"
        first.setdefault(vendor.id, place)


def _double_claims(vendors: Sequence[Vendor], where: Mapping[str, str]) -> Iterator[str]:
    """Hosts that two vendors claim. A pattern is tried as a host by putting a letter for each star."""
    claims = [(pattern, vendor) for vendor in vendors for pattern in vendor.patterns()]
    for index, (pattern, vendor) in enumerate(claims):
        for other, owner in claims[:index]:
            if owner.id != vendor.id and (covers(pattern, other) or covers(other, pattern)):
                claim = f"{owner.id} as {other} ({where[owner.id]})"
                yield f"{where[vendor.id]}: hosts: {pattern} is claimed by {claim}"
