"""Own data: a dictionary of a million invented customers, and fingerprints of this repository's own source code.

`python -m bench.own [ROWS]` prints JSON. Texts are the installed packages: none of it is in either index, so that every
finding is a false alarm; fragments are drawn from the indexed files themselves.
"""

import json
import random
import re
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from detectors.own import codebuild, dictionarybuild, kept
from detectors.own.codeprint import Prints
from detectors.own.dictionary import Dictionaries
from detectors.own.dictionarybuild import ColumnPlan, Plan
from detectors.own.owned import Naming, OwnDetector
from detectors.own.secret import Secret
from detectors.own.valuekind import ValueKind
from proxy.cli.csvrows import CsvRows

_ROOT = Path(__file__).parent.parent
_SITE = Path(sysconfig.get_paths()["purelib"])
_SECRET = Secret(b"k" * 32)
_PIECE_CHARS = 32 * 1024
_PIECES = 200
_REPEATS = 5
_FRAGMENTS = 2000
_SYLLABLES = [first + second for first in "bdfghklmnprstvz" for second in "aeiou"]

_COLUMNS = (
    ColumnPlan("name", ValueKind.NAME),
    ColumnPlan("born", ValueKind.DATE),
    ColumnPlan("email", ValueKind.EMAIL, alone=True),
)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        json.dump(
            {"dictionary": _dictionary(Path(folder), rows), "source": _source(Path(folder))}, sys.stdout, indent=1
        )


def _dictionary(folder: Path, rows: int) -> dict[str, Any]:
    _write_csv(folder / "customers.csv", rows)
    plan = Plan(Naming("customers", "CUSTOMER_RECORD"), _COLUMNS, (("name", "born"),))
    started = time.perf_counter()
    read = CsvRows(folder / "customers.csv", ["Name", "Born", "E-Mail"], "utf-8", "")
    report = dictionarybuild.build(plan, read.batches(), _SECRET, folder / "made")
    built = time.perf_counter() - started
    started = time.perf_counter()
    opened = kept.read(folder / "made", _SECRET)
    proven = time.perf_counter() - started
    detector = Dictionaries(_SECRET, [opened])
    loaded = time.perf_counter() - started
    return {
        "rows": report.rows,
        "build_seconds": round(built, 1),
        "megabytes": round(report.bytes / 1e6, 1),
        "proven_ms": round(proven * 1e3, 1),
        "loaded_ms": round(loaded * 1e3, 1),
        "source_code": _lookup(detector, _pieces("*/**/*.py")),
        "prose": _lookup(detector, _pieces("**/*.dist-info/**/*[A-Z]")),
        "short_text_us": _short(detector),
    }


def _source(folder: Path) -> dict[str, Any]:
    texts = [
        path.read_text(encoding="utf-8") for part in ("detectors", "proxy") for path in (_ROOT / part).rglob("*.py")
    ]
    started = time.perf_counter()
    report = codebuild.build(Naming("own", "SOURCE_CODE"), texts, [], _SECRET, folder / "print")
    built = time.perf_counter() - started
    detector = Prints(_SECRET, [kept.read(folder / "print", _SECRET)])
    found = {
        f"{lines} lines": {name: _rate(detector, change, _fragments(texts, lines)) for name, change in _CHANGES.items()}
        for lines in (20, 10)
    }
    others = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(_SITE.glob("**/*.py"))]
    started = time.perf_counter()
    alarms = sum(bool(list(detector.find(text))) for text in others)
    seconds = time.perf_counter() - started
    size = sum(map(len, others)) / 1e6
    return {
        "source_mb": round(sum(map(len, texts)) / 1e6, 1),
        "build_seconds": round(built, 2),
        "megabytes": round(report.bytes / 1e6, 2),
        "found_percent": found,
        "others_mb": round(size, 1),
        "others_files": len(others),
        "false_alarms": alarms,
        "mb_per_second": round(size / seconds, 1),
        "piece": _lookup(detector, _pieces("*/**/*.py")),
    }


def _write_csv(file: Path, rows: int) -> None:
    rnd = random.Random(1)

    def name() -> str:
        return "".join(rnd.choices(_SYLLABLES, k=rnd.randint(2, 4))).title()

    with file.open("w", encoding="utf-8") as lines:
        lines.write("Name,Born,E-Mail\n")
        for number in range(rows):
            first, last = name(), name()
            born = f"{rnd.randint(1930, 2010)}-{rnd.randint(1, 12):02}-{rnd.randint(1, 28):02}"
            lines.write(f"{first} {last},{born},{first}.{last}{number}@mail.example\n")


def _pieces(pattern: str) -> list[str]:
    whole: list[str] = []
    size = 0
    for path in sorted(_SITE.glob(pattern)):
        if size > _PIECES * _PIECE_CHARS:
            break
        if path.is_file():
            whole.append(path.read_text(encoding="utf-8", errors="replace"))
            size += len(whole[-1])
    text = "".join(whole)
    return [text[at : at + _PIECE_CHARS] for at in range(0, len(text) - _PIECE_CHARS, _PIECE_CHARS)][:_PIECES]


def _lookup(detector: OwnDetector, pieces: Sequence[str]) -> dict[str, Any]:
    """Of texts of 32 KB; each one's best of several, since a shared machine's worst says nothing of the code."""
    best = sorted(min(_seconds(detector, piece) for _ in range(_REPEATS)) for piece in pieces)
    return {
        "pieces": len(best),
        "p50_ms": round(best[len(best) // 2] * 1e3, 2),
        "p99_ms": round(best[len(best) * 99 // 100] * 1e3, 2),
        "false_alarms": sum(bool(list(detector.find(piece))) for piece in pieces),
    }


def _short(detector: OwnDetector) -> float:
    texts = [f"a short text, {'abcdefgh'[number % 8]} of its kind" for number in range(5000)]
    started = time.perf_counter()
    for text in texts:
        detector.find(text)
    return round((time.perf_counter() - started) / len(texts) * 1e6)


def _seconds(detector: OwnDetector, text: str) -> float:
    started = time.perf_counter()
    detector.find(text)
    return time.perf_counter() - started


def _fragments(texts: Sequence[str], lines: int) -> Iterator[list[str]]:
    """Stretches with so many lines of code: imports, comments and blank lines don't count."""
    rnd = random.Random(lines)
    pool = [text.splitlines() for text in texts]
    weights = [len(text) for text in pool]
    made = 0
    while made < _FRAGMENTS:
        (text,) = rnd.choices(pool, weights)
        start = end = rnd.randrange(len(text)) if text else 0
        left = lines
        while end < len(text) and left:
            left -= bool(text[end].strip()) and not text[end].lstrip().startswith(("#", "import ", "from "))
            end += 1
        if not left:
            made += 1
            yield text[start:end]


def _renamed(count: int) -> Callable[[list[str]], str]:
    def change(lines: list[str]) -> str:
        text = "\n".join(lines)
        names = re.findall(r"\b[a-z_]{4,}\b", text)
        for name in sorted(set(names), key=lambda one: (-names.count(one), one))[:count]:
            text = re.sub(rf"\b{name}\b", f"other_{name}", text)
        return text

    return change


_CHANGES: dict[str, Callable[[list[str]], str]] = {
    "as it is": "\n".join,
    "CRLF and tabs": lambda lines: "\r\n".join(lines).replace("    ", "\t"),
    "line numbers": lambda lines: "\n".join(f"{at:6}→{line}" for at, line in enumerate(lines, 12)),
    "diff": lambda lines: "\n".join("+-"[at % 3 == 0] + line for at, line in enumerate(lines)),
    "without comments": lambda lines: re.sub(r"(?m)\s+# .*$|^\s*#.*\n", "", "\n".join(lines)),
    "one item a line": lambda lines: re.sub(r"([,()\[\]])", r"\1\n        ", "\n".join(lines)),
    "most frequent name renamed": _renamed(1),
    "three most frequent renamed": _renamed(3),
}


def _rate(detector: Prints, change: Callable[[list[str]], str], fragments: Iterator[list[str]]) -> float:
    """Percent of the fragments that are found."""
    found = [bool(list(detector.find(f"Please mend this:\n\n{change(lines)}\n"))) for lines in fragments]
    return round(100 * sum(found) / len(found), 1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
