"""Anthropic's messages API, which Vertex, Bedrock and other vendors serve under routes of their own.

Sources: the `anthropic` package's parameter types (2.11) and recorded bodies of Claude Code. Thinking is
signed, and newer models bind it to the text before it: nothing of it is ever rewritten.
"""

from typing import Final

from proxy.formats.compose import below, ids, refined_below
from proxy.formats.note import Note
from proxy.formats.refine import Refinement
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.soft import Framing, Soft, SoftShape
from proxy.formats.table import ErrorShape, Format, Usage
from proxy.segment import Label


def _source(path: str) -> dict[str, Label]:
    """Labels of an image's or document's source."""
    return {
        f"{path}.type": Label.ID,
        f"{path}.media_type": Label.ID,
        f"{path}.data": Label.ATTACHMENT,
        f"{path}.url": Label.PROMPT,
        f"{path}.file_id": Label.ID,
        f"{path}.content": Label.PROMPT,
        f"{path}.content[*].type": Label.ID,
        f"{path}.content[*].text": Label.PROMPT,
        f"{path}.content[*].source.type": Label.ID,
        f"{path}.content[*].source.media_type": Label.ID,
        f"{path}.content[*].source.data": Label.ATTACHMENT,
        f"{path}.content[*].source.url": Label.PROMPT,
        f"{path}.content[*].source.file_id": Label.ID,
        f"{path}.content[*].cache_control.**": Label.ID,
        f"{path}.content[*].transformations.**": Label.ID,
    }


def block(path: str, text: Label) -> dict[str, Label]:
    """Labels of a content block, without the content that a tool's result holds."""
    return {
        f"{path}.type": Label.ID,
        f"{path}.text": text,
        f"{path}.title": text,
        f"{path}.context": text,
        f"{path}.url": text,
        f"{path}.page_age": Label.ID,
        f"{path}.id": Label.ID,
        f"{path}.tool_use_id": Label.ID,
        f"{path}.file_id": Label.ID,
        f"{path}.name": Label.ID,
        f"{path}.tool_name": Label.ID,
        f"{path}.server_name": Label.ID,
        f"{path}.toolset_name": Label.ID,
        f"{path}.mcp_server_name": Label.ID,
        f"{path}.error_code": Label.ID,
        f"{path}.file_type": Label.ID,
        f"{path}.transformations.**": Label.ID,
        f"{path}.from.model": Label.ID,
        f"{path}.to.model": Label.ID,
        f"{path}.trigger.**": Label.ID,
        f"{path}.caller.**": Label.ID,
        f"{path}.cache_control.**": Label.ID,
        f"{path}.input.**": Label.TOOL_ARGUMENT,
        f"{path}.source": text,
        **_source(f"{path}.source"),
        f"{path}.thinking": Label.OPAQUE,
        f"{path}.signature": Label.OPAQUE,
        f"{path}.data": Label.OPAQUE,
        f"{path}.encrypted_content": Label.OPAQUE,
        f"{path}.encrypted_stdout": Label.OPAQUE,
        f"{path}.citations[*].**": Label.ID,
        f"{path}.citations[*].cited_text": text,
        f"{path}.citations[*].title": text,
        f"{path}.citations[*].document_title": text,
        f"{path}.citations[*].encrypted_index": Label.OPAQUE,
    }


def tool(path: str) -> dict[str, Label]:
    """Labels of a tool's definition."""
    names = ("type", "name", "mcp_server_name", "server_name", "allowed_callers[*]", "model")
    return {
        f"{path}.**": Label.TOOL_SCHEMA,
        f"{path}.cache_control.**": Label.ID,
        f"{path}.caching.**": Label.ID,
        **{f"{path}.{name}": Label.ID for name in names},
    }


_REQUEST: Final = {
    "model": Label.ID,
    "anthropic_version": Label.ID,
    "anthropic_beta[*]": Label.ID,
    "service_tier": Label.ID,
    "inference_geo": Label.ID,
    "speed": Label.ID,
    "container.**": Label.ID,
    "context_management.**": Label.ID,
    "output_config.**": Label.ID,
    "output_format.**": Label.ID,
    "cache_control.**": Label.ID,
    "thinking.**": Label.ID,
    "tool_choice.**": Label.ID,
    "metadata.**": Label.METADATA,
    "stop_sequences[*]": Label.PROMPT,
    "mcp_servers[*].**": Label.METADATA,
    "mcp_servers[*].type": Label.ID,
    "mcp_servers[*].name": Label.ID,
    "compaction.type": Label.ID,
    "compaction.instructions": Label.SYSTEM,
    "diagnostics.previous_message_id": Label.ID,
    "fallback_credit_token.**": Label.OPAQUE,
    **ids("betas[*]", "fallbacks", "fallbacks[*].**", "thread.**", "billing_policy.**", "user_profile_id"),
    "system": Label.SYSTEM,
    **block("system[*]", Label.SYSTEM),
    **tool("tools[*]"),
    "messages[*].role": Label.ID,
    "messages[*].clear_at": Label.ID,
    "messages[*].output_config.**": Label.ID,
    "messages[*].content": Label.PROMPT,
    **block("messages[*].content[*]", Label.PROMPT),
    "messages[*].content[*].content": Label.TOOL_RESULT,
    "messages[*].content[*].content.**": Label.TOOL_RESULT,
    **block("messages[*].content[*].content", Label.TOOL_RESULT),
    "messages[*].content[*].content.stdout": Label.TOOL_RESULT,
    "messages[*].content[*].content.stderr": Label.TOOL_RESULT,
    **block("messages[*].content[*].content.content", Label.TOOL_RESULT),
    **block("messages[*].content[*].content.content[*]", Label.TOOL_RESULT),
    **block("messages[*].content[*].content[*]", Label.TOOL_RESULT),
    "messages[*].content[*].content.tool_references[*].type": Label.ID,
    "messages[*].content[*].content.tool_references[*].cache_control.**": Label.ID,
    "messages[*].content[*].content[*].content[*].cache_control.**": Label.ID,
    **tool("messages[*].content[*].tools[*]"),
    **tool("messages[*].content[*].tool"),
    **tool("messages[*].content[*].tool.definition"),
    "messages[*].content[*].tool_changes[*].type": Label.ID,
    "messages[*].content[*].tool_changes[*].cache_control.**": Label.ID,
    **tool("messages[*].content[*].tool_changes[*].tool"),
    **tool("messages[*].content[*].tool_changes[*].tool.definition"),
    "messages[*].content[*].content[*].content[*].type": Label.ID,
    "messages[*].content[*].content[*].content[*].text": Label.TOOL_RESULT,
}

_BILLING: Final = "x-anthropic-billing-header:"
"""Claude Code's first system block: it carries a hash over the body, so it must reach the vendor as it is."""


_ATTACHED: Final = frozenset({Label.ATTACHMENT})

_REFINEMENTS: Final = (
    Refinement("messages[*]", "role", Label.SYSTEM, frozenset({Label.PROMPT}), frozenset({"system"})),
    Refinement(
        "messages[*].content[*]",
        "type",
        Label.OPAQUE,
        frozenset({Label.TOOL_RESULT, Label.PROMPT}),
        frozenset({"compaction"}),
    ),
    Refinement("messages[*].content[*].source", "type", Label.PROMPT, _ATTACHED, frozenset({"text"})),
    Refinement("messages[*].content[*].content[*].source", "type", Label.TOOL_RESULT, _ATTACHED, frozenset({"text"})),
    Refinement("system[*]", "text", Label.OPAQUE, frozenset({Label.SYSTEM}), prefixes=(_BILLING,)),
)

_START: Final = frozenset({"content_block_start"})
_DELTA: Final = frozenset({"content_block_delta"})
_BLOCK: Final = ("index",)


def _whole_block(path: str, events: frozenset[str] = frozenset()) -> tuple[Channel, ...]:
    """What a block of a reply repeats: quotes of the prompt, and results of tools that the vendor ran."""
    texts = ("citations[*].cited_text", "citations[*].document_title", "citations[*].title")
    results = ("stdout", "stderr", "[*].text", "content[*].text")
    return (
        *copies(*(f"{path}.{text}" for text in texts), events=events),
        *copies(*(f"{path}.content.{text}".replace(".[", "[") for text in results), events=events),
        *copies(f"{path}.input", writing=Writing.TREE, events=events),
    )


def _message(path: str) -> tuple[Channel, ...]:
    return (*copies(f"{path}[*].text"), *_whole_block(f"{path}[*]"))


_REPLIES: Final = (
    Channel("content_block.text", name="text", key=_BLOCK, events=_START),
    Channel("delta.text", name="text", key=_BLOCK, events=_DELTA),
    Channel("delta.partial_json", Writing.JSON, key=_BLOCK, events=_DELTA),
    *copies("delta.citation.cited_text", "delta.citation.document_title", "delta.citation.title", events=_DELTA),
    *_whole_block("content_block", _START),
    *_message("content"),
    *_message("message.content"),
    *copies("error.message"),
)

_REPLY_ENDS: Final = (
    End(events=frozenset({"content_block_stop"}), key=_BLOCK),
    End(events=frozenset({"message_delta", "message_stop", "error"})),
)

_BLOCKS: Final = (
    "messages[*].content[*]",
    "messages[*].content[*].content[*]",
    "messages[*].content[*].source.content[*]",
    "messages[*].content[*].content[*].source.content[*]",
)
"""Where content blocks stand; a tool's result and a document hold some of their own."""

MESSAGES: Final = Format(
    id="anthropic.messages",
    routes=(
        r".*/v1/messages",
        r".*/v1/messages/(?:count_tokens|batches)",
        r".*/publishers/anthropic/models/[^/]+:(?:rawPredict|streamRawPredict)",
        r"/model/[^/]*anthropic[^/]*/invoke(?:-with-response-stream)?",
    ),
    labels={
        **_REQUEST,
        "requests[*].custom_id": Label.ID,
        **below("requests[*].params", _REQUEST),
    },
    error_shape=ErrorShape.ANTHROPIC,
    refinements=(*_REFINEMENTS, *refined_below("requests[*].params", _REFINEMENTS)),
    notes=tuple(Note(prefix + where, ("source",)) for prefix in ("", "requests[*].params.") for where in _BLOCKS),
    conversation=("messages",),
    reply_roles=frozenset({"assistant"}),
    conversation_ids=(("metadata", "user_id"),),
    usage=Usage(
        marker="usage",
        input=(("input_tokens",), ("cache_creation_input_tokens",), ("cache_read_input_tokens",)),
        output=(("output_tokens",),),
        cached=(("cache_read_input_tokens",),),
    ),
    replies=_REPLIES,
    reply_ends=_REPLY_ENDS,
    soft=(
        Soft(SoftShape.MESSAGES, route=r".*/(?:v1/messages|[^/]+:(?:rawPredict|streamRawPredict))"),
        Soft(SoftShape.MESSAGES, Framing.WHOLE, r"/model/[^/]+/invoke"),
        Soft(SoftShape.MESSAGES, Framing.CHUNKS, r"/model/[^/]+/invoke-with-response-stream"),
    ),
)

COMPLETE: Final = Format(
    id="anthropic.complete",
    routes=(r".*/v1/complete",),
    labels={
        "prompt": Label.PROMPT,
        "stop_sequences[*]": Label.PROMPT,
        "metadata.**": Label.METADATA,
        **ids("model", "anthropic_version"),
    },
    error_shape=ErrorShape.ANTHROPIC,
    replies=(Channel("completion"), *copies("error.message")),
    reply_ends=(End(path="stop_reason"),),
)
"""The text completions that came before messages: one prompt, turns and all."""
