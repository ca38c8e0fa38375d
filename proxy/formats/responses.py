"""OpenAI's responses API, whose input is a list of items of some thirty types.

Sources: the `openai` package's parameter types (3.52) and recorded bodies of Codex. An item's members mean
the same in every type that has them, so their paths suffice; the types tell the model's items from the
client's.
"""

from typing import Final

from proxy.formats.compose import below, by_role, each, ids, linked
from proxy.formats.note import Note
from proxy.formats.openai import COMMON
from proxy.formats.refine import Refinement
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.soft import Soft, SoftShape
from proxy.formats.table import ErrorShape, Format, Usage
from proxy.segment import Label

_TOOL: Final = {
    "**": Label.TOOL_SCHEMA,
    **ids(
        "type",
        "name",
        "namespace",
        "server_label",
        "connector_id",
        "tunnel_id",
        "vector_store_ids[*]",
        "container",
        "container.type",
        "container.file_ids[*]",
        "environment.type",
        "environment.skills[*].type",
        "environment.skills[*].skill_id",
        "environment.container_id",
        "tools[*].type",
        "tools[*].name",
        "format.type",
        "format.syntax",
        "allowed_callers[*]",
        "filters.type",
        "filters.filters[*].type",
    ),
}

_IDS: Final = (
    "id",
    "call_id",
    "item_id",
    "approval_request_id",
    "container_id",
    "type",
    "role",
    "name",
    "namespace",
    "status",
    "phase",
    "execution",
    "server_label",
    "object",
    "caller.**",
    "outputs[*].type",
    "pending_safety_checks[*].id",
    "pending_safety_checks[*].code",
    "acknowledged_safety_checks[*].id",
    "acknowledged_safety_checks[*].code",
    "content[*].annotations[*].type",
    "content[*].annotations[*].file_id",
    "content[*].annotations[*].container_id",
    "content[*].prompt_cache_breakpoint.**",
    "output[*].prompt_cache_breakpoint.**",
    "reasoning.**",
    "background",
    "output_format",
    "quality",
    "size",
    "svg_usage.**",
    "internal_chat_message_metadata_passthrough.**",
)

ITEM: Final = {
    **dict.fromkeys(_IDS, Label.ID),
    "content": Label.PROMPT,
    "summary[*].type": Label.ID,
    "summary[*].text": Label.PROMPT,
    "encrypted_content": Label.OPAQUE,
    "thought_signature": Label.OPAQUE,  # Perplexity
    "signature": Label.OPAQUE,
    "fingerprint": Label.OPAQUE,
    "arguments.**": Label.TOOL_ARGUMENT,
    "input.**": Label.TOOL_ARGUMENT,
    "code": Label.TOOL_ARGUMENT,
    "queries[*]": Label.TOOL_ARGUMENT,
    "action.**": Label.TOOL_ARGUMENT,
    "action.type": Label.ID,
    "actions[*].**": Label.TOOL_ARGUMENT,
    "actions[*].type": Label.ID,
    "operation.**": Label.TOOL_ARGUMENT,
    "operation.type": Label.ID,
    "environment.**": Label.METADATA,
    "output": Label.TOOL_RESULT,
    "output.image_url": Label.ATTACHMENT,
    "output.type": Label.ID,
    "output.file_id": Label.ID,
    "output[*].stdout": Label.TOOL_RESULT,
    "output[*].stderr": Label.TOOL_RESULT,
    "output[*].outcome.type": Label.ID,
    "outputs[*].logs": Label.TOOL_RESULT,
    "results[*].text": Label.TOOL_RESULT,
    "results[*].filename": Label.METADATA,
    "results[*].file_id": Label.ID,
    "result": Label.TOOL_RESULT,
    "error.**": Label.TOOL_RESULT,
    "reason": Label.PROMPT,
    "revised_prompt": Label.PROMPT,
    "text.format.**": Label.TOOL_SCHEMA,
    "text.format.type": Label.ID,
    "text.format.name": Label.ID,
    **each(
        Label.PROMPT,
        "content[*].annotations[*].title",
        "content[*].annotations[*].url",
        "content[*].logprobs[*].token",
        "content[*].logprobs[*].top_logprobs[*].token",
        "pending_safety_checks[*].message",
        "acknowledged_safety_checks[*].message",
    ),
    "content[*].annotations[*].filename": Label.METADATA,
    "results[*].attributes.**": Label.METADATA,
}


def parts(path: str, text: Label) -> dict[str, Label]:
    """Labels of an array of content parts at `path`."""
    return {
        f"{path}[*].type": Label.ID,
        f"{path}[*].text": text,
        f"{path}[*].refusal": text,
        f"{path}[*].image_url": Label.ATTACHMENT,
        f"{path}[*].detail": Label.ID,
        f"{path}[*].file_id": Label.ID,
        f"{path}[*].file_data": Label.ATTACHMENT,
        f"{path}[*].file_url": text,
        f"{path}[*].filename": Label.METADATA,
        f"{path}[*].input_audio.data": Label.ATTACHMENT,
        f"{path}[*].input_audio.format": Label.ID,
        f"{path}[*].encrypted_content": Label.OPAQUE,
    }


FILES: Final = ("image_url", "file_data", "input_audio")
"""Members of a content part that hold a file."""


def tools(path: str) -> dict[str, Label]:
    return below(f"{path}[*]", _TOOL)


_ITEM_KEY: Final = ("output_index",)
_PIECES: Final = {
    "output_text": ("content_index", Writing.TEXT),
    "refusal": ("content_index", Writing.TEXT),
    "reasoning_summary_text": ("summary_index", Writing.TEXT),
    "reasoning_text": ("content_index", Writing.TEXT),
    "function_call_arguments": ("", Writing.JSON),
    "mcp_call_arguments": ("", Writing.JSON),
    "custom_tool_call_input": ("", Writing.TEXT),
    "code_interpreter_call_code": ("", Writing.TEXT),
}
"""The texts that come in pieces: `response.NAME.delta`, and the index that tells those of one item apart."""

_ENDING: Final = (*_PIECES, "content_part", "reasoning_summary_part", "output_item")
_OVER: Final = frozenset({"response.completed", "response.incomplete", "response.failed", "error"})


def _delta(name: str, index: str, writing: Writing) -> Channel:
    key = (*_ITEM_KEY, index) if index else _ITEM_KEY
    return Channel("delta", writing, key=key, events=frozenset({f"response.{name}.delta"}), name=name)


def whole_item(path: str) -> tuple[Channel, ...]:
    """Channels of an item that is told as a whole."""
    texts = "content[*].text content[*].refusal summary[*].text input code output error.message outputs[*].logs"
    trees = "action queries operation results[*].text"
    return (
        *copies(*(f"{path}.{name}" for name in texts.split())),
        *copies(f"{path}.arguments", writing=Writing.JSON),
        *copies(*(f"{path}.{name}" for name in trees.split()), writing=Writing.TREE),
    )


_REPLIES: Final = (
    *(_delta(name, index, writing) for name, (index, writing) in _PIECES.items()),
    *copies("text", "refusal", "part.text", "part.refusal", "input", "code"),
    *copies("arguments", writing=Writing.JSON),
    *whole_item("item"),
    *whole_item("response.output[*]"),
    *whole_item("output[*]"),
    *copies("error.message", "response.error.message", "message"),
)

_REPLY_ENDS: Final = (
    End(events=frozenset(f"response.{name}.done" for name in _ENDING), key=_ITEM_KEY),
    End(events=_OVER),
)

RESPONSES: Final = Format(
    id="openai.responses",
    routes=(r".*/(?:responses|v1/decisions)", r".*/responses/(?:compact|input_tokens)"),
    labels={
        **COMMON,
        **tools("tools"),
        **tools("input[*].tools"),
        **below("input[*]", ITEM),
        **parts("input[*].content", Label.PROMPT),
        **parts("input[*].output", Label.TOOL_RESULT),
        "type": Label.ID,
        "instructions": Label.SYSTEM,
        "input": Label.PROMPT,
        "previous_response_id": Label.ID,
        "conversation": Label.ID,
        "conversation.id": Label.ID,
        "include[*]": Label.ID,
        "event_id": Label.ID,
        "stream_id": Label.ID,
        "response_id": Label.ID,
        "access_programs.**": Label.ID,
        "context_management[*].type": Label.ID,
        "image.context_compression": Label.ID,
        "reasoning.**": Label.ID,
        "truncation": Label.ID,
        "text.verbosity": Label.ID,
        "text.format.**": Label.TOOL_SCHEMA,
        "text.format.type": Label.ID,
        "text.format.name": Label.ID,
        **ids("preset", "language_preference", "response_format.**", "skills[*].type", "skills[*].name"),
        "skills[*].description": Label.METADATA,
        "skills[*].instructions": Label.SYSTEM,
        "prompt.id": Label.ID,
        "prompt.version": Label.ID,
        "prompt.variables.**": Label.PROMPT,
        "questions[*].**": Label.PROMPT,  # decisions
        "questions[*].type": Label.ID,
        "questions[*].name": Label.ID,
        "client_metadata.**": Label.METADATA,
    },
    error_shape=ErrorShape.OPENAI,
    refinements=(
        *by_role("input[*]"),
        linked("input[*].content[*]", "image_url"),
        Refinement(
            "input[*]",
            "type",
            Label.ATTACHMENT,
            frozenset({Label.TOOL_RESULT}),
            frozenset({"image_generation_call"}),
        ),
    ),
    notes=tuple(Note(where, FILES, "input_text") for where in ("input[*].content[*]", "input[*].output[*]")),
    conversation=("input",),
    reply_roles=frozenset({"assistant"}),
    reply_types=frozenset(
        {
            "apply_patch_call",
            "code_interpreter_call",
            "compaction",
            "computer_call",
            "custom_tool_call",
            "file_search_call",
            "function_call",
            "image_generation_call",
            "local_shell_call",
            "mcp_approval_request",
            "mcp_call",
            "mcp_list_tools",
            "program",
            "reasoning",
            "shell_call",
            "tool_search_call",
            "web_search_call",
        }
    ),
    conversation_ids=(("prompt_cache_key",), ("conversation",), ("conversation", "id")),
    methods=frozenset({"POST", "WEBSOCKET"}),
    usage=Usage(
        marker="usage",
        input=(("input_tokens",),),
        output=(("output_tokens",),),
        cached=(("input_tokens_details", "cached_tokens"),),
    ),
    replies=_REPLIES,
    reply_ends=_REPLY_ENDS,
    soft=(Soft(SoftShape.RESPONSES, route=r".*/responses"),),
)
