"""Health context: words and codes of medicine near an identifier make it PHI. They are never findings themselves.

The lexicon is data, `rules/context/health.yaml`; this file makes first-pass expressions of it and judges distances.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

from detectors.evidence import Evidence
from detectors.finding import Category, Finding

NEVER_HEALTH = frozenset({"ORGANIZATION", "PUBLIC_PERSON"})
"""What is no patient's, whatever it stands beside: a company, and a name published with its bearer's work."""

REACH_CHARS = 1500
"""How far a diagnosis may stand from a name and still be about it: a page of notes, a record of a table."""


def expressions(words: Sequence[str], codes: Sequence[str]) -> list[bytes]:
    """First-pass expressions: whole words in any case, also as parts of `snake_case` and `camelCase` names; codes."""
    return [*map(_word, words), *(code.encode("latin-1", "replace") for code in codes)]


def _word(word: str) -> bytes:
    parts = (re.escape(part).replace("\\-", "-") for part in word.split())
    body = r"[\s_-]{1,3}".join(parts).encode("latin-1", "replace")
    return rb"(?:^|[^A-Za-z])(?i:" + body + rb")s?(?:[^a-z]|$)"


def promoted(findings: Sequence[Finding], clinical: Iterable[tuple[int, int]]) -> tuple[Finding, ...]:
    """The findings, personal data within reach of a clinical span as PHI."""
    spots = sorted(start for start, _ in clinical)
    return tuple(_promoted(finding, spots) for finding in findings) if spots else tuple(findings)


def _promoted(finding: Finding, spots: Sequence[int]) -> Finding:
    if finding.category is not Category.PII or finding.entity in NEVER_HEALTH:
        return finding
    at = bisect_left(spots, finding.start - REACH_CHARS)
    if at == len(spots) or spots[at] > finding.end + REACH_CHARS:
        return finding
    evidence = (*finding.evidence, Evidence("health", "clinical words or structure nearby", 0.0))
    return replace(finding, category=Category.PHI, evidence=evidence)
