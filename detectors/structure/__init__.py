"""Structured text: which stretch of it stands under which name. One file per format, one table of them here."""

from collections.abc import Callable, Mapping

from detectors.label import Reader
from detectors.structure.cda import CdaReader
from detectors.structure.contact import ContactReader
from detectors.structure.dicom import DicomReader
from detectors.structure.fhir import FhirReader
from detectors.structure.hl7 import Hl7Reader
from detectors.structure.ncpdp import NcpdpReader
from detectors.structure.pairs import PairReader
from detectors.structure.sql import SqlReader
from detectors.structure.table import TableReader
from detectors.structure.x12 import X12Reader

_Make = Callable[[frozenset[str]], Reader]

_BY_POSITION: Mapping[str, _Make] = {
    "hl7": Hl7Reader,
    "fhir": FhirReader,
    "cda": CdaReader,
    "x12": X12Reader,
    "ncpdp": NcpdpReader,
    "dicom": DicomReader,
}
"""Formats whose fields have positions of their own, by the prefix that rules write before one."""

_BY_NAME: tuple[_Make, ...] = (PairReader, ContactReader)
"""Formats in which values have names, which one lexicon knows."""


def readers(entries: frozenset[str], columns: frozenset[str] = frozenset()) -> tuple[Reader, ...]:
    """A reader for each format that some rule speaks of. `entries` are the names and positions that rules know.

    `columns` are names that rules look for by themselves; tables and SQL know them too.
    """
    prefixes = {entry.partition(":")[0] for entry in entries if ":" in entry}
    names = frozenset(entry for entry in entries if ":" not in entry)
    by_position = tuple(make(entries) for prefix, make in _BY_POSITION.items() if prefix in prefixes)
    if not names and not columns:
        return by_position
    by_column = (TableReader(names, columns), SqlReader(names, columns))
    return (*by_position, *by_column, *(make(names) for make in _BY_NAME if names))
