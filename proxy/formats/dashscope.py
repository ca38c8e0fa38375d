"""Alibaba's DashScope in its own form: a task's `input` beside its `parameters`.

Source: the `dashscope` package (2.0). Its OpenAI- and Anthropic-compatible routes are those APIs' own formats.
"""

from typing import Final

from proxy.formats.compose import below, by_role, definitions, each, ids
from proxy.formats.note import Note
from proxy.formats.reply import Channel, Writing, copies
from proxy.formats.table import ErrorShape, Format, Usage
from proxy.segment import Label

_MESSAGE: Final = {
    **ids("role", "tool_call_id", "name", "tool_calls[*].id", "tool_calls[*].type", "tool_calls[*].function.name"),
    **each(Label.PROMPT, "content", "content[*].text", "content[*]"),
    **each(Label.ATTACHMENT, "content[*].image", "content[*].audio", "content[*].video", "content[*].video[*]"),
    "content[*].type": Label.ID,
    "content[*].cache_control.**": Label.ID,
    "tool_calls[*].function.arguments": Label.TOOL_ARGUMENT,
    "reasoning_content": Label.OPAQUE,
}

_INPUT: Final = {
    **each(Label.PROMPT, "prompt", "negative_prompt", "text", "texts[*]", "query", "documents[*]", "documents[*].**"),
    **below("messages[*]", _MESSAGE),
    **each(Label.PROMPT, "history[*].user", "history[*].bot", "contents[*].text", "biz_params.**", "query.text"),
    **each(Label.ATTACHMENT, "contents[*].image", "contents[*].video", "contents[*].multi_images[*]", "query.image"),
    **each(Label.ATTACHMENT, "ref_img", "base_image_url", "mask_image_url", "img_url", "images[*]", "image_list[*]"),
    **each(Label.ATTACHMENT, "file_urls[*]", "audio", "url"),
    **ids("session_id", "memory_id", "voice", "language_type"),
}

GENERATION: Final = Format(
    id="dashscope.generation",
    routes=(
        r".*/api/v1/services/.+",
        r".*/api/v1/apps/[^/]+/completion",
        r".*/api-ws/v1/inference",
    ),
    labels={
        **ids("model", "task_id"),
        **below("input", _INPUT),
        "parameters.**": Label.ID,
        **definitions("parameters.tools[*]"),
        **each(Label.PROMPT, "parameters.stop", "parameters.stop[*]"),
        "parameters.response_format.**": Label.TOOL_SCHEMA,
        "parameters.response_format.type": Label.ID,
        "resources[*].**": Label.ID,
        # a task over WebSocket
        "header.**": Label.ID,
        **ids("payload.task_group", "payload.task", "payload.function", "payload.model", "payload.parameters.**"),
        **below("payload.input", _INPUT),
    },
    error_shape=ErrorShape.PLAIN,
    refinements=by_role("input.messages[*]"),
    replies=(
        Channel("output.text"),
        Channel("output.choices[#].message.content", name="text"),
        Channel("output.choices[#].message.content[*].text", name="text"),
        Channel("output.choices[#].message.tool_calls[#].function.arguments", Writing.JSON),
        *copies("output.results[*].document.text", "payload.output.sentence.text", "message"),
    ),
    notes=(Note("input.messages[*].content[*]", ("image", "audio", "video"), None),),
    conversation=("input", "messages"),
    reply_roles=frozenset({"assistant"}),
    conversation_ids=(("input", "session_id"),),
    usage=Usage(
        marker="usage",
        input=(("input_tokens",),),
        output=(("output_tokens",),),
        cached=(("prompt_tokens_details", "cached_tokens"),),
    ),
    methods=frozenset({"POST", "WEBSOCKET"}),
)
