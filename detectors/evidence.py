"""Why a finding was made: the parts of its score, in the rule's words, never in the text's.

Filled in by `matcher.py` and `engine.py` as they judge; `tightlip scan --explain` prints it.
"""

from typing import Literal, NamedTuple

Kind = Literal[
    "pattern",
    "recognizer",
    "field",
    "name",
    "keyword",
    "context",
    "check",
    "health",
    "dictionary",
    "source",
    "gazetteer",
    "model",
    "author",
]


class Evidence(NamedTuple):
    """One part of a verdict: what spoke, its name in the rule, and what it added to the score (0: nothing, a gate)."""

    kind: Kind
    detail: str
    weight: float
