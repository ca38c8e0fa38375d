"""Cohere's own APIs: chat in its two versions, embeddings, ranking, and the older calls with one text.

Sources: the `cohere` package's parameter types (7.3), which its clients on Bedrock and Azure send as well.
"""

from dataclasses import replace
from typing import Final

from proxy.formats import ranking
from proxy.formats.compose import SAID, below, by_role, definitions, each, ids, linked
from proxy.formats.note import Note
from proxy.formats.refine import Refinement
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.soft import Soft, SoftShape
from proxy.formats.table import ErrorShape, Format, Usage
from proxy.segment import Label

_USAGE: Final = Usage(marker="tokens", input=(("input_tokens",),), output=(("output_tokens",),), cached=())

_COMMON: Final = {
    **ids("model", "priority", "safety_mode", "response_format.**", "tool_choice", "thinking.**"),
    "stop_sequences[*]": Label.PROMPT,
    "citation_options.**": Label.ID,
    **definitions("tools[*]"),
    "documents[*]": Label.PROMPT,
    "documents[*].**": Label.PROMPT,
    "documents[*].id": Label.ID,
}

_MESSAGE: Final = {
    **ids("role", "tool_call_id", "tool_calls[*].id", "tool_calls[*].type", "tool_calls[*].function.name"),
    **each(Label.PROMPT, "content", "content[*].text"),
    **ids("content[*].type", "content[*].image_url.detail", "content[*].document.id"),
    "content[*].image_url.url": Label.ATTACHMENT,
    "content[*].thinking": Label.OPAQUE,
    "content[*].document.data": Label.PROMPT,
    "content[*].document.data.**": Label.PROMPT,
    "tool_plan": Label.PROMPT,
    "tool_calls[*].function.arguments": Label.TOOL_ARGUMENT,
    "citations[*].**": Label.ID,
    "citations[*].text": Label.PROMPT,
    "citations[*].sources[*].document.**": Label.PROMPT,
    "citations[*].sources[*].tool_output.**": Label.TOOL_RESULT,
}

_INDEX: Final = ("index",)

CHAT: Final = Format(
    id="cohere.chat",
    routes=(r".*/v2/chat",),
    labels={**_COMMON, **below("messages[*]", _MESSAGE)},
    error_shape=ErrorShape.COHERE,
    notes=(Note("messages[*].content[*]", ("image_url",)),),
    refinements=(
        *by_role("messages[*]"),
        linked("messages[*].content[*].image_url"),
    ),
    conversation=("messages",),
    reply_roles=frozenset({"assistant"}),
    usage=_USAGE,
    replies=(
        Channel("delta.message.content.text", key=_INDEX, events=frozenset({"content-delta"})),
        Channel("delta.message.tool_plan", events=frozenset({"tool-plan-delta"})),
        Channel(
            "delta.message.tool_calls.function.arguments",
            Writing.JSON,
            key=_INDEX,
            events=frozenset({"tool-call-delta"}),
        ),
        *copies("delta.message.citations.text", "message.content[*].text", "message.tool_plan", "message"),
        *copies("message.tool_calls[*].function.arguments", writing=Writing.JSON),
    ),
    reply_ends=(
        End(events=frozenset({"content-end", "tool-call-end"}), key=_INDEX),
        End(events=frozenset({"message-end"})),
    ),
    soft=(Soft(SoftShape.COHERE),),
)

_RESULT: Final = {
    "call.name": Label.ID,
    "call.parameters.**": Label.TOOL_ARGUMENT,
    "outputs[*].**": Label.TOOL_RESULT,
}

CHAT_V1: Final = Format(
    id="cohere.chat_v1",
    routes=(r".*/v1/chat",),
    labels={
        **_COMMON,
        "message": Label.PROMPT,
        "preamble": Label.SYSTEM,
        **ids("conversation_id", "prompt_truncation", "citation_quality", "connectors[*].id"),
        "connectors[*].options.**": Label.METADATA,
        "chat_history[*].role": Label.ID,
        "chat_history[*].message": Label.PROMPT,
        "chat_history[*].tool_calls[*].name": Label.ID,
        "chat_history[*].tool_calls[*].parameters.**": Label.TOOL_ARGUMENT,
        **below("chat_history[*].tool_results[*]", _RESULT),
        **below("tool_results[*]", _RESULT),
    },
    error_shape=ErrorShape.COHERE,
    refinements=(Refinement("chat_history[*]", "role", Label.SYSTEM, SAID, frozenset({"SYSTEM"})),),
    conversation=("chat_history",),
    current=("message",),
    reply_roles=frozenset({"CHATBOT"}),
    conversation_ids=(("conversation_id",),),
    usage=_USAGE,
    replies=(
        Channel("text"),
        *copies("response.text", "citations[*].text", "message"),
        *copies("tool_calls[*].parameters", "response.tool_calls[*].parameters", writing=Writing.TREE),
    ),
    reply_ends=(End(path="is_finished"),),
)

TEXT: Final = Format(
    id="cohere.text",
    routes=(r".*/v[12]/(?:embed|classify|tokenize|detokenize|summarize|generate)", r".*/v2/parse"),
    labels={
        **_COMMON,
        **each(Label.PROMPT, "text", "texts[*]", "prompt", "inputs[*]", "examples[*].text", "examples[*].label"),
        **each(Label.PROMPT, "inputs[*].content[*].text", "additional_command", "end_sequences[*]"),
        **each(Label.ATTACHMENT, "images[*]", "inputs[*].content[*].image_url.url", "document", "document.**"),
        **ids("inputs[*].content[*].type", "input_type", "embedding_types[*]", "truncate", "preset", "document.type"),
        **ids("length", "format", "extractiveness", "output_format"),
    },
    error_shape=ErrorShape.COHERE,
    replies=(
        Channel("text"),
        *copies("generations[*].text", "prompt", "classifications[*].input", "summary", "message"),
    ),
    reply_ends=(End(path="is_finished"),),
)

RERANK: Final = replace(
    ranking.RANKING, id="cohere.rerank", routes=(r".*/v[12]/rerank",), error_shape=ErrorShape.COHERE
)
