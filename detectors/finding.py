"""What a detector reports: categories, severities and findings.

Spans are half-open and count code points of the text that was scanned. A finding never carries the value it
found, so nothing that prints, logs or pickles one can leak it; the keyed fingerprint stands in for it.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from detectors.evidence import Evidence


class Category(StrEnum):
    """The closed set of data kinds that policy speaks of."""

    SECRET = "secret"
    PCI = "pci"
    PII = "pii"
    PHI = "phi"
    CUSTOM = "custom"


class Severity(IntEnum):
    """How bad it is when the value leaves; ordered, so policy can say "at least"."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One sensitive value in one text.

    `score` is 0..1. `verified` is True when the value's own structure (checksum, signature) proves it, False when
    it disproves it, None when the format has none. `fingerprint` is a keyed HMAC of the normalised value, 32 hex
    digits: equal values have equal fingerprints within an installation and tell nothing outside it.
    `view` names the decodings under which it was found, outermost first, empty for the text itself. `evidence` is why,
    in the rule's own words.
    """

    rule: str
    category: Category
    entity: str
    severity: Severity
    start: int
    end: int
    score: float
    verified: bool | None
    fingerprint: str
    view: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Scan:
    """The outcome of scanning one text: findings in order of start, and why it may be incomplete.

    `incomplete` is None only when the whole text was read at every view; anything else is a closed reason code and
    must be treated as "don't know", never as "clean". `names_unread` says that of names alone: there was no time left
    to look for them in all of it, and everything else was read.
    """

    findings: tuple[Finding, ...]
    incomplete: str | None = None
    names_unread: bool = False
