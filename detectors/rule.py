"""Rules as data: the schema of one YAML stanza under `rules/`, and nothing that runs one.

`ruleset.py` reads the files, `engine.py` runs them. Unknown keys are errors, lest a misspelt guard be absent.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from detectors.finding import Category, Severity

RuleId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
EntityName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$", max_length=40)]


class Rule(BaseModel):
    """One detection rule.

    Exactly one of `pattern` and `recognizer` says how a value is recognised, unless there are `fields`:

    - `pattern`: a verbose `regex` pattern, case-sensitive unless it says `(?i)`. The named group `value` is what is
      reported and replaced; without it the whole match is.
      With `trigger`, a pattern of some rare part of every match, the first pass looks for that part in its place.
    - `recognizer`: the class name of a Presidio recognizer, fed windows around `trigger` matches.
    - `fields`: names under which structured text holds such a value, whatever the format: a column, a JSON member, a
      form field (words in lower case: `date of birth` also stands for `dateOfBirth` and `DATE_OF_BIRTH`), or a position
      of one format (`hl7:PID-5`, `x12:NM1-3`, `fhir:HumanName`). Only such values are looked at; `pattern`, when there
      is one, says which parts of them are reported.

    `keywords` are literals of which at least one must stand within `near_chars` before the match's end or inside it;
    they are what the first pass looks for, so the rarer the better. Case-insensitive.
    `checks` are names in `checks/table.py`; a check answers True, False or None. With `gate: true` a False drops the
    finding (only for formats that are noise without their checksum); otherwise it lowers the score and is reported
    as `verified: false`.
    `context` are whole words, any case, which raise the score by `context_boost` when within `context_chars` before the
    match or in the field's name; with `context_required: true` the finding is dropped without one. With `near_chars`
    and no keywords beside that, context is what the first pass looks for, and what follows it within `near_chars`.
    `context_after_chars` lets context words also stand that far behind the match. `unless` are whole words that drop a
    finding when they stand within `unless_chars` before it.
    `entropy` is the least Shannon entropy of the value, bits per character.
    `examples` must each give at least one finding of this rule, `counterexamples` none. Both are templates, so that
    no live-looking token stands in the repository: `${upper:16}`, `${alnum:36}`, `${hex:32}`, `${base64:40}`,
    `${digits:9}`, `${lower:8}`, `${base32:16}` give fixed pseudo-random characters, `${}` gives nothing (it splits a
    literal in two), `${check:NAME:BODY}` completes BODY with the checksum of check NAME.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: RuleId
    description: str
    category: Category
    entity: EntityName
    severity: Literal["low", "medium", "high", "critical"] = "high"
    score: Annotated[float, Field(gt=0, le=1)] = 0.8
    keywords: tuple[str, ...] = ()
    near_chars: Annotated[int, Field(ge=0, le=400)] = 0
    pattern: str | None = None
    recognizer: str | None = None
    trigger: str | None = None
    fields: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    gate: bool = False
    entropy: Annotated[float, Field(ge=0, le=8)] = 0
    context: tuple[str, ...] = ()
    context_chars: Annotated[int, Field(ge=1, le=400)] = 60
    context_after_chars: Annotated[int, Field(ge=0, le=100)] = 0
    context_boost: Annotated[float, Field(ge=0, le=1)] = 0.35
    context_required: bool = False
    unless: tuple[str, ...] = ()
    unless_chars: Annotated[int, Field(ge=1, le=400)] = 30
    allow: tuple[str, ...] = ()
    """Patterns that must match the whole value for it to be dropped (documentation values, placeholders)."""
    references: tuple[str, ...] = ()
    examples: Annotated[tuple[str, ...], Field(min_length=2)]
    counterexamples: Annotated[tuple[str, ...], Field(min_length=2)]

    @property
    def level(self) -> Severity:
        return Severity[self.severity.upper()]
