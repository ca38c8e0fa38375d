"""`python -m bench.accuracy names [--only SET ...] [--without SOURCE ...] [--held-out] [--show N] [--write]`."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from bench import conversations
from bench.accuracy.names import project, report
from bench.accuracy.names.source import SOURCES, Reader, readers
from bench.accuracy.names.span import Score, Span, add
from bench.accuracy.public.fetch import FOLDER
from bench.page import put

TEXTS: Final = ("sentences", "tweets", "forum", "developers", "hl7", "fhir")
HELD_OUT: Final = "held-out"
AGENTS: Final = "agents"
CODE: Final = (("code", "dev"), ("code", HELD_OUT), (AGENTS, AGENTS))
"""Sets in which nothing should be found, and what is counted in each."""

SETS: Final = (*TEXTS, "code", AGENTS)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.accuracy names")
    parser.add_argument("--only", nargs="*", choices=SETS, default=SETS, help="some of the sets")
    parser.add_argument("--without", nargs="*", choices=SOURCES, default=(), help="sources to leave out")
    parser.add_argument("--held-out", action="store_true", help="count the projects that nothing was tuned on as well")
    parser.add_argument(
        "--show", type=int, default=0, help="what was missed and wrongly told, N of each set; a terminal only"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    options = parser.parse_args(arguments)
    if options.write and (options.without or set(options.only) != set(SETS)):
        parser.error("--write, expected all sets and all sources, found some")
    with tempfile.TemporaryDirectory() as cache:
        by = readers(Path(cache), options.without)
        if not by:
            parser.error("--without, expected to leave a source that this version has, found none")
        whole = [*by][-1]
        texts = [name for name in options.only if name in TEXTS and _is_there(name)]
        sets = {name: _counted(name, by, options.show, whole) for name in texts}
        kinds = [kind for name, kind in CODE if name in options.only and (options.held_out or kind != HELD_OUT)]
        projects = {
            kind: [_code(name, files, by, options.show, whole) for name, files in _folders(kind)] for kind in kinds
        }
    printed = report.markdown(sets, projects, whole)
    print(printed)
    if options.write:
        put("names", printed)


def _is_there(name: str) -> bool:
    if _file(name).exists():
        return True
    print(f"{name}: not there; `make accuracy` makes it", file=sys.stderr)
    return False


def _file(name: str) -> Path:
    return FOLDER / "sets" / f"{name}.jsonl"


def _counted(name: str, by: dict[str, Reader], show: int, whole: str) -> report.Set:
    cases = list(cases_of(_file(name)))
    counted = report.Set(len(cases), sum(len(text) for _, text, _ in cases))
    for source, read in by.items():
        scores: dict[str, Score] = {}
        started = time.process_time()
        for case, text, labels in cases:
            add(scores, case, labels, read(text))
        counted.seconds[source] = time.process_time() - started
        counted.scores[source] = {kind: score for kind, score in scores.items() if score.labels}
    if show:
        texts = {case: text for case, text, _ in cases}
        for kind, score in counted.scores[whole].items():
            for said, spans in (("missed", score.missed), ("wrong", score.wrongly)):
                for case, span in spans[:show]:
                    print(f"{said} {kind} {name}#{case}: {_around(texts[case], span)} {span.by}", file=sys.stderr)
    return counted


def cases_of(file: Path) -> Iterator[tuple[str, str, list[Span]]]:
    """Name, text and labels of each line of a set. Raises ValueError for a line that is none."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        item = json.loads(line)
        labels = [Span(span["start"], span["end"], span["type"]) for span in item["spans"]]
        if any(not 0 <= label.start < label.end <= len(item["text"]) for label in labels):
            raise ValueError(f"{file.name}:{number}: spans, expected them within the text, found one outside")
        yield f"{number}", item["text"], labels


def _around(text: str, span: Span) -> str:
    before, after = text[max(0, span.start - 40) : span.start], text[span.end : span.end + 20]
    return repr(f"{before}[[{text[span.start : span.end]}]]{after}")


def _code(name: str, texts: Iterable[tuple[str, str]], by: dict[str, Reader], show: int, whole: str) -> report.Code:
    held = list(texts)
    counted = {source: project.count(name, held, read) for source, read in by.items()}
    for file, line, span, value in counted[whole].told[:show]:
        print(f"{name}/{file}:{line}: {span.kind} {span.by} {value!r}", file=sys.stderr)
    return counted


def _folders(kind: str) -> Iterator[tuple[str, Iterable[tuple[str, str]]]]:
    if kind == AGENTS:
        yield from ((conversations.load(name).client, project.recorded(name)) for name in conversations.names())
    elif (folder := FOLDER / "code" / kind).exists():
        yield from ((one.name, project.files(one)) for one in sorted(folder.iterdir()))
    else:
        print(f"{kind}: not there; `make accuracy` makes it", file=sys.stderr)
