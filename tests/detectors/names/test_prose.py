"""What of a text a pack is shown."""

import pytest

from detectors.names.prose import spans


@pytest.mark.parametrize(
    "text",
    ["Please call Ada Lovelace about it tomorrow.", "Ada Lovelace", "One line\nand another, of prose.", "word " * 3000],
)
def test_prose_is_shown_whole(text: str) -> None:
    assert spans(text) == [(0, len(text))]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "src/main/java/org/Acme.java", "def f(x): return x[0]({1: 2})", "0x7f3a9c,0x1;0x2"]
)
def test_code_is_not(text: str) -> None:
    assert spans(text) == []


def test_of_code_comments_and_strings_are_shown() -> None:
    text = (
        "def f(self):\n    # Ada Lovelace asked for it\n"
        '    x = g("Dear Ada Lovelace, hello", y[0], "id", "a/b/c_d.e")\n    return x[1]({2: 3})\n'
    )
    shown = [text[start:end] for start, end in spans(text)]
    assert shown == ["    # Ada Lovelace asked for it", "Dear Ada Lovelace, hello"]


def test_paragraphs_are_shown_one_by_one() -> None:
    text = "First words of a letter.\nMore of it.\n\nBest regards,\nAda"
    assert next(text[start:end] for start, end in spans(text)) == "First words of a letter.\nMore of it."
