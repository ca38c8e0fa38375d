"""The rule check: a sound rule passes, and each way to be unsound is told with its place."""

from pathlib import Path

import pytest

from detectors import bundled_rules
from detectors.rulecheck import check
from tests.compiled import rules_folder

GOOD = r"""
rules:
  - id: one
    description: A token.
    category: secret
    entity: TEST_TOKEN
    pattern: '(?<![a-z0-9])tok-[a-z]{8}(?![a-z0-9])'
    keywords: [tok-]
    examples: ['tok-${lower:8}', 'x=tok-${lower:8}']
    counterexamples: ['tok-${lower:7}', 'tok-${lower:9}']
"""

FAULTS = [
    (
        "an example that isn't found",
        "['tok-${lower:8}', 'x=",
        "['tok-${lower:6}', 'x=",
        "examples[0], expected a finding",
    ),
    ("a counter-example that is", "['tok-${lower:7}'", "['tok-${lower:8}'", "counterexamples[0], expected no finding"),
    ("a template that isn't one", "'tok-${lower:9}'", "'${lowwer:9}'", "expected one of upper, lower"),
    ("a pattern that isn't one", "tok-[a-z]{8}", "tok-[a-z{8}", "pattern, expected a valid pattern"),
    ("a check that isn't one", "keywords: [tok-]", "checks: [lun]", "checks, expected names among"),
    ("a keyword that isn't there", "keywords: [tok-]", "keywords: [tick-]", "expected a finding, found none"),
    ("a repeat without end", "{8}(?!", "{8}[0-9]*(?!", "pattern, expected every repeat bounded"),
    ("matches without end", "{8}(?!", "{8}[0-9]{0,40000}(?!", "expected matches under 32768 characters"),
    ("a pattern that anything starts", "tok-[a-z]{8}", "[a-z-]{1,3}", "expected something selective"),
    (
        "a pattern that takes exponential time",
        "tok-[a-z]{8}",
        "tok-(?:[a-z]{1,30}){1,30}!?[a-z]{0,4}(?<=tok-[a-z]{8})",
        "expected linear on 2000 hostile characters, found no end",
    ),
]


def write(folder: Path, text: str) -> Path:
    path = folder / "rules.yaml"
    path.write_text(text)
    return path


def test_a_sound_rule_passes(tmp_path: Path) -> None:
    assert check([write(tmp_path, GOOD)], cache_dir=rules_folder()) == []


@pytest.mark.parametrize(("what", "old", "new", "expected"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_an_unsound_one_is_told(tmp_path: Path, what: str, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    path = write(
        tmp_path, GOOD.replace(old, new).replace("keywords: [tok-]", "" if "anything" in what else "keywords: [tok-]")
    )
    problems = check([path])
    assert any(expected in problem for problem in problems), problems
    assert all(problem.startswith(f"{path}:3: rule one: ") for problem in problems)


def test_a_rule_that_another_hides_is_told(tmp_path: Path) -> None:
    other = GOOD.replace("id: one", "id: two").replace("rules:\n", "").replace("entity", "score: 0.9\n    entity")
    problems = check([write(tmp_path, GOOD + other)], cache_dir=rules_folder())
    assert problems and all(
        "rule one: examples" in problem and "expected this rule to win" in problem for problem in problems
    )


def test_files_that_do_not_load_are_told(tmp_path: Path) -> None:
    assert "expected a readable document" in check([write(tmp_path, "rules: [")])[0]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_bundled_rules_are_sound() -> None:
    assert check([bundled_rules()]) == []
