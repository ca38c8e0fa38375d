"""The chats that ChatGPT's and Claude's own pages and desktop applications hold.

Neither is documented. Sources: public projects that read or send these requests. A page keeps its history at the
vendor, so a request holds the newest message alone.
"""

from typing import Final

from proxy.formats.anthropic import MESSAGES
from proxy.formats.compose import below, definitions, each, ids
from proxy.formats.refine import Refinement
from proxy.formats.reply import Channel
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

_MESSAGE: Final = {
    **ids("id", "author.role", "author.name", "recipient", "status", "channel", "content.content_type"),
    **each(Label.PROMPT, "content.parts[*]", "content.text", "content.parts[*].text"),
    **ids("content.parts[*].content_type", "content.parts[*].asset_pointer", "content.language"),
    "metadata.**": Label.METADATA,
    "metadata.attachments[*].id": Label.ID,
}

CHATGPT: Final = Format(
    id="chatgpt.conversation",
    routes=(r"/backend-(?:api|anon)/(?:f/)?conversation(?:/prepare)?",),
    labels={
        **below("messages[*]", _MESSAGE),
        **below("partial_query", _MESSAGE),
        **ids("action", "conversation_id", "parent_message_id", "model", "conversation_mode.**", "system_hints[*]"),
        **ids("timezone", "supported_encodings[*]", "client_prepare_state", "websocket_request_id"),
        "client_contextual_info.**": Label.METADATA,
    },
    error_shape=ErrorShape.OPENAI,
    conversation=("messages",),
    conversation_ids=(("conversation_id",),),
)

CLAUDE: Final = Format(
    id="claude.conversation",
    routes=(r"/api/organizations/[^/]+/chat_conversations/[^/]+/(?:retry_)?completion",),
    labels={
        "prompt": Label.PROMPT,
        "attachments[*].extracted_content": Label.ATTACHMENT,
        **each(Label.METADATA, "attachments[*].file_name", "files[*].file_name", "sync_sources[*].**"),
        **ids("attachments[*].file_type", "attachments[*].id", "files[*]", "files[*].file_uuid", "model", "timezone"),
        **ids("parent_message_uuid", "turn_message_uuids.**", "rendering_mode", "locale"),
        **each(Label.SYSTEM, "custom_system_prompt", "personalized_styles[*].**"),
        **ids("personalized_styles[*].type", "personalized_styles[*].key", "personalized_styles[*].summaryKey"),
        "create_conversation_params.**": Label.ID,
        "create_conversation_params.name": Label.METADATA,
        **definitions("tools[*]"),
    },
    error_shape=ErrorShape.ANTHROPIC,
    replies=(Channel("completion"), *MESSAGES.replies),
    reply_ends=MESSAGES.reply_ends,
    refinements=(Refinement("personalized_styles[*]", "isDefault", Label.METADATA, frozenset({Label.SYSTEM})),),
)
