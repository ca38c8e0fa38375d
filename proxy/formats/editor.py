"""Editors' and assistants' own services: Zed, JetBrains AI, Augment, Sourcegraph Cody.

None of them is documented by its vendor. Sources: Zed's and Cody's open source, and requests to the other two as
public projects that speak to them write them. What a table misses is scanned all the same.
"""

from typing import Final

from proxy.formats import anthropic, gemini, openai, responses
from proxy.formats.compose import (
    SAID,
    below,
    definitions,
    each,
    ids,
    labels_below,
    notes_below,
    refinements_below,
    replies_below,
)
from proxy.formats.note import Note
from proxy.formats.refine import Refinement
from proxy.formats.reply import Channel, End, Writing, copies
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

_PROVIDERS: Final = (anthropic.MESSAGES, responses.RESPONSES, openai.CHAT, gemini.GENERATE)

ZED: Final = Format(
    id="zed.completions",
    routes=(r"/(?:completions|count_tokens)",),
    labels={
        **ids("thread_id", "prompt_id", "intent", "mode", "provider", "model"),
        **labels_below("provider_request", _PROVIDERS),
    },
    error_shape=ErrorShape.PLAIN,
    refinements=refinements_below("provider_request", _PROVIDERS),
    snake_case=True,  # Google's
    notes=notes_below("provider_request", _PROVIDERS),
    replies=(*replies_below("event", (anthropic.MESSAGES, openai.CHAT, gemini.GENERATE)), *copies("message")),
    conversation=("provider_request", "messages"),
    other_conversations=(("provider_request", "input"), ("provider_request", "contents")),
    reply_roles=frozenset({"assistant", "model"}),
    reply_types=responses.RESPONSES.reply_types,
    conversation_ids=(("thread_id",),),
)
"""`provider` says whose request is wrapped. The tables of all of them hold at once."""

ZED_EDITS: Final = Format(
    id="zed.edits",
    routes=(r"/predict_edits(?:/.+)?", r"/web_search"),
    labels={
        **each(Label.PROMPT, "input_events", "input_excerpt", "outline", "speculated_output", "query"),
        **each(Label.PROMPT, "diagnostic_groups[*].**", "excerpt", "events[*].**", "included_files[*].**"),
        **each(Label.PROMPT, "signatures[*].**", "referenced_declarations[*].**"),
        **each(Label.METADATA, "excerpt_path", "git_info.**", "cursor_point.**"),
        **ids("git_info.head_sha", "trigger", "request_id", "prompt_format", "debug_info", "model", "environment"),
        "input.**": Label.PROMPT,
    },
    error_shape=ErrorShape.PLAIN,
    replies=copies("output_excerpt", "output", "message"),
)

_TEXT: Final = frozenset({"text"})

JETBRAINS: Final = Format(
    id="jetbrains.chat",
    routes=(
        r".*/llm/chat(?:/stream)?/v\d+",
        r".*/llm/responses/stream/v\d+",
        r".*/task/(?:stream/)?[^/]+(?:/v\d+)?(?:/.+)?",
    ),
    labels={
        **ids("prompt", "profile"),
        **ids(
            "chat.messages[*].type", "chat.messages[*].id", "chat.messages[*].toolName", "chat.messages[*].mediaType"
        ),
        "chat.messages[*].content": Label.PROMPT,
        "chat.messages[*].result": Label.TOOL_RESULT,
        "chat.messages[*].data": Label.ATTACHMENT,
        "chat.messages[*].functionCall.**": Label.TOOL_ARGUMENT,
        "chat.messages[*].signature": Label.OPAQUE,
        "parameters.data[*].**": Label.TOOL_SCHEMA,
        **ids("parameters.data[*].type", "parameters.data[*].fqdn"),
        "parameters.**": Label.METADATA,
    },
    error_shape=ErrorShape.PLAIN,
    refinements=(
        Refinement("chat.messages[*]", "type", Label.SYSTEM, SAID, frozenset({"system_message"})),
        Refinement("chat.messages[*]", "type", Label.TOOL_RESULT, SAID, frozenset({"function_message"})),
        Refinement("chat.messages[*]", "type", Label.TOOL_ARGUMENT, SAID, frozenset({"assistant_message_tool"})),
    ),
    replies=(
        Channel("content", name="text", events=frozenset({"Content"})),
        Channel("content", Writing.JSON, "arguments", ("id",), frozenset({"ToolCall", "FunctionCall"}), closes=_TEXT),
    ),
    reply_ends=(End(events=frozenset({"FinishMetadata"})),),
    notes=(Note("chat.messages[*]", ("data",), "user_message", "content"),),
    conversation=("chat", "messages"),
    reply_types=frozenset({"assistant_message", "assistant_message_text", "assistant_message_tool"}),
)

_NODE: Final = {
    "text_node.content": Label.PROMPT,
    **each(Label.TOOL_RESULT, "tool_result_node.content", "tool_result_node.content_nodes[*].text_content"),
    **ids("tool_result_node.tool_use_id", "tool_result_node.request_id"),
    **each(Label.ATTACHMENT, "image_node.image_data", "tool_result_node.content_nodes[*].image_content.image_data"),
    "image_id_node.image_id": Label.ID,
    "ide_state_node.**": Label.METADATA,
    "edit_events_node.**": Label.PROMPT,
    "content": Label.PROMPT,
    **ids("tool_use.tool_use_id", "tool_use.tool_name", "tool_use.mcp_server_name"),
    "tool_use.input_json": Label.TOOL_ARGUMENT,
    "thinking.**": Label.OPAQUE,
}

_CODE: Final = {
    **each(
        Label.PROMPT, "prefix", "suffix", "selected_code", "prompt", "instruction", "code_block", "target_file_content"
    ),
    **each(Label.PROMPT, "recency_info.**", "edit_events[*].**", "diagnostics[*].**", "information_request"),
    **each(Label.METADATA, "path", "lang", "target_file_path", "vcs_change.**", "workspace_folders[*]"),
}

AUGMENT: Final = Format(
    id="augment.chat",
    routes=(
        r"/(?:chat-stream|chat|prompt-enhancer|instruction-stream|smart-paste-stream|generate-commit-message-stream)",
        r"/(?:completion|chat-input-completion|edit|next-edit-stream|memorize|batch-upload|save-chat)",
        r"/(?:agents/.+|find-missing|checkpoint-blobs|remote-agents/.+)",
    ),
    labels={
        **_CODE,
        "message": Label.PROMPT,
        **below("nodes[*]", _NODE),
        **below("structured_request_nodes[*]", _NODE),
        **each(Label.PROMPT, "chat_history[*].request_message", "chat_history[*].response_text"),
        **below("chat_history[*].request_nodes[*]", _NODE),
        **below("chat_history[*].response_nodes[*]", _NODE),
        "chat_history[*].request_id": Label.ID,
        **each(Label.SYSTEM, "user_guidelines", "workspace_guidelines", "agent_memories", "rules[*].content"),
        **each(Label.SYSTEM, "system_prompt", "system_prompt_append", "persona_type"),
        **each(
            Label.METADATA, "rules[*].path", "rules[*].description", "user_guided_blobs[*]", "external_source_ids[*]"
        ),
        **each(Label.PROMPT, "blobs[*].content", "t", "dialog[*].request_message", "dialog[*].response_text"),
        "blobs[*].path": Label.METADATA,
        **ids("model", "mode", "silent", "conversation_id", "third_party_override.**", "tool_definitions[*].name"),
        **ids("blobs.checkpoint_id", "blobs.added_blobs[*]", "blobs.deleted_blobs[*]", "blobs[*].blob_name"),
        **ids("mem_object_names[*]", "blob_names[*]", "context_code_exchange_request_id", "feature_detection_flags.**"),
        "tool_definitions[*].**": Label.TOOL_SCHEMA,
    },
    error_shape=ErrorShape.PLAIN,
    replies=(
        Channel("text"),
        *copies("nodes[*].content", "completion_items[*].text", "completions[*].text", "modified_code", "error"),
        *copies("nodes[*].tool_use.input_json", writing=Writing.JSON),
    ),
    conversation=("chat_history",),
    current=("nodes",),
    reply_members=frozenset({"response_text", "response_nodes"}),
    conversation_ids=(("conversation_id",),),
)
"""An element of `chat_history` is a question with its answer; what is asked now stands beside it."""

CODY: Final = Format(
    id="sourcegraph.completions",
    routes=(r".*/\.api/completions/(?:stream|code)", r".*/\.api/graphql"),
    labels={
        **ids("messages[*].speaker", "messages[*].role", "messages[*].content[*].type", "messages[*].cacheEnabled"),
        **each(Label.PROMPT, "messages[*].text", "messages[*].content", "messages[*].content[*].text"),
        "messages[*].content[*].image_url.url": Label.ATTACHMENT,
        **ids("messages[*].content[*].tool_call.id", "messages[*].content[*].tool_call.name"),
        "messages[*].content[*].tool_call.arguments": Label.TOOL_ARGUMENT,
        "messages[*].content[*].tool_result.id": Label.ID,
        "messages[*].content[*].tool_result.content": Label.TOOL_RESULT,
        **definitions("tools[*]"),
        **ids("model", "reasoningEffort"),
        "stopSequences[*]": Label.PROMPT,
        "prediction.content": Label.PROMPT,
        "rewriteSpeculation.**": Label.PROMPT,
        "query": Label.TOOL_SCHEMA,  # the text of a GraphQL query; what is asked for stands in its variables
        "variables.**": Label.PROMPT,
        "operationName": Label.ID,
    },
    error_shape=ErrorShape.PLAIN,
    notes=(Note("messages[*].content[*]", ("image_url",)),),
    replies=(Channel("deltaText"), Channel("completion"), *copies("error")),
    reply_ends=(End(path="stopReason"),),
    refinements=(Refinement("messages[*]", "speaker", Label.SYSTEM, SAID, frozenset({"system"})),),
    conversation=("messages",),
    reply_roles=frozenset({"assistant"}),
)
