"""Rule files to a `RuleSet`: reads the YAML under the rule folders, reports every fault with its line.

Only this file knows where rules live and how they are written down. What a rule means is `rule.py`, running one is
`engine.py`, proving one is `rulecheck.py`. Parsed files are kept as JSON in `cache_dir`, since every worker loads them.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from detectors.lexiconfile import (
    NO_HEALTH_LEXICON,
    NO_NAME_LEXICON,
    HealthLexicon,
    NameLexicon,
    load_health,
    load_names,
)
from detectors.names.kind import KINDS
from detectors.own.owned import OwnFile
from detectors.rule import Rule
from detectors.rulecache import read_cached, store_cached

FOLDERS = ("secrets", "pci", "pii", "phi", "custom")
"""The parts of a rule base that hold rules; its other folders (policies, vendors, allow) are other people's data."""

CONTEXT_FOLDER = "context"
"""Beside the rules of a rule base: lexicons that rules lean on."""

CACHE_FORMAT = "1"

MAX_NODES = 200_000
"""Of one file, counted with what aliases stand for. The largest of ours has a fiftieth of it."""


Findable = Rule | OwnFile
"""What gives findings under an id of its own, with their entity, category, level and score."""


class RuleError(Exception):
    """Faulty rule files. `problems` are `file:line: rule id: what, expected, found` lines, all of them."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Valid rules in file order. `digest` is SHA-256 over all that decides what is found; `origins` maps id to
    `file:line`. `health` is the lexicon that makes personal data PHI, `names` the one that finders of names are told,
    `own` the indexes of own data that are used.
    """

    rules: tuple[Rule, ...]
    digest: str
    origins: Mapping[str, str] = field(default_factory=dict)
    health: HealthLexicon = NO_HEALTH_LEXICON
    own: tuple[OwnFile, ...] = ()
    names: NameLexicon = NO_NAME_LEXICON

    @property
    def findable(self) -> tuple[Findable, ...]:
        """Everything that gives findings under an id of its own, whether names are looked for or not."""
        return (*self.rules, *self.own, *KINDS.values())


@dataclass(frozen=True, slots=True)
class Stanza:
    """One rule as written: where it starts, and the line of each of its keys."""

    file: str
    line: int
    content: dict[str, Any]
    lines: Mapping[str, int]

    @property
    def name(self) -> str:
        return str(self.content.get("id", "?"))

    def place(self, key: str = "") -> str:
        return f"{self.file}:{self.lines.get(key, self.line)}: rule {self.name}"


def bundled_rules() -> Path:
    """The rule base shipped with the product: `rules/` in a source tree, `detectors/_rules` when installed."""
    installed = Path(__file__).parent / "_rules"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "rules"


def load_rules(paths: Sequence[Path], *, cache_dir: Path | None = None) -> RuleSet:
    """Every rule under `paths`. A path is a rule base, any folder of rule files, or one file.

    Raises `RuleError` with every problem found; the caller keeps the rules it had.
    """
    problems: list[str] = []
    stanzas: list[Stanza] = []
    for file in rule_files(paths, problems):
        stanzas.extend(_read(file, cache_dir, problems))
    contexts = [path / CONTEXT_FOLDER for path in paths]
    health = load_health(contexts, cache_dir, problems)
    names = load_names(contexts, cache_dir, problems)
    return _assemble(stanzas, health, names, problems)


def rule_files(paths: Sequence[Path], problems: list[str]) -> Iterator[Path]:
    """The rule files under `paths`, sorted within each, each once."""
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            problems.append(f"{path}:1: rule ?: path, expected a rule file or folder, found nothing")
        for file in sorted(_files(path)):
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    folders = [path / name for name in FOLDERS if (path / name).is_dir()]
    for folder in folders or [path]:
        yield from (file for file in folder.rglob("*.yaml") if path / CONTEXT_FOLDER not in file.parents)


def _read(file: Path, cache_dir: Path | None, problems: list[str]) -> list[Stanza]:
    try:
        raw = file.read_bytes()
    except OSError as err:
        problems.append(f"{file}:1: rule ?: file, expected a readable file, found {err.strerror}")
        return []
    cached = cache_dir / f"rules-{CACHE_FORMAT}-{hashlib.sha256(raw).hexdigest()[:32]}.json" if cache_dir else None
    if cached is not None and (kept := _load_cached(cached)) is not None:
        return [Stanza(str(file), line, content, lines) for line, content, lines in kept]
    before = len(problems)
    stanzas = list(_parse(str(file), raw, problems))
    if cached is not None and len(problems) == before:
        store_cached(cached, json.dumps([(s.line, s.content, dict(s.lines)) for s in stanzas]).encode())
    return stanzas


def _load_cached(path: Path) -> list[tuple[int, dict[str, Any], dict[str, int]]] | None:
    try:
        return [(line, content, lines) for line, content, lines in json.loads(read_cached(path))]
    except (OSError, ValueError, TypeError):
        return None  # absent or torn: parse again


def _parse(file: str, raw: bytes, problems: list[str]) -> Iterator[Stanza]:
    from ruamel.yaml import YAML  # 60 ms to import, and not needed when every file is cached
    from ruamel.yaml.error import YAMLError

    try:
        root = YAML(typ="safe", pure=True).compose(raw.decode())
    except (YAMLError, ValueError, TypeError, AttributeError, LookupError, RecursionError) as err:
        mark = getattr(err, "problem_mark", None)
        what = getattr(err, "problem", None) or type(err).__name__
        problems.append(
            f"{file}:{mark.line + 1 if mark else 1}: rule ?: YAML, expected a readable document, found {what}"
        )
        return
    listed = _listed(root)
    if _is_endless(root):
        problems.append(f"{file}:1: rule ?: document, expected at most {MAX_NODES} values, found more, or a circle")
        return
    if listed is None:
        problems.append(f"{file}:1: rule ?: document, expected a mapping with the single key `rules`, found otherwise")
        return
    for node in listed:
        yield from _stanza(file, node, problems)


def _is_endless(root: Any) -> bool:
    """Whether aliases lead in circles, or unfold to more than any rule file holds."""
    left, nodes = MAX_NODES, [root]
    while nodes and left >= 0:
        value = getattr(nodes.pop(), "value", ())
        held = [
            one for item in value for one in (item if isinstance(item, tuple) else (item,)) if type(item) is not str
        ]
        left -= len(held)
        nodes += held
    return left < 0


def _listed(root: Any) -> list[Any] | None:
    if root is None or root.id != "mapping" or len(root.value) != 1:
        return None
    key, value = root.value[0]
    return list(value.value) if key.value == "rules" and value.id == "sequence" else None


def _stanza(file: str, node: Any, problems: list[str]) -> Iterator[Stanza]:
    line = node.start_mark.line + 1
    if node.id != "mapping":
        problems.append(f"{file}:{line}: rule ?: stanza, expected a mapping, found a {node.id}")
        return
    content: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in content:
            at = key_node.start_mark.line + 1
            problems.append(f"{file}:{at}: rule {content.get('id', '?')}: {key}, expected once, found twice")
        content[key] = _plain(value_node)
        lines[key] = key_node.start_mark.line + 1
    yield Stanza(file, line, content, lines)


def _plain(node: Any) -> Any:
    if node.id == "sequence":
        return [_plain(item) for item in node.value]
    if node.id == "mapping":
        return {str(key.value): _plain(value) for key, value in node.value}
    tag = str(node.tag).rpartition(":")[2]
    if tag == "bool":
        return str(node.value).lower() in ("true", "yes", "on")
    if tag == "null":
        return None
    return str(node.value)  # pydantic reads numbers from their text; a quoted number stays a string where one is asked


def _assemble(stanzas: Sequence[Stanza], health: HealthLexicon, names: NameLexicon, problems: list[str]) -> RuleSet:
    rules: dict[str, Rule] = {}
    origins: dict[str, str] = {}
    for stanza in stanzas:
        rule = _validate(stanza, problems)
        if rule is None:
            continue
        if rule.id in rules:
            problems.append(f"{stanza.place('id')}: id, expected unique, found also at {origins[rule.id]}")
            continue
        rules[rule.id] = rule
        origins[rule.id] = f"{stanza.file}:{stanza.line}"
    if problems:
        raise RuleError(problems)
    made = tuple(rules.values())
    return RuleSet(made, digest(made, health, names), origins, health, names=names)


def _validate(stanza: Stanza, problems: list[str]) -> Rule | None:
    try:
        rule = Rule.model_validate(stanza.content)
    except ValidationError as err:
        for item in err.errors(include_url=False, include_context=False):
            key = ".".join(str(part) for part in item["loc"])
            found = repr(item["input"])[:80]
            top = str(item["loc"][0]) if item["loc"] else ""
            problems.append(f"{stanza.place(top)}: {key}, expected {item['msg']}, found {found}")
        return None
    if (rule.pattern is None) == (rule.recognizer is None) and (rule.pattern or not rule.fields):
        both = "both" if rule.pattern else "neither"
        problems.append(f"{stanza.place()}: matcher, expected one of pattern and recognizer, found {both}")
        return None
    if rule.recognizer is not None and not (rule.trigger or rule.keywords):
        problems.append(f"{stanza.place('recognizer')}: trigger, expected with a recognizer, found none")
        return None
    return rule


def digest(
    rules: Sequence[Rule], health: HealthLexicon = NO_HEALTH_LEXICON, names: NameLexicon = NO_NAME_LEXICON
) -> str:
    """SHA-256 over the canonical content of rules and lexicons, hex; the order of files and rules doesn't matter."""
    canonical = [rule.model_dump_json() for rule in sorted(rules, key=lambda rule: rule.id)]
    canonical += [health.model_dump_json(), names.model_dump_json()]
    return hashlib.sha256("\n".join(canonical).encode()).hexdigest()
