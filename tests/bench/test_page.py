"""What a measurement puts into the page."""

from pathlib import Path

import pytest

from bench.page import PAGE, put


def test_only_what_stands_between_the_marks_changes(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- measured: a -->\nold\n<!-- end -->\n<!-- measured: b -->\nkept\n<!-- end -->\n")
    put("a", r"new \1", page)
    put("a", "newer", page)
    assert page.read_text() == (
        "before\n<!-- measured: a -->\n\nnewer\n\n<!-- end -->\n<!-- measured: b -->\nkept\n<!-- end -->\n"
    )


def test_a_page_without_the_mark_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("text\n")
    with pytest.raises(ValueError, match="found it 0 times"):
        put("a", "new", page)
    assert page.read_text() == "text\n"


@pytest.mark.parametrize("name", ["bench", "peers"])
def test_the_page_has_the_marks(name: str) -> None:
    assert PAGE.read_text().count(f"<!-- measured: {name} -->") == 1
