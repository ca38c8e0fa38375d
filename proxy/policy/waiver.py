"""What lets pass where clauses say otherwise: how policy asks for it. Who keeps them is elsewhere."""

from typing import Final, Protocol

from proxy.policy.action import Action
from proxy.policy.context import Context
from proxy.policy.ruling import Found


class Waivers(Protocol):
    """Exceptions and allowlists. Pure: whether one holds depends on the arguments alone, `context.now` included."""

    def allowed(self, finding: Found, context: Context) -> str | None:
        """The id of the allowlist entry that makes this no finding, or None."""
        ...

    def excepted(self, finding: Found | None, context: Context) -> tuple[str, Action] | None:
        """The exception for a finding, or (None) for the whole request: its id, and the action that stands."""
        ...


class NoWaivers:
    """Where nothing is let pass."""

    def allowed(self, finding: Found, context: Context) -> str | None:
        return None

    def excepted(self, finding: Found | None, context: Context) -> tuple[str, Action] | None:
        return None


NO_WAIVERS: Final = NoWaivers()
