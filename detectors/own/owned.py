"""What detectors of the operator's own data tell, and how they are asked. Knows nothing of indexes; loads no numpy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from detectors.evidence import Kind
from detectors.finding import Category, Severity


@dataclass(frozen=True, slots=True)
class Naming:
    """As what an index's findings are told: its id in the place of a rule's."""

    id: str
    entity: str
    category: Category = Category.CUSTOM
    severity: Severity = Severity.HIGH


@dataclass(frozen=True, slots=True)
class OwnFile:
    """An index in use, named as a rule is. `kind` is `dictionary` or `source`, `digest` its content's, hex."""

    path: Path
    kind: str
    naming: Naming
    digest: str
    score: float = 1.0

    @property
    def id(self) -> str:
        return self.naming.id

    @property
    def entity(self) -> str:
        return self.naming.entity

    @property
    def category(self) -> Category:
        return self.naming.category

    @property
    def level(self) -> Severity:
        return self.naming.severity


class Owned(NamedTuple):
    """text[start:end] is the operator's own. `kind` and `detail` are the evidence, in the index's words."""

    naming: Naming
    start: int
    end: int
    kind: Kind
    detail: str


class OwnDetector(Protocol):
    """Finds one kind of own data. Linear in the text, complete or raising: it never gives up quietly."""

    def find(self, text: str) -> Iterable[Owned]: ...


def load_own(files: Sequence[OwnFile], key: bytes) -> tuple[OwnDetector, ...]:
    """The detectors of these indexes, opened with `key`. Raises RuleError for one that is not, or no longer, it."""
    if not files:
        return ()
    from detectors.own.loading import load

    return load(files, key)
