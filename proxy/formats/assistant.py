"""OpenAI's APIs that keep state at the vendor: assistants, threads and runs, vector stores, conversations,
containers, evaluations and fine-tuning.

Source: the `openai` package's parameter types (3.52). Azure serves most of them too.
"""

from typing import Final

from proxy.formats.compose import below, by_role, definitions, each, ids, linked, refined_below
from proxy.formats.note import Note
from proxy.formats.openai import COMMON
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.responses import FILES, ITEM, RESPONSES, parts, tools, whole_item
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

_TOOLS: Final = {
    **definitions("tools[*]"),
    **ids("tools[*].file_search.ranking_options.ranker"),
    "tool_resources.**": Label.ID,
    "tool_resources.file_search.vector_stores[*].metadata.**": Label.METADATA,
}

_MESSAGE: Final = {
    "content": Label.PROMPT,
    "content[*].text": Label.PROMPT,
    "content[*].image_url.url": Label.ATTACHMENT,
    **ids("role", "content[*].type", "content[*].image_file.**", "content[*].image_url.detail", "attachments[*].**"),
    "metadata.**": Label.METADATA,
}

_THREAD: Final = {
    **_TOOLS,
    **below("messages[*]", _MESSAGE),
    "metadata.**": Label.METADATA,
}

_PLACES: Final = ("", "messages[*].", "thread.messages[*].", "additional_messages[*].")
"""Where a message stands."""

ASSISTANTS: Final = Format(
    id="openai.assistants",
    routes=(
        r".*/assistants(?:/[^/]+)?",
        r".*/threads(?:/runs|/[^/]+)?",
        r".*/threads/[^/]+/(?:messages|runs)(?:/[^/]+)?",
        r".*/threads/[^/]+/runs/[^/]+/submit_tool_outputs",
    ),
    labels={
        **COMMON,
        **_TOOLS,
        **_MESSAGE,
        **_THREAD,
        **below("thread", _THREAD),
        **below("additional_messages[*]", _MESSAGE),
        **each(Label.SYSTEM, "instructions", "additional_instructions", "description"),
        "name": Label.METADATA,
        "response_format.**": Label.ID,
        **ids("assistant_id", "include[*]", "reasoning_effort", "response_format", "truncation_strategy.type"),
        "tool_outputs[*].output": Label.TOOL_RESULT,
        "tool_outputs[*].tool_call_id": Label.ID,
    },
    error_shape=ErrorShape.OPENAI,
    replies=(
        Channel("delta.content[#].text.value", key=("id",)),
        Channel("delta.step_details.tool_calls[#].function.arguments", Writing.JSON, key=("id",)),
        *copies("content[*].text.value", "data[*].content[*].text.value", "last_error.message", "error.message"),
        *copies(
            "step_details.tool_calls[*].function.arguments",
            "required_action.submit_tool_outputs.tool_calls[*].function.arguments",
            writing=Writing.JSON,
        ),
    ),
    reply_ends=(End(events=frozenset({"thread.message.completed", "thread.run.step.completed"}), key=("id",)),),
    refinements=tuple(linked(f"{place}content[*].image_url") for place in _PLACES),
    notes=tuple(Note(f"{place}content[*]", ("image_url",)) for place in _PLACES),
)

_STORE_FILE: Final = {
    **ids("file_id", "chunking_strategy.type"),
    "attributes.**": Label.METADATA,
}

VECTOR_STORES: Final = Format(
    id="openai.vector_stores",
    routes=(
        r".*/vector_stores(?:/[^/]+)?",
        r".*/vector_stores/[^/]+/(?:search|file_batches|files(?:/[^/]+)?)",
        r".*/containers(?:/[^/]+/files)?",
    ),
    labels={
        **_STORE_FILE,
        **below("files[*]", _STORE_FILE),
        **each(Label.PROMPT, "query", "query[*]", "filters.**"),
        **ids("filters.type", "filters.filters[*].type", "filters.key", "filters.filters[*].key"),
        **ids("file_ids[*]", "expires_after.anchor", "ranking_options.ranker", "memory_limit", "network_policy.type"),
        **each(Label.METADATA, "name", "description", "metadata.**", "network_policy.**"),
        **ids("skills[*].type", "skills[*].skill_id", "skills[*].version", "skills[*].source.type"),
        "skills[*].source.data": Label.ATTACHMENT,
    },
    error_shape=ErrorShape.OPENAI,
)

CONVERSATIONS: Final = Format(
    id="openai.conversations",
    routes=(r".*/v1/conversations(?:/[^/]+)?(?:/items)?",),
    labels={
        "metadata.**": Label.METADATA,
        **below("items[*]", ITEM),
        **parts("items[*].content", Label.PROMPT),
        **parts("items[*].output", Label.TOOL_RESULT),
        **tools("items[*].tools"),
    },
    error_shape=ErrorShape.OPENAI,
    refinements=by_role("items[*]"),
    replies=whole_item("data[*]"),
    notes=tuple(Note(f"items[*].{where}", FILES, "input_text") for where in ("content[*]", "output[*]")),
    conversation=("items",),
    reply_roles=RESPONSES.reply_roles,
    reply_types=RESPONSES.reply_types,
)

_TEMPLATE: Final = {
    "content": Label.PROMPT,
    "content.text": Label.PROMPT,
    "content.image_url": Label.ATTACHMENT,
    "content.input_audio.data": Label.ATTACHMENT,
    "content[*]": Label.PROMPT,
    **ids("role", "type", "phase", "content.type", "content.input_audio.format", "content.detail"),
    **parts("content", Label.PROMPT),
}

_GRADER: Final = {
    **ids("type", "name", "operation", "evaluation_metric", "model", "image_tag", "sampling_params.**"),
    **each(Label.PROMPT, "input", "reference", "labels[*]", "passing_labels[*]", "calculate_output"),
    "source": Label.TOOL_ARGUMENT,
    **below("input[*]", _TEMPLATE),
}

_SAMPLING: Final = {
    **ids("reasoning_effort", "response_format.type", "response_format.json_schema.name", "text.format.type"),
    "response_format.json_schema.**": Label.TOOL_SCHEMA,
    "text.format.**": Label.TOOL_SCHEMA,
    **definitions("tools[*]"),
}

EVALS: Final = Format(
    id="openai.evals",
    routes=(r".*/evals(?:/[^/]+)?(?:/runs)?", r".*/fine_tuning/jobs", r".*/fine_tuning/alpha/graders/(?:run|validate)"),
    labels={
        "metadata.**": Label.METADATA,
        "name": Label.METADATA,
        "data_source_config.type": Label.ID,
        "data_source_config.item_schema.**": Label.TOOL_SCHEMA,
        "data_source_config.metadata.**": Label.METADATA,
        **below("testing_criteria[*]", _GRADER),
        **ids("data_source.type", "data_source.model", "data_source.source.type", "data_source.source.id"),
        **ids(
            "data_source.source.model", "data_source.input_messages.type", "data_source.input_messages.item_reference"
        ),
        "data_source.source.content[*].**": Label.PROMPT,
        "data_source.source.metadata.**": Label.METADATA,
        **below("data_source.input_messages.template[*]", _TEMPLATE),
        **below("data_source.sampling_params", _SAMPLING),
        **ids("model", "training_file", "validation_file", "suffix", "method.type", "integrations[*].type"),
        "integrations[*].wandb.**": Label.METADATA,
        **each(Label.ID, "hyperparameters.**", "method.supervised.**", "method.dpo.**"),
        "method.reinforcement.hyperparameters.**": Label.ID,
        **below("method.reinforcement.grader", _GRADER),
        **below("method.reinforcement.grader.graders", _GRADER),
        **below("grader", _GRADER),
        **below("grader.graders", _GRADER),
        **each(Label.PROMPT, "model_sample", "item.**"),
    },
    error_shape=ErrorShape.OPENAI,
    refinements=refined_below(
        "data_source.input_messages",
        by_role("template[*]"),
    ),
)
