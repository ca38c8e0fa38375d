"""What is read as the same: characters in every spelling, gaps of every kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.restore.form import GROUPS, WORDS, reading, unit_at, units

TEXTS = st.text(st.sampled_from("aZ9 \t\n*+-_@.%&;#xuUntd8\\/4012\u00e9\u2011\u200b\U0001f600") | st.characters())


@pytest.mark.parametrize(
    "written",
    ["@", "\\@", "\\u0040", "\\\\u0040", "%40", "&#64;", "&#x40;", "&commat;"],
)
def test_a_character_is_read_however_it_is_written(written: str) -> None:
    assert reading(f"a{written}b") == "a@b"


@pytest.mark.parametrize(
    "gap",
    [" ", "  ", "\n    ", "\\n", "\\\\n", "+", "%20", "%0A", "&nbsp;", "&#160;", "\u00a0", "** ", "\\u0020"],
)
def test_a_gap_is_one_space(gap: str) -> None:
    assert reading(f"Tovina{gap}Kelder") == "tovina kelder"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("ÉLODIE", "élodie"),
        ("%C3%A9lodie", "élodie"),
        ("\\u00c9lodie", "élodie"),
        ("&Eacute;lodie", "élodie"),
        ("%E6%9E%97", "林"),
        ("\\ud83d\\ude00", "\U0001f600"),
        ("a\u2011b", "a-b"),
        ("a\u200bb", "ab"),
        ("a\u2019s", "a's"),
        ("a\\_b", "a_b"),
        ("%zz", "%zz"),
        ("%C3x", "%c3x"),
        ("&bogusentity;", "&bogusentity;"),
        ("\\", "\\"),
        ("", ""),
    ],
)
def test_readings(text: str, read: str) -> None:
    assert reading(text) == read


@given(TEXTS, st.sampled_from([WORDS, GROUPS]))
def test_units_cover_a_text_without_a_gap(text: str, grammar: object) -> None:
    found = list(units(grammar, text))  # type: ignore[arg-type]
    assert "".join(text[unit.start : unit.end] for unit in found) == text


@given(TEXTS, st.data())
def test_a_unit_that_is_settled_does_not_depend_on_what_follows(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    for at in range(cut):
        early = unit_at(WORDS, text[:cut], at, False)
        whole = unit_at(WORDS, text, at, True)
        if early is None:
            continue
        assert whole is not None
        assert early.reading == whole.reading
        assert early.kind == "gap" or early == whole
