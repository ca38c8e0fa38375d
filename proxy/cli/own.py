"""`tightlip dictionary` and `tightlip fingerprint`: what an operator asks for, checked, handed to the builders, told.

Nothing that is printed, errors included, quotes a value or a line of code.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from rich.console import Console
from rich.progress import Progress

from detectors import Category, Severity
from detectors.own import kept
from detectors.own.owned import Naming, OwnFile, load_own
from detectors.own.secret import Secret
from detectors.rule import EntityName, RuleId
from proxy.cli.csvrows import CsvRows
from proxy.cli.sourcetree import SourceTree
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.key import made_key, stored_key
from proxy.setting import own_key_of

if TYPE_CHECKING:
    from detectors.own.dictionarybuild import ColumnReport, Plan

NOTHING, SOMETHING = 0, 1


@dataclass(frozen=True, slots=True)
class DictionaryWish:
    """What is asked for on the command line."""

    file: Path
    columns: str
    output: Path
    id: str
    entity: str
    category: str
    severity: str
    alone: str
    together: tuple[str, ...]
    near: int
    max_rows: int
    region: str


@dataclass(frozen=True, slots=True)
class SourceWish:
    """What is asked for on the command line."""

    folder: Path
    output: Path
    id: str
    entity: str
    category: str
    severity: str
    known: tuple[Path, ...]
    least: int


def build_dictionary(
    config: Config,
    wish: DictionaryWish,
    stop: Path | None,
    encoding: str,
    delimiter: str,
    key: Path | None,
    *,
    as_json: bool,
) -> int:
    """Builds an index from a CSV file and tells what is in it. Raises ConfigError or RuleError."""
    from detectors.own.dictionarybuild import build

    plan, headers = _plan(wish, _stop_words(stop))
    rows = CsvRows(wish.file, headers, encoding, delimiter)
    started = time.monotonic()
    with _progress(wish.file.name, rows.size_bytes) as advance:
        secret = Secret(_building_key(config, key))
        report = build(plan, rows.batches(advance), secret, wish.output)
    seconds = round(time.monotonic() - started, 1)
    if as_json:
        print(json.dumps({**asdict(report), "seconds": seconds}, indent=2))
        return NOTHING
    print(f"{wish.output}: {report.rows} rows, {report.bytes / 1e6:.1f} MB, {seconds} s")
    for column in report.columns:
        _tell_column(column, rows, wish.max_rows)
    for group, count in report.together.items():
        print(f"  {group} together: {count} different rows")
    return NOTHING


def build_source(config: Config, wish: SourceWish, key: Path | None, *, as_json: bool) -> int:
    """Builds an index from a folder of source code and tells what is in it. Raises ConfigError or RuleError."""
    from detectors.own.codebuild import build

    naming = _naming(wish.id, wish.entity, wish.category, wish.severity)
    tree, known = SourceTree(wish.folder), [SourceTree(folder) for folder in wish.known]
    started = time.monotonic()
    with _progress(wish.folder.name, sum(one.size_bytes for one in (tree, *known))) as advance:
        secret = Secret(_building_key(config, key))
        others = (text for one in known for text in one.texts())
        report = build(
            naming, tree.texts(), others, secret, wish.output, least=wish.least, on_text=lambda text: advance(len(text))
        )
    told = {**asdict(report), "skipped": tree.skipped, "seconds": round(time.monotonic() - started, 1)}
    if as_json:
        print(json.dumps(told, indent=2))
        return NOTHING
    skipped = ", ".join(f"{count} {why}" for why, count in tree.skipped.items() if count) or "none"
    print(f"{wish.output}: {report.fingerprints} fingerprints of {report.files} files, {report.bytes / 1e6:.1f} MB")
    print(f"  left out: {report.known} known elsewhere, {report.common} in many of the files")
    print(f"  files that leave none: {report.empty}; files not read: {skipped}")
    return NOTHING


def show(config: Config, index: Path, key: Path | None, *, as_json: bool) -> int:
    """Prints what an index is of. Raises RuleError."""
    one = kept.read(index, Secret(_key(config, key)))
    told: dict[str, Any] = {
        "kind": one.kind,
        "id": one.naming.id,
        "entity": one.naming.entity,
        "category": one.naming.category.value,
        "severity": one.naming.severity.label,
        "digest": one.digest,
        **{name: value for name, value in one.private.items() if name in ("rows", "files", "near_chars", "least")},
    }
    if one.kind == kept.DICTIONARY:
        told["columns"] = [f"{column['name']} ({column['kind']})" for column in one.private["columns"]]
        told["together"] = [" + ".join(group) for group in one.private["together"]]
        told["alone"] = sum(len(part) // 8 for part in one.tags[: len(told["columns"])])
    else:
        told["fingerprints"] = len(one.tags[0]) // 8
    if as_json:
        print(json.dumps(told, indent=2))
        return NOTHING
    for name, value in told.items():
        print(f"{name:<13}{', '.join(map(str, value)) if isinstance(value, list) else value}")
    return NOTHING


def check(config: Config, index: Path, text: Path, key: Path | None) -> int:
    """Prints where a text shows what an index holds; the exit code. Raises RuleError or ConfigError."""
    secret_key = _key(config, key)
    one = kept.read(index, Secret(secret_key))
    (detector,) = load_own([OwnFile(index, one.kind, one.naming, one.digest)], secret_key)
    try:
        content = sys.stdin.buffer.read() if str(text) == "-" else text.read_bytes()
    except OSError as err:
        raise ConfigError(f"{text}: expected a readable file, found: {err.strerror}") from err
    shown = content.decode("utf-8", "replace")
    found = sorted(detector.find(shown), key=lambda owned: (owned.start, -owned.end))
    longest = (-1, -1)
    for owned in found:
        if longest[0] <= owned.start and owned.end <= longest[1]:
            continue  # part of a value that was told
        longest = (owned.start, owned.end)
        line = shown.count("\n", 0, owned.start) + 1
        column = owned.start - shown.rfind("\n", 0, owned.start)
        print(f"{text}:{line}:{column}: {owned.end - owned.start} characters, {owned.naming.entity}, {owned.detail}")
    return SOMETHING if found else NOTHING


def _plan(wish: DictionaryWish, stops: frozenset[str]) -> "tuple[Plan, list[str]]":
    """What the builder is told, and the headers of its columns. Raises ConfigError for what makes no sense."""
    from detectors.own.dictionarybuild import ColumnPlan, Plan

    naming = _naming(wish.id, wish.entity, wish.category, wish.severity)
    parts = [_column(part) for part in wish.columns.split(",")]
    names = [name for _, _, name in parts]
    if len(set(names)) < len(names):
        raise ConfigError(f"--columns: expected each name once, found {', '.join(names)}")
    alone = _known(wish.alone, names, "--alone")
    together = tuple(_known(group, names, "--together") for group in wish.together)
    if not alone and not together:
        raise ConfigError("--alone, --together: expected columns that are findings alone or together, found neither")
    if short := next((group for group in together if len(set(group)) < 2), None):
        raise ConfigError(f"--together: expected two columns or more, found {', '.join(short)}")
    columns = tuple(ColumnPlan(name, kind, name in alone) for _, kind, name in parts)
    if date := next((column.name for column in columns if column.alone and column.kind.is_date), None):
        raise ConfigError(f"--alone: expected columns whose values tell someone, found the dates of {date}")
    code = _calling_code(wish.region)
    return Plan(naming, columns, together, wish.near, wish.max_rows, code, stops), [part[0] for part in parts]


def _tell_column(column: "ColumnReport", rows: CsvRows, max_rows: int) -> None:
    print(f"  {column.name} ({column.kind}): {column.values} values, {column.distinct} different")
    if column.unusable:
        lines = ", ".join(str(rows.line_of(row)) for row in column.unusable_rows)
        print(f"    {column.unusable} not of this kind, left out; the first in line {lines}")
    if column.alone or column.common or column.weak:
        refused = f"{column.common} in more than {max_rows} rows, {column.weak} too short or plain words"
        print(f"    {column.alone} are findings alone; not: {refused}")


def _naming(id: str, entity: str, category: str, severity: str) -> Naming:
    for flag, value, pattern in (("--id", id, _pattern(RuleId)), ("--entity", entity, _pattern(EntityName))):
        if not re.fullmatch(pattern, value):
            raise ConfigError(f"{flag}: expected a name like {pattern}, found {value}")
    if category not in list(Category):
        raise ConfigError(f"--category: expected one of {', '.join(Category)}, found {category}")
    if severity.upper() not in Severity.__members__:
        expected = ", ".join(one.label for one in Severity)
        raise ConfigError(f"--severity: expected one of {expected}, found {severity}")
    return Naming(id, entity, Category(category), Severity[severity.upper()])


def _pattern(kind: Any) -> str:
    """The pattern that an annotated string must match."""
    return str(
        next(part.pattern for field in get_args(kind)[1:] for part in field.metadata if hasattr(part, "pattern"))
    )


def _column(told: str) -> "tuple[str, Any, str]":
    from detectors.own.valuekind import ValueKind

    header, _, rest = told.strip().partition(":")
    kind, _, name = rest.partition(":")
    if (kind or "text") not in list(ValueKind):
        raise ConfigError(f"--columns: {header}: expected a kind of {', '.join(ValueKind)}, found {kind}")
    return header, ValueKind(kind or "text"), name or header


def _known(told: str, names: Sequence[str], flag: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in told.split(",") if part.strip())
    for name in found:
        if name not in names:
            raise ConfigError(f"{flag}: expected one of {', '.join(names)}, found {name}")
    return found


def _calling_code(region: str) -> str:
    if not region:
        return ""
    from phonenumbers import country_code_for_region

    code = country_code_for_region(region.upper())
    if not code:
        raise ConfigError(f"--region: expected a country such as DE, found {region}")
    return str(code)


def _stop_words(file: Path | None) -> frozenset[str]:
    """Words that tell nobody: those of word lists at hand, and the operator's."""
    from detectors.own.stopword import stop_words

    try:
        return stop_words(file.read_text(encoding="utf-8") if file is not None else "")
    except (OSError, UnicodeDecodeError) as err:
        raise ConfigError(f"{file}: expected a readable UTF-8 file, found {type(err).__name__}") from err


def _key(config: Config, key: Path | None) -> bytes:
    return stored_key(key) if key is not None else own_key_of(config)


def _building_key(config: Config, key: Path | None) -> bytes:
    own = key or config.own_key
    return made_key(own) if own is not None else own_key_of(config)


@contextmanager
def _progress(what: str, total: int) -> "Iterator[Callable[[int], None]]":
    """Shows how far it is, on a terminal; what it gives is called with each further piece's size."""
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.advance(task, done)
