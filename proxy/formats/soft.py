"""How an API gives an assistant's message: the types of `Format.soft`.

Data only; `proxy.replies` makes the messages. A route that is in no `Soft` gives none (tokens counted, embeddings,
batches), so a block there is always the vendor's error.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum


class SoftShape(StrEnum):
    """The form of a reply that holds what an assistant said."""

    CHAT = "chat"
    COMPLETIONS = "completions"
    RESPONSES = "responses"
    MESSAGES = "messages"
    GENERATE = "generate"
    CODE_ASSIST = "code_assist"
    CONVERSE = "converse"
    COHERE = "cohere"
    OLLAMA_CHAT = "ollama_chat"
    OLLAMA_GENERATE = "ollama_generate"


class Framing(StrEnum):
    """How a reply is cut into pieces, and what decides whether it is."""

    ASKED = "asked"  # server-sent events if the body says `stream: true`, else whole
    WHOLE = "whole"
    ALT = "alt"  # server-sent events with `alt=sse` in the query, else a JSON array, one event an element
    EVENT_STREAM = "event_stream"  # AWS, one message an event
    CHUNKS = "chunks"  # AWS, each message with an event of the model's own API in base64
    LINES = "lines"  # a JSON object a line, unless the body says `stream: false`


@dataclass(frozen=True, slots=True)
class Soft:
    """`route` matches a whole path, as a format's routes do, and narrows them."""

    shape: SoftShape
    framing: Framing = Framing.ASKED
    route: str = ".*"
    _route: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_route", re.compile(self.route))

    def serves(self, path: str) -> bool:
        return self._route.fullmatch(path.removesuffix("/")) is not None
