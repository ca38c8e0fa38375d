"""An exception to the policy: who asked for it and why, for what, until when, and who approved or revoked it. Pure.

Each step carries the id of its record in the audit log and a seal: a keyed hash of all that the exception was after
that step. Without the installation's key nobody can add a step, change a word, or take the one exception's approval
for another's.
"""

import hmac
import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from proxy.auditrecord import plain_words
from proxy.policy.terms import ExceptionTerms
from proxy.waiver.scope import CONTEXT_KEYS, DATA_KEYS, Scope
from proxy.waiver.standing import Waiver

REASON_CHARS: Final = 10


class State(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Refused(Exception):
    """What was asked for can't be; the message says what was expected and found."""


@dataclass(frozen=True, slots=True)
class Step:
    """`kind` is request, approve or revoke; `change` the id of its record."""

    kind: str
    actor: str
    time: datetime
    change: str
    seal: str = ""


@dataclass(frozen=True, slots=True)
class PolicyException:
    """Its steps in order, the first of them its request. `until` is the moment at which it ends."""

    id: str
    scope: Scope
    reason: str
    until: datetime
    steps: tuple[Step, ...] = ()

    @property
    def requester(self) -> str:
        return self.steps[0].actor

    @property
    def approver(self) -> str | None:
        return next((step.actor for step in self.steps if step.kind == "approve"), None)

    def state(self, now: datetime) -> State:
        if any(step.kind == "revoke" for step in self.steps):
            return State.REVOKED
        if now >= self.until:
            return State.EXPIRED
        return State.APPROVED if self.approver is not None else State.PENDING

    def waiver(self) -> Waiver:
        return Waiver(self.id, self.scope, self.until)

    def requested(self, actor: str, now: datetime, change: str, terms: ExceptionTerms, key: bytes) -> Self:
        """The exception with its first step. Raises Refused when the terms forbid it."""
        if not self.scope.given():
            raise Refused("expected at least one of " + ", ".join((*CONTEXT_KEYS[:-1], *DATA_KEYS)))
        if len(self.reason) < REASON_CHARS:
            raise Refused(f"expected a reason of {REASON_CHARS} characters or more")
        if self.until <= now:
            raise Refused(f"expected an end in the future, found {self.until:%Y-%m-%d %H:%M} UTC")
        if self.until > latest_end(now, terms):
            found = f"found {self.until:%Y-%m-%d %H:%M} UTC"
            raise Refused(f"expected an end within {terms.max_days} days, as the policy says, {found}")
        return self._with(Step("request", actor, now, change), key)

    def approved(self, actor: str, now: datetime, change: str, key: bytes) -> Self:
        """Raises Refused when it isn't pending, or the approver asked for it."""
        if (state := self.state(now)) is not State.PENDING:
            raise Refused(f"expected a pending exception, found {self.id} {state}")
        if is_same_person(actor, self.requester):
            raise Refused(f"expected an approver other than the requester, found {actor} for both")
        return self._with(Step("approve", actor, now, change), key)

    def revoked(self, actor: str, now: datetime, change: str, key: bytes) -> Self:
        """Raises Refused when it has ended already."""
        if (state := self.state(now)) in (State.REVOKED, State.EXPIRED):
            raise Refused(f"expected a pending or approved exception, found {self.id} {state}")
        return self._with(Step("revoke", actor, now, change), key)

    def problems(self, key: bytes, terms: ExceptionTerms) -> Iterator[str]:
        """Why it can't be what commands have made, or doesn't keep to the terms."""
        for number, step in enumerate(self.steps):
            if not hmac.compare_digest(self._seal(number + 1, key), step.seal):
                yield f"{step.kind}: expected the seal of the command that made this step, found another"
        kinds = [step.kind for step in self.steps]
        if kinds not in (["request"], ["request", "approve"], ["request", "revoke"], ["request", "approve", "revoke"]):
            yield f"steps: expected a request, then perhaps an approval, then perhaps its end, found {', '.join(kinds)}"
            return
        if self.approver is not None and is_same_person(self.approver, self.requester):
            yield f"approve: expected an approver other than the requester, found {self.approver} for both"
        if self.until > latest_end(self.steps[0].time, terms):
            yield (
                f"until: expected an end within {terms.max_days} days of the request, as the policy says,"
                f" found {self.until:%Y-%m-%d %H:%M} UTC; revoke it and ask for a shorter one"
            )
        if not self.scope.given():
            yield "scope: expected at least one key, found none: it would be for everything"

    def to_json(self) -> dict[str, Any]:
        steps = [
            {"kind": one.kind, "by": one.actor, "at": one.time.isoformat(), "change": one.change, "seal": one.seal}
            for one in self.steps
        ]
        return self._core() | {"steps": steps}

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> Self:
        """Raises ValueError, KeyError or TypeError for what is none."""
        steps = tuple(
            Step(_text(one["kind"]), _text(one["by"]), _moment(one["at"]), _text(one["change"]), _text(one["seal"]))
            for one in members["steps"]
        )
        scope = {key: tuple(map(_text, values)) for key, values in members["scope"].items()}
        made = cls(_text(members["id"]), Scope(**scope), _text(members["reason"]), _moment(members["until"]), steps)
        if made.to_json() != members:
            raise ValueError("members that no command writes")
        return made

    def _core(self) -> dict[str, Any]:
        return {"id": self.id, "scope": self.scope.given(), "reason": self.reason, "until": self.until.isoformat()}

    def _with(self, step: Step, key: bytes) -> Self:
        longer = replace(self, steps=(*self.steps, step))
        sealed = replace(step, seal=longer._seal(len(longer.steps), key))
        return replace(self, steps=(*self.steps, sealed))

    def _seal(self, count: int, key: bytes) -> str:
        """Over everything up to the step before the last of `count` with their seals, and that last without its own."""
        members = self.to_json()
        steps = members["steps"][:count]
        members["steps"] = [*steps[:-1], {name: value for name, value in steps[-1].items() if name != "seal"}]
        canonical = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
        return hmac.digest(key, canonical, "sha256").hex()


def asked_for(id: str, scope: Scope, reason: str, until: datetime) -> PolicyException:
    """An exception without steps yet; its reason is kept as records show it."""
    return PolicyException(id, scope, plain_words(reason), until.astimezone(UTC))


def latest_end(since: datetime, terms: ExceptionTerms) -> datetime:
    """A day more than the days, for the day on which it is asked for has begun."""
    return since + timedelta(days=terms.max_days + 1)


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, whatever their case and however their letters are composed."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected text")
    return value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("expected a moment with its offset from UTC")
    return moment
