"""Names in what tools write: found in every carrier that developers' traffic shows, told where they stand, exactly."""

import json
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import Engine, Scan, bundled_rules, load_rules
from detectors.names.finder import make_finder
from detectors.names.legible import legible, traced
from detectors.names.named import Allowance, Named
from tests.compiled import rules_folder
from tests.detectors.names.carriers import CARRIERS, CASES
from tests.detectors.names.known import SlowFinder
from tests.detectors.rulebase import make_engine, make_rule
from tests.timing import assert_proportional, repeated

MISSED = {("italic markdown", "Siobhán O'Brien")}
"""Emphasis is read where it holds words and nothing else."""


@cache
def engine() -> Engine:
    folder = rules_folder()
    rules = load_rules((bundled_rules(),), cache_dir=folder)
    return Engine(rules, b"k" * 32, cache_dir=folder, names=make_finder("tightlip", rules.names))


def persons(text: str) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in engine().scan(text).findings if one.entity == "PERSON"]


def left(text: str) -> str:
    """What is left of a text whose persons are cut out."""
    for start, end in reversed(persons(text)):
        text = f"{text[:start]}[]{text[end:]}"
    return text


@pytest.mark.parametrize("carrier", CARRIERS)
def test_names_are_found_in_whatever_carries_them_and_nothing_else_is_cut(carrier: str) -> None:
    write = CARRIERS[carrier]
    for name, sentence in CASES:
        text = write(sentence, name)
        if carrier in ("base64", "hex", "base64 in json"):
            assert len(left(text)) < len(text) / 2, (carrier, name)
        elif (carrier, name) not in MISSED:
            rest, _ = legible(left(text))
            assert not [part for part in name.split() if part in rest], (carrier, name, rest)
            around = [word for word in sentence.replace(name, "").split() if word in legible(text)[0]]
            assert all(word in rest for word in around), (carrier, name, rest)


def test_a_document_within_a_string_of_json_is_read_as_one() -> None:
    text = '{"content": "Notes of today\\nMaria Fernandez called.\\n\\nShe \\"waits\\" for Thomas Becker\\n"}'
    assert [text[start:end] for start, end in persons(text)] == ["Maria Fernandez", "Thomas Becker"]


def test_a_name_is_told_with_what_was_undone_and_only_then() -> None:
    (plain,) = engine().scan("I talked to José Hernández yesterday.").findings
    (escaped,) = engine().scan("I talked to Jos\\u00e9 Hern&aacute;ndez yesterday.").findings
    assert plain.view == ()
    assert escaped.view == ("escape", "html")
    assert escaped.fingerprint == plain.fingerprint
    (beside,) = engine().scan("caf\\u00e9: I talked to Maria Silva yesterday.").findings
    assert beside.view == ()


WRITTEN = r"\n|\u00e9|\xc3\xa9|\'|\|&nbsp;|&eacute;|&|<b>|</b>|<p>|<|=C3=A9|%20|+|?q=|_|''|=?utf-8?Q?=C3?="
PARTS = st.sampled_from(
    ["Maria ", "Silva", " asked", *WRITTEN.split("|"), "\x1b[32m", "e\u0301", "\u00ad", "\n> ", "\n"]
)


@given(st.lists(PARTS, max_size=40).map("".join), st.data())
def test_whatever_is_undone_leads_back_to_where_it_stands(text: str, data: st.DataObject) -> None:
    """A stretch stands where it did: what is before and behind of it reads as it did, and letters that stand are it."""
    read, views = legible(text)
    if not read:
        return
    start = data.draw(st.integers(0, len(read) - 1))
    end = data.draw(st.integers(start + 1, len(read)))
    named, undone = traced(Named(start, end, "PERSON"), views)
    assert 0 <= named.start <= named.end <= len(text)
    later, _ = traced(Named(end, len(read), "PERSON"), views) if end < len(read) else (named, ())
    assert named.start <= later.start
    if not undone and "\\" not in text:
        assert text[named.start : named.end] == read[start:end]


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_is_read(text: str) -> None:
    read, views = legible(text)
    assert (read == text) or views or "\\" in text


def test_what_is_not_written_by_a_tool_is_left_alone() -> None:
    for text in (
        r"re.compile(r'\bfoo\n[\d]+\.\x00\u0007')",
        r"C:\new\table\users",
        "List<String> a = x < b && c > d;",
        "total = alpha+beta+gamma",
        "print('%20s' % name)",
        "_Private and _other_ and __init__",
        "A list:\nMaria\nPeter\n",
    ):
        assert legible(text)[1] == [], text


@pytest.mark.parametrize("sign", (*WRITTEN.split("|"), "\x1b[", "a\u0301", "\n> A", "<a b=", "_A ", "%", "\n\t>+#"))
def test_it_takes_time_in_proportion_to_the_text(sign: str) -> None:
    assert_proportional(legible, repeated(sign, 10_000), repeated(sign, 80_000))


def test_names_in_a_decoded_run_are_of_the_same_allowance() -> None:
    import base64

    run = base64.b64encode(b"please ask Ada Lovelace about it before the release of Friday").decode()
    finder = SlowFinder()
    engine = make_engine(make_rule(), names=finder)
    assert [one.rule for one in engine.scan(f"see {run} there").findings] == ["name-person"]
    assert engine.scan(f"see {run} there", names=False) == Scan(())
    spent = Allowance(0, lambda: 0.0)
    assert engine.scan(f"see {run} there", allowance=spent).names_unread
    packed = base64.b64encode(json.dumps({f"k{n}": n for n in range(40)}).encode()).decode()
    shown = len(finder.shown)
    engine.scan(packed)
    assert len(finder.shown) == shown + 1  # the text as it stands: what is in it is no prose
