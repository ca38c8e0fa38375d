"""Findings to fates and edits: fixed places, overlaps, and names that are findings."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import Category, Finding, Severity
from proxy.judgement import FIXED_CLAUSE, RESENT_CLAUSE, Editor, judge
from proxy.policy import Action, Context, Destination, Policy
from proxy.pseudonym.pseudonymiser import Known, Pseudonymiser
from proxy.scanner import Hit
from proxy.segment import FIXED, Label, Segment

PSEUDONYMISING = Policy(id="own", description="", default="pseudonymise")
OPENAI = Context(destination=Destination("openai"))
REDACTING = Policy(id="own", description="")
BLOCKING = Policy(id="own", description="", default="block")
TEXT = "abcdefghijklmnopqrstuvwxyz"


def finding(start: int, end: int, severity: Severity = Severity.HIGH, score: float = 0.9, entity: str = "A") -> Finding:
    mark = f"{start:03x}{end:03x}" + "0" * 26
    return Finding("rule", Category.SECRET, entity, severity, start, end, score, None, mark)


def hit(
    *findings: Finding, label: Label = Label.PROMPT, pointer: str = "/a", text: str = TEXT, field: str = "a"
) -> Hit:
    return Hit(Segment(pointer, label, text, field, 0, len(text) + 2), findings)


@pytest.mark.parametrize("label", Label)
@pytest.mark.parametrize("all_fixed", [False, True])
def test_what_would_be_cut_out_of_a_fixed_place_is_not(label: Label, all_fixed: bool) -> None:
    hits = [hit(finding(0, 3), label=label)]
    (judged,) = judge(hits, REDACTING, OPENAI, all_fixed=all_fixed)
    fixed = all_fixed or label in FIXED
    assert (judged.action, judged.clause) == ((Action.BLOCK, FIXED_CLAUSE) if fixed else (Action.REDACT, "default"))
    assert bool(Editor().edits([judged], hits)) is not fixed


@pytest.mark.parametrize("label", Label)
@pytest.mark.parametrize("all_fixed", [False, True])
@pytest.mark.parametrize("policy", [REDACTING, BLOCKING], ids=["redact", "block"])
def test_what_is_resent_is_cut_out_where_it_can_be(label: Label, all_fixed: bool, policy: Policy) -> None:
    (judged,) = judge([hit(finding(0, 3), label=label)], policy, OPENAI, all_fixed=all_fixed)
    again = judged.resent()
    if all_fixed or label in FIXED:
        assert again.action is Action.BLOCK
    else:
        assert (again.action, again.clause) == (Action.REDACT, RESENT_CLAUSE)


@given(
    st.lists(
        st.tuples(st.integers(0, 25), st.integers(1, 9), st.sampled_from(Severity), st.sampled_from("ABC")), max_size=8
    )
)
def test_edits_cover_every_finding_and_nothing_else(drawn: list[tuple[int, int, Severity, str]]) -> None:
    findings = tuple(
        finding(start, min(26, start + length), severity, entity=entity) for start, length, severity, entity in drawn
    )
    hits = [hit(*findings)] if findings else []
    changes = Editor().edits(judge(hits, REDACTING, OPENAI), hits)
    edits = [edit for _, each in changes for edit in each]
    covered = {at for edit in edits for at in range(edit.start, edit.end)}
    assert covered == {at for each in findings for at in range(each.start, each.end)}
    assert all(left.end <= right.start for left, right in pairwise(edits))


def test_overlapping_findings_are_named_after_the_gravest() -> None:
    low, grave, apart = finding(0, 5, Severity.LOW), finding(3, 9, Severity.CRITICAL, 0.5, "B"), finding(9, 10)
    hits = [hit(low, grave, apart)]
    ((_, edits),) = Editor().edits(judge(hits, REDACTING, OPENAI), hits)
    assert [(edit.start, edit.end, edit.replacement[:3]) for edit in edits] == [(0, 9, "[B:"), (9, 10, "[A:")]


def test_only_what_is_to_be_cut_is_edited() -> None:
    logging = Policy(id="own", description="", default="log")
    hits = [hit(finding(0, 5))]
    assert Editor().edits(judge(hits, logging, OPENAI), hits) == []


def test_equal_segments_are_edited_apart() -> None:
    hits = [hit(finding(0, 5)), hit(finding(6, 9))]
    changes = Editor().edits(judge(hits, REDACTING, OPENAI), hits)
    assert [[edit.start for edit in edits] for _, edits in changes] == [[0], [6]]


NAME = "canary"
POINTERS = [
    ("/canary", NAME, "/x/canary/0/canary", "/x/[A:000006]/0/[A:000006]"),
    ("/a~1canary~0", "a/canary~", "/a~1canary~0/b", "/[A:000006]/b"),
    ("/header:canary", "header:canary", "/header:canary/0", "/[A:000006]/0"),
    ("form:canary", NAME, "form:canary", "form:[A:000006]"),
    ("form:a/canary/b", "a/canary/b", "form:a/canary/b", "form:[A:000006]"),
    ("header:canary", "CANARY", "header:canary", "header:[A:000006]"),
    ("part:2/header:canary", NAME, "part:2/header:canary", "part:2/header:[A:000006]"),
    ("part:1/json/canary", NAME, "part:1/json/canary/0", "part:1/json/[A:000006]/0"),
    ("line:3/canary", NAME, "line:3/canary", "line:3/[A:000006]"),
    ("form:canary", NAME, "form:other", "form:other"),
    ("/canary", NAME, "/canaries", "/canaries"),
]


@pytest.mark.parametrize(("key_pointer", "name", "pointer", "shown"), POINTERS)
def test_a_name_that_is_a_finding_shows_in_no_pointer(key_pointer: str, name: str, pointer: str, shown: str) -> None:
    hits = [
        hit(finding(0, 6), label=Label.KEY, pointer=key_pointer, text=name),
        hit(finding(1, 9), pointer=pointer),
    ]
    key, other = judge(hits, REDACTING, OPENAI)
    assert other.pointer == shown == other.recorded().pointer
    assert NAME not in key.pointer


@pytest.mark.parametrize(("start", "shown"), [(0, "query"), (5, "query"), (7, "query:canary")])
def test_a_query_name_that_is_a_finding(start: int, shown: str) -> None:
    pair = hit(finding(start, start + 3), label=Label.QUERY, pointer="query:canary", text="canary=value", field=NAME)
    assert judge([pair], REDACTING, OPENAI)[0].pointer == shown


def test_a_record_holds_no_text() -> None:
    (judged,) = judge([hit(finding(0, 5))], REDACTING, OPENAI)
    assert TEXT not in repr(judged.recorded()) + repr(judged)
    assert judged.recorded().action == "redact"


@pytest.mark.parametrize("label", Label)
@pytest.mark.parametrize("restorable", [False, True])
def test_a_pseudonym_is_given_where_it_can_come_back(label: Label, restorable: bool) -> None:
    (judged,) = judge([hit(finding(0, 3), label=label)], PSEUDONYMISING, OPENAI, restorable=restorable)
    if label in FIXED:
        assert (judged.action, judged.clause) == (Action.BLOCK, FIXED_CLAUSE)
    elif restorable and label not in (Label.HEADER, Label.QUERY, Label.ATTACHMENT):
        assert judged.action is Action.PSEUDONYMISE
    else:
        assert judged.action is Action.REDACT


@pytest.mark.parametrize("is_known", [False, True])
def test_what_is_a_pseudonym_already_passes(is_known: bool) -> None:
    values = {TEXT[2:9]: "value"} if is_known else {}
    pseudonyms = Pseudonymiser(b"k" * 32, Known("ann", values), TEXT.encode())
    hits = [hit(finding(2, 9), finding(3, 5), finding(8, 12))]
    judged = judge(hits, REDACTING, OPENAI, pseudonyms=pseudonyms)
    passed = Action.ALLOW if is_known else Action.REDACT
    assert [item.action for item in judged] == [passed, passed, Action.REDACT]


def test_a_run_of_findings_has_a_pseudonym_only_if_each_would() -> None:
    clauses = ({"id": "b", "when": {"entity": ["B"]}, "action": "redact"},)
    mixed = Policy.model_validate({"id": "own", "description": "", "default": "pseudonymise", "findings": clauses})
    hits = [hit(finding(0, 5), finding(4, 9, entity="B"), finding(10, 26))]
    pseudonyms = Pseudonymiser(b"k" * 32, Known(), TEXT.encode())
    judged = judge(hits, mixed, OPENAI, restorable=True, pseudonyms=pseudonyms)
    ((_, (cut, stood_in)),) = Editor(pseudonyms, ("secret",)).edits(judged, hits)
    assert (cut.start, cut.end, cut.replacement[:1]) == (0, 9, "[")
    assert pseudonyms.given[stood_in.replacement].value == TEXT[10:26]
    assert pseudonyms.given[stood_in.replacement].restored


MASKING = Policy(id="own", description="", default="mask")
CARD = "4111 1111 1111 1111"


def _card(label: Label = Label.PROMPT, *more: Finding) -> tuple[Hit, Finding]:
    found = Finding("card", Category.PCI, "CREDIT_CARD", Severity.HIGH, 3, 22, 0.9, True, "0" * 32)
    return hit(found, *more, label=label, text=f"my {CARD}."), found


@pytest.mark.parametrize("label", Label)
def test_a_value_is_masked_where_it_is_text(label: Label) -> None:
    hits = [_card(label)[0]]
    (judged,) = judge(hits, MASKING, OPENAI)
    if label in FIXED:
        assert judged.action is Action.BLOCK
        return
    ((_, (edit,)),) = Editor().edits([judged], hits)
    if label in (Label.NUMBER, Label.HEADER, Label.QUERY, Label.ATTACHMENT):
        assert (judged.action, edit.replacement) == (Action.REDACT, "[CREDIT_CARD:000000]")
    else:
        assert (judged.action, edit.replacement) == (Action.MASK, "**** **** **** 1111")


@pytest.mark.parametrize(("start", "entity"), [(3, "PERSON"), (8, "US_SSN")])
def test_what_overlaps_is_masked_only_as_one(start: int, entity: str) -> None:
    other = Finding("other", Category.PII, entity, Severity.LOW, start, 22, 0.9, None, "1" * 32)
    hits = [_card(Label.PROMPT, other)[0]]
    ((_, (edit,)),) = Editor().edits(judge(hits, MASKING, OPENAI), hits)
    assert edit.replacement == "[CREDIT_CARD:000000]"
