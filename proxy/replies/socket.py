"""What a client gets over its WebSocket in place of the vendor's answer to a message that was stopped.

Pure. A message must never just vanish: Codex waits for an answer for more than 90 seconds. And what a client takes for
a passing fault, an unknown error code above all, it sends again, five times and once more over HTTPS.
"""

import re
from collections.abc import Iterable
from typing import Final

from proxy.formats import Format
from proxy.replies import framing, openai
from proxy.replies.asked import Document
from proxy.replies.said import Members, Said

_EVENT_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ERROR: Final = re.compile(rb'[\s{]*"type"\s*:\s*"error"')
"""At the start alone: items have types too."""

_END: Final = re.compile(rb'"type"\s*:\s*"response\.(?:completed|failed|incomplete|done|cancelled)"')
"""Inside of a string the quotes would be escaped."""


def frames(fmt: Format, said: Said, event_id: str | None, *, as_reply: bool) -> tuple[bytes, ...]:
    """The text messages, in order; none where nobody knows how a client would read them.

    With `as_reply` an assistant's message where the format has one. `event_id` is the client's own name for what it
    sent, for formats whose errors refer to it.
    """
    match fmt.id:
        case "openai.responses":
            events = openai.response_events(said) if as_reply else openai.failed_events(said)
            return _encoded(members for _, members in events)
        case "openai.realtime":
            return _encoded([_realtime_error(said, event_id)])
        case _:
            return ()


def event_id_of(document: Document) -> str | None:
    """The name that a client gave its message, if it has the form of one."""
    event_id = document.get("event_id")
    return event_id if isinstance(event_id, str) and _EVENT_ID.fullmatch(event_id) else None


def is_final(content: bytes) -> bool:
    """Whether a vendor's message ends its answer, as far as is known. Only tells when an outcome can be recorded."""
    return _END.search(content) is not None or _ERROR.match(content) is not None


def _realtime_error(said: Said, event_id: str | None) -> Members:
    """After it a session of the realtime API goes on."""
    error = {"type": "invalid_request_error", "code": "dlp_blocked", "message": said.text, "param": None}
    return {"type": "error", "event_id": f"event_{said.reference}", "error": error | {"event_id": event_id}}


def _encoded(events: Iterable[Members]) -> tuple[bytes, ...]:
    return tuple(map(framing.whole, events))
