"""What people said of findings on record, whether they were right, and what that tells of each rule. Pure.

A mark is a change on record; the last one said of a finding holds. Precision is told with the interval that so few
marks leave it in (Wilson, 95 %): three of three right is no proof of a perfect rule.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from proxy.auditsearch import Members

KIND: Final = "mark"
_Z: Final = 1.959964  # 95 %, two-sided

Marks = Mapping[tuple[str, int], bool]
"""Whether a finding was right, by its request's reference and its index in the record."""


def detail_of(decision: Members, indexes: Iterable[int], right: bool) -> dict[str, Any]:
    """What a mark puts on record: which findings of a decision were right or not."""
    findings = decision["findings"]
    marked = [{"finding": index + 1, "rule": findings[index]["rule"]} for index in indexes]
    return {"right": right, "findings": marked}


def marks_of(changes: Iterable[Members]) -> Marks:
    """What holds of all marks on record, in the order in which they were made."""
    marks: dict[tuple[str, int], bool] = {}
    for change in changes:
        detail = change.get("detail", {}) if change.get("kind") == KIND else {}
        for one in detail.get("findings", ()):
            marks[change["subject"], one["finding"] - 1] = detail["right"]
    return marks


@dataclass(slots=True)
class RuleStats:
    """Hits of one rule. A request that a client only repeats counts once; a value that comes again counts again."""

    actions: Counter[str] = field(default_factory=Counter)
    values: set[str] = field(default_factory=set)
    right: int = 0
    wrong: int = 0
    last: str = ""

    @property
    def hits(self) -> int:
        return self.actions.total()

    @property
    def precision(self) -> float | None:
        marked = self.right + self.wrong
        return self.right / marked if marked else None


def stats(decisions: Iterable[Members], marks: Marks) -> dict[str, RuleStats]:
    """By rule, what is on record of it; blocks that only repeat another left out."""
    rules: dict[str, RuleStats] = {}
    for decision in decisions:
        if decision.get("repeat_of"):
            continue
        for index, finding in enumerate(decision.get("findings", ())):
            rule = rules.setdefault(finding["rule"], RuleStats())
            rule.actions[finding["action"]] += 1
            rule.values.add(finding["fingerprint"])
            rule.last = max(rule.last, decision["time"])
            right = marks.get((decision["request"], index)) if marks else None
            if right is not None:
                rule.right += right
                rule.wrong += not right
    return rules


def wilson(right: int, marked: int) -> tuple[float, float]:
    """The 95 % interval of a share of which `right` in `marked` were seen; all of 0 to 1 when none was.

    E. B. Wilson, Probable Inference, 1927.
    """
    if not marked:
        return 0.0, 1.0
    share, square = right / marked, _Z * _Z
    middle = (share + square / (2 * marked)) / (1 + square / marked)
    half = _Z * math.sqrt(share * (1 - share) / marked + square / (4 * marked * marked)) / (1 + square / marked)
    return max(0.0, middle - half), min(1.0, middle + half)
