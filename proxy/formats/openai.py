"""OpenAI's APIs as OpenAI and the many compatible vendors serve them: chat, completions, embeddings.

Members that one vendor alone has stand here too: no two of them mean different things by one name.

Sources: the `openai` package's parameter types (3.52), the compatible vendors' own extra members, and
recorded bodies of Codex, Copilot, Continue and aider.
"""

from typing import Final

from proxy.formats.compose import below, by_role, definitions, each, ids, linked
from proxy.formats.note import Note
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.soft import Soft, SoftShape
from proxy.formats.table import ErrorShape, Format, Usage
from proxy.segment import Label

COMMON: Final = {
    **ids(
        "model",
        "models[*]",
        "prompt_cache_key",
        "prompt_cache_retention",
        "prompt_cache_options.**",
        "service_tier",
        "tool_choice.**",
        "moderation.**",
    ),
    **each(Label.METADATA, "user", "safety_identifier", "metadata.**"),
}

MESSAGE: Final = {
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
    **each(Label.ATTACHMENT, "content[*].document_url", "content[*].input_audio"),  # Mistral
    **each(Label.ATTACHMENT, "content[*].file_url.url", "content[*].file_url", "content[*].pdf_url"),  # Perplexity
    **each(Label.ATTACHMENT, "content[*].pdf_url.url", "content[*].video_url", "content[*].audio_url.url"),
    "content[*].video[*]": Label.ATTACHMENT,  # Qwen: frames
    **each(Label.METADATA, "content[*].document_name", "content[*].file_name", "content[*].metadata.**"),
    **each(Label.PROMPT, "content[*].uri", "content[*].content", "content[*].content.text"),
    **each(Label.ATTACHMENT, "content[*].content.image_url", "content[*].content.image_url.url"),
    **ids("content[*].file_id", "content[*].reference_ids[*]", "content[*].document.id", "content[*].content.type"),
    "content[*].document.data.**": Label.PROMPT,  # Groq
    "content[*].prompt_cache_breakpoint.**": Label.ID,
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
    "tool_calls[*].function.arguments.**": Label.TOOL_ARGUMENT,
    "tool_calls[*].custom.name": Label.ID,
    "tool_calls[*].custom.input": Label.TOOL_ARGUMENT,
    "tool_calls[*].extra_content.google.thought_signature": Label.OPAQUE,
    "function_call.name": Label.ID,
    "function_call.arguments": Label.TOOL_ARGUMENT,
    "reasoning": Label.OPAQUE,
    "reasoning_content": Label.OPAQUE,
    "reasoning_details.**": Label.OPAQUE,
    "reasoning_text": Label.OPAQUE,
    "reasoning_steps.**": Label.OPAQUE,
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

_EXTRAS: Final = {
    **ids("intent", "copilot_cache_control.**"),  # Copilot
    **ids("agent_id", "prompt_mode", "guardrails[*].**"),  # Mistral
    **ids("compliance", "context_length_exceeded_behavior", "safety_model"),  # Together
    **ids("provider.**", "transforms[*]", "route", "preset", "plugins[*].id", "plugins[*].engine"),  # OpenRouter
    **ids("search_mode", "search_recency_filter", "return_citations", "stream_mode", "thread_id"),  # Perplexity, xAI
    **ids("country", "language_preference", "search_language_filter[*]", "image_format_filter[*]", "ranking_model"),
    **ids("search_tenant", "file_workspace_id", "response_formatting_locale", "search_internal_properties.**"),
    **each(
        Label.METADATA, "response_metadata.**", "image_domain_filter[*]", "include_domains[*]", "exclude_domains[*]"
    ),
    "user_original_query": Label.PROMPT,
    **ids("citation_options", "reasoning_format", "compound_custom.**"),  # Groq
    **each(Label.METADATA, "search_domain_filter[*]", "search_parameters.**", "search_settings.**"),
    **each(Label.PROMPT, "documents[*].**", "plugins[*].search_prompt"),
    **each(Label.SYSTEM, "chat_template", "chat_template_kwargs.**"),  # vLLM
    **each(Label.TOOL_SCHEMA, "guided_json.**", "structured_outputs.**"),
    **each(Label.METADATA, "data_sources[*].**"),  # Azure: indexes of one's own data
    "data_sources[*].type": Label.ID,
    "data_sources[*].parameters.role_information": Label.SYSTEM,
}

_FILES: Final = ("image_url", "file", "input_audio", "video_url", "document_url", "file_url", "pdf_url")
"""Members of a content part that hold a file."""

CHAT: Final = Format(
    id="openai.chat",
    routes=(
        r".*/(?:chat|agents)/completions",
        r".*/v1/sonar",  # Perplexity
        r".*/publishers/(?!anthropic/)[^/]+/models/[^/]+:(?:rawPredict|streamRawPredict)",  # Vertex
    ),
    labels={
        **COMMON,
        **below("messages[*]", MESSAGE),
        **definitions("tools[*]"),
        "tools[*].custom.name": Label.ID,
        "tools[*].custom.format.type": Label.ID,
        "tools[*].custom.format.grammar.syntax": Label.ID,
        "functions[*].**": Label.TOOL_SCHEMA,
        "functions[*].name": Label.ID,
        "function_call": Label.ID,
        "function_call.name": Label.ID,
        "response_format.**": Label.ID,
        "stop": Label.PROMPT,
        "stop[*]": Label.PROMPT,
        "prediction.type": Label.ID,
        "prediction.content": Label.PROMPT,
        "prediction.content[*].type": Label.ID,
        "prediction.content[*].text": Label.PROMPT,
        "prediction.content[*].prompt_cache_breakpoint.**": Label.ID,
        "web_search_options.**": Label.METADATA,
        "web_search_options.search_context_size": Label.ID,
        "modalities[*]": Label.ID,
        "audio.**": Label.ID,
        "reasoning_effort": Label.ID,
        "reasoning.effort": Label.ID,
        "verbosity": Label.ID,
        "thinking.type": Label.ID,
        **_EXTRAS,
    },
    error_shape=ErrorShape.OPENAI,
    refinements=(
        *by_role("messages[*]"),
        linked("messages[*].content[*].image_url"),
    ),
    notes=(Note("messages[*].content[*]", _FILES),),
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
    soft=(Soft(SoftShape.CHAT),),
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
    soft=(Soft(SoftShape.COMPLETIONS),),
)

EMBEDDINGS: Final = Format(
    id="openai.embeddings",
    routes=(
        r".*/(?:multimodal|contextualized)?embeddings",
        r".*/moderations",
        r".*/v1/(?:chat/)?classifications",  # Mistral
    ),
    labels={
        **COMMON,
        "input": Label.PROMPT,
        "input[*]": Label.PROMPT,
        "input[*].type": Label.ID,
        "input[*].text": Label.PROMPT,
        "input[*].image_url.url": Label.ATTACHMENT,
        "input[*].image": Label.ATTACHMENT,  # Jina
        "input[*].pdf": Label.ATTACHMENT,
        **below("input[*]", MESSAGE),  # Mistral moderates chats
        **below("input[*][*]", MESSAGE),
        **below("inputs[*]", MESSAGE),
        **below("inputs[*][*]", MESSAGE),
        "input[*][*]": Label.PROMPT,  # Perplexity: the chunks of a document
        "inputs": Label.PROMPT,  # Mistral
        "inputs[*]": Label.PROMPT,  # Copilot
        "inputs[*][*]": Label.PROMPT,  # Voyage: the chunks of a document
        "inputs[*].content[*].type": Label.ID,
        "inputs[*].content[*].text": Label.PROMPT,
        "inputs[*].content[*].image_url": Label.ATTACHMENT,
        "inputs[*].content[*].image_base64": Label.ATTACHMENT,
        "instruction": Label.SYSTEM,
        **ids("encoding_format", "embedding_type", "embedding_types[*]", "output_dtype", "task", "input_type"),
    },
    error_shape=ErrorShape.OPENAI,
    notes=(Note("input[*]", ("image_url",)),),
    refinements=(linked("input[*].image_url"),),
    usage=CHAT.usage,
)
