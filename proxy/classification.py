"""The operator's classes of code: `classification.yaml` read and checked; evidence in, classes out.

A request has every class that some of its code has, so more evidence never takes a class away. What no rule names is
`unknown`, a class of its own (docs/classification.md).
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from proxy.configfile import ConfigError
from proxy.evidence import Evidence
from proxy.policy.context import UNKNOWN
from proxy.policy.glob import anywhere, check_glob, globs_pattern
from proxy.suggestion import did_you_mean
from proxy.vendor import CREDENTIAL_HEADERS
from proxy.yamldocument import Document, read_document, validated

BUILT_IN: Final[Mapping[str, tuple[str, ...]]] = {
    "pci": ("cde", "connected", "supporting", "out_of_scope"),
    "risk": ("critical", "high", "medium", "low"),
}
"""PCI DSS scoping (guidance of 2017, "CDE systems", "connected-to", "security-impacting" and the rest), and risk."""

_REMEMBERED: Final = 20_000
_NEEDED_HEADERS: Final = frozenset(
    {*CREDENTIAL_HEADERS, *"host cookie content-type content-length content-encoding user-agent accept".split()}
)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Name = Annotated[str, Field(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$")]
Glob = Annotated[str, AfterValidator(check_glob)]
Globs = Annotated[tuple[Glob, ...], BeforeValidator(_listed), Field(min_length=1)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_listed), Field(min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class CodeRule(_Model):
    """Which code, and its classes. All given keys must hold; within one, any pattern does."""

    repository: Globs | None = None
    path: Globs | None = None
    folder: Globs | None = None
    classes: Annotated[Mapping[Name, Names], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_code(self) -> Self:
        if self.repository is None and self.path is None and self.folder is None:
            raise ValueError("expected at least one of repository, path and folder")
        return self


def _check_header(name: str) -> str:
    if name in _NEEDED_HEADERS:
        raise ValueError("expected a header of your own: it does not go on to the vendor")
    return name


class ClassificationFile(_Model):
    """What `classification.yaml` may say."""

    version: Literal[1]
    schemes: Mapping[Name, Names] = {}
    headers: Mapping[
        Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$"), AfterValidator(_check_header)],
        Literal["repository", "path", "folder"],
    ] = {}
    code: tuple[CodeRule, ...] = ()


@dataclass(frozen=True, slots=True)
class _Trace:
    """What one piece of evidence comes to: which keys of which rules hold, and by which rules each repository is named.

    Sets of rules and of their keys are bits of numbers; a request has hundreds of pieces.
    """

    keys: int
    repositories: tuple[int, ...]
    is_cut: bool


class Classification:
    """Rules that were checked. Remembers what evidence came to; crosses to the workers without that."""

    __slots__ = ("_file", "_places", "_rules", "_traces", "digest", "headers", "schemes")

    def __init__(self, file: ClassificationFile, digest: str = "", places: tuple[str, ...] = ()) -> None:
        """`places` are the files and lines of the rules, for those who ask which hold."""
        self._file = file
        self._places = places
        self.digest = digest
        self.headers: Mapping[str, str] = file.headers
        self.schemes: Mapping[str, tuple[str, ...]] = {**BUILT_IN, **file.schemes}
        self._rules = tuple(map(_Rule.of, range(len(file.code)), file.code))
        self._traces: dict[Evidence, _Trace] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Classification, (self._file, self.digest, self._places)

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._rules or self.headers)

    def classes(self, evidence: Iterable[Evidence]) -> dict[str, frozenset[str]]:
        """By scheme, every class that some of the code has.

        `unknown` is among them when there is none, when a repository is named by none of the rules that give one, and
        when there was more evidence than is kept.
        """
        if not self._rules:
            return {}
        traces = [self._trace(piece) for piece in evidence]
        holding = self._holding(traces)
        is_cut = any(trace.is_cut for trace in traces)
        repositories = {named for trace in traces for named in trace.repositories}
        return {scheme: self._classes_of(scheme, holding, repositories, is_cut) for scheme in self.schemes}

    def holding(self, evidence: Iterable[Evidence]) -> list[tuple[str, Mapping[str, tuple[str, ...]]]]:
        """The rules that hold: the place of each in its file, and the classes that it gives."""
        held = self._holding([self._trace(piece) for piece in evidence])
        return [(self._places[rule.number], rule.classes) for rule in held]

    def _holding(self, traces: "Sequence[_Trace]") -> "list[_Rule]":
        keys = 0
        for trace in traces:
            keys |= trace.keys
        return [rule for rule in self._rules if keys & rule.keys == rule.keys]

    def _classes_of(
        self, scheme: str, holding: "Sequence[_Rule]", repositories: set[int], is_cut: bool
    ) -> frozenset[str]:
        giving = [rule for rule in holding if scheme in rule.classes]
        by = sum(rule.bit for rule in giving)
        if not giving or is_cut or any(not named & by for named in repositories):
            return frozenset({UNKNOWN}).union(*(rule.classes[scheme] for rule in giving))
        return frozenset[str]().union(*(rule.classes[scheme] for rule in giving))

    def _trace(self, evidence: Evidence) -> _Trace:
        trace = self._traces.get(evidence)
        if trace is None:
            if len(self._traces) >= _REMEMBERED:
                self._traces.clear()
            trace = self._traces[evidence] = self._look(evidence)
        return trace

    def _look(self, evidence: Evidence) -> _Trace:
        places = {
            "repository": evidence.repositories,
            "path": evidence.places,
            "folder": evidence.folders | {f"{folder}/" for folder in evidence.folders},
        }
        joined = {key: "\n".join(names).lower() for key, names in places.items()}
        keys = 0
        named = dict.fromkeys(evidence.repositories, 0)
        for rule in self._rules:
            for key, pattern, words, bit in rule.patterns:
                if words and not any(word in joined[key] for word in words):
                    continue
                matched = [name for name in places[key] if pattern.fullmatch(name)]
                if matched:
                    keys |= bit
                if key == "repository":
                    for name in matched:
                        named[name] |= rule.bit
        return _Trace(keys, tuple(named.values()), evidence.is_cut)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule made ready: `patterns` are its keys, each with words of which one must be there, and its bit."""

    number: int
    keys: int
    patterns: tuple[tuple[str, re.Pattern[str], tuple[str, ...], int], ...]
    classes: Mapping[str, tuple[str, ...]]

    @property
    def bit(self) -> int:
        return 1 << self.number

    @classmethod
    def of(cls, number: int, rule: CodeRule) -> Self:
        given = {"repository": rule.repository, "path": _anywhere(rule.path), "folder": _anywhere(rule.folder)}
        patterns = tuple(
            (key, globs_pattern(globs, ignore_case=True), _words(globs), 1 << (3 * number + place))
            for place, (key, globs) in enumerate(given.items())
            if globs is not None
        )
        return cls(number, sum(bit for *_, bit in patterns), patterns, rule.classes)


def _anywhere(globs: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if globs is None else tuple(map(anywhere, globs))


def _words(globs: tuple[str, ...]) -> tuple[str, ...]:
    """The longest literal run of each glob, in lower case; none if one has no run at all."""
    longest = [max(re.split(r"[*?]+|~", glob.lower()), key=len).strip("/") for glob in globs]
    return tuple(longest) if all(longest) else ()


NO_CLASSIFICATION: Final = Classification(ClassificationFile(version=1))


def load_classification(path: Path | None) -> Classification:
    """The classification in a file; without one nothing has a class. ConfigError lists every mistake, with its line."""
    if path is None:
        return NO_CLASSIFICATION
    problems: list[str] = []
    document = read_document(path, problems)
    file = validated(ClassificationFile, document.content, document, problems) if document is not None else None
    if document is not None and file is not None:
        problems += _unknown_classes(document, file)
    if problems or document is None or file is None:
        raise ConfigError(*problems)
    places = tuple(document.place(("code", number)) for number in range(len(file.code)))
    return Classification(file, hashlib.sha256(path.read_bytes()).hexdigest(), places)


def _unknown_classes(document: Document, file: ClassificationFile) -> Iterator[str]:
    for scheme, names in file.schemes.items():
        place = f"{document.place(('schemes', scheme))}: schemes.{scheme}"
        if scheme in BUILT_IN and names != BUILT_IN[scheme]:
            yield f"{place}: expected a name of your own, since {scheme} is {', '.join(BUILT_IN[scheme])}"
        if UNKNOWN in names:
            yield f"{place}: expected other classes, since every scheme has {UNKNOWN}"
    schemes = {**BUILT_IN, **file.schemes}
    for number, rule in enumerate(file.code):
        for scheme, names in rule.classes.items():
            place = f"{document.place(('code', number, 'classes', scheme))}: code.{number}.classes"
            if scheme not in schemes:
                yield f"{place}: expected a scheme, found {scheme}{did_you_mean(scheme, schemes)}"
                continue
            for name in names:
                if name not in schemes[scheme]:
                    hint = did_you_mean(name, schemes[scheme])
                    yield f"{place}.{scheme}: expected one of {', '.join(schemes[scheme])}, found {name}{hint}"
