"""Realtime sessions: OpenAI's events over WebSocket, the HTTP calls that open a session, and vendors' alike.

Source: the `openai` package's event types (3.52). Each message is one event; audio in it is base64 of samples,
which nothing can read, so policy decides about it as about any attachment.
"""

from typing import Final

from proxy.formats.compose import below, by_role, each, ids
from proxy.formats.note import Note
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.responses import ITEM, tools
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

_ITEM: Final = {
    **ITEM,
    **ids("content[*].type", "content[*].detail", "tools[*].name"),
    **each(Label.PROMPT, "content[*].text", "content[*].transcript"),
    **each(Label.ATTACHMENT, "content[*].audio", "content[*].image_url"),
    "tools[*].**": Label.TOOL_SCHEMA,
}

_SESSION: Final = {
    **ids(
        "id",
        "object",
        "type",
        "model",
        "voice",
        "audio.**",
        "include[*]",
        "modalities[*]",
        "output_modalities[*]",
        "input_audio_format",
        "output_audio_format",
        "input_audio_noise_reduction.type",
        "input_audio_transcription.**",
        "turn_detection.**",
        "max_output_tokens",
        "max_response_output_tokens",
        "prompt.id",
        "prompt.version",
        "reasoning.effort",
        "tool_choice",
        "tool_choice.**",
        "truncation",
        "truncation.type",
        "conversation",
    ),
    **each(Label.SYSTEM, "instructions", "audio.input.transcription.prompt", "input_audio_transcription.prompt"),
    **each(Label.PROMPT, "prompt.variables.**", "audio.input.transcription.keywords[*]"),
    **each(Label.METADATA, "metadata.**", "tracing.**", "tracing"),
    **tools("tools"),
}

_CALL: Final = ("response_id", "output_index")
_PART: Final = (*_CALL, "content_index")


def _delta(writing: Writing, key: tuple[str, ...], *names: str) -> Channel:
    return Channel("delta", writing, names[0], key, frozenset(f"response.{name}.delta" for name in names))


_REPLIES: Final = (
    _delta(Writing.TEXT, _PART, "output_text", "text"),
    _delta(Writing.TEXT, _PART, "output_audio_transcript", "audio_transcript"),
    _delta(Writing.JSON, _CALL, "function_call_arguments", "mcp_call_arguments"),
    *copies("text", "transcript", "part.text", "part.transcript"),
    *copies("arguments", "item.arguments", "response.output[*].arguments", writing=Writing.JSON),
    *copies("item.content[*].text", "item.content[*].transcript", "error.message"),
    *copies("response.output[*].content[*].text", "response.output[*].content[*].transcript"),
)
_ENDING: Final = ("output_text", "text", "output_audio_transcript", "audio_transcript", "function_call_arguments")

REALTIME: Final = Format(
    id="openai.realtime",
    routes=(
        r".*/realtime",
        r".*/realtime/(?:sessions|transcription_sessions|calls|(?:translations/)?client_secrets)",
        r".*/realtime/calls/[^/]+/(?:accept|refer)",
        r".*/realtime/translations",
    ),
    labels={
        **ids("type", "event_id", "item_id", "previous_item_id", "response_id", "expires_after.anchor"),
        "audio": Label.ATTACHMENT,
        "sdp": Label.METADATA,
        **_SESSION,
        **below("session", _SESSION),
        **below("response", _SESSION),
        **below("response.input[*]", _ITEM),
        **below("item", _ITEM),
    },
    error_shape=ErrorShape.OPENAI,
    refinements=(*by_role("item"), *by_role("response.input[*]")),
    notes=tuple(
        Note(f"{where}.content[*]", ("audio", "image_url"), "input_text") for where in ("item", "response.input[*]")
    ),
    replies=_REPLIES,
    reply_ends=(
        End(events=frozenset(f"response.{name}.done" for name in (*_ENDING, "output_item")), key=_CALL),
        End(events=frozenset({"response.done", "error"})),
    ),
    methods=frozenset({"POST", "WEBSOCKET"}),
)
"""`audio` is an attachment at the top of an event and settings within a session."""
