"""The allowlist: what a finding is none of, entry by entry, with a reason, an owner and an end. Reviewed like code.

An entry is for values by their fingerprints, or for a rule's findings where the path, the repository or the value's
own pattern narrows it down; an entry that would switch a whole rule off is refused. Patterns are proved by examples.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from proxy.policy.glob import check_glob
from proxy.registry import Until, ends
from proxy.suggestion import did_you_mean
from proxy.waiver.scope import Scope
from proxy.waiver.standing import Waiver
from proxy.waiver.value import check_pattern, matches
from proxy.yamldocument import Document, Location, read_document, validated

EXAMPLES: Final = 2
_UNTIL: Final[TypeAdapter[date | datetime]] = TypeAdapter(Until)


def parse_until(text: str) -> date | datetime:
    """The last day, or the moment, that `text` names. Raises ValueError."""
    try:
        return _UNTIL.validate_python(text)
    except ValidationError:
        raise ValueError("expected a date such as 2027-03-31, or a moment such as 2027-03-31T18:00Z") from None


def check_narrow(glob: str) -> str:
    """The glob itself. Raises ValueError for one that is none, or that everything matches."""
    if not any(char.isalnum() for char in glob):
        raise ValueError("expected a pattern with a name in it, found one that everything matches")
    return check_glob(glob)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_listed)]
Globs = Annotated[tuple[Annotated[str, AfterValidator(check_narrow)], ...], BeforeValidator(_listed)]
Fingerprint = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Entry(BaseModel):
    """One entry. All given keys must hold, within one key any value does; `value` matches the whole value or not."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    reason: Annotated[str, Field(min_length=10)]
    owner: Annotated[str, Field(min_length=1)]
    until: Until
    fingerprint: Annotated[tuple[Fingerprint, ...], BeforeValidator(_listed)] = ()
    rule: Texts = ()
    path: Globs = ()
    repository: Globs = ()
    value: Annotated[tuple[Annotated[str, AfterValidator(check_pattern)], ...], BeforeValidator(_listed)] = ()
    examples: Texts = ()
    counterexamples: Texts = ()

    @model_validator(mode="after")
    def _check_breadth(self) -> Self:
        if not self.fingerprint and not self.rule:
            raise ValueError("expected `fingerprint`, or `rule` with `path`, `repository` or `value`")
        if not (self.fingerprint or self.path or self.repository or self.value):
            raise ValueError(
                "expected `path`, `repository` or `value` beside `rule`; to switch a rule off, say so in the policy"
            )
        if self.value and not self.rule:
            raise ValueError("expected `rule` beside `value`")
        return self

    @model_validator(mode="after")
    def _check_examples(self) -> Self:
        if not self.value:
            if self.examples or self.counterexamples:
                raise ValueError("expected examples only beside `value`: nothing else can be tried on them")
            return self
        if min(len(self.examples), len(self.counterexamples)) < EXAMPLES:
            raise ValueError(f"expected {EXAMPLES} examples and {EXAMPLES} counterexamples, or more, beside `value`")
        for number, text in enumerate(self.examples):
            if not any(matches(pattern, text) for pattern in self.value):
                raise ValueError(f"examples.{number}: expected a value that `value` matches in full")
        for number, text in enumerate(self.counterexamples):
            if any(matches(pattern, text) for pattern in self.value):
                raise ValueError(f"counterexamples.{number}: expected a value that `value` does not match")
        unused = [pattern for pattern in self.value if not any(matches(pattern, text) for text in self.examples)]
        if unused:
            raise ValueError(f"expected an example for each pattern of `value`, found none for {unused[0]}")
        return self

    @property
    def end(self) -> datetime:
        return ends(self.until)

    def waiver(self) -> Waiver:
        repositories = tuple(glob.lower() for glob in self.repository)
        scope = Scope(fingerprint=self.fingerprint, rule=self.rule, path=self.path, repository=repositories)
        return Waiver(self.id, scope, self.end, self.value)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    version: Annotated[int, Field(ge=1, le=1)]
    allow: tuple[Entry, ...] | None = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry and the `file:line` at which it begins."""

    entry: Entry
    place: str


def read_allowlist(files: Sequence[Path], problems: list[str], rules: Collection[str] | None = None) -> list[Placed]:
    """The entries of all files, in order; what is wrong with them is added to `problems`, as `file:line: what`.

    With `rules`, the ids of all rules, an entry for another is a mistake.
    """
    placed = [one for file in files for one in _read(file, problems, rules)]
    first: dict[str, str] = {}
    for one in placed:
        if one.entry.id in first:
            problems.append(f"{one.place}: id: expected a new one, found {one.entry.id} as in {first[one.entry.id]}")
        first.setdefault(one.entry.id, one.place)
    return placed


def _read(file: Path, problems: list[str], rules: Collection[str] | None) -> Iterator[Placed]:
    document = read_document(file, problems)
    found = validated(_File, document.content, document, problems) if document is not None else None
    if document is None or found is None:
        return
    for index, entry in enumerate(found.allow or ()):
        yield Placed(entry, document.place(("allow", index)))
        if rules is not None:
            problems += _unknown_rules(document, ("allow", index, "rule"), entry.rule, rules)


def _unknown_rules(document: Document, at: Location, named: Sequence[str], rules: Collection[str]) -> Iterator[str]:
    for rule in named:
        if rule not in rules:
            yield f"{document.place(at)}: rule: expected a rule's id, found {rule}{did_you_mean(rule, rules)}"
