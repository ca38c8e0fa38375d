"""Allowed values by pattern: which entries a finding's own value matches in full. Where a worker still has the text.

A value counts only if it is what the finding's fingerprint was made of. What was found under an encoding, or across
two strings, stands otherwise in the text; no pattern speaks for it, and it stays a finding.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

import regex

from detectors import Finding, fingerprint

VALUE_CHARS: Final = 4096
MATCH_SECONDS: Final = 0.05
"""Of processor time. A pattern that takes longer has not matched."""

_PROBES: Final = (
    "",
    "a",
    "7",
    "word",
    "Zq8vT2mLxK4w",
    "hQ7pVx2Lm9RtKc4WbN8sYd3Fg6Jz1TaE0uHoXi5P",
    "5c1b7e9f03a84d26b8f1e07d9a3c4b52",
    "8L0T2QXW9RZC4VBNM7KJ",
    "4929 7183 0265 8417",
    "407 55 9312",
    "somebody.unknown@company-of-theirs.net",
    "Erika Unbekannt",
)
"""Values that no reviewed entry can mean; one that matches several of them matches whatever comes."""
_MATCHED_PROBES: Final = 2


class Sample(NamedTuple):
    """A finding and the text that it stands in."""

    text: str
    finding: Finding


@cache
def _compiled(pattern: str) -> "regex.Pattern[str]":
    return regex.compile(pattern, regex.VERSION1)


def check_pattern(pattern: str) -> str:
    """The pattern itself. Raises ValueError when it is none, or matches nearly anything."""
    try:
        compiled = _compiled(pattern)
    except (regex.error, RecursionError, OverflowError) as err:
        raise ValueError(f"expected a regular expression, found: {str(err) or type(err).__name__}") from None
    if sum(_fits(compiled, probe) for probe in _PROBES) >= _MATCHED_PROBES or _fits(compiled, ""):
        raise ValueError("expected a pattern of few values, found one that values of any kind match")
    return pattern


def matches(pattern: str, value: str) -> bool:
    """Whether a checked pattern matches the whole value."""
    return _fits(_compiled(pattern), value)


class ValuePatterns:
    """The patterns of entries, by the rule whose findings they are for."""

    def __init__(self, entries: Iterable[tuple[str, str, tuple[str, ...]]]) -> None:
        self._entries: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for rule, name, patterns in entries:
            if patterns:
                self._entries.setdefault(rule, []).append((name, patterns))

    def __bool__(self) -> bool:
        return bool(self._entries)

    def proven(self, samples: Iterable[Sample], key: bytes) -> dict[tuple[str, str], frozenset[str]]:
        """By rule and fingerprint: ids of the entries that the value matches wherever it stands."""
        found: dict[tuple[str, str], frozenset[str]] = {}
        for text, finding in samples:
            entries = self._entries.get(finding.rule)
            if entries is None:
                continue
            name = (finding.rule, finding.fingerprint)
            if name not in found or found[name]:
                ids = self._matched(entries, text[finding.start : finding.end], finding, key)
                found[name] = ids & found.get(name, ids)
        return found

    @staticmethod
    def _matched(
        entries: Iterable[tuple[str, tuple[str, ...]]], value: str, finding: Finding, key: bytes
    ) -> frozenset[str]:
        if finding.view or len(value) > VALUE_CHARS or fingerprint(key, value) != finding.fingerprint:
            return frozenset()
        return frozenset(name for name, patterns in entries if any(matches(pattern, value) for pattern in patterns))


def _fits(pattern: "regex.Pattern[str]", value: str) -> bool:
    try:
        return pattern.fullmatch(value, timeout=MATCH_SECONDS) is not None
    except TimeoutError:
        return False
