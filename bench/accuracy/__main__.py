"""`python -m bench.accuracy [KIND:PATH ...] [--missed N]`: counts on own sets, or on corpora named; prints a table.

`python -m bench.accuracy names` counts names alone, on public texts (`names/`), `... uncased` those in scripts without
capitals (`names/uncased/`).
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bench.accuracy import corpus, planted
from bench.accuracy.case import Case
from bench.accuracy.corpus import plain
from bench.accuracy.count import Tally, count
from bench.accuracy.names import command as names
from bench.accuracy.names.uncased import command as uncased
from bench.thread import take_one
from detectors import Engine, bundled_rules, load_rules

LENIENT = {
    "account": frozenset({"mrn", "visit", "id"}),
    "mrn": frozenset({"account", "id"}),
    "visit": frozenset({"id"}),
}
"""Numbers whose names differ from site to site: found under a neighbour's name they are found."""


def main() -> None:
    if sys.argv[1:2] in (["names"], ["uncased"]):
        take_one("bench.accuracy")
        {"names": names, "uncased": uncased}[sys.argv[1]].main(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m bench.accuracy", epilog=corpus.__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("sets", nargs="*", metavar="KIND:PATH", help="corpora (default: the sets made here)")
    parser.add_argument("--missed", type=int, default=0, help="places of the first N labels missed in each set")
    options = parser.parse_args()
    try:
        sets = [corpus.read(named) for named in options.sets] or planted.sets()
    except ValueError as err:
        parser.error(str(err))
    with tempfile.TemporaryDirectory() as cache:
        engine = Engine(load_rules([bundled_rules()]), b"accuracy", cache_dir=Path(cache))
        print("| set | texts | kind | labels | recall | right | wrong | precision |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for name, cases in sets:
            show(engine, name, cases, options.missed)


def show(engine: Engine, name: str, cases: Iterable[Case], missed: int) -> None:
    tally = count(engine, cases, LENIENT)
    size = f"{tally.texts} ({tally.characters / 1e6:.1f} MB)"
    for kind, of_kind in sorted(tally.kinds.items()):
        cells = (name, size, kind, of_kind.labels, of_kind.recall, of_kind.right, of_kind.wrong, of_kind.precision)
        print(f"| {' | '.join(plain(cell) for cell in cells)} |")
    if not tally.kinds:
        print(f"| {name} | {size} | nothing found | | | | | |")
    _notes(tally, missed)


def _notes(tally: Tally, missed: int) -> None:
    if tally.wrong:
        worst = sorted(tally.wrong.items(), key=lambda item: -item[1])
        print("  wrong, by rule: " + ", ".join(f"{rule} {times}" for rule, times in worst[:20]), file=sys.stderr)
    if tally.incomplete:
        print(f"  not read whole: {tally.incomplete}", file=sys.stderr)
    for place in tally.missed[:missed]:
        print(f"  missed: {place}", file=sys.stderr)


if __name__ == "__main__":
    main()
