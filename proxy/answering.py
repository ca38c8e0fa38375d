"""What the user of one request is told: the answer that he gets in place of the vendor's, or a line in front of that.

Puts together the words (`message.py`) and their shapes (`replies/`); decides nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from proxy import message
from proxy.body import Kind
from proxy.charter import Charter
from proxy.formats import Format
from proxy.judgement import Judgement
from proxy.justification import Offer
from proxy.notice import notice
from proxy.policy import Action, Ruling
from proxy.reason import status_of
from proxy.replies.answer import Answers
from proxy.replies.asked import document_of, is_bound, is_side
from proxy.restore.remark import can_be_remarked
from proxy.verdict import Reply, Request


@dataclass(frozen=True, slots=True)
class Answering:
    """`data` is the request's decoded body, `found_at` where in it something was found; `time` is in seconds."""

    charter: Charter
    request: Request
    fmt: Format
    kind: Kind
    data: bytes
    found_at: Collection[str]
    time: float

    def blocked(self, judged: Sequence[Judgement], model: str, offer: Offer | None) -> Reply:
        """The answer to a request that is stopped for what it holds. `offer` would let it pass."""
        wording = self.charter.wording
        places = [item.place(self.fmt, wording) for item in judged]
        said = [item.message for item in judged]
        reference, policy = self.request.reference, self.charter.policy.id
        return self._block(message.block_message(places, reference, policy, wording, messages=said, offer=offer), model)

    def stopped(self, asked: Ruling, model: str, offer: Offer | None) -> Reply:
        """The answer to a request that is stopped whatever it holds."""
        charter, reference = self.charter, self.request.reference
        approved = charter.alternatives(asked.clause, self.request.host)
        text = message.policy_message(
            asked.message, reference, charter.policy.id, charter.wording, offer=offer, approved=approved
        )
        return self._block(text, model)

    def refused(self, reason: str) -> Reply:
        text = message.refusal_message(reason, self.request.reference, self.charter.wording)
        return self._answers.refusal(self.request, self.fmt, text, status_of(reason))

    def warned(self, judged: Sequence[Judgement], asked: Ruling, key: bytes) -> str:
        """The line that goes in front of the vendor's reply; "" where none may: the reply is bound to a form, or is
        for the client's own use.
        """
        soft = self.fmt.soft_for("POST", self.request.target)
        if soft is None or not can_be_remarked(soft.shape) or not self.is_read:
            return ""
        wording, warned = self.charter.wording, [item for item in judged if item.action is Action.WARN]
        places = [item.place(self.fmt, wording) for item in warned]
        said = [*([asked.message] if asked.action is Action.WARN else []), *(item.message for item in warned)]
        reference = self.request.reference
        return notice(message.warning_message(places, said, reference, wording), reference, key)

    @property
    def is_read(self) -> bool:
        """Whether the user reads the reply: it is free text, and not for the client's own use."""
        document = document_of(self._json)
        return document is not None and not is_bound(document) and not is_side(self.request, document)

    def _block(self, text: str, model: str) -> Reply:
        return self._answers.block(self.request, self.fmt, text, self._json, model, self.found_at)

    @property
    def _answers(self) -> Answers:
        return Answers(self.charter.policy.block_style, self.time)

    @property
    def _json(self) -> bytes:
        return self.data if self.kind is Kind.JSON else b""
