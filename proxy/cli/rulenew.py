"""`tightlip rules new`: a stanza from a few answers and values, proved before it is written. No value is kept."""

import os
import re
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from detectors import Engine, RuleError, load_rules
from detectors.rule import RuleId
from detectors.rulecheck import check
from detectors.ruleset import FOLDERS
from detectors.suggest import Suggestion, suggest
from proxy.ca import write_file
from proxy.cli.prompt import ask_secret
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.setting import cache_folder, rule_folders

FINE, NOT = 0, 1

_FOLDER_OF: Final = {"secret": "secrets", **{name: name for name in ("pci", "pii", "phi", "custom")}}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the author says of a rule; what is None is asked for, or guessed where nobody can be asked."""

    id: str
    description: str | None = None
    category: str = "secret"
    entity: str | None = None
    severity: str = "high"
    keywords: Sequence[str] = ()
    references: Sequence[str] = ()
    values: Path | None = None
    out: Path | None = None


def make_rule(config: Config, wanted: Wanted) -> int:
    """Writes the rule once it proves itself; the exit code, 1 when it does not, and then nothing is written."""
    file = _file(config, wanted)
    known = load_rules([*rule_folders(config), *([file] if file.exists() else [])], cache_dir=cache_folder(config))
    if wanted.id in known.origins:
        raise ConfigError(f"rules new: expected an id that is free, found {wanted.id} at {known.origins[wanted.id]}")
    if wanted.description is None:
        wanted = replace(wanted, description=_ask("What it is, and what someone who has it could do: "))
    values = list(_values(wanted.values))
    try:
        stanza = _stanza(wanted, suggest(values, wanted.keywords))
    except ValueError as err:
        raise ConfigError(f"rules new: {err}") from None
    print(stanza, end="", flush=True)
    return _prove_and_write(config, file, stanza, wanted, values)


def _prove_and_write(config: Config, file: Path, stanza: str, wanted: Wanted, values: Sequence[str]) -> int:
    print("proving it beside the others ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="tightlip-") as folder:
        draft = Path(folder) / f"{wanted.id}.yaml"
        draft.write_text(f"rules:\n{stanza}", encoding="utf-8")
        problems = check([draft], beside=rule_folders(config), cache_dir=cache_folder(config))
        if not problems:
            found = _found(draft, wanted.keywords, values)
            print(f"it finds {found} of the {len(values)} values given", file=sys.stderr)
    for problem in problems:
        print(problem.replace(f"{folder}/", ""), file=sys.stderr)
    if problems:
        print("not written: mend the stanza by hand, and prove it with `tightlip rules check`", file=sys.stderr)
        return NOT
    _append(file, stanza)
    print(f"{file}: rule {wanted.id} added", file=sys.stderr)
    return FINE


def _file(config: Config, wanted: Wanted) -> Path:
    """Where the rule belongs. Raises ConfigError for an id or a category that can't be, and when no place is known."""
    try:
        TypeAdapter(RuleId).validate_python(wanted.id)
    except ValidationError:
        raise ConfigError(f"rules new: expected lower-case words with dashes, found {wanted.id}") from None
    if wanted.category not in _FOLDER_OF:
        raise ConfigError(f"--category: expected one of {', '.join(_FOLDER_OF)}, found {wanted.category}")
    if wanted.out is not None:
        return wanted.out
    if config.bundle is not None or not config.rules:
        raise ConfigError("rules new: expected a folder under `rules` in the configuration, or --out with a file")
    place = config.rules[0]
    if place.is_file():
        return place
    has_parts = any((place / name).is_dir() for name in FOLDERS)
    return (place / _FOLDER_OF[wanted.category] if has_parts else place) / f"{wanted.id}.yaml"


def _ask(question: str) -> str:
    answer = input(question).strip() if sys.stdin.isatty() else ""
    if not answer:
        raise ConfigError("--description: expected what the value is, found nothing")
    return answer


def _values(path: Path | None) -> Iterator[str]:
    """The values, a line each: of a file, of standard input, or asked for unseen until none is given."""
    if path is None and sys.stdin.isatty():
        print("Some values of this kind, as different as they come; none is kept.", file=sys.stderr)
        while value := ask_secret("Value (none to end)").strip():
            yield value
        return
    try:
        text = sys.stdin.read() if path is None or str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise ConfigError(f"--values: expected a readable text file, found {type(err).__name__}") from None
    yield from (line.strip() for line in text.splitlines() if line.strip())


def _stanza(wanted: Wanted, suggestion: Suggestion) -> str:
    """The rule as YAML, its keys in the order of the reference."""
    entity = wanted.entity or wanted.id.upper().replace("-", "_")
    lines = [
        f"- id: {wanted.id}",
        f"  description: {_quoted(wanted.description or '')}",
        f"  category: {wanted.category}",
        f"  entity: {_plain(entity)}",
        f"  severity: {_plain(wanted.severity)}",
        f"  keywords: [{', '.join(map(_quoted, suggestion.keywords))}]",
        *([f"  near_chars: {suggestion.near_chars}"] if suggestion.near_chars else []),
        f"  pattern: {_quoted(suggestion.pattern)}",
        *([f"  entropy: {suggestion.entropy}"] if suggestion.entropy else []),
        *([f"  references: [{', '.join(map(_quoted, wanted.references))}]"] if wanted.references else []),
    ]
    for key in ("examples", "counterexamples"):
        lines += [f"  {key}:", *(f"  - {_quoted(template)}" for template in getattr(suggestion, key))]
    return "\n".join(lines) + "\n"


def _plain(word: str) -> str:
    return word if re.fullmatch(r"[A-Za-z_]\w*", word, re.ASCII) else _quoted(word)


def _quoted(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "''") + "'"


def _found(draft: Path, keywords: Sequence[str], values: Sequence[str]) -> int:
    engine = Engine(load_rules([draft]), os.urandom(32))
    lead = f"{keywords[0]} = " if keywords else ""
    return sum(bool(engine.scan(lead + value).findings) for value in values)


def _append(file: Path, stanza: str) -> None:
    """Puts the stanza at the end of a rule file, or into a new one. Raises ConfigError when it can't be there."""
    try:
        old = f"{file.read_text(encoding='utf-8').rstrip()}\n\n" if file.exists() else "rules:\n"
        indent = re.search(r"^( *)- ", old, re.MULTILINE)
        new = old + textwrap.indent(stanza, indent[1] if indent else "")
        with tempfile.TemporaryDirectory(prefix="tightlip-") as folder:
            draft = Path(folder) / file.name
            draft.write_text(new, encoding="utf-8")
            load_rules([draft])
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, new.encode(), file.stat().st_mode & 0o777 if file.exists() else 0o644)
    except (OSError, UnicodeDecodeError) as err:
        raise ConfigError(f"{file}: expected a file that can be written, found {type(err).__name__}") from err
    except RuleError as err:
        raise ConfigError(f"{file}: expected a list of rules that ends the file, found otherwise") from err
