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


class Owned(NamedTuple):
    """text[start:end] is the operator's own. `kind` and `detail` are the evidence, in the index's words."""

    naming: Naming
    start: int
    end: int
    kind: Kind
    detail: str


class OwnDetector(Protocol):
    """Finds one kind of own data. Linear in the text, complete or raising: it never gives up quietly.

    `digest` is SHA-256, hex, over all that decides what is found.
    """

    @property
    def digest(self) -> str: ...

    def find(self, text: str) -> Iterable[Owned]: ...


def load_own(dictionaries: Sequence[Path], prints: Sequence[Path], key: bytes) -> tuple[OwnDetector, ...]:
    """The detectors of these index files, opened with `key`. Raises RuleError with every file that can't be used."""
    if not dictionaries and not prints:
        return ()
    from detectors.own.loading import load

    return load(dictionaries, prints, key)
