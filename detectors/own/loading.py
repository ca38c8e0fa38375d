"""Index files to detectors, in a scan worker. Whatever can't be used is refused, with its file."""

from collections.abc import Sequence
from pathlib import Path

from detectors.own import kept
from detectors.own.kept import DICTIONARY, SOURCE, Kept
from detectors.own.owned import OwnDetector
from detectors.own.secret import Secret
from detectors.ruleset import RuleError


def read_all(dictionaries: Sequence[Path], prints: Sequence[Path], key: bytes) -> tuple[list[Kept], list[Kept]]:
    """Opens and proves every file, without making anything of it. Raises RuleError with all that is wrong."""
    secret = Secret(key)
    problems: list[str] = []
    found = [_read(paths, kind, secret, problems) for paths, kind in ((dictionaries, DICTIONARY), (prints, SOURCE))]
    ids = [one.naming.id for part in found for one in part]
    problems += [f"{name}: expected one index of that id, found {ids.count(name)}" for name in _twice(ids)]
    if problems:
        raise RuleError(problems)
    return found[0], found[1]


def load(dictionaries: Sequence[Path], prints: Sequence[Path], key: bytes) -> tuple[OwnDetector, ...]:
    from detectors.own.codeprint import Prints
    from detectors.own.dictionary import Dictionaries

    secret = Secret(key)
    values, sources = read_all(dictionaries, prints, key)
    own: list[OwnDetector] = []
    if values:
        own.append(Dictionaries(secret, values))
    if sources:
        own.append(Prints(secret, sources))
    return tuple(own)


def _read(paths: Sequence[Path], kind: str, secret: Secret, problems: list[str]) -> list[Kept]:
    opened = []
    for path in paths:
        try:
            one = kept.read(path, secret)
            if one.kind != kind:
                raise kept.refusal(path, f"an index of kind {kind}", one.kind)
            opened.append(one)
        except RuleError as err:
            problems += err.problems
    return opened


def _twice(ids: Sequence[str]) -> list[str]:
    return sorted({name for name in ids if ids.count(name) > 1})
