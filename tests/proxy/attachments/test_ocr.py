"""Words in pictures: read by a program of the machine's, in its time, or told to be unread."""

import shutil
import stat
import sys
import time
from pathlib import Path

import pytest

from proxy.attachments import Bounds, open_attachment
from tests.proxy.attachments.making import docx, jpeg, png, zipped

WORDS = "words that stand in a picture"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Stands in for tesseract: answers with the words if it is fed a picture."""
    return script(tmp_path, f"data = sys.stdin.buffer.read()\nassert data[:4] == b'\\x89PNG'\nprint({WORDS!r})")


def script(folder: Path, body: str) -> Path:
    path = folder / "tesseract"
    path.write_text(f"#!{sys.executable}\nimport sys, time\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize("around", [lambda file: file, lambda file: zipped({"a.png": file})])
def test_pixels_that_were_read_are_complete(program: Path, around: object) -> None:
    opened = open_attachment(around(png([])), limits=Bounds(ocr=str(program)))  # type: ignore[operator]
    assert [part.text.strip() for part in opened.parts if part.name.endswith("pixels")] == [WORDS]
    assert opened.incomplete == ()


def test_pictures_in_documents_are_read(program: Path) -> None:
    opened = open_attachment(docx("words", **{"word__media__a.png": png([])}), limits=Bounds(ocr=str(program)))
    assert WORDS in "".join(part.text for part in opened.parts)
    assert opened.incomplete == ()


@pytest.mark.parametrize("body", ["sys.exit(1)", "raise SystemExit", "sys.stdout.write('x' * 2_000_000)"])
def test_a_program_that_fails_reads_nothing(tmp_path: Path, body: str) -> None:
    opened = open_attachment(png([]), limits=Bounds(ocr=str(script(tmp_path, body))))
    assert opened.incomplete == (() if body == "raise SystemExit" else ("attachment",))


def test_a_program_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    started = time.monotonic()
    bounds = Bounds(ocr=str(script(tmp_path, "time.sleep(60)")), ocr_seconds=0.3)
    opened = open_attachment(zipped({f"{n}.png": png([]) for n in range(5)}), limits=bounds)
    assert opened.incomplete == ("attachment",)
    assert time.monotonic() - started < 20


def test_a_program_that_is_not_there_reads_nothing() -> None:
    assert open_attachment(png([]), limits=Bounds(ocr="/nowhere/tesseract")).incomplete == ("attachment",)


def test_a_huge_picture_is_not_handed_over(program: Path) -> None:
    huge = jpeg([], 60_000, 60_000)
    assert open_attachment(huge, limits=Bounds(ocr=str(program))).incomplete == ("attachment",)


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="no tesseract on this machine")
def test_the_real_program_answers() -> None:
    opened = open_attachment(png([]), limits=Bounds(ocr=shutil.which("tesseract"), ocr_seconds=20))
    assert opened.incomplete == ()
