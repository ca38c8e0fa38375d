"""OpenAI's APIs as OpenAI and the many compatible vendors serve them: chat, completions, embeddings.

Sources: the `openai` package's parameter types (3.52), the compatible vendors' own extra members, and
recorded bodies of Codex, Copilot, Continue and aider.
"""

from typing import Final

from proxy.formats.note import Note
from proxy.formats.refine import Refinement
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.table import ErrorShape, Format, Usage
from proxy.segment import Label

PROMPT_ONLY: Final = frozenset({Label.PROMPT})
URL: Final = ("http://", "https://")

COMMON: Final = {
    "model": Label.ID,
    "models[*]": Label.ID,
    "prompt_cache_key": Label.ID,
    "prompt_cache_retention": Label.ID,
    "service_tier": Label.ID,
    "tool_choice.**": Label.ID,
    "user": Label.METADATA,
    "safety_identifier": Label.METADATA,
    "metadata.**": Label.METADATA,
}

_MESSAGE: Final = {
    "role": Label.ID,
    "name": Label.METADATA,
    "content": Label.PROMPT,
    "content[*].type": Label.ID,
    "content[*].text": Label.PROMPT,
    "content[*].refusal": Label.PROMPT,
    "content[*].image_url": Label.ATTACHMENT,
    "content[*].image_url.url": Label.ATTACHMENT,
    "content[*].image_url.detail": Label.ID,
    "content[*].image_url.media_type": Label.ID,
    "content[*].input_audio.data": Label.ATTACHMENT,
    "content[*].input_audio.format": Label.ID,
    "content[*].video_url.url": Label.ATTACHMENT,
    "content[*].file.file_data": Label.ATTACHMENT,
    "content[*].file.filename": Label.METADATA,
    "content[*].file.file_id": Label.ID,
    "content[*].thinking.**": Label.OPAQUE,
    "content[*].signature": Label.OPAQUE,
    "content[*].encrypted_content": Label.OPAQUE,
    "content[*].cache_control.**": Label.ID,
    "content[*].copilot_cache_control.**": Label.ID,
    "refusal": Label.PROMPT,
    "audio.id": Label.ID,
    "tool_call_id": Label.ID,
    "tool_calls[*].id": Label.ID,
    "tool_calls[*].type": Label.ID,
    "tool_calls[*].function.name": Label.ID,
    "tool_calls[*].function.arguments": Label.TOOL_ARGUMENT,
    "tool_calls[*].custom.name": Label.ID,
    "tool_calls[*].custom.input": Label.TOOL_ARGUMENT,
    "tool_calls[*].extra_content.google.thought_signature": Label.OPAQUE,
    "function_call.name": Label.ID,
    "function_call.arguments": Label.TOOL_ARGUMENT,
    "reasoning": Label.OPAQUE,
    "reasoning_content": Label.OPAQUE,
    "reasoning_details.**": Label.OPAQUE,
    "reasoning_text": Label.OPAQUE,
    "reasoning_opaque": Label.OPAQUE,
    "encrypted_content": Label.OPAQUE,
    "signature": Label.OPAQUE,
    "cache_control.**": Label.ID,
    "copilot_cache_control.**": Label.ID,
}

FINISHED: Final = (End(path="choices[#].finish_reason"),)
_TEXT: Final = frozenset({"text", "refusal"})

# Reasoning is left alone: clients send it back, and then it must be as it came.
_CHAT_REPLIES: Final = (
    Channel("choices[#].delta.content", name="text"),
    Channel("choices[#].delta.content[*].text", name="text"),
    Channel("choices[#].delta.refusal", name="refusal", closes=_TEXT - {"refusal"}),
    Channel("choices[#].delta.audio.transcript"),
    Channel("choices[#].delta.tool_calls[#].function.arguments", Writing.JSON, closes=_TEXT),
    Channel("choices[#].delta.tool_calls[#].custom.input", closes=_TEXT),
    Channel("choices[#].delta.function_call.arguments", Writing.JSON, closes=_TEXT),
    *copies(
        "choices[#].message.content",
        "choices[#].message.content[*].text",
        "choices[#].message.refusal",
        "choices[#].message.audio.transcript",
        "choices[#].message.tool_calls[#].custom.input",
        "error.message",
    ),
    *copies(
        "choices[#].message.tool_calls[#].function.arguments",
        "choices[#].message.function_call.arguments",
        writing=Writing.JSON,
    ),
)

CHAT: Final = Format(
    id="openai.chat",
    routes=(r".*/chat/completions",),
    labels={
        **COMMON,
        **{f"messages[*].{path}": label for path, label in _MESSAGE.items()},
        "tools[*].**": Label.TOOL_SCHEMA,
        "tools[*].type": Label.ID,
        "tools[*].function.name": Label.ID,
        "tools[*].custom.name": Label.ID,
        "functions[*].**": Label.TOOL_SCHEMA,
        "functions[*].name": Label.ID,
        "function_call": Label.ID,
        "function_call.name": Label.ID,
        "response_format.**": Label.ID,
        "prediction.type": Label.ID,
        "prediction.content": Label.PROMPT,
        "prediction.content[*].type": Label.ID,
        "prediction.content[*].text": Label.PROMPT,
        "web_search_options.**": Label.METADATA,
        "modalities[*]": Label.ID,
        "audio.**": Label.ID,
        "reasoning_effort": Label.ID,
        "reasoning.effort": Label.ID,
        "verbosity": Label.ID,
        "thinking.type": Label.ID,
        "copilot_cache_control.**": Label.ID,
    },
    error_shape=ErrorShape.OPENAI,
    refinements=(
        Refinement("messages[*]", "role", Label.SYSTEM, PROMPT_ONLY, frozenset({"system", "developer"})),
        Refinement("messages[*]", "role", Label.TOOL_RESULT, PROMPT_ONLY, frozenset({"tool", "function"})),
        Refinement(
            "messages[*].content[*].image_url",
            "url",
            Label.PROMPT,
            frozenset({Label.ATTACHMENT}),
            prefixes=URL,
        ),
    ),
    notes=(Note("messages[*].content[*]", ("image_url", "file", "input_audio", "video_url")),),
    conversation=("messages",),
    reply_roles=frozenset({"assistant"}),
    conversation_ids=(("prompt_cache_key",),),
    usage=Usage(
        marker="usage",
        input=(("prompt_tokens",),),
        output=(("completion_tokens",),),
        cached=(
            ("prompt_tokens_details", "cached_tokens"),
            ("prompt_cache_hit_tokens",),  # DeepSeek
            ("cached_tokens",),  # Moonshot
        ),
    ),
    replies=_CHAT_REPLIES,
    reply_ends=FINISHED,
)

COMPLETIONS: Final = Format(
    id="openai.completions",
    routes=(r".*/completions",),
    labels={
        **COMMON,
        "prompt": Label.PROMPT,
        "prompt[*]": Label.PROMPT,
        "suffix": Label.PROMPT,
        "stop": Label.PROMPT,
        "stop[*]": Label.PROMPT,
        "extra.**": Label.PROMPT,  # Copilot: file path, language, neighbouring snippets
        "extra.language": Label.ID,
    },
    error_shape=ErrorShape.OPENAI,
    usage=CHAT.usage,
    replies=(Channel("choices[#].text"), *copies("error.message")),
    reply_ends=FINISHED,
)

EMBEDDINGS: Final = Format(
    id="openai.embeddings",
    routes=(r".*/embeddings", r".*/moderations"),
    labels={
        **COMMON,
        "input": Label.PROMPT,
        "input[*]": Label.PROMPT,
        "input[*].type": Label.ID,
        "input[*].text": Label.PROMPT,
        "input[*].image_url.url": Label.ATTACHMENT,
        "inputs[*]": Label.PROMPT,  # Copilot
        "encoding_format": Label.ID,
    },
    error_shape=ErrorShape.OPENAI,
    refinements=(Refinement("input[*].image_url", "url", Label.PROMPT, frozenset({Label.ATTACHMENT}), prefixes=URL),),
    usage=CHAT.usage,
)
