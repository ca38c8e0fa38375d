"""Which API a request speaks: the closed list of formats and the choice by vendor, method and path.

A header never decides: the same `anthropic-version` appears on three vendors that frame their errors
differently.
"""

from typing import TYPE_CHECKING, Final

from proxy.formats import (
    agent,
    amazonq,
    anthropic,
    assistant,
    bedrock,
    cohere,
    copilot,
    dashscope,
    editor,
    gemini,
    generic,
    hosted,
    huggingface,
    live,
    managed,
    mcp,
    media,
    mistral,
    ollama,
    openai,
    predict,
    ranking,
    realtime,
    responses,
    upload,
    webapp,
)
from proxy.formats.reply import Channel, End, Writing
from proxy.formats.table import ErrorShape, Format, Path, Usage

if TYPE_CHECKING:
    from proxy.vendor import Vendor

__all__ = [
    "FORMATS",
    "GENERIC",
    "Channel",
    "End",
    "ErrorShape",
    "Format",
    "Path",
    "Usage",
    "Writing",
    "identify",
]

GENERIC: Final = generic.JSON[ErrorShape.PLAIN]
FORMATS: Final[dict[str, Format]] = {
    fmt.id: fmt
    for fmt in (
        openai.CHAT,
        responses.RESPONSES,
        openai.COMPLETIONS,
        openai.EMBEDDINGS,
        media.AUDIO,
        media.IMAGES,
        upload.FILES,
        upload.BATCHES,
        assistant.ASSISTANTS,
        assistant.VECTOR_STORES,
        assistant.CONVERSATIONS,
        assistant.EVALS,
        agent.AGENTS,
        realtime.REALTIME,
        anthropic.MESSAGES,
        anthropic.COMPLETE,
        managed.FILES,
        managed.AGENTS,
        gemini.GENERATE,
        gemini.CODE_ASSIST,
        gemini.BATCH,
        gemini.FILES,
        predict.EMBED,
        predict.PREDICT,
        live.LIVE,
        live.INTERACTIONS,
        bedrock.CONVERSE,
        bedrock.INVOKE,
        bedrock.GUARDRAIL,
        bedrock.AGENTS,
        cohere.CHAT,
        cohere.CHAT_V1,
        cohere.TEXT,
        cohere.RERANK,
        mistral.CONVERSATIONS,
        mistral.OCR,
        dashscope.GENERATION,
        ollama.CHAT,
        ollama.GENERATE,
        huggingface.INFERENCE,
        ranking.RANKING,
        ranking.TOKENS,
        ranking.SEARCH,
        copilot.INDEX,
        copilot.AGENTS,
        amazonq.CONVERSATION,
        editor.ZED,
        editor.ZED_EDITS,
        editor.JETBRAINS,
        editor.AUGMENT,
        editor.CODY,
        gemini.CODE_ASSIST_CHAT,
        hosted.WATSONX,
        hosted.PREDICTIONS,
        hosted.UNIVERSAL,
        hosted.DUO,
        webapp.CHATGPT,
        webapp.CLAUDE,
        mcp.JSON_RPC,
        generic.CONNECT_STREAM,
    )
}
"""The formats a vendor file may list, by id."""

LONGEST_ROUTE_CHARS: Final = 1024
"""No API's path is longer; patterns need time in proportion to it."""


def identify(method: str, host: str, target: str, vendor: "Vendor | None") -> Format:
    """The first of the vendor's formats that serves this request, else the generic one in its error shape.

    `target` is the request target as sent; its query is ignored. A route that is missed costs ids their
    protection from being rewritten, never a string unread: the generic format calls every leaf UNKNOWN. So
    does any telemetry host.
    """
    if vendor is None:
        return GENERIC
    path = target.partition("?")[0]
    if len(path) <= LONGEST_ROUTE_CHARS and not vendor.is_telemetry(host):
        for format_id in vendor.formats:
            if FORMATS[format_id].serves(method, path):
                return FORMATS[format_id]
    return generic.JSON[vendor.error_shape]
