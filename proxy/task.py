"""What the front process and a scan worker say to each other. In a module of its own: pickles name it by its path."""

from dataclasses import dataclass, field
from pathlib import Path

from proxy.body import Limits
from proxy.pseudonym.pseudonymiser import NOTHING_KNOWN, Known
from proxy.told import Told
from proxy.verdict import Request, Verdict


@dataclass(frozen=True, slots=True)
class Settings:
    """What an inspector is built from; crosses the pipe once, when the worker starts."""

    rules: tuple[Path, ...]
    policy: str
    policies: Path
    vendors: tuple[Path, ...]
    hosts: dict[str, str]
    limits: Limits
    key: bytes = field(repr=False)
    cache_dir: Path | None = None
    names: str | None = None
    language: str = "en"
    resigns: bool = False
    memory_bytes: int = 4 << 30


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker's first message: it is warm, and this is what it judges by.

    `pseudonymises`: whether its policy gives pseudonyms, so that a vault is needed.
    """

    rules_digest: str
    policy_digest: str
    pseudonymises: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A worker's answer when inspecting raised: the exception's type and place, never its text."""

    reason: str
    where: str


@dataclass(frozen=True, slots=True)
class Task:
    """A request to inspect. With `mailed_bytes`, its body is not in it but in the mailbox."""

    request: Request
    told: Told
    mailed_bytes: int | None = None
    known: Known = NOTHING_KNOWN


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict. With `mailed_bytes`, its body is not in it but in the mailbox."""

    verdict: Verdict
    mailed_bytes: int | None = None
