"""Fragments of own source code: found again after what editors, formatters and diffs do to them; nothing else found."""

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import detectors
from detectors.own.codeprint import Prints
from detectors.own.word import CHUNK_CHARS
from tests.detectors.own.indexes import found, prints
from tests.law import often

FOLDER = Path(detectors.__file__).parent
OWN = sorted((FOLDER / "structure").glob("*.py"))
OTHERS = sorted((FOLDER / "views").glob("*.py"))
LINES = 20


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Prints:
    return prints(tmp_path_factory.mktemp("prints"), [path.read_text() for path in OWN])


def fragments(lines: int, count: int = 150) -> list[list[str]]:
    """Stretches with so many lines of code, imports, comments and blank lines not counted."""
    made = []
    rnd = random.Random(lines)
    while len(made) < count:
        text = rnd.choice(OWN).read_text().splitlines()
        start = end = rnd.randrange(len(text))
        left = lines
        while end < len(text) and left:
            left -= bool(text[end].strip()) and not text[end].lstrip().startswith(("#", "import ", "from "))
            end += 1
        if not left:
            made.append(text[start:end])
    return made


def plain(lines: list[str]) -> str:
    return "\n".join(lines)


CHANGES: dict[str, Callable[[list[str]], str]] = {
    "as it is": plain,
    "CRLF": lambda lines: "\r\n".join(lines),
    "tabs": lambda lines: plain(lines).replace("    ", "\t"),
    "no indentation": lambda lines: "\n".join(line.strip() for line in lines),
    "numbered with arrows": lambda lines: "\n".join(f"{at:6}→{line}" for at, line in enumerate(lines, 12)),
    "numbered with colons": lambda lines: "\n".join(f"{at}: {line}" for at, line in enumerate(lines, 98)),
    "a diff": lambda lines: "\n".join("+- "[at % 3] + line for at, line in enumerate(lines)),
    "quoted": lambda lines: "\n".join(f"> {line}" for line in lines),
    "other quotes": lambda lines: plain(lines).replace('"', "'"),
    "without comments": lambda lines: re.sub(r"(?m)\s+# .*$|^\s*#.*\n", "", plain(lines)),
    "with comments": lambda lines: "\n".join(f"{line}  # {at} remarks on it" for at, line in enumerate(lines)),
    "commas and brackets on lines of their own": lambda lines: re.sub(r"([,()\[\]])", r"\1\n        ", plain(lines)),
    "blank lines between": lambda lines: "\n\n".join(lines),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_fragment_of_twenty_lines_is_found(own: Prints, change: str) -> None:
    made = fragments(LINES)
    missed = sum(not found(own, f"Why does this fail?\n\n```\n{CHANGES[change](lines)}\n```\n") for lines in made)
    assert missed <= len(made) * (0.01 if change == "as it is" else 0.05)


def test_it_spans_the_fragment_and_no_prose(own: Prints) -> None:
    question, end = "Why does this fail? I have tried everything:\n", "\nThank you very much for having a look at it."
    text = question + plain(fragments(60, 1)[0]) + end
    (owned,) = own.find(text)
    assert (owned.end - owned.start) > 0.8 * len(text)
    assert owned.start >= len(question)
    assert owned.end <= len(text) - len(end)


def test_other_code_is_not_found(own: Prints) -> None:
    assert [path.name for path in OTHERS if found(own, path.read_text())] == []


def test_what_others_have_too_is_left_out(tmp_path: Path) -> None:
    ours, shared = OWN[0].read_text(), OTHERS[0].read_text()
    made = prints(tmp_path, [ours, shared], [shared])
    assert found(made, ours)
    assert not found(made, shared)


def test_what_most_files_have_is_left_out(tmp_path: Path) -> None:
    licence = '"""' + OTHERS[0].read_text()[:1500].replace('"""', "") + '"""\n'
    made = prints(tmp_path, [licence + path.read_text() for path in OWN])
    assert not found(made, licence)


@pytest.mark.parametrize("at", [0, CHUNK_CHARS - 500, CHUNK_CHARS - 100, 3 * CHUNK_CHARS])
def test_a_fragment_is_found_wherever_it_stands(own: Prints, at: int) -> None:
    text = ("a line of prose\n" * (at // 16)) + plain(fragments(40, 1)[0]) + "\n" + "prose again\n" * 500
    assert found(own, text)


@often(200)
@given(st.text(max_size=600) | st.text("ab #/*\n\t\r_1é→中", max_size=600))
def test_any_text_can_be_looked_up(own: Prints, text: str) -> None:
    for owned in own.find(text):
        assert 0 <= owned.start < owned.end <= len(text)
