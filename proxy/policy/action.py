"""What may happen to a finding or to a request, ordered by strictness."""

from enum import IntEnum
from typing import Literal


class Action(IntEnum):
    """What happens to one finding, or to a whole request; a request's decision is its strictest action.

    LOG and WARN let it pass; WARN also tells the developer, in the reply where its format has room for that. MASK cuts
    out all but what may be shown (PCI DSS truncation), PSEUDONYMISE puts a stand-in there that comes back as the value,
    REDACT a placeholder. JUSTIFY blocks, and its message has a code with which exactly this content may pass once.
    """

    ALLOW = 0
    LOG = 1
    WARN = 2
    MASK = 3
    PSEUDONYMISE = 4
    REDACT = 5
    JUSTIFY = 6
    BLOCK = 7

    @property
    def label(self) -> str:
        return self.name.lower()

    @property
    def cuts(self) -> bool:
        """Whether the value leaves its place and the request goes on without it."""
        return Action.MASK <= self <= Action.REDACT

    @property
    def tells(self) -> bool:
        """Whether the developer is told of it."""
        return self is Action.WARN or self.stops

    @property
    def stops(self) -> bool:
        """Whether nothing of the request leaves."""
        return self >= Action.JUSTIFY


ActionName = Literal["allow", "log", "warn", "mask", "pseudonymise", "redact", "justify", "block"]
