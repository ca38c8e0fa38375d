"""What an audit record may hold: closed dataclasses, turned into JSON by name, nothing else.

Values found in prompts never enter: findings carry a keyed fingerprint. Paths, pointers and model names come
from the request, so they pass `plain_name`, the second line of defence behind the caller's own care.
"""

import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, ClassVar

from proxy.verdict import WEBSOCKET

VERSION = 1
FINDINGS = 1000  # listed one by one in a record; a dump of a customer table has more than anyone reads
TEXT_CHARS = 500
REPOSITORIES = 32
MASK = "*"
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DATE = re.compile(r"(?<!\d)20\d\d-?[01]\d-?[0-3]\d(?!\d)")
_ORDINARY = re.compile(r"[A-Za-z0-9._:@$#-]{0,80}")
_TELLING = re.compile(
    r"""
      [A-Z]{9}                             # a run of capitals, as in access key ids
    | \d(?:[-.]?\d){8}                     # nine digits or more, with separators: cards, SSNs, phones
    | (?=\w*\d)(?=\w*[A-Za-z])\w{20}       # a long run mixing digits and letters: tokens, hashes
    | @[\w-]+\.[A-Za-z]                    # e-mail addresses
    """,
    re.VERBOSE,
)


def is_request_id(text: str) -> bool:
    """Whether `text` has the form of a request's reference."""
    return _REQUEST_ID.fullmatch(text) is not None


def plain_name(text: str) -> str:
    """`text` when it looks like a name an API uses, otherwise `*`. Dates in model names are fine."""
    bare = _DATE.sub("", text)
    return text if _ORDINARY.fullmatch(text) and not _TELLING.search(bare) else MASK


def plain_path(path: str) -> str:
    """A path, JSON Pointer or model id with every part that isn't a plain name masked; a query is cut off."""
    return "/".join(plain_name(part) for part in path.partition("?")[0][:512].split("/"))


def plain_words(text: str) -> str:
    """What a person wrote, on one line, with every word masked that could be a value rather than a word."""
    words = "".join(c if c.isprintable() else " " for c in text[:TEXT_CHARS]).split()
    return " ".join(MASK if _TELLING.search(_DATE.sub("", word)) else word for word in words)


def new_change_id() -> str:
    return f"ch-{secrets.token_hex(8)}"


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One finding and what was done about it, by which clause of the policy. The span counts code points of the
    segment's text, whose label says what the text is to the vendor. Old records end with the action. `waiver` is the
    exception or the allowlist's entry that changed it.
    """

    rule: str
    category: str
    entity: str
    pointer: str
    start: int
    end: int
    fingerprint: str
    action: str
    severity: str = ""
    label: str = ""
    clause: str = ""
    score: float | None = None
    verified: bool | None = None
    waiver: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about one request, durable before its first byte leaves.

    `request_*` describe the body as received, `forwarded_*` as sent (None when nothing was sent). `repeat_of` is the
    request whose block this one only repeats: one event, however often the client sent it. `clause` made the decision;
    `context` is `policy.Context.recorded`; `edition` names rules, policy and configuration in one.
    """

    type: ClassVar[str] = "decision"
    request: str
    time: float
    decision: str
    reason: str
    vendor: str
    format: str
    method: str
    host: str
    path: str
    model: str | None = None
    user: str | None = None
    client: str | None = None
    client_version: str | None = None
    request_bytes: int
    request_sha256: str
    forwarded_bytes: int | None = None
    forwarded_sha256: str | None = None
    findings: tuple[AuditFinding, ...] = ()
    repeat_of: str | None = None
    clause: str | None = None
    waiver: str | None = None
    justification: Mapping[str, str] | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    policy: str
    policy_digest: str
    rules_digest: str
    config_digest: str
    edition: str = ""
    scan_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a decided request ended. `result` is a closed code; `unknown` closes what a crash left open."""

    type: ClassVar[str] = "outcome"
    request: str
    time: float
    result: str
    status: int | None = None
    response_bytes: int | None = None
    response_sha256: str | None = None
    seconds: float | None = None
    first_byte_seconds: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class AuditChange:
    """A finding that the candidate treats differently. An empty action: that side did not find it."""

    rule: str
    entity: str
    pointer: str
    fingerprint: str
    action: str
    clause: str
    candidate_action: str
    candidate_clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """What the candidate that runs beside would have decided about a request; it decides nothing.

    `decision` and `clause` are what was decided. `findings` are those that the two treat differently.
    """

    type: ClassVar[str] = "shadow"
    request: str
    time: float
    vendor: str
    user: str | None = None
    decision: str
    clause: str
    candidate_decision: str
    candidate_clause: str
    findings: tuple[AuditChange, ...] = ()
    policy: str
    policy_digest: str
    rules_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A process opened the log. `open_requests` decisions of its predecessor got an `unknown` outcome.

    One that took over from a running one names those in `still_open` whose outcome is yet to come from there.
    """

    type: ClassVar[str] = "start"
    time: float
    open_requests: int
    still_open: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """An earlier segment ends torn or damaged and stays as it is; writing goes on in a new one.

    Of its `bytes`, `whole_bytes` hold whole lines; `damaged_lines` of those don't fit the chain. Records in
    it after `acknowledged_seq` were never acted on (None: not known, the process died).
    """

    type: ClassVar[str] = "seal"
    time: float
    segment: str
    bytes: int
    whole_bytes: int
    damaged_lines: int
    acknowledged_seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An administrative step: who (`actor`) did what (`kind`, such as `exception.approve`) to which thing (`subject`).

    After a crash one step may be on record twice, with the same `change`. `summary` is words; `detail` names and
    numbers for machines. `digest` seals what was changed as it was then.
    """

    type: ClassVar[str] = "change"
    change: str = field(default_factory=new_change_id)
    time: float
    actor: str
    kind: str
    subject: str
    summary: str = ""
    digest: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Rules, policy and the rest were read: taken, found unchanged or refused; by whom and why.

    `edition` is the one in force from now on, `previous` the one before; `digests` are of its parts. `changed` tells by
    ids what is another now, `needs_restart` names keys of the configuration that could not be taken. Of mistakes
    `problems` says where they are, and nothing of what stands there.
    """

    type: ClassVar[str] = "load"
    time: float
    trigger: str
    result: str
    actors: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    edition: str
    previous: str | None = None
    digests: Mapping[str, str]
    digests_before: Mapping[str, str] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    needs_restart: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


Record = Decision | Outcome | Shadow | Start | Seal | Change | Load


def encode(record: Record) -> str:
    """The record's members as JSON text, type first, then request id; without the braces around them."""
    request = getattr(record, "request", None)
    if request is not None and not is_request_id(request):
        raise ValueError("expected a request id of 1 to 64 letters, digits, _ and -")
    members = {"type": record.type} | _members(record)
    if isinstance(record, Decision | Shadow) and len(record.findings) > FINDINGS:
        members["findings_omitted"] = len(record.findings) - FINDINGS
    return _to_json(members)[1:-1]


def line(seq: int, previous_sha256: str, members: str) -> bytes:
    """One line of a segment. `prev` chains it to the line before it, across segments."""
    return f'{{"v":{VERSION},"seq":{seq},"prev":"{previous_sha256}",{members}}}\n'.encode()


def _moment(value: float) -> str:
    return datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds")


def _rounded(value: float) -> float:
    return round(value, 6)


def _from_request(value: str) -> str:
    return value if value == WEBSOCKET else plain_path(value)


def _listed(findings: Sequence[AuditFinding | AuditChange]) -> list[dict[str, object]]:
    return [_members(finding) for finding in findings[:FINDINGS]]


def _circumstances(value: Mapping[str, Any]) -> Mapping[str, Any]:
    if "repositories" not in value:
        return value
    return {**value, "repositories": [plain_path(named) for named in value["repositories"][:REPOSITORIES]]}


_to_json = json.JSONEncoder(separators=(",", ":")).encode

_FORMS: dict[str, Callable[[Any], object]] = {
    "time": _moment,
    "findings": _listed,
    "context": _circumstances,
    "summary": plain_words,
    **dict.fromkeys(("score", "scan_seconds", "seconds", "first_byte_seconds"), _rounded),
    **dict.fromkeys(("path", "pointer", "model", "client", "client_version", "method"), _from_request),
}
"""How a member is written that is not written as it is."""

_FIELDS: dict[type, tuple[tuple[str, Callable[[Any], object] | None], ...]] = {
    kind: tuple((field.name, _FORMS.get(field.name)) for field in fields(kind))
    for kind in (Decision, Outcome, Shadow, Start, Seal, Change, Load, AuditFinding, AuditChange)
}


def _members(record: Record | AuditFinding | AuditChange) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, form in _FIELDS[type(record)]:
        value = getattr(record, name)
        if value is not None:
            members[name] = value if form is None else form(value)
    return members
