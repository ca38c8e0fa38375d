"""The allowlist: what it may say, and that what is too broad or not proved is refused with its line."""

from pathlib import Path
from textwrap import dedent, indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.waiver.allowlist import Entry, read_allowlist
from tests.proxy.waiver.contexts import NOW

RULES = {"us-ssn", "visa"}
HEAD = "id: sample\nreason: numbers of the documentation\nowner: sec@acme\nuntil: 2027-03-31\n"
PATTERN = r"value: 'ACME-\d{4}'" + "\n"
PROVED = "examples: [ACME-1234, ACME-0000]\ncounterexamples: [ACME-12345, BCME-1234]\n"


def read(folder: Path, *bodies: str, head: str = HEAD) -> tuple[list[Entry], list[str]]:
    file = folder / "allow.yaml"
    entries = "".join(indent(dedent(head + body), "  ").replace("  ", "- ", 1) for body in bodies)
    file.write_text(f"version: 1\nallow:\n{entries}")
    problems: list[str] = []
    placed = read_allowlist([file], problems, RULES)
    return [one.entry for one in placed], [problem.replace(f"{file}:", "") for problem in problems]


@pytest.mark.parametrize(
    "body",
    [
        "fingerprint: [" + "1f" * 16 + "]\n",
        "rule: us-ssn\npath: [tests/**, '*.md']\n",
        "rule: [us-ssn, visa]\nrepository: github.com/acme/*\n",
        "rule: us-ssn\n" + PATTERN + PROVED,
    ],
)
def test_what_an_entry_may_be(body: str, tmp_path: Path) -> None:
    entries, problems = read(tmp_path, body)
    assert problems == []
    assert entries[0].end.isoformat() == "2027-04-01T00:00:00+00:00"
    assert entries[0].waiver().until > NOW


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "expected `fingerprint`, or `rule` with"),
        ("path: tests/**\n", "expected `fingerprint`, or `rule` with"),
        ("rule: us-ssn\n", "to switch a rule off, say so in the policy"),
        ("rule: us-ssn\npath: '**'\n", "8: allow.0.path.0: expected a pattern with a name in it"),
        ("rule: us-ssn\nrepository: '*/*/*'\n", "8: allow.0.repository.0: expected a pattern with a name in it"),
        ("rule: us-sn\npath: tests/**\n", "7: rule: expected a rule's id, found us-sn (did you mean us-ssn?)"),
        ("fingerprint: 1f1f\n", "allow.0.fingerprint.0"),
        ("rule: us-ssn\nvalue: '.*'\n" + PROVED, "values of any kind match"),
        ("rule: us-ssn\nvalue: '[A-Za-z0-9-]+'\n" + PROVED, "values of any kind match"),
        ("rule: us-ssn\nvalue: '(?s).{3,40}'\n" + PROVED, "values of any kind match"),
        ("rule: us-ssn\nvalue: '(ACME'\n" + PROVED, "expected a regular expression"),
        ("rule: us-ssn\n" + PATTERN, "expected 2 examples and 2 counterexamples"),
        ("rule: us-ssn\n" + PATTERN + PROVED.replace("1234,", "12345,", 1), "examples.0: expected a value that"),
        ("rule: us-ssn\n" + PATTERN + PROVED.replace("BCME", "ACME"), "counterexamples.1: expected a value that"),
        ("rule: us-ssn\nvalue: ['ACME-\\d{4}', 'B{3}C']\n" + PROVED, "found none for B{3}C"),
        ("rule: us-ssn\npath: a/b\nexamples: [a]\n", "expected examples only beside `value`"),
        (PATTERN + PROVED + "fingerprint: " + "1f" * 16 + "\n", "expected `rule` beside `value`"),
        ("fingerprint: " + "1f" * 16 + "\nuser: ada\n", "allow.0.user"),
    ],
)
def test_what_an_entry_may_not_be(body: str, problem: str, tmp_path: Path) -> None:
    _, problems = read(tmp_path, body)
    assert any(problem in found for found in problems), problems


@pytest.mark.parametrize("missing", ["id", "reason", "owner", "until"])
def test_who_why_and_until_when_must_be_said(missing: str, tmp_path: Path) -> None:
    head = "\n".join(line for line in HEAD.splitlines() if not line.startswith(missing)) + "\n"
    assert any(f"allow.0.{missing}" in found for found in read(tmp_path, "rule: visa\npath: a/b\n", head=head)[1])


def test_an_id_stands_once(tmp_path: Path) -> None:
    body = "rule: us-ssn\npath: tests/**\n"
    assert "id: expected a new one, found sample" in read(tmp_path, body, body)[1][0]


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    _, problems = read(tmp_path, "rule: us-ssn\n", "rule: us-ssn\npath: '*'\n")
    assert [problem.partition(":")[0] for problem in problems] == ["3", "13"]


KEYS = st.sampled_from(["version", "allow", "id", "value", "until", "rule"])
DOCUMENTS = st.recursive(
    st.none() | st.text(max_size=8) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(content=DOCUMENTS)
def test_whatever_a_file_holds_is_an_allowlist_or_a_problem(
    content: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("allow") / "allow.yaml"
    file.write_text(repr(content))
    problems: list[str] = []
    assert read_allowlist([file], problems, RULES) == []
