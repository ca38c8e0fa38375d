"""`python -m bench.accuracy uncased [--only PART ...] [--show N] [--write]`."""

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.accuracy.names.source import Reader, readers
from bench.accuracy.names.span import Score, Span, add
from bench.accuracy.names.uncased import document
from bench.accuracy.public.fetch import NotObtainable
from bench.page import put
from bench.report import table
from detectors.names.named import unlimited
from detectors.names.uncased.finder import Uncased

FOLDER: Final = Path(__file__).parent
TEXTS: Final = ("looked-at", "held-out")
LANGUAGES: Final = {
    "zh": "Chinese, simplified",
    "zh-Hant": "Chinese, traditional",
    "ja": "Japanese",
    "ko": "Korean",
    "ar": "Arabic",
    "fa": "Persian",
    "he": "Hebrew",
    "hi": "Hindi",
    "bn": "Bengali",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "ka": "Georgian",
}
COST_CHARS, COST_ROUNDS = 20_000, 3
GOAL_PRECISION, GOAL_RECALL, GOAL_TOLD = 0.9, 0.8, 2.0
_TEXT: Final = re.compile(r"(?m)^--- ([\w-]+)\n")
_LABEL: Final = re.compile("⟦([^⟦⟧]+)⟧")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.accuracy uncased")
    parts = [f"{kind}-{half}" for kind in ("texts", "documents") for half in TEXTS]
    parser.add_argument("--only", nargs="*", choices=parts, default=parts, help="some of the parts")
    parser.add_argument(
        "--show", type=int, default=0, help="what was missed and wrongly told, N of each; a terminal only"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    options = parser.parse_args(arguments)
    if options.write and set(options.only) != set(parts):
        parser.error("--write, expected all parts, found some")
    with tempfile.TemporaryDirectory() as cache:
        read = readers(Path(cache))["together"]
        tables = [_texts(half, read, options.show) for half in TEXTS if f"texts-{half}" in options.only]
        tables += [_cost()] if options.only == parts else []
        tables += [_documents(half, read, options.show) for half in TEXTS if f"documents-{half}" in options.only]
    printed = "\n\n".join(tables)
    print(printed)
    if options.write:
        put("names without capitals", printed)


def cases(half: str) -> Iterator[tuple[str, str, list[Span]]]:
    """Language, text and labels of each text of a half."""
    parts = _TEXT.split((FOLDER / f"{half}.txt").read_text(encoding="utf-8"))[1:]
    for language, marked in zip(parts[::2], parts[1::2], strict=True):
        labels = []
        text = ""
        at = 0
        marked = marked.rstrip("\n")
        for match in _LABEL.finditer(marked):
            text += marked[at : match.start()]
            labels.append(Span(len(text), len(text) + len(match[1]), "PERSON"))
            text += match[1]
            at = match.end()
        yield language, text + marked[at:], labels


def _texts(half: str, read: Reader, show: int) -> str:
    by: dict[str, dict[str, Score]] = {}
    texts = Counter[str]()
    every: dict[str, Score] = {}
    for language, text, labels in cases(half):
        texts[language] += 1
        found = list(read(text))
        for scores in (by.setdefault(language, {}), every):
            add(scores, text, labels, found)
    rows = [_row(LANGUAGES[language], texts[language], scores["PERSON"]) for language, scores in by.items()]
    rows.append(_row("together", texts.total(), every["PERSON"], is_judged=True))
    for said, spans in (("missed", every["PERSON"].missed), ("wrong", every["PERSON"].wrongly)):
        for text, span in spans[:show]:
            print(f"{said}: {_around(text, span)}", file=sys.stderr)
    head = ("language", "texts", "persons", "precision", "recall", "with exact bounds", "told as public")
    said = {"looked-at": "read while the finder was made", "held-out": "written before, counted at the end"}[half]
    return f"**Persons in texts of scripts without capitals, {said}.**\n\n{table(head, rows)}"


def _cost() -> str:
    """The processor's time for the finder alone, on each language's texts joined and repeated."""
    finder = Uncased()
    finder.load()
    joined: dict[str, str] = {}
    for language, text, _ in cases("looked-at"):
        joined[language] = f"{joined.get(language, '')}{text}\n"
    rows = []
    for language, text in joined.items():
        long = text * (COST_CHARS // len(text))
        taken = []
        for _ in range(COST_ROUNDS):
            began = time.process_time()
            found = sum(1 for _ in finder.find(long, unlimited()))
            taken.append(time.process_time() - began)
        milliseconds = min(taken) * 1e6 / len(long)
        rows.append((LANGUAGES[language], f"{found * 1000 / len(long):.0f}", f"{milliseconds:.1f}"))
    return "**What that costs.**\n\n" + table(("language", "names in 1,000 characters", "ms for them"), rows)


def _row(name: str, texts: int, score: Score, *, is_judged: bool = False) -> tuple[str, ...]:
    precision, recall, _ = score.relaxed
    exact = " / ".join("-" if one is None else f"{one:.2f}" for one in score.exact[:2])
    least = (GOAL_PRECISION, GOAL_RECALL) if is_judged else (0.0, 0.0)
    judged = (_judged(one, goal) for one, goal in zip((precision, recall), least, strict=True))
    return name, str(texts), str(score.labels), *judged, exact, str(score.public)


def _judged(figure: float | None, least: float) -> str:
    if figure is None:
        return "-"
    return f"{figure:.2f}" if figure >= least else f"**{figure:.2f}**"


def _documents(half: str, read: Reader, show: int) -> str:
    rows = []
    chars_of_all = told_of_all = 0
    for package in document.PACKAGES[half]:
        try:
            root = document.folder(package)
        except NotObtainable as err:
            print(f"{package}: not to be had: {err}", file=sys.stderr)
            continue
        chars, told = 0, 0
        seen: set[str] = set()
        public = 0
        for path, text, size in document.texts(root):
            chars += size
            for one in read(text):
                line = _line(text, one)
                value = text[one.start : one.end]
                if not document.LETTERS.search(value) or line in seen:
                    continue
                if one.kind == "PUBLIC_PERSON":
                    public += 1
                elif one.kind == "PERSON":
                    told += 1
                    if told <= show:
                        print(f"{package} {path}: {_around(text, one)} {one.by}", file=sys.stderr)
            seen.update(text.split("\n"))
        rows.append(
            (
                package.partition(":")[2],
                f"{chars // 1000:,}",
                str(told),
                f"{told / max(chars, 1) * 1e5:.2f}",
                str(public),
            )
        )
        chars_of_all += chars
        told_of_all += told
    rate = told_of_all / max(chars_of_all, 1) * 1e5
    judged = f"{rate:.2f}" if rate <= GOAL_TOLD else f"**{rate:.2f}**"
    rows.append(("together", f"{chars_of_all // 1000:,}", str(told_of_all), judged, ""))
    said = {"looked-at": "looked at while the finder was made", "held-out": "that nothing was tuned on"}[half]
    head = ("package", "KB in these scripts", "persons told", "per 100 KB", "told as public")
    return f"**Persons told in documents and translations {said}.**\n\n{table(head, rows)}"


def _line(text: str, span: Span) -> str:
    end = text.find("\n", span.end)
    return text[text.rfind("\n", 0, span.start) + 1 : end if end >= 0 else len(text)]


def _around(text: str, span: Span) -> str:
    before, after = text[max(0, span.start - 16) : span.start], text[span.end : span.end + 12]
    return repr(f"{before}[[{text[span.start : span.end]}]]{after}")
