"""`python -m bench.accuracy.public [SET ...]`: makes the sets; what can't be had is told, and the rest goes on."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from bench.accuracy.public import fhir, forum, hl7, project, sentences, tweets
from bench.accuracy.public.fetch import FOLDER, NotObtainable

TEXTS: Final[dict[str, Callable[[], Iterable[dict[str, Any]]]]] = {
    "tweets": tweets.cases,
    "sentences": sentences.cases,
    **{name: partial(forum.cases, name) for name in forum.SETS},
    "hl7": hl7.cases,
    "fhir": fhir.cases,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.accuracy.public")
    parser.add_argument(
        "sets", nargs="*", metavar="SET", help=f"{', '.join([*TEXTS, *project.PROJECTS])}; default: all"
    )
    wanted = parser.parse_args().sets or [*TEXTS, *project.PROJECTS]
    failed = 0
    for name in wanted:
        try:
            print(f"{name}: {_make(name)}", flush=True)
        except NotObtainable as err:
            failed += 1
            print(f"{name}: not to be had: {err}", file=sys.stderr, flush=True)
    return 1 if failed else 0


def _make(name: str) -> str:
    if name in project.PROJECTS:
        return ", ".join(project.prepare(name, package).name for package in project.PROJECTS[name])
    cases = list(TEXTS[name]())
    file = FOLDER / "sets" / f"{name}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{json.dumps(case, ensure_ascii=False)}\n" for case in cases), encoding="utf-8")
    return f"{len(cases)} texts, {sum(len(case['spans']) for case in cases)} labels"


if __name__ == "__main__":
    sys.exit(main())
