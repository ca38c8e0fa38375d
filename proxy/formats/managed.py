"""What Anthropic keeps for a client: files, skills, and the sessions of agents that it runs.

Source: the `anthropic` package's parameter types (2.11). A session's events hold the same blocks as messages do.
"""

from dataclasses import replace
from typing import Final

from proxy.formats.anthropic import block, tool
from proxy.formats.compose import below, each, ids
from proxy.formats.note import Note
from proxy.formats.table import ErrorShape, Format
from proxy.formats.upload import FILES as OPENAI_FILES
from proxy.segment import Label

FILES: Final = replace(
    OPENAI_FILES,
    id="anthropic.files",
    routes=(r".*/v1/files", r".*/v1/skills(?:/[^/]+/versions)?"),
    error_shape=ErrorShape.ANTHROPIC,
)

_EVENT: Final = {
    **ids("type", "session_thread_id", "tool_use_id", "custom_tool_use_id", "result", "rubric.type", "rubric.file_id"),
    **each(Label.PROMPT, "deny_message", "description", "rubric.content"),
    **block("content[*]", Label.PROMPT),
    "content[*].content[*].type": Label.ID,
    "content[*].content[*].text": Label.TOOL_RESULT,
}

_AGENT: Final = {
    "": Label.ID,
    **ids("id", "type", "version", "model", "model.**", "skills[*].**", "multiagent.**", "execution_identity.**"),
    **each(Label.METADATA, "name", "description", "metadata.**", "mcp_servers[*].**"),
    **ids("mcp_servers[*].type", "mcp_servers[*].name"),
    "system": Label.SYSTEM,
    **tool("tools[*]"),
}

AGENTS: Final = Format(
    id="anthropic.agents",
    routes=(
        r".*/v1/(?:agents|sessions|deployments|memory_stores)(?:/[^/]+)?",
        r".*/v1/sessions/[^/]+/(?:events|resources)",
        r".*/v1/memory_stores/[^/]+/memories(?:/[^/]+)?",
        r".*/v1/dreams",
    ),
    labels={
        **{path: label for path, label in _AGENT.items() if path},
        **below("agent", _AGENT),
        **below("events[*]", _EVENT),
        **below("initial_events[*]", _EVENT),
        "content": Label.PROMPT,
        "instructions": Label.SYSTEM,
        **each(Label.METADATA, "title", "path", "schedule.**"),
        "resources[*].**": Label.METADATA,
        "resources[*].instructions": Label.SYSTEM,
        **ids("resources[*].type", "resources[*].file_id", "resources[*].memory_store_id", "resources[*].access"),
        **ids("environment_id", "vault_ids[*]", "betas[*]", "workspace_id", "view", "budget.**"),
        **ids("inputs[*].**", "output_behavior.**"),
    },
    error_shape=ErrorShape.ANTHROPIC,
    notes=tuple(Note(f"{where}.content[*]", ("source",)) for where in ("events[*]", "initial_events[*]")),
)
