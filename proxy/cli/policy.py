"""`tightlip policy check|show|schema`: policies read as the proxy reads them. Printing only."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from proxy.config import Config
from proxy.naming import vocabulary_of
from proxy.policy import Policy, PolicyError, load_policy
from proxy.policy.check import expired
from proxy.policy.joining import STAGES
from proxy.policy.language import AnyClause, Document
from proxy.policy.problem import Problem
from proxy.policy.schema import policy_schema
from proxy.setting import policy_folder

NO_PROBLEMS, PROBLEMS = 0, 1


def check_policies(config: Config, names: Sequence[str], *, as_json: bool) -> int:
    """Prints every mistake in the policies `names`, or in the one in use; returns the exit code."""
    problems: list[Problem | str] = []
    known, now = vocabulary_of(config), datetime.now(UTC)
    over: list[str] = []
    checked = [name.split(",") for name in names] or [_in_use(config)]
    for name in checked:
        try:
            over += expired(load_policy(name, policy_folder(), known), now)
        except PolicyError as err:
            problems += err.problems
    if as_json:
        print(json.dumps([_plain(problem) for problem in problems], indent=2))
    else:
        for problem in problems:
            print(problem.shown() if isinstance(problem, Problem) else problem)
        for line in over:
            print(line)
        if not problems:
            print(f"{' and '.join('+'.join(name) for name in checked)}: no mistakes")
    return PROBLEMS if problems else NO_PROBLEMS


def show_policy(config: Config, names: Sequence[str], *, as_json: bool) -> None:
    """Prints what a policy comes to with all that it extends. Raises PolicyError."""
    policy = load_policy(list(names) or _in_use(config), policy_folder())
    if as_json:
        print(json.dumps(_whole(policy), indent=2))
        return
    print(f"{policy.id}: {policy.description.strip()}")
    print(f"of {', '.join(policy.files)}; digest {policy.digest[:12]}\n")
    for stage in STAGES:
        clauses = getattr(policy, stage)
        if clauses:
            print(stage)
            for clause in clauses:
                _print_clause(policy, clause)
    print("settings")
    for name, value in _settings(policy).items():
        print(f"  {name}: {_written(value)}")


def print_schema() -> None:
    print(json.dumps(policy_schema(), indent=2))


def _print_clause(policy: Policy, clause: AnyClause) -> None:
    origin = policy.origins[clause.id]
    print(f"  {clause.id}: {clause.action}")
    for word, condition in (("when", clause.when), ("unless", clause.unless)):
        if condition is not None and condition.given:
            print(f"    {word} {', '.join(f'{key}: {_written(value)}' for key, value in condition.given.items())}")
    if clause.requirement:
        print(f"    for {'; '.join(clause.requirement)}")
    print(f"    in {origin.file}:{origin.line}")


def _whole(policy: Policy) -> dict[str, Any]:
    stages = {
        stage: [
            {
                **clause.model_dump(mode="json", by_alias=True, exclude_none=True),
                "origin": asdict(policy.origins[clause.id]),
            }
            for clause in getattr(policy, stage)
        ]
        for stage in STAGES
    }
    head = {"id": policy.id, "description": policy.description, "digest": policy.digest, "files": policy.files}
    return {**head, **stages, "settings": _settings(policy)}


def _settings(policy: Policy) -> dict[str, Any]:
    names = set(Document.model_fields) - {"description", *STAGES}
    return policy.model_dump(mode="json", include=names)


def _written(value: object) -> str:
    """A value as a policy file would have it, on one line."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_written, value))}]" if len(value) != 1 else _written(value[0])
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_written(item)}' for key, item in value.items())}}}"
    return str(value).lower() if isinstance(value, bool) else "none" if value is None else str(value)


def _in_use(config: Config) -> list[str]:
    return [config.policy] if isinstance(config.policy, str) else list(config.policy)


def _plain(problem: Problem | str) -> dict[str, Any]:
    if isinstance(problem, str):
        return {"message": problem}
    return {"file": problem.file, "line": problem.line, "column": problem.column, "message": problem.what}
