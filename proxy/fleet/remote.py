"""The judge of a process that only speaks HTTP: asks the one that judges, and believes nothing that it did not say."""

import asyncio
import itertools
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from proxy.audit import AuditUnavailable
from proxy.fleet.channel import Channel
from proxy.fleet.saying import Ask, Finish, Judged, Unjudged, Warned
from proxy.judge import Ending, Judgement, Superseded
from proxy.restore import Lexicon
from proxy.restore.pair import Pair
from proxy.terms import Terms
from proxy.verdict import Request

_LEXICONS: Final = 256


class JudgeLost(Exception):
    """There is nobody to judge, or whoever did failed."""


class RemoteJudge:
    """A `Judge` over a channel, which is given to it once there is one."""

    def __init__(self, terms: Terms) -> None:
        self.edition = terms
        self.channel: Channel | None = None
        self._ids = itertools.count(1)
        self._waiting: dict[int, tuple[asyncio.Future[Judgement], str]] = {}
        self._open: set[str] = set()
        self._lexicons: OrderedDict[tuple[Pair, ...], Lexicon] = OrderedDict()

    @property
    def open_requests(self) -> int:
        return len(self._open)

    async def judge(
        self, request: Request, identity: str, number: int, refusal: str | None = None, *, head_is_sent: bool = False
    ) -> Judgement:
        if self.channel is None or not self.channel.is_open:
            raise JudgeLost
        id_ = next(self._ids)
        future: asyncio.Future[Judgement] = asyncio.get_running_loop().create_future()
        self._waiting[id_] = future, request.reference
        sent = replace(request, body=b"")
        self.channel.send(Ask(id_, sent, identity, number, refusal, head_is_sent), request.body)
        return await future

    def finish(self, reference: str, ending: Ending) -> None:
        self._open.discard(reference)
        if self.channel is not None:
            self.channel.send(Finish(reference, ending))

    def warned(self, identity: str, conversation: str, clauses: Sequence[str]) -> None:
        if self.channel is not None:
            self.channel.send(Warned(identity, conversation, tuple(clauses)))

    def answered(self, answer: Judged | Unjudged, body: bytes | None) -> None:
        """Takes an answer. Whoever asked may be gone by now; then the request has ended."""
        future, reference = self._waiting.pop(answer.id)
        if isinstance(answer, Unjudged):
            if not future.done():
                future.set_exception(_fault(answer))
            return
        if future.done():
            self.finish(reference, Ending("connection_lost", None, 0.0, None))
            return
        self._open.add(reference)
        future.set_result(Judgement(replace(answer.verdict, body=body), self._lexicon(answer.pairs)))

    def lost(self) -> None:
        """Nobody will answer any more."""
        waiting, self._waiting = self._waiting, {}
        for future, _ in waiting.values():
            if not future.done():
                future.set_exception(JudgeLost())

    def _lexicon(self, pairs: tuple[Pair, ...]) -> Lexicon | None:
        """The lexicon of these pairs, made once."""
        if not pairs:
            return None
        if pairs not in self._lexicons:
            self._lexicons[pairs] = Lexicon(pairs)
            if len(self._lexicons) > _LEXICONS:
                self._lexicons.popitem(last=False)
        self._lexicons.move_to_end(pairs)
        return self._lexicons[pairs]


def _fault(answer: Unjudged) -> Exception:
    if answer.superseded:
        return Superseded()
    return AuditUnavailable(answer.unrecorded) if answer.unrecorded else JudgeLost()
