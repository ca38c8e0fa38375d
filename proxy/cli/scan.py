"""`tightlip scan`: the detectors on files, standard input, or a stream of JSON lines."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from detectors import Engine, Finding, RuleSet, preview
from detectors.names.named import Finder
from detectors.own.owned import load_own
from proxy import __version__
from proxy.config import Config
from proxy.setting import cache_folder, finder_of, own_key_of, rules_of

NONE, FOUND, FAILED = 0, 1, 2
SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__"})
MAX_FILE_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Located:
    """A finding with its place in a file, 1-based, and a masked preview."""

    path: str
    line: int
    column: int
    finding: Finding
    preview: str


def make_engine(config: Config) -> Engine:
    """An engine for all that the proxy finds by."""
    rules = rules_of(config)
    return engine_of(config, rules, finder_of(config.names.model, rules.names))


def engine_of(config: Config, rules: RuleSet, names: Finder | None = None) -> Engine:
    """An engine for these rules. Its key is random: nothing that commands print depends on it."""
    own = load_own(rules.own, own_key_of(config)) if rules.own else ()
    return Engine(rules, os.urandom(32), cache_dir=cache_folder(config), names=names, own=own)


def scan_paths(config: Config, paths: Sequence[str], form: str, *, explain: bool = False) -> int:
    """Prints findings in files and folders, with `explain` also why; the process's exit code."""
    engine = make_engine(config)
    found: list[Located] = []
    failed = False
    for path in files_under(paths, config.state_dir):
        try:
            text = read_text(path)
        except OSError as err:
            print(f"tightlip: {path}: {err.strerror}", file=sys.stderr)
            failed = True
            continue
        if text is None:
            print(f"tightlip: {path}: binary, not read", file=sys.stderr)
            continue
        scan = engine.scan(text)
        failed = failed or scan.incomplete is not None
        if scan.incomplete is not None:
            print(f"tightlip: {path}: not read whole: {scan.incomplete}", file=sys.stderr)
        found += located(path, text, scan.findings)
    _PRINTERS[form](found, explain)
    return FAILED if failed else FOUND if found else NONE


def scan_jsonl(config: Config, *, explain: bool = False) -> int:
    """Answers each `{"id", "text"}` line with one line of findings, in order, until the input ends."""
    engine = make_engine(config)
    failed = False
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        answer = _answer(engine, line, explain)
        failed = failed or "error" in answer
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return FAILED if failed else NONE


def _answer(engine: Engine, line: bytes, explain: bool) -> dict[str, Any]:
    try:
        item = json.loads(line)
        name, text = item["id"], item["text"]
        if not isinstance(text, str):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        return {
            "id": None,
            "incomplete": True,
            "findings": [],
            "error": 'expected {"id": ..., "text": "..."}',
        }
    scan = engine.scan(text)
    return {
        "id": name,
        "incomplete": scan.incomplete is not None,
        "findings": [_plain(finding, explain) for finding in scan.findings],
    }


def _plain(finding: Finding, explain: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "rule": finding.rule,
        "category": finding.category.value,
        "entity": finding.entity,
        "start": finding.start,
        "end": finding.end,
        "score": round(finding.score, 3),
        "verified": finding.verified,
        "severity": finding.severity.label,
    }
    if explain:
        plain["view"] = list(finding.view)
        plain["evidence"] = [part._asdict() for part in finding.evidence]
    return plain


def files_under(paths: Sequence[str], own: Path) -> Iterator[str]:
    """The files that `paths` name, and those in folders among them but for the `own` one: keys, records, caches."""
    for name in paths:
        path = Path(name)
        if name == "-" or not path.is_dir():
            yield name
            continue
        for folder, folders, files in path.walk():
            folders[:] = [name for name in sorted(set(folders) - SKIPPED_FOLDERS) if not _is_same(folder / name, own)]
            yield from (str(folder / file) for file in sorted(files) if not (folder / file).is_symlink())


def _is_same(folder: Path, other: Path) -> bool:
    try:
        return folder.samefile(other)
    except OSError:
        return False


def read_text(path: str) -> str | None:
    """The file's text, or None when it is binary. Raises OSError."""
    if path == "-":
        content = sys.stdin.buffer.read()
    else:
        if Path(path).stat().st_size > MAX_FILE_BYTES:
            raise OSError(0, f"larger than {MAX_FILE_BYTES >> 20} MiB")
        content = Path(path).read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    return None if b"\0" in content[:8192] else content.decode("utf-8-sig", "replace")


def located(path: str, text: str, findings: Sequence[Finding]) -> Iterator[Located]:
    for finding in findings:
        line = text.count("\n", 0, finding.start) + 1
        column = finding.start - (text.rfind("\n", 0, finding.start) + 1) + 1
        yield Located(path, line, column, finding, preview(text[finding.start : finding.end]))


def print_text(found: Sequence[Located], explain: bool) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for item in found:
        finding = item.finding
        console.print(
            Text.assemble(
                (f"{item.path}:{item.line}:{item.column}: ", "bold"),
                f"{finding.severity.label} {finding.rule} ({finding.category}, {finding.entity}): {item.preview}",
            )
        )
        if explain:
            console.print(Text("\n".join(_reasons(finding)), style="dim"))


def _reasons(finding: Finding) -> Iterator[str]:
    """A line for each part of the score, then the sum."""
    for part in finding.evidence:
        weight = f"{part.weight:+.2f}" if part.weight else ""
        yield f"    {weight:>5}  {part.kind}: {part.detail}"
    seen = f", seen through {' > '.join(finding.view)}" if finding.view else ""
    yield f"    ={finding.score:4.2f}  score{seen}"


def _print_json(found: Sequence[Located], explain: bool) -> None:
    json.dump([_with_place(item, explain) for item in found], sys.stdout, indent=2)
    sys.stdout.write("\n")


def _with_place(item: Located, explain: bool) -> dict[str, Any]:
    place = {"path": item.path, "line": item.line, "column": item.column}
    return {**place, **_plain(item.finding, explain), "preview": item.preview}


def _print_sarif(found: Sequence[Located], explain: bool) -> None:
    """SARIF 2.1.0, as code hosts read it; columns count code points. With `explain`, reasons are in the properties."""
    levels = {"low": "note", "medium": "warning", "high": "error", "critical": "error"}
    results = [
        {
            "ruleId": item.finding.rule,
            "level": levels[item.finding.severity.label],
            "message": {"text": f"{item.finding.entity}: {item.preview}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": Path(item.path).as_posix()},
                        "region": {"startLine": item.line, "startColumn": item.column},
                    }
                }
            ],
            **({"properties": {"evidence": list(_reasons(item.finding))}} if explain else {}),
        }
        for item in found
    ]
    names = sorted({item.finding.rule for item in found})
    driver = {"name": "tightlip", "version": __version__, "rules": [{"id": name} for name in names]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    json.dump(document, sys.stdout, indent=2)
    sys.stdout.write("\n")


_PRINTERS = {"text": print_text, "json": _print_json, "sarif": _print_sarif}
