"""OpenAI's agents: what they are told, where they run, and the sessions in which they work.

Source: the `openai` package's parameter types (3.52). A session's events hold the same content as messages do.
"""

from typing import Final

from proxy.formats.compose import below, each, ids
from proxy.formats.note import Note
from proxy.formats.openai import COMMON
from proxy.formats.responses import parts
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

_AGENT: Final = {
    **ids("model", "reasoning.**", "service_tier", "text.verbosity", "text.format.type"),
    "instructions": Label.SYSTEM,
    "text.format.**": Label.TOOL_SCHEMA,
    "tools[*].**": Label.TOOL_SCHEMA,
    **ids("tools[*].type", "tools[*].name", "tools[*].server_label", "tools[*].credential_id", "tools[*].mode"),
    **ids("tools[*].transport.type", "tools[*].connection_origin", "tools[*].context_size"),
}

_PLACE: Final = {
    "**": Label.METADATA,
    **ids("type", "container_size", "environment_id", "environment_template_id", "network.access"),
    **ids("files[*].type", "files[*].file_id", "skills[*].type", "skills[*].skill_id", "skills[*].version"),
    **ids("skills[*].source.type", "skills[*].source.media_type", "plugins[*].type", "plugins[*].source.type"),
    "plugins[*].source.media_type": Label.ID,
    **each(Label.ATTACHMENT, "files[*].data", "skills[*].source.data", "plugins[*].source.data"),
    "setup_commands[*].command": Label.TOOL_ARGUMENT,
}

_INPUT: Final = {**ids("role", "type"), **parts("content", Label.PROMPT)}

AGENTS: Final = Format(
    id="openai.agents",
    routes=(
        r"/v1/agents(?:/[^/]+)?",
        r"/v1/agents/automations(?:/[^/]+(?:/invocations)?)?",
        r"/v1/agents/environments(?:/templates(?:/[^/]+)?)?",
        r"/v1/agents/sessions/[^/]+(?:/events)?",
    ),
    labels={
        **COMMON,
        **_AGENT,
        **below("agent", _AGENT),
        **below("environment", _PLACE),
        **ids("agent_id", "review", "vault_ids[*]", "idempotency_key"),
        "name": Label.METADATA,
        "input": Label.PROMPT,
        **below("input[*]", _INPUT),
        **ids("events[*].type", "events[*].request_id", "events[*].call_id", "events[*].turn_id"),
        **ids("events[*].response.**"),
        "events[*].response.fields[*].value": Label.PROMPT,
        **below("events[*].input[*]", _INPUT),
        **each(Label.TOOL_RESULT, "events[*].output", "events[*].error"),
        **parts("events[*].output", Label.TOOL_RESULT),
    },
    error_shape=ErrorShape.OPENAI,
    notes=tuple(
        Note(where, ("image_url",), "input_text")
        for where in ("input[*].content[*]", "events[*].input[*].content[*]", "events[*].output[*]")
    ),
)
