"""Waivers from files: the exceptions of the state folder and the allowlists, checked against what they name.

Whatever is wrong is told at once, each mistake with its file and line; nothing of it waits for a request.
"""

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from detectors import Category
from proxy.configfile import ConfigError
from proxy.policy.terms import ExceptionTerms
from proxy.suggestion import did_you_mean
from proxy.waiver.allowlist import check_narrow, read_allowlist
from proxy.waiver.scope import Scope
from proxy.waiver.standing import NOTHING_STANDING, StandingWaivers
from proxy.waiver.store import active, read_exceptions, seal_key


@dataclass(frozen=True, slots=True)
class WaiverFiles:
    """Where waivers stand: the file of exceptions, which there may be none of yet, and allowlists, which there are."""

    exceptions: Path | None = None
    allow: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What waivers may name; None where that is not known here."""

    rules: Collection[str] | None = None
    vendors: Collection[str] | None = None
    groups: Collection[str] | None = None
    users: Collection[str] | None = None
    entities: Collection[str] | None = None


CATEGORIES: Final = frozenset(category.value for category in Category)
_FINGERPRINT: Final = re.compile("[0-9a-f]{32}")
NOTHING_KNOWN: Final = Names()


def load_waivers(
    files: WaiverFiles, key: bytes, terms: ExceptionTerms, now: datetime, names: Names = NOTHING_KNOWN
) -> StandingWaivers:
    """The waivers in force. Raises ConfigError, which names every mistake with its file and line.

    What has ended by `now` is left alone, whatever it names.
    """
    problems: list[str] = []
    excepted = []
    if files.exceptions is not None:
        for line, one in active(read_exceptions(files.exceptions, key).all, now):
            place = f"{files.exceptions}:{line}: {one.id}"
            problems += (f"{place}: {what}" for what in one.problems(seal_key(key), terms))
            problems += (f"{place}: {what}" for what in unknown_names(one.scope, names))
            excepted.append(one.waiver())
    allowed = [one.entry.waiver() for one in read_allowlist(files.allow, problems, names.rules)]
    if problems:
        raise ConfigError(*problems)
    digest = hashlib.sha256(repr((allowed, excepted)).encode()).hexdigest()
    return StandingWaivers(allowed, excepted, digest) if allowed or excepted else NOTHING_STANDING


def unknown_names(scope: Scope, names: Names) -> Iterator[str]:
    """What a scope names and nobody knows."""
    for key, known in (
        ("rule", names.rules),
        ("vendor", names.vendors),
        ("group", names.groups),
        ("user", names.users),
        ("entity", names.entities),
        ("category", CATEGORIES),
    ):
        for name in getattr(scope, key):
            if known is not None and name not in known:
                yield f"scope.{key}: expected a known {key}, found {name}{did_you_mean(name, known)}"


def mistakes(scope: Scope) -> Iterator[str]:
    """What a scope says that can't be meant."""
    for fingerprint in scope.fingerprint:
        if not _FINGERPRINT.fullmatch(fingerprint):
            yield "scope.fingerprint: expected 32 hex digits, as `tightlip explain` tells them"
    for glob in scope.repository:
        try:
            check_narrow(glob)
        except ValueError as err:
            yield f"scope.repository: {err}, found {glob}"
