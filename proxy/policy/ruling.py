"""What policy is asked about and what it answers: anything found, and one ruling for each. Plain values."""

from dataclasses import dataclass, replace
from typing import Protocol

from detectors import Severity
from proxy.policy.action import Action


class Found(Protocol):
    """What policy looks at of a finding: one of a scan, or one that a record tells of."""

    @property
    def rule(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def entity(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def score(self) -> float: ...
    @property
    def verified(self) -> bool | None: ...
    @property
    def fingerprint(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Ruling:
    """What happens to a finding or to a request, and by which clause ("" when none said anything).

    `message` is the clause's own for the developer. `waiver` is the id of the exception or allowlist entry that changed
    the action. `floor` is the strictest of the limits that hold here: nothing lowers the action below it.
    """

    action: Action
    clause: str
    message: str = ""
    waiver: str = ""
    floor: "Ruling | None" = None

    def lowered(self, action: Action, waiver: str) -> "Ruling":
        """The same where the waiver of that id lets `action` stand; never stricter than before, never below `floor`."""
        if action >= self.action:
            return self
        if self.floor is None or self.floor.action <= action:
            return replace(self, action=action, waiver=waiver)
        changed = waiver if self.floor.action < self.action else ""
        return replace(self.floor, waiver=changed, floor=self.floor)

    def raised(self) -> "Ruling":
        """The same, at least as strict as `floor`."""
        if self.floor is None or self.floor.action <= self.action:
            return self
        return replace(self.floor, waiver=self.waiver, floor=self.floor)
