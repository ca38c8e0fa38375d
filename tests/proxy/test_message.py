"""The words for the user: where, what, what now; never a name or value that the client chose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.formats import FORMATS, GENERIC
from proxy.justification import Offer, directives
from proxy.message import (
    MAX_PLACES,
    Place,
    block_message,
    place,
    policy_message,
    refusal_message,
    warning_message,
)
from proxy.reason import Reason
from proxy.segment import Label
from proxy.wording import english, load_wording

CHAT = FORMATS["openai.chat"]

PLACES = [
    (
        "openai.chat",
        "/messages/2/content",
        Label.TOOL_RESULT,
        "a\n" * 13 + "KEY",
        26,
        "message 3, tool result, line 14",
    ),
    ("openai.chat", "/messages/0/content/1/text", Label.PROMPT, "one line", 3, "message 1"),
    ("openai.chat", "/messages/0/content", Label.SYSTEM, "a\nb", 0, "message 1, system prompt, line 1"),
    (
        "openai.chat",
        "/messages/9/tool_calls/0/function/arguments",
        Label.TOOL_ARGUMENT,
        "{}",
        0,
        "message 10, tool call",
    ),
    ("openai.chat", "/tools/3/function/description", Label.TOOL_SCHEMA, "x", 0, "tool definition"),
    ("openai.chat", "/messages", Label.UNKNOWN, "x", 0, "the request's text"),
    ("openai.chat", "/messages_too/1", Label.UNKNOWN, "a\nb", 2, "the request's text, line 2"),
    ("openai.chat", "/messages/x/content", Label.PROMPT, "x", 0, "the request's text"),
    ("openai.responses", "/input/4/output", Label.TOOL_RESULT, "x", 0, "message 5, tool result"),
    ("openai.responses", "/input", Label.PROMPT, "a\nb\nc", 4, "the request's text, line 3"),
    ("openai.completions", "/prompt", Label.PROMPT, "x", 0, "the request's text"),
    ("gemini.code_assist", "/request/contents/1/parts/0/text", Label.PROMPT, "x", 0, "message 2"),
    ("anthropic.messages", "/system/0/text", Label.SYSTEM, "a\nb", 2, "system prompt, line 2"),
    ("anthropic.messages", "/metadata/user_id", Label.METADATA, "x", 0, "metadata"),
    ("anthropic.messages", "header:x-name", Label.HEADER, "x", 0, "a request header"),
    ("anthropic.messages", "query:q", Label.QUERY, "x", 0, "the request's query"),
    ("anthropic.messages", "path", Label.TARGET, "x", 0, "the request's path"),
    ("anthropic.messages", "line:4/a", Label.UNKNOWN, "x", 0, "the request's text"),
]


@pytest.mark.parametrize(("format_id", "pointer", "label", "text", "start", "expected"), PLACES)
def test_a_place_in_the_readers_terms(
    format_id: str, pointer: str, label: Label, text: str, start: int, expected: str
) -> None:
    assert place(FORMATS[format_id], pointer, label, text, start, "", english()) == expected


@pytest.mark.parametrize("label", Label)
def test_every_label_can_be_told(label: Label) -> None:
    assert place(GENERIC, "/a", label, "x", 0, "", english())


@given(st.text(min_size=6, alphabet=st.characters(categories=["Lu", "Nd"])), st.sampled_from(Label))
def test_a_place_quotes_neither_the_pointer_nor_the_text(canary: str, label: Label) -> None:
    for pointer in (f"/{canary}/0", f"/messages/0/{canary}", f"header:{canary}", f"part:0/{canary}"):
        assert canary not in place(CHAT, pointer, label, f"a\n{canary}", 2, "", english())


@given(st.text(), st.data())
def test_the_line_is_the_one_that_the_code_point_stands_in(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    said = place(CHAT, "/messages/0/content", Label.PROMPT, text, start, "", english())
    expected = f", line {len(text[:start].split(chr(10)))}" if "\n" in text else ""
    assert said == f"message 1{expected}"


def test_a_block_says_what_where_what_now_and_the_reference() -> None:
    text = block_message([Place("AWS_ACCESS_KEY", "message 3, tool result, line 14")], "tl-abc", "strict", english())
    for part in ("AWS access key (message 3, tool result, line 14)", "placeholder", "tl-abc", "policy strict"):
        assert part in text
    assert "\n" not in text


def test_at_most_five_places_are_told_and_the_rest_counted() -> None:
    places = [Place("EMAIL_ADDRESS", f"message {n}") for n in range(1, 10)]
    text = block_message(places, "tl-abc", "strict", english())
    assert text.count("e-mail address") == MAX_PLACES
    assert "and 4 more" in text
    assert "message 6" not in text


def test_the_same_kind_at_the_same_place_is_counted_not_repeated() -> None:
    places = [Place("EMAIL_ADDRESS", "message 1")] * 3 + [Place("US_SSN", "message 1")]
    text = block_message(places, "tl-abc", "strict", english())
    assert "3 x e-mail address (message 1); US Social Security number (message 1)." in text
    assert "; and" not in text


OTHER_REASONS = ["upstream_failed", "fault"]


@pytest.mark.parametrize("reason", [*(reason.value for reason in Reason), *OTHER_REASONS])
def test_every_reason_has_its_own_words(reason: str) -> None:
    text = refusal_message(reason, "tl-abc", english())
    assert "tl-abc" in text
    assert reason in text
    assert "it could not be checked." not in text


def test_no_two_reasons_say_the_same() -> None:
    said = [refusal_message(reason.value, "", english()).partition("Reference")[0] for reason in Reason]
    assert len(set(said)) == len(said)


def test_an_unknown_reason_is_still_an_answer() -> None:
    assert "could not be checked" in refusal_message("something_new", "tl-abc", english())


CARD = Place("CREDIT_CARD", "message 1")


def test_a_block_says_what_its_clauses_say_and_how_to_justify_it() -> None:
    said = ["Ask the data office.", "", "Ask the data office.", "Use the assistant within."]
    text = block_message([CARD], "tl-abc", "own", english(), messages=said, offer=Offer("K7QF"))
    assert text.count("Ask the data office. Use the assistant within.") == 1
    assert "`tightlip: allow K7QF because REASON`" in text
    assert "because" not in block_message([CARD], "tl-abc", "own", english())


@pytest.mark.parametrize("said", ["No AI for this code.", ""])
@pytest.mark.parametrize("code", ["K7QF", ""])
def test_a_clause_that_stops_a_whole_request_is_told(said: str, code: str) -> None:
    text = policy_message(said, "tl-abc", "own", english(), offer=Offer(code) if code else None)
    assert said in text
    assert "tl-abc" in text
    assert ("allow K7QF because" in text) is bool(code)


def test_a_warning_says_what_went_out() -> None:
    assert "credit card number (message 1)" in warning_message([CARD], ["Mind the law."], "tl-abc", english())
    assert warning_message([], ["Mind the law."], "tl-abc", english()).startswith("Mind the law. ")
    assert "warns" in warning_message([], [], "tl-abc", english())


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "ja"])
def test_the_line_that_a_block_proposes_is_none_until_it_is_sent(language: str) -> None:
    """A client may keep the whole text in the conversation, as if its user had said it."""
    text = block_message([CARD], "tl-abc", "own", load_wording(language), offer=Offer("K7QF"))
    assert list(directives(text)) == list(directives(f"API error: {text}")) == []
    assert [each.code for each in directives(text[text.index("`") :].split("`")[3])] == ["K7QF"]


@pytest.mark.parametrize(
    ("approved", "said"),
    [
        ([], ""),
        (["A"], " Approved here: A."),
        (["A (codex)", "B"], " Approved here: A (codex), B."),
        ([f"V{number}" for number in range(10)], " Approved here: V0, V1, V2, V3, V4, V5, V6, V7, and 2 more."),
    ],
)
def test_a_request_to_a_vendor_that_is_not_approved_is_told_which_are(approved: list[str], said: str) -> None:
    text = policy_message("Not this one.", "tl-abc", "soc2", english(), approved=approved)
    assert text == policy_message(f"Not this one.{said}", "tl-abc", "soc2", english())
    assert policy_message("", "tl-abc", "soc2", english(), approved=approved).endswith(said)
