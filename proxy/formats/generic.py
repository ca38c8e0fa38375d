"""Formats without a table: any JSON to a known AI host, and RPC streams whose error is a frame.

Every leaf is UNKNOWN, so it is scanned and may be rewritten as a prompt is.
"""

from typing import Final

from proxy.formats.table import ErrorShape, Format

JSON: Final = {shape: Format(id="generic.json", routes=(), labels={}, error_shape=shape) for shape in ErrorShape}
"""The fallback, once per error shape: which one is worded by the vendor's file."""

CONNECT_STREAM: Final = Format(
    id="connect.stream",
    routes=(
        r"/aiserver\.v1\.[A-Za-z]+/Stream[A-Za-z]*",  # Cursor: chat, tab completion
        r"/agent\.v1\.AgentService/Run[A-Za-z]*",  # Cursor: agent
        r"/exa\.[a-z_]+_pb\.[A-Za-z]+/(?:GetChatMessage|GetStreaming[A-Za-z]+)",  # Windsurf, Codeium
    ),
    labels={},
    error_shape=ErrorShape.CONNECT_STREAM,
)
"""Connect server streams. Clients read an error from the last frame of a 200 answer, not from a body."""
