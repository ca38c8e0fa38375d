"""Ollama's own API, which many local servers speak too.

Sources: the `ollama` package's request types (0.6) and docs.ollama.com. Answers are lines of JSON whose last one
holds the token counts at its top, so they are not counted.
"""

from typing import Final

from proxy.formats.compose import below, by_role, definitions, each, ids
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.soft import Framing, Soft, SoftShape
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

_COMMON: Final = {
    **ids("model", "keep_alive", "think", "format", "options.**"),
    "options.stop[*]": Label.PROMPT,
    "format.**": Label.TOOL_SCHEMA,
}

_MESSAGE: Final = {
    **ids("role", "tool_name", "tool_call_id", "tool_calls[*].id", "tool_calls[*].type", "tool_calls[*].function.name"),
    "content": Label.PROMPT,
    "thinking": Label.OPAQUE,
    "images[*]": Label.ATTACHMENT,
    "tool_calls[*].function.arguments.**": Label.TOOL_ARGUMENT,
}

CHAT: Final = Format(
    id="ollama.chat",
    routes=(r".*/api/chat",),
    labels={
        **_COMMON,
        **below("messages[*]", _MESSAGE),
        **definitions("tools[*]"),
    },
    error_shape=ErrorShape.PLAIN,
    refinements=by_role("messages[*]"),
    replies=(
        Channel("message.content"),
        *copies("message.tool_calls[*].function.arguments", writing=Writing.TREE),
        *copies("error"),
    ),
    reply_ends=(End(path="done"),),
    conversation=("messages",),
    reply_roles=frozenset({"assistant"}),
    soft=(Soft(SoftShape.OLLAMA_CHAT, Framing.LINES),),
)

GENERATE: Final = Format(
    id="ollama.generate",
    routes=(r".*/api/(?:generate|embed|embeddings|create)",),
    labels={
        **_COMMON,
        **each(Label.PROMPT, "prompt", "suffix", "input", "input[*]"),
        **each(Label.SYSTEM, "system", "template"),
        "images[*]": Label.ATTACHMENT,
        **below("messages[*]", _MESSAGE),
        **ids("from", "quantize", "files.**", "adapters.**", "parameters.**"),
        **each(Label.METADATA, "license", "license[*]"),
    },
    error_shape=ErrorShape.PLAIN,
    replies=(Channel("response"), *copies("error")),
    reply_ends=(End(path="done"),),
    soft=(Soft(SoftShape.OLLAMA_GENERATE, Framing.LINES, r".*/api/generate"),),
)
