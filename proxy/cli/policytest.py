"""`tightlip policy test`: runs unit tests of policies by the rules in use. Texts and requests are read for real."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from detectors import Engine, RuleSet
from detectors.own.owned import load_own
from proxy.charter import Charter
from proxy.config import Config
from proxy.policy import Context, Policy, load_policy
from proxy.policy.problem import PolicyError
from proxy.policy.proving import Laboratory, Outcome, Result, prove
from proxy.policy.ruling import Found
from proxy.policy.trial import Submission, Trials, read_trials
from proxy.policy.vocabulary import Vocabulary, rule_facts
from proxy.setting import cache_folder, catalogue_of, finder_of, own_key_of, policy_folder, rules_of, worker_settings
from proxy.verdict import Request

ALL_RIGHT, SOME_WRONG = 0, 1
TESTS_FOLDER = "tests"
"""Beside the packs: their own tests."""

_CUTS = frozenset({"mask", "pseudonymise", "redact"})


class Bench:
    """What tests need, made when the first asks for it: rules are read in a second, compiled in several."""

    def __init__(self, config: Config, rules: RuleSet) -> None:
        self._config = config
        self._rules = rules

    @cached_property
    def _engine(self) -> Engine:
        names = finder_of(self._config.names.model, self._rules.names)
        own = load_own(self._rules.own, own_key_of(self._config)) if self._rules.own else ()
        return Engine(self._rules, bytes(32), cache_dir=cache_folder(self._config), names=names, own=own)

    def scan(self, text: str) -> Sequence[Found]:
        return self._engine.scan(text).findings

    def inspect(self, submission: Submission, policy: Policy, context: Context) -> Outcome:
        """What the proxy itself would decide about a request in these circumstances."""
        from proxy.pipeline import Inspector

        request = _request(submission, context)
        settings = replace(worker_settings(self._config), key=bytes(32))
        catalogue = catalogue_of(self._config)
        vendor = catalogue.vendor_for(request.host)
        if context.destination.vendor == "other" and vendor is not None:
            context = replace(context, destination=replace(context.destination, vendor=vendor.id))
        verdict = Inspector(settings, self._engine).inspect(request, _Staged(policy, catalogue).staged(context))
        actions = frozenset(finding.action for finding in verdict.findings)
        also = actions & _CUTS if verdict.decision == "redact" else actions & {"justify"}
        return Outcome(verdict.decision.value, verdict.clause, also)


class _Staged(Charter):
    """A charter under which every request has the same circumstances."""

    def staged(self, context: Context) -> "_Staged":
        object.__setattr__(self, "_context", context)
        return self

    def context(self, *args: Any, **more: Any) -> Context:
        context: Context = self.__dict__["_context"]
        return context


def test_policies(config: Config, paths: Sequence[Path], *, as_json: bool) -> int:
    """Runs the tests in files and folders, or the packs' own; prints what is wrong and returns the exit code."""
    rules = rules_of(config)
    bench = Bench(config, rules)
    laboratory = Laboratory(Vocabulary(rules=rule_facts(rules.findable)), bench.scan, bench.inspect)
    results: list[Result] = []
    problems: list[PolicyError] = []
    for file in _files(paths or [policy_folder() / TESTS_FOLDER]):
        try:
            trials = read_trials(file)
            results += prove(trials, _policy(trials), laboratory)
        except PolicyError as err:
            problems.append(err)
    wrong = [result for result in results if not result.is_right]
    if as_json:
        print(json.dumps([_plain(result) for result in results], indent=2))
    else:
        for result in wrong:
            print(result)
        print(f"{len(results)} tests, {len(wrong)} wrong" if wrong else f"{len(results)} tests, all as expected")
    for problem in problems:
        print(problem.shown(), file=sys.stderr)
    return SOME_WRONG if wrong or problems else ALL_RIGHT


def _files(paths: Sequence[Path]) -> list[Path]:
    files = [file for path in paths for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])]
    if not files:
        raise PolicyError(f"{', '.join(map(str, paths))}: expected files with tests (*.yaml), found none")
    return files


def _policy(trials: Trials) -> Policy:
    """The policy that a file of tests is about; a path is seen from that file."""
    folder = Path(trials.source.file).parent
    names = [str(folder / name) if "/" in name else name for name in trials.file.policy]
    return load_policy(names, policy_folder())


def _request(submission: Submission, context: Context) -> Request:
    parts = urlsplit(submission.url)
    is_text = isinstance(submission.body, str)
    body = submission.body if is_text else json.dumps(submission.body)
    headers = {"content-type": "text/plain" if is_text else "application/json", **submission.headers}
    return Request(
        method=submission.method,
        scheme=parts.scheme,
        host=(parts.hostname or "").lower(),
        port=parts.port or (443 if parts.scheme == "https" else 80),
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        headers=tuple((name.lower().encode(), value.encode()) for name, value in headers.items()),
        body=body.encode(),
        user=context.who.user,
        reference="tl-0000000000",
    )


def _plain(result: Result) -> dict[str, Any]:
    return {
        "place": result.place,
        "name": result.name,
        "right": result.is_right,
        "expected": result.expected.model_dump(exclude_none=True),
        "found": {"decision": result.found.decision, "clause": result.found.clause},
    }
