"""What the front process and a scan worker say to each other. In a module of its own: pickles name it by its path."""

import pickle
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from proxy.body import Limits
from proxy.pseudonym.pseudonymiser import NOTHING_KNOWN, Known
from proxy.swift import swift
from proxy.told import Told
from proxy.verdict import Request, Verdict

KEPT_CHARTERS = 4
"""How many charters a worker keeps: requests of the last few editions come side by side, never many more."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Something made from files, to be handed on as it is: pickled once, named by the digest of what decides in it."""

    digest: str
    content: bytes = field(repr=False)

    @classmethod
    def of(cls, made: object, digest: str) -> Self:
        return cls(digest, pickle.dumps(made, protocol=5))

    def open(self) -> Any:
        """What was sealed, anew. Only for what this process or its parent has sealed."""
        return pickle.loads(self.content)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an edition is read from files by, and what an inspector is built from."""

    rules: tuple[Path, ...]
    policy: str | tuple[str, ...]
    policies: Path
    vendors: tuple[Path, ...]
    hosts: dict[str, str]
    limits: Limits
    key: bytes = field(repr=False)
    registry: Path | None = None
    exceptions: Path | None = None
    allow: tuple[Path, ...] = ()
    classification: Path | None = None
    cache_dir: Path | None = None
    names: str = "off"
    names_seconds: float = 0.25
    names_digest: str = ""
    """SHA-256 of what a model of the operator's own is read from: another one may be called as it was."""
    language: str = "en"
    resigns: bool = False
    memory_bytes: int = 4 << 30
    dictionaries: tuple[Path, ...] = ()
    fingerprints: tuple[Path, ...] = ()
    own_key: bytes = field(default=b"", repr=False)

    def finds_like(self, other: Self) -> bool:
        """Whether workers built from either find the same, given the same rules."""
        return replace(self, **_OF_CHARTERS) == replace(other, **_OF_CHARTERS)


_OF_CHARTERS: dict[str, Any] = {
    "rules": (),
    "policy": "",
    "policies": Path(),
    "vendors": (),
    "hosts": {},
    "registry": None,
    "exceptions": None,
    "allow": (),
    "classification": None,
    "language": "",
}
"""What only says where rules and charters are read from: of no use to who has them."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a worker starts with; crosses the pipe once. `rules` is a RuleSet.

    The rules themselves, not their files: a worker that takes the place of another must find what that one found,
    whatever has become of the files since.
    """

    settings: Settings
    rules: Sealed


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker's first message: it is warm, and this is what it finds by."""

    rules_digest: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A worker's answer when inspecting raised: the exception's type and place, never its text."""

    reason: str
    where: str


@swift
@dataclass(frozen=True, slots=True)
class Task:
    """A request to inspect. With `mailed_bytes`, its body is not in it but in the mailbox.

    `charter` is the digest of what it is to be judged by; `taught` that charter, where the worker doesn't have it yet.
    """

    request: Request
    charter: str
    taught: Sealed | None
    told: Told
    mailed_bytes: int | None = None
    known: Known = NOTHING_KNOWN


@swift
@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict. With `mailed_bytes`, its body is not in it but in the mailbox."""

    verdict: Verdict
    mailed_bytes: int | None = None
