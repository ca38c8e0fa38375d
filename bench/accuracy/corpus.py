"""Readers of corpora that lie on this machine: each gives labelled cases.

`jsonl`     a line each of {"id", "text", "spans": [{"start", "end", "type"}]}; without spans the text is clean
`presidio`  presidio-research's dataset, a JSON list of {"full_text", "spans": [{"start_position", ...}]}
`hl7`       a folder of HL7 v2 messages; the labels are read off by position, by a reader that shares nothing with ours
`clean`     a folder or file of texts in which nothing should be found
`secrets`   a file with one secret in every line that isn't blank or a `#` comment
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.accuracy.case import Case, Expected

MAX_BYTES = 4 << 20
SUFFIXES_LEFT_OUT = frozenset({".pyc", ".so", ".png", ".gz", ".zip", ".whl", ".dat", ".bin"})

TYPES: Mapping[str, str] = {
    "CREDIT_CARD": "card",
    "CARD": "card",
    "IBAN_CODE": "bank",
    "IBAN": "bank",
    "US_SSN": "ssn",
    "SSN": "ssn",
    "EMAIL_ADDRESS": "e-mail",
    "EMAIL": "e-mail",
    "PHONE_NUMBER": "phone",
    "PHONE": "phone",
    "IP_ADDRESS": "ip",
    "IP": "ip",
    "PERSON": "name",
    "NAME": "name",
    "STREET_ADDRESS": "address",
    "ADDRESS": "address",
    "DATE_OF_BIRTH": "birth date",
    "SECRET": "secret",
    "MRN": "mrn",
}
"""Type names of public datasets as our kinds; others are left unlabelled."""


def read_jsonl(path: Path) -> Iterator[Case]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            item = json.loads(line)
            spans = [(span["start"], span["end"], span["type"]) for span in item.get("spans", ())]
            yield Case(f"{path.name}#{item.get('id', number)}", item["text"], _labels(spans))


def read_presidio(path: Path) -> Iterator[Case]:
    for number, item in enumerate(json.loads(path.read_text(encoding="utf-8"))):
        spans = [(span["start_position"], span["end_position"], span["entity_type"]) for span in item["spans"]]
        yield Case(f"{path.name}#{number}", item["full_text"], _labels(spans))


def _labels(spans: list[tuple[int, int, str]]) -> tuple[Expected, ...]:
    return tuple(
        Expected(start, end, TYPES.get(kind.upper(), kind.lower()))
        for start, end, kind in spans
        if kind.upper() in TYPES or kind.islower()
    )


def read_secrets(path: Path) -> Iterator[Case]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield Case(f"{path.name}:{number}", line, (Expected(0, len(line), "secret"),))


def read_clean(path: Path) -> Iterator[Case]:
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if not file.is_file() or file.suffix in SUFFIXES_LEFT_OUT or file.stat().st_size > MAX_BYTES:
            continue
        content = file.read_bytes()
        if b"\0" not in content[:8192]:
            yield Case(file.as_posix(), content.decode("utf-8", "replace"))


HL7_FIELDS: Mapping[tuple[str, int], str] = {
    ("PID", 3): "mrn",
    ("PID", 5): "name",
    ("PID", 7): "birth date",
    ("PID", 11): "address",
    ("PID", 13): "phone",
    ("PID", 14): "phone",
    ("PID", 18): "account",
    ("PID", 19): "ssn",
    ("NK1", 2): "name",
    ("NK1", 4): "address",
    ("NK1", 5): "phone",
    ("PV1", 19): "visit",
    ("GT1", 3): "name",
    ("GT1", 5): "address",
    ("GT1", 6): "phone",
    ("GT1", 8): "birth date",
    ("GT1", 12): "ssn",
    ("IN1", 16): "name",
    ("IN1", 18): "birth date",
    ("IN1", 19): "address",
}
_SEGMENT = re.compile(r"[^\r\n]+")
_EMPTY = re.compile(r'["\s0^&~]*')


def read_hl7(path: Path) -> Iterator[Case]:
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            text = file.read_bytes().decode("utf-8", "replace")
            if "MSH|" in text:
                yield Case(file.name, text, tuple(_hl7_labels(text)))


def _hl7_labels(text: str) -> Iterator[Expected]:
    for segment in _SEGMENT.finditer(text):
        name, at = segment[0][:3], segment.start()
        for number, field in enumerate(segment[0].split("|")):
            kind = HL7_FIELDS.get((name, number))
            if kind is not None and not _EMPTY.fullmatch(field):
                yield Expected(at, at + len(field), kind)
            at += len(field) + 1


READERS: Mapping[str, Callable[[Path], Iterator[Case]]] = {
    "jsonl": read_jsonl,
    "presidio": read_presidio,
    "hl7": read_hl7,
    "clean": read_clean,
    "secrets": read_secrets,
}


def read(named: str) -> tuple[str, Iterator[Case]]:
    """The cases of `kind:path`. Raises ValueError when the kind isn't known or the path isn't there."""
    kind, _, place = named.partition(":")
    path = Path(place)
    if kind not in READERS or not path.exists():
        raise ValueError(f"set, expected KIND:PATH with KIND one of {', '.join(READERS)}, found {named!r}")
    return f"{kind}:{path.name}", READERS[kind](path)


def plain(value: Any) -> str:
    """A figure for the table: `-` for none."""
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
