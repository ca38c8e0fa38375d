"""What the process that speaks HTTP asks of the one that judges: they may be one and the same, or two (`fleet/`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from proxy.inquiry import named
from proxy.restore import Lexicon, Remark
from proxy.tap import Outcome
from proxy.terms import Terms
from proxy.verdict import Request, Verdict


class Superseded(Exception):
    """The edition that was asked for is gone, and its workers with it: the request is to be let in anew."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict that is on record, under the request's reference. `lexicon` is what becomes values in its reply."""

    verdict: Verdict
    lexicon: Lexicon | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a request ended: a closed result code, the status the client got, and what was seen of the response.

    `answered` is when the first of the vendor's answer came, in seconds since the epoch.
    """

    result: str
    status: int | None
    seconds: float
    tap: Outcome | None
    answered: float | None = None


class Judge(Protocol):
    @property
    def edition(self) -> Terms:
        """The one in force. Whoever begins with it ends with it, so it is asked for once and named by its number."""

    @property
    def open_requests(self) -> int:
        """Requests that were judged for this process and have not ended; a drain waits for them."""

    async def judge(
        self, request: Request, identity: str, number: int, refusal: str | None = None, *, head_is_sent: bool = False
    ) -> Judgement:
        """The verdict by that edition, durable, or that of a `refusal` that was known before anything was read.

        With `head_is_sent` nothing but the body can be changed any more. Raises Superseded, or AuditUnavailable, upon
        which nothing may be sent. Each judgement's request must come back through `finish`.
        """

    def finish(self, reference: str, ending: Ending) -> None:
        """Records how a request ended; not waited for, since nothing more will be sent."""

    def warned(self, identity: str, conversation: str, clauses: Sequence[str]) -> None:
        """Remembers that the user has read of these clauses in a reply: once in a conversation is enough."""


def remark_of(judge: Judge, request: Request, verdict: Verdict, identity: str, terms: Terms) -> Remark | None:
    """What goes in front of the vendor's reply; None where nothing does."""
    soft = terms.format_of(request.method, request.host, request.target).soft_for("POST", request.target)
    if not verdict.notice or soft is None:
        return None
    if not verdict.conversation:
        return Remark(verdict.notice, soft.shape)
    return Remark(verdict.notice, soft.shape, partial(judge.warned, identity, named(verdict), verdict.warned))
