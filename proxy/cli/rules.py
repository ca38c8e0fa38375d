"""`tightlip rules`: the rules in use, listed and proved. Printing only; what a rule means is the detectors' matter."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from detectors import load_rules
from detectors.names.kind import KINDS
from detectors.rulecheck import check
from proxy.config import Config
from proxy.setting import cache_folder, rule_folders

NO_PROBLEMS, PROBLEMS = 0, 1


def check_rules(config: Config, paths: Sequence[Path]) -> int:
    """Proves the rules under `paths`, or those in use; prints each problem, returns the exit code."""
    folders = list(paths) or list(rule_folders(config))
    problems = check(folders)
    for problem in problems:
        print(problem)
    if problems:
        print("1 problem" if len(problems) == 1 else f"{len(problems)} problems", file=sys.stderr)
        return PROBLEMS
    print(f"{len(load_rules(folders).rules)} rules, each proved by its examples")
    return NO_PROBLEMS


def list_rules(config: Config) -> None:
    table = Table("rule", "category", "entity", "severity", "description", box=None, pad_edge=False)
    rules = load_rules(rule_folders(config), cache_dir=cache_folder(config)).rules
    for rule in sorted((*rules, *KINDS.values()), key=lambda rule: (rule.category, rule.id)):
        table.add_row(rule.id, rule.category.value, rule.entity, rule.severity, rule.description.strip())
    Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 400).print(table)
