"""What a process that accepts connections knows of an edition: whom it lets in, in which words it refuses.

Verdicts are had elsewhere, by the edition's number. Immutable.
"""

import time
from dataclasses import dataclass

from proxy import formats, message
from proxy.charter import Charter
from proxy.formats import Format
from proxy.gate import Gate
from proxy.reason import status_of
from proxy.replies.answer import Answers
from proxy.vendor import Vendor
from proxy.verdict import Decision, Reply, Request, Verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """What records say of an edition: its own short name, the policy's, and the digests of what it judges by."""

    policy: str
    policy_digest: str
    rules_digest: str
    config_digest: str
    edition: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """`number` counts the editions of one run; `body_bytes` is what a body may have on the wire."""

    charter: Charter
    gate: Gate
    standing: Standing
    body_bytes: int
    number: int

    def vendor_for(self, host: str) -> Vendor | None:
        return self.charter.catalogue.vendor_for(host)

    def format_of(self, method: str, host: str, target: str) -> Format:
        return formats.identify(method, host, target, self.vendor_for(host))

    def refuse(self, request: Request, reason: str) -> Verdict:
        """A BLOCK verdict for something that was refused without being read."""
        vendor = self.vendor_for(request.host)
        return Verdict(
            Decision.BLOCK,
            vendor.id if vendor else "other",
            self.format_of(request.method, request.host, request.target).id,
            reason=reason,
            reply=self.refusal_reply(request, reason),
        )

    def refusal_reply(self, request: Request, reason: str) -> Reply:
        """The answer to a refusal in the shape that the client of this route understands."""
        fmt = self.format_of(request.method, request.host, request.target)
        text = message.refusal_message(reason, request.reference, self.charter.wording)
        return Answers(time=time.time()).refusal(request, fmt, text, status_of(reason))
