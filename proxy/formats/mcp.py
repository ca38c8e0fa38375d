"""Model Context Protocol: JSON-RPC between a client and a tool server that a vendor runs.

Source: the protocol's schema (2025-11). What a model asked a tool is a tool argument, what the client answers to
the server's own questions (sampling, elicitation) a tool result. An error is answered as plain JSON: the SDKs
show the body of a 400.
"""

from typing import Final

from proxy.formats.compose import below, ids
from proxy.formats.reply import Writing, copies
from proxy.formats.table import ErrorShape, Format
from proxy.segment import Label

_MESSAGE: Final = {
    **ids("jsonrpc", "id", "method", "params.name", "params.cursor", "params.requestId", "params.progressToken"),
    "params._meta.**": Label.METADATA,
    "params._meta.progressToken": Label.ID,
    "params.arguments.**": Label.TOOL_ARGUMENT,
    "params.uri": Label.TOOL_ARGUMENT,
    "params.argument.value": Label.TOOL_ARGUMENT,
    **ids("params.argument.name", "params.ref.type", "params.ref.name", "params.level", "params.protocolVersion"),
    "params.context.arguments.**": Label.TOOL_ARGUMENT,
    "params.clientInfo.**": Label.METADATA,
    "params.capabilities.**": Label.ID,
    "params.reason": Label.METADATA,
    "params.data.**": Label.METADATA,
    "result.**": Label.TOOL_RESULT,
    **ids("result.role", "result.model", "result.stopReason", "result.content.type", "result.action"),
    "result.content.data": Label.ATTACHMENT,
    "result.roots[*].**": Label.METADATA,
    "error.**": Label.TOOL_RESULT,
}

JSON_RPC: Final = Format(
    id="mcp.jsonrpc",
    routes=(r".*/mcp(?:/.*)?",),
    labels={**_MESSAGE, **below("[*]", _MESSAGE)},
    error_shape=ErrorShape.PLAIN,
    replies=(
        *copies(
            "result.content[*].text", "result.contents[*].text", "result.messages[*].content.text", "error.message"
        ),
        *copies("result.content[*].resource.text", "params.message", "params.messages[*].content.text"),
        *copies("result.structuredContent", writing=Writing.TREE),
    ),
)
"""A message, or a batch of them."""
