"""Codes as they are drawn, and the line that sends one back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.justification import CODE_CHARS, code_for, directives, without_directives
from tests.proxy.inspecting import KEY, OTHER_KEY

LINE = "tightlip: allow K7QF because it is the published test number"
REASON = "it is the published test number"


READ = [
    (LINE, "K7QF", REASON, ""),
    (f"fix this\n{LINE}", "K7QF", REASON, "fix this"),
    (f"{LINE}\nfix this", "K7QF", REASON, "fix this"),
    (f"a\r\n{LINE}\r\nb", "K7QF", REASON, "a\r\nb"),
    (f"a\n  {LINE}  \nb", "K7QF", REASON, "a\nb"),
    (f'"{LINE}"', "K7QF", REASON, '""'),
    (f"> {LINE}", "K7QF", REASON, ">"),
    ("Tightlip:allow k7qf BECAUSE: it is fine, I promise", "K7QF", "it is fine, I promise", ""),
    ("TIGHTLIP: ALLOW K7QF, because it is fine", "K7QF", "it is fine", ""),
    ("tightlip: allow K7QF", "K7QF", "", ""),
    ("tightlip: allow K7QF please", "K7QF", "", ""),
]


@pytest.mark.parametrize(("text", "code", "reason", "left"), READ, ids=range(len(READ)))
def test_a_line_is_read_and_cut(text: str, code: str, reason: str, left: str) -> None:
    (found,) = directives(text)
    assert (found.code, found.reason) == (code, reason)
    assert without_directives(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "put on a line of its own: tightlip: allow K7QF because REASON",
        "`tightlip explain tl-abc` tells more",
        "tightlip: allowed K7QF because",
        "tightlip: allow K7QFX because it is fine",
        "tightlip allow K7QF because it is fine",
        "x" + LINE,
    ],
)
def test_what_is_no_line_of_its_own_is_none(text: str) -> None:
    assert list(directives(text)) == []


@given(st.text("ab \n\t", max_size=12), st.text("ab \n\t", max_size=12))
def test_only_the_line_is_cut(before: str, after: str) -> None:
    text = f"{before}\n{LINE}\n{after}"
    assert without_directives(text) == f"{before}\n{after}"


def test_two_lines_are_two() -> None:
    assert [each.code for each in directives(f"{LINE}\n{LINE.replace('K7QF', 'B2CD')}")] == ["K7QF", "B2CD"]


def test_codes_differ_by_request_and_by_installation() -> None:
    codes = [code_for(KEY, f"tl-{number}") for number in range(300)]
    assert all(re.fullmatch(rf"[2-9B-DF-HJ-NP-TV-XZ]{{{CODE_CHARS}}}", code) for code in codes)
    assert len(set(codes)) > 295
    assert code_for(KEY, "tl-1") == code_for(KEY, "tl-1") != code_for(OTHER_KEY, "tl-1")
