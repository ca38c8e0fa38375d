"""What was counted, as Markdown; a figure that misses its goal is bold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.accuracy.names.project import Project
from bench.accuracy.names.span import Score

Code = Mapping[str, Project]
"""One project as each source reads it."""

GOALS: Final[Mapping[str, tuple[float, float]]] = {
    "sentences": (0.90, 0.75),
    "tweets": (0.75, 0.40),
    "forum": (0.75, 0.40),
    "developers": (0.75, 0.40),
    "hl7": (0.90, 0.97),
    "fhir": (0.90, 0.97),
}
"""Precision and recall of persons to reach, relaxed."""

CODE_GOAL: Final = 2.0
"""Persons and places told per 100 KB, of all projects or conversations together."""

SAID: Final[Mapping[str, str]] = {
    "sentences": "sentences of presidio-evaluator 0.3.2's generator",
    "tweets": "tweets, annotated by Ritter and others",
    "forum": "forum posts, labelled here by reading",
    "developers": "posts on developers' boards, the same",
    "hl7": "HL7 v2 messages of packages' tests",
    "fhir": "FHIR resources of packages' fixtures",
    "dev": "source code",
    "held-out": "source code that nothing was tuned on",
    "agents": "recorded agent conversations",
}


@dataclass(slots=True)
class Set:
    """A set's counts by source and kind, and processor seconds by source."""

    texts: int
    chars: int
    scores: dict[str, dict[str, Score]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def markdown(sets: Mapping[str, Set], projects: Mapping[str, Sequence[Code]], whole: str) -> str:
    return "\n\n".join("\n".join(table) for table in _tables(sets, projects, whole))


def _tables(sets: Mapping[str, Set], projects: Mapping[str, Sequence[Code]], whole: str) -> Iterator[list[str]]:
    if sets:
        cells = ("set", "texts", "kind", "labels", "precision", "recall", "F1", "with exact bounds", "told as public")
        said = f"**Found, by {_of(whole)}.** Precision, recall and F1; a label is found when a finding touches it."
        yield [said, "", *_head(*cells), *_found(sets, whole)]
        said = "**Persons, by each source alone.** Precision / recall / F1."
        yield [said, "", *_head("set", *_sources(sets)), *_ablation(sets)]
    for kind, codes in projects.items():
        if codes:
            said = f"**Persons and places told in {SAID[kind]}, per 100 KB.**"
            head = _head("project", "KB", *codes[0], "without its tests", "by rule")
            yield [said, "", *head, *_code(codes, whole)]


def _head(*cells: str) -> list[str]:
    return [_row(*cells), _row(*["---"] * len(cells))]


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _of(whole: str) -> str:
    return {"together": "all sources together", "fields": "fields alone"}.get(whole, whole)


def _sources(sets: Mapping[str, Set]) -> list[str]:
    return [*next(iter(sets.values())).scores]


def _found(sets: Mapping[str, Set], whole: str) -> Iterator[str]:
    for name, counted in sets.items():
        for kind, score in counted.scores[whole].items():
            precision, recall, f1 = score.relaxed
            least = GOALS[name] if kind == "PERSON" else (0.0, 0.0)
            yield _row(
                SAID[name],
                f"{counted.texts:,}",
                kind,
                f"{score.labels:,}",
                _judged(precision, least[0]),
                _judged(recall, least[1]),
                _figure(f1),
                " / ".join(map(_figure, score.exact)),
                score.public,
            )


def _ablation(sets: Mapping[str, Set]) -> Iterator[str]:
    for name, counted in sets.items():
        cells = (
            " / ".join(map(_figure, by["PERSON"].relaxed)) if "PERSON" in by else "-" for by in counted.scores.values()
        )
        yield _row(SAID[name], *cells)


def _code(codes: Sequence[Code], whole: str) -> Iterator[str]:
    for code in codes:
        one = code[whole]
        rates = (f"{project.per_100_kb:.2f}" for project in code.values())
        rules = ", ".join(f"{rule} {times}" for rule, times in one.rules.most_common())
        yield _row(one.name, f"{one.chars // 1000:,}", *rates, f"{one.per_100_kb_without_tests:.2f}", rules or "-")
    chars, test_chars = (sum(getattr(code[whole], name) for code in codes) for name in ("chars", "test_chars"))
    told = {source: sum(code[source].findings for code in codes) for source in codes[0]}
    in_tests = sum(code[whole].test_findings for code in codes)
    rates = (_most(times / max(1, chars) * 1e5) for times in told.values())
    outside = (told[whole] - in_tests) / max(1, chars - test_chars) * 1e5
    yield _row("together", f"{chars // 1000:,}", *rates, f"{outside:.2f}", told[whole])


def _judged(figure: float | None, least: float) -> str:
    said = _figure(figure)
    return f"**{said}**" if least and (figure is None or figure < least) else said


def _most(figure: float) -> str:
    return f"{figure:.2f}" if figure <= CODE_GOAL else f"**{figure:.2f}**"


def _figure(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.3f}"
