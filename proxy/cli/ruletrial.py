"""`tightlip rules test`: one rule, or all, on texts: what is hit and why, what it costs, what clean code gives."""

import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from detectors import Engine, RuleSet
from detectors.ruleset import digest
from proxy.cli.scan import Located, engine_of, files_under, located, print_text, read_text
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.setting import rules_of

FINE, NOT, FAILED = 0, 1, 2
INSTALLED: Final = "installed"
"""What stands for the folder of Python packages that is there wherever this runs."""

SAMPLE_BYTES: Final = 16 << 20
CODE: Final = frozenset({".c", ".cs", ".go", ".java", ".js", ".kt", ".md", ".php", ".py", ".rb", ".rs", ".ts"})
SHOWN: Final = 20
_MB: Final = 1e6


@dataclass(slots=True)
class _Tally:
    """What a number of texts gave."""

    files: int = 0
    chars: int = 0
    seconds: float = 0
    hits: Counter[str] = field(default_factory=Counter)
    first: dict[str, Located] = field(default_factory=dict)
    failed: bool = False

    def per_mb(self, rule: str) -> float:
        return self.hits[rule] / (self.chars / _MB) if self.chars else 0


def try_rules(config: Config, words: Sequence[str], clean: str | None, most: float) -> int:
    """Runs the rule that the first of `words` names, or all, on the files that the others name, standard input as `-`.

    With `clean`, a folder without such values or `installed`, also counts false alarms. The exit code: 1 when a rule
    fires there more than `most` times in a million characters.
    """
    ruleset = rules_of(config)
    rule, paths = _split(ruleset, words)
    engine = engine_of(config, _only(ruleset, rule) if rule else ruleset)
    engine.warm()
    failed = False
    if paths or clean is None:
        tally = _Tally()
        found = list(_scanned(engine, files_under(paths or ["-"], config.state_dir), tally))
        print_text(found, explain=True)
        _print_cost(tally, f"{len(found)} hit{'' if len(found) == 1 else 's'}")
        failed = tally.failed
    noisy = clean is not None and _try_clean(engine, clean, most, config.state_dir)
    return FAILED if failed else NOT if noisy else FINE


def _split(ruleset: RuleSet, words: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """The id of a rule or an index, if the first word is one, and the files."""
    if not words or words[0] == "-" or Path(words[0]).exists():
        return None, words
    if words[0] not in {*(one.id for one in ruleset.rules), *(one.id for one in ruleset.own)}:
        raise ConfigError(f"rules test: expected a rule's id or a file, found {words[0]}")
    return words[0], words[1:]


def _only(ruleset: RuleSet, name: str) -> RuleSet:
    rules = tuple(rule for rule in ruleset.rules if rule.id == name)
    own = tuple(index for index in ruleset.own if index.id == name)
    made = digest(rules, ruleset.health, ruleset.names)
    return replace(ruleset, rules=rules, digest=made, own=own)


def _scanned(engine: Engine, paths: Iterable[str], tally: _Tally) -> Iterator[Located]:
    """Everything found in the files, which are counted."""
    for path in paths:
        try:
            text = read_text(path)
        except OSError as err:
            print(f"tightlip: {path}: {err.strerror}", file=sys.stderr)
            tally.failed = True
            continue
        if text is None:
            continue
        started = time.process_time()
        scan = engine.scan(text)
        tally.seconds += time.process_time() - started
        tally.files += 1
        tally.chars += len(text)
        if scan.incomplete is not None:
            print(f"tightlip: {path}: not read whole: {scan.incomplete}", file=sys.stderr)
            tally.failed = True
        for one in located(path, text, scan.findings):
            tally.hits[one.finding.rule] += 1
            tally.first.setdefault(one.finding.rule, one)
            yield one


def _try_clean(engine: Engine, clean: str, most: float, state_dir: Path) -> bool:
    """Prints which rules fire on clean code; whether one does so too often."""
    folder = sysconfig.get_path("purelib") if clean == INSTALLED else clean
    if not Path(folder).is_dir():
        raise ConfigError(f"--clean: expected a folder or {INSTALLED}, found {clean}")
    tally = _Tally()
    for _ in _scanned(engine, _sample(folder, state_dir), tally):
        pass
    noisy = [rule for rule in tally.hits if tally.per_mb(rule) > most]
    for rule, hits in tally.hits.most_common(SHOWN):
        place = tally.first[rule]
        mark = "too often  " if rule in noisy else ""
        print(
            f"{mark}{rule}: {hits}, {tally.per_mb(rule):.2f} per MB, first {place.path}:{place.line}: {place.preview}"
        )
    _print_cost(tally, f"{tally.hits.total()} hits by {len(tally.hits)} rules")
    return bool(noisy)


def _sample(folder: str, state_dir: Path) -> Iterator[str]:
    """Source files, the same ones each time, up to a bound."""
    left = SAMPLE_BYTES
    for path in files_under([folder], state_dir):
        if Path(path).suffix in CODE:
            size = Path(path).stat().st_size
            if size <= left // 8:  # no file is much of the sample
                left -= size
                yield path


def _print_cost(tally: _Tally, what: str) -> None:
    size = tally.chars / _MB
    rate = f"{1000 * tally.seconds / size:.0f} ms per MB" if size >= 0.1 else "too little to time"
    print(f"{what}; files: {tally.files}, {size:.1f} MB; {rate}", file=sys.stderr)
