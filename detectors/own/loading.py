"""Indexes in use: opened and proven in the front process, made detectors of in the scan workers.

Whatever can't be used is refused, with its file. No numpy but where detectors are made.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from detectors.own import kept
from detectors.own.kept import DICTIONARY, SOURCE, Kept
from detectors.own.owned import OwnDetector, OwnFile
from detectors.own.secret import Secret
from detectors.ruleset import RuleError, RuleSet


def with_own(rules: RuleSet, dictionaries: Sequence[Path], prints: Sequence[Path], key: bytes) -> RuleSet:
    """The rules together with these indexes, which change their digest. Raises RuleError with all that is wrong."""
    if not dictionaries and not prints:
        return rules
    secret = Secret(key)
    problems: list[str] = []
    files: list[OwnFile] = []
    for kind, paths in ((DICTIONARY, dictionaries), (SOURCE, prints)):
        for path in paths:
            try:
                one = _read(path, kind, secret)
                files.append(OwnFile(path, kind, one.naming, one.digest))
            except RuleError as err:
                problems += err.problems
    problems += _twice(files, {rule.id for rule in rules.rules})
    if problems:
        raise RuleError(problems)
    digest = hashlib.sha256("\n".join([rules.digest, *sorted(file.digest for file in files)]).encode()).hexdigest()
    return replace(rules, own=tuple(files), digest=digest)


def load(files: Sequence[OwnFile], key: bytes) -> tuple[OwnDetector, ...]:
    """The detectors of indexes. Raises RuleError."""
    from detectors.own.codeprint import Prints
    from detectors.own.dictionary import Dictionaries

    secret = Secret(key)
    opened = {kind: [_same(file, secret) for file in files if file.kind == kind] for kind in (DICTIONARY, SOURCE)}
    own: list[OwnDetector] = []
    if opened[DICTIONARY]:
        own.append(Dictionaries(secret, opened[DICTIONARY]))
    if opened[SOURCE]:
        own.append(Prints(secret, opened[SOURCE]))
    return tuple(own)


def _read(path: Path, kind: str, secret: Secret) -> Kept:
    one = kept.read(path, secret)
    if one.kind != kind:
        raise kept.refusal(path, f"an index of the kind {kind}", one.kind)
    return one


def _same(file: OwnFile, secret: Secret) -> Kept:
    """The index that the rules were read with: one that was built anew since belongs to the next reading of them."""
    one = _read(file.path, file.kind, secret)
    if one.digest != file.digest:
        raise kept.refusal(file.path, "the index that was there when rules were read", "another: reload")
    return one


def _twice(files: Sequence[OwnFile], rules: set[str]) -> list[str]:
    seen = set(rules)
    problems = []
    for file in files:
        if file.id in seen:
            problems.append(f"{file.path}: id, expected one that no rule and no other index has, found {file.id}")
        seen.add(file.id)
    return problems
