"""What goes into an inspection and what comes out: plain values that cross the pipe to the scan workers."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from proxy.justification import Justification, Offer
from proxy.policy.context import NOWHERE, Context
from proxy.profile import NOBODY, Profile
from proxy.pseudonym.pseudonymiser import Pseudonym
from proxy.swift import swift
from proxy.told import Told


class Decision(StrEnum):
    ALLOW = "allow"
    LOG = "log"
    WARN = "warn"
    REDACT = "redact"
    BLOCK = "block"


WEBSOCKET: Final = "WEBSOCKET"
"""The method of a request that is one message of a WebSocket; its target is that of the connection's upgrade."""

Headers = tuple[tuple[bytes, bytes], ...]


@swift
@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it arrived. `target` is the origin-form request target; `body` is still encoded.

    `hints` are headers that tell which code it is about; they are no part of what is sent (`origin.py`).
    """

    method: str
    scheme: str
    host: str
    port: int
    target: str
    headers: Headers
    body: bytes
    user: str | None = None
    reference: str = ""
    profile: Profile = NOBODY
    hints: Headers = field(default=(), repr=False)

    def __repr__(self) -> str:
        return f"Request({self.method} {self.host}:{self.port}, {len(self.body)} bytes)"

    def header(self, name: bytes) -> str | None:
        """The first header of that lower-case name, or None."""
        for key, value in self.headers:
            if key.lower() == name:
                return value.decode("utf-8", "surrogateescape")
        return None

    def header_values(self, name: bytes) -> list[str]:
        """Every header of that lower-case name, in order."""
        return [value.decode("latin-1") for key, value in self.headers if key.lower() == name]


@swift
@dataclass(frozen=True, slots=True)
class Judged:
    """A finding of a request with its place and fate; enough for the record, and no value.

    `waiver` is the id of the exception or the allowlist's entry that changed its fate.
    """

    rule: str
    category: str
    entity: str
    severity: str
    pointer: str
    label: str
    start: int
    end: int
    score: float
    verified: bool | None
    fingerprint: str
    action: str
    clause: str
    waiver: str = ""


@swift
@dataclass(frozen=True, slots=True)
class Reply:
    """A complete HTTP response given to the client in place of the vendor's.

    To a message of a WebSocket the answer is `frames`, text messages in order; without any its connection is closed.
    """

    status: int
    headers: Headers
    body: bytes
    frames: tuple[bytes, ...] = ()


@swift
@dataclass(frozen=True, slots=True)
class Stats:
    """How the inspection went, for metrics: cache hits and misses of segments, decoded bytes, seconds spent, and of
    those the processor's that finding names took; whether they were too few for the names in all new text.
    """

    hits: int = 0
    misses: int = 0
    decoded_bytes: int = 0
    seconds: float = 0.0
    names_seconds: float = 0.0
    names_unread: bool = False


@swift
@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of an inspection.

    Forwarded are exactly the parts of `body`, `target` and `headers` that are not None, in place of the originals. With
    ALLOW, LOG and WARN nothing differs in them but lines between Tightlip and its user (`aside.py`). BLOCK forwards
    nothing and answers `reply`.
    `path` is the target's path once it is known to hold no finding, else "".
    `reason` is a closed code when something could not be read (even if policy let it pass), else None.
    `rules_digest` and `charter_digest` name what it was judged by; the worker says so itself.
    `received_sha256` is of the body as it arrived, `sent_sha256` of the one that goes on, None when none does.
    `clause` is the one that made the decision, "" when none did; `waiver` the exception that let the request as such
    pass; `context` what policy knew of it.
    `repeat_of` is the reference of a block just before that had all the findings of this one, else "".
    `conversation` and `telling` serve the way on after a block (`told.py`); `offer` is the code that one gives, and
    `justification` the one that was used. `warned` are the clauses that the user is to be told of, `notice` the line
    that says so in front of the reply, "" where none may stand. `pseudonyms` are those that the body to be
    sent holds; they are kept before it is sent, so that they can be restored in the reply.
    """

    decision: Decision
    vendor: str
    format: str
    model: str = ""
    path: str = ""
    reason: str | None = None
    findings: tuple[Judged, ...] = ()
    clause: str = ""
    waiver: str = ""
    context: Context = NOWHERE
    repeat_of: str = ""
    body: bytes | None = None
    target: str | None = None
    headers: Headers | None = None
    reply: Reply | None = None
    conversation: str = ""
    telling: Told = field(default_factory=Told)
    offer: Offer | None = None
    justification: Justification | None = None
    warned: tuple[str, ...] = ()
    notice: str = ""
    pseudonyms: tuple[Pseudonym, ...] = ()
    received_sha256: str = ""
    sent_sha256: str | None = None
    rules_digest: str = ""
    charter_digest: str = ""
    stats: Stats = Stats()

    def applied(self, request: Request) -> Request:
        """The request as it is to be sent: with the parts of it that this verdict replaces."""
        return replace(
            request,
            body=request.body if self.body is None else self.body,
            target=self.target or request.target,
            headers=request.headers if self.headers is None else self.headers,
        )

    @property
    def is_changed(self) -> bool:
        """Whether anything is sent in place of what came."""
        return not (self.body is None and self.target is None and self.headers is None)

    def __repr__(self) -> str:
        return f"Verdict({self.decision}, {self.vendor}, {len(self.findings)} findings, reason={self.reason})"
