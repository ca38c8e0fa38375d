"""GitHub Copilot's own routes beside the shared ones: code search and its index, agents, code matching.

Sources: the routes in `@vscode/copilot-api` (0.5.2), and what vscode-copilot-chat and GitHub's command line send
to them. Names that tell the vendor which repository or file is meant are METADATA: they may hold a secret too.
"""

from typing import Final

from proxy.formats.compose import below, by_role, definitions, each, ids
from proxy.formats.openai import CHAT, COMMON, MESSAGE
from proxy.formats.reply import Channel, copies
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

INDEX: Final = Format(
    id="copilot.index",
    routes=(
        r"/chunks",
        r"(?:/external)?/embeddings/code/search",
        r"/external/code/ingest(?:/[a-z_]+)?",
        r"/(?:search|skills)(?:/.+)?",
        r"/twirp/github\.snippy\.v1\.SnippyAPI/[A-Za-z]+",
    ),
    labels={
        **each(Label.PROMPT, "content", "query", "prompt", "source", "queries[*]"),
        **each(Label.METADATA, "path", "file_path", "scoping_query", "fileset_name"),
        **ids(
            "languageId",
            "language_id",
            "embedding_model",
            "local_hashes[*]",
            "ingest_id",
            "doc_id",
            "page_token",
            "cursor",
            "distance",
        ),
        **each(Label.OPAQUE, "new_checkpoint", "geo_filter", "coded_symbols.**"),
    },
    error_shape=ErrorShape.OPENAI,
)

_CONTEXT: Final = {
    **each(Label.PROMPT, "content", "text", "contents", "data.**", "diff", "patch"),
    **each(Label.METADATA, "path", "url", "name", "title", "repository.**", "ref", "commitOID"),
    **ids("type", "id", "languageName", "languageID", "is_implicit"),
}

AGENTS: Final = Format(
    id="copilot.agents",
    routes=(
        r"/agents/(?!sessions)[^/]+",
        r"/agents/swe/.+",
        r"/agents/sessions(?:/.+)?",
        r"/agents/tasks(?:/.+)?",
        r".*/chat/threads(?:/[^/]+/messages)?",
        r"/(?:auto|intent|models/session/intent)",
    ),
    labels={
        **COMMON,
        **below("messages[*]", MESSAGE),
        **below("messages[*].copilot_references[*]", _CONTEXT),
        **below("references[*]", _CONTEXT),
        **below("context[*]", _CONTEXT),
        **each(Label.PROMPT, "content", "prompt", "problem_statement", "event_content", "subject", "fact"),
        **each(Label.SYSTEM, "customInstructions[*]", "custom_instructions", "instructions"),
        **each(Label.METADATA, "title", "name", "run_name", "cwd", "repo", "branch", "citations[*]", "category"),
        **each(Label.METADATA, "pull_request.**", "base_ref", "head_ref"),
        **each(Label.PROMPT, "pull_request.title", "pull_request.body_placeholder", "pull_request.body_suffix"),
        **ids("event_type", "event_url", "custom_agent", "mode", "intent", "responseMessageID", "parentMessageID"),
        **ids("copilot_thread_id", "agent", "agent_id", "session_id", "available_models[*]", "events[*].type"),
        **ids("events[*].id", "events[*].parentId", "events[*].sessionId"),
        "events[*].data.**": Label.PROMPT,
        "events[*].data.model": Label.ID,
        **definitions("tools[*]"),
        "skills[*]": Label.ID,
    },
    error_shape=ErrorShape.OPENAI,
    refinements=by_role("messages[*]"),
    replies=(Channel("body", events=frozenset({"content"})), *CHAT.replies, *copies("message.content")),
    reply_ends=CHAT.reply_ends,
    conversation=("messages",),
    reply_roles=frozenset({"assistant"}),
    conversation_ids=(("copilot_thread_id",),),
    methods=frozenset({"POST", "PUT"}),
)
