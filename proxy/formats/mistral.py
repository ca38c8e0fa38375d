"""Mistral's own APIs beside those it shares with OpenAI: conversations, agents, OCR.

Source: the `mistralai` package's parameter types (3.7).
"""

from typing import Final

from proxy.formats.compose import below, by_role, definitions, each, ids
from proxy.formats.note import Note
from proxy.formats.openai import MESSAGE
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.table import ErrorShape, Format, Usage
from proxy.segment import Label

_ENTRY: Final = {
    **MESSAGE,
    **ids("object", "type", "id", "tool_call_id", "name", "agent_id", "model", "created_at", "completed_at"),
    **ids("previous_agent_id", "previous_agent_name", "next_agent_id", "next_agent_name", "confirmation_status"),
    **ids("content[*].file_type", "content[*].favicon"),
    "arguments.**": Label.TOOL_ARGUMENT,
    "result": Label.TOOL_RESULT,
    "info.**": Label.METADATA,
    "content[*].tool": Label.ID,
    **each(Label.PROMPT, "content[*].title", "content[*].url", "content[*].description"),
}

_MESSAGE: Final = frozenset({"message.output.delta"})
_PIECE: Final = ("output_index", "content_index")

CONVERSATIONS: Final = Format(
    id="mistral.conversations",
    routes=(
        r".*/v1/conversations(?:/[^/]+)?(?:/restart)?",
        r".*/v1/agents(?:/[^/]+)?",
    ),
    labels={
        "inputs": Label.PROMPT,
        **below("inputs[*]", _ENTRY),
        **below("entries[*]", _ENTRY),
        "instructions": Label.SYSTEM,
        **each(Label.METADATA, "name", "description", "metadata.**", "version_message"),
        **ids("model", "agent_id", "agent_version", "handoff_execution", "handoffs[*]", "from_entry_id"),
        "completion_args.**": Label.ID,
        "completion_args.stop": Label.PROMPT,
        "completion_args.stop[*]": Label.PROMPT,
        "completion_args.prediction.content": Label.PROMPT,
        "completion_args.response_format.**": Label.TOOL_SCHEMA,
        "guardrails[*].**": Label.ID,
        **definitions("tools[*]"),
        **ids("tools[*].library_ids[*]"),
        **ids("tool_confirmations[*].**"),
    },
    error_shape=ErrorShape.OPENAI,
    refinements=by_role("inputs[*]"),
    notes=(Note("inputs[*].content[*]", ("image_url", "document_url", "input_audio")),),
    conversation=("inputs",),
    reply_roles=frozenset({"assistant"}),
    replies=(
        Channel("content", name="text", key=_PIECE, events=_MESSAGE),
        Channel("content.text", name="text", key=_PIECE, events=_MESSAGE),
        Channel("arguments", Writing.JSON, key=("tool_call_id",), events=frozenset({"function.call.delta"})),
        *copies("outputs[*].content", "outputs[*].content[*].text", "message"),
        *copies("outputs[*].arguments", writing=Writing.JSON),
    ),
    reply_ends=(End(events=frozenset({"conversation.response.done", "conversation.response.error"})),),
    reply_types=frozenset({"agent.handoff", "function.call", "message.output", "tool.execution"}),
    usage=Usage(
        marker="usage",
        input=(("prompt_tokens",), ("connector_tokens",)),
        output=(("completion_tokens",),),
        cached=(),
    ),
)

OCR: Final = Format(
    id="mistral.ocr",
    routes=(r".*/v1/ocr",),
    labels={
        **each(Label.ATTACHMENT, "document.document_url", "document.image_url", "document.image_url.url"),
        **ids(
            "model",
            "id",
            "pages",
            "document.image_url.detail",
            "document.type",
            "document.file_id",
            "table_format",
            "confidence_scores_granularity",
        ),
        "document.document_name": Label.METADATA,
        "document_annotation_prompt": Label.PROMPT,
        **each(Label.TOOL_SCHEMA, "bbox_annotation_format.**", "document_annotation_format.**"),
        **ids("bbox_annotation_format.type", "document_annotation_format.type"),
    },
    error_shape=ErrorShape.OPENAI,
    replies=copies("pages[*].markdown", "document_annotation", "message"),
)
