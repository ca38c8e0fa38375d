"""Small indexes of invented customers and of invented source code, made on the spot."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from detectors import Category
from detectors.own import codebuild, dictionarybuild, kept
from detectors.own.codeprint import Prints
from detectors.own.dictionary import Dictionaries
from detectors.own.dictionarybuild import ColumnPlan, Plan, Report
from detectors.own.owned import Naming
from detectors.own.secret import Secret
from detectors.own.stopword import stop_words
from detectors.own.valuekind import ValueKind

KEY = b"k" * 32
NAMING = Naming("acme-customers", "CUSTOMER_RECORD", Category.CUSTOM)
SOURCE = Naming("ledger", "SOURCE_CODE", Category.CUSTOM)
COLUMNS = (
    ColumnPlan("name", ValueKind.NAME),
    ColumnPlan("born", ValueKind.DATE),
    ColumnPlan("email", ValueKind.EMAIL, alone=True),
    ColumnPlan("phone", ValueKind.PHONE, alone=True),
    ColumnPlan("number", ValueKind.ID, alone=True),
)
ROWS = [
    ["Bukomo Bire", "1998-02-12", "bukomo.bire@mail.example", "0626 1073060", "K-40000"],
    ["Jörg Müller-Łaski", "1975-11-30", "jm@mail.example", "030 5550142", "K-40001"],
    ["Saraki Nemo", "1980-05-01", "s.nemo@mail.example", "+33 1 55 50 14 30", "K-40002"],
]


def plan(columns: Sequence[ColumnPlan] = COLUMNS, **changes: Any) -> Plan:
    """A plan for rows of these columns; name and birthday belong together where there are such."""
    names = {column.name for column in columns}
    together = (("name", "born"),) if {"name", "born"} <= names else ()
    options = {"together": together, "calling_code": "49", "stops": stop_words(""), **changes}
    return Plan(options.pop("naming", NAMING), tuple(columns), **options)


def build(path: Path, rows: Sequence[Sequence[str]] = ROWS, wanted: Plan | None = None) -> Report:
    return dictionarybuild.build(wanted or plan(), [rows], Secret(KEY), path)


def dictionary(folder: Path, rows: Sequence[Sequence[str]] = ROWS, wanted: Plan | None = None) -> Dictionaries:
    """A dictionary, written and opened again."""
    build(folder / "made.tldict", rows, wanted)
    return Dictionaries(Secret(KEY), [kept.read(folder / "made.tldict", Secret(KEY))])


def prints(folder: Path, texts: Sequence[str], known: Sequence[str] = ()) -> Prints:
    """Fingerprints, written and opened again."""
    codebuild.build(SOURCE, texts, known, Secret(KEY), folder / "made.tlprint")
    return Prints(Secret(KEY), [kept.read(folder / "made.tlprint", Secret(KEY))])


def found(detector: Dictionaries | Prints, text: str) -> set[str]:
    """What is found, as it stands in the text."""
    return {text[owned.start : owned.end] for owned in detector.find(text)}
