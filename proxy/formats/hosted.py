"""Vendors that run other people's models behind a form of their own: IBM, Replicate, RunPod, Cloudflare, GitLab.

Sources: the vendors' API references, and GitLab's open-source gateway.
"""

from typing import Final

from proxy.formats import anthropic, openai
from proxy.formats.compose import below, each, ids, labels_below, notes_below, refinements_below
from proxy.formats.reply import Channel, copies
from proxy.formats.table import ErrorShape, Format, Usage
from proxy.segment import Label

WATSONX: Final = Format(
    id="watsonx.text",
    routes=(r"/ml/v1/(?:deployments/[^/]+/)?text/(?:chat|generation|tokenization|embeddings|rerank)(?:_stream)?",),
    labels={
        **openai.CHAT.labels,
        **each(Label.PROMPT, "input", "inputs[*]", "inputs[*].text", "query"),
        **ids("model_id", "project_id", "space_id", "parameters.**", "tool_choice_option", "moderations.**"),
        **each(Label.PROMPT, "parameters.prompt_variables.**", "parameters.stop_sequences[*]"),
        "context": Label.PROMPT,
    },
    error_shape=ErrorShape.PLAIN,
    refinements=openai.CHAT.refinements,
    conversation=openai.CHAT.conversation,
    reply_roles=openai.CHAT.reply_roles,
    replies=(*openai.CHAT.replies, Channel("results[#].generated_text"), *copies("errors[*].message")),
    reply_ends=openai.CHAT.reply_ends,
    notes=openai.CHAT.notes,
    usage=Usage(
        marker="usage",
        input=(("prompt_tokens",),),
        output=(("completion_tokens",),),
        cached=(),
    ),
)

PREDICTIONS: Final = Format(
    id="predictions",
    routes=(r"/v1/(?:(?:models|deployments)/[^/]+/[^/]+/)?predictions", r"/v2/[^/]+/run(?:sync)?"),
    labels={
        "input": Label.PROMPT,
        "input.**": Label.PROMPT,
        **ids("version", "model", "webhook_events_filter[*]", "stream", "policy.**", "s3Config.**"),
        **each(Label.METADATA, "webhook", "webhook_completed"),
    },
    error_shape=ErrorShape.PLAIN,
    replies=copies("output", "output[*]", "error"),
)
"""Replicate and RunPod: whatever the model wants, below `input`."""

_INNER: Final = (openai.CHAT, anthropic.MESSAGES, openai.COMPLETIONS, openai.EMBEDDINGS)

UNIVERSAL: Final = Format(
    id="cloudflare.universal",
    routes=(r"/v1/[^/]+/[^/]+",),
    labels={
        **ids("[*].provider", "[*].endpoint"),
        "[*].headers.**": Label.METADATA,
        **labels_below("[*].query", _INNER),
    },
    error_shape=ErrorShape.OPENAI,
    refinements=refinements_below("[*].query", _INNER),
    notes=notes_below("[*].query", _INNER),
    replies=(*openai.CHAT.replies, *anthropic.MESSAGES.replies),
    reply_ends=(*openai.CHAT.reply_ends, *anthropic.MESSAGES.reply_ends),
)
"""A list of requests to try one after the other, each with the vendor that it is for."""

_FILE: Final = {
    **each(Label.PROMPT, "content_above_cursor", "content_below_cursor", "content", "prompt"),
    **each(Label.METADATA, "file_name", "name", "project_path"),
    **ids("language_identifier", "type", "model_name", "model_provider", "choices_count"),
    "context[*].content": Label.PROMPT,
    "context[*].name": Label.METADATA,
    "context[*].type": Label.ID,
    "user_instruction": Label.PROMPT,
    **ids("model", "provider"),
}

DUO: Final = Format(
    id="gitlab.duo",
    routes=(
        r"(?:/ai)?/v\d+/(?:code|completions|code/completions|code/generations)",
        r"(?:/ai)?/v\d+/chat/[a-z_]+",
        r"(?:/ai)?/v\d+/prompts/.+",
    ),
    labels={
        **_FILE,
        **ids(
            "project_id", "prompt_version", "prompt_id", "prompt_components[*].type", "prompt_components[*].metadata.**"
        ),
        **below("current_file", _FILE),
        **below("prompt_components[*].payload", _FILE),
        **below("messages[*]", openai.MESSAGE),
        **below("prompt_components[*].payload.content[*]", openai.MESSAGE),
        "messages[*].context.**": Label.PROMPT,
        "messages[*].additional_context[*].**": Label.PROMPT,
        "inputs.**": Label.PROMPT,
        "options.**": Label.METADATA,
        "model_metadata.**": Label.ID,
        "unavailable_resources[*]": Label.METADATA,
    },
    error_shape=ErrorShape.PLAIN,
    refinements=openai.CHAT.refinements,
    replies=(Channel(""), *copies("response", "choices[*].text", "detail")),
    conversation=("messages",),
    reply_roles=frozenset({"assistant"}),
)
