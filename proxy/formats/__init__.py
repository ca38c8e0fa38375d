"""Which API a request speaks: the closed list of formats and the choice by vendor, method and path.

A header never decides: the same `anthropic-version` appears on three vendors that frame their errors
differently.
"""

from typing import TYPE_CHECKING, Final

from proxy.formats import anthropic, gemini, generic, openai, responses
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
        anthropic.MESSAGES,
        gemini.GENERATE,
        gemini.CODE_ASSIST,
        generic.CONNECT_STREAM,
    )
}
"""The formats a vendor file may list, by id."""


def identify(method: str, host: str, target: str, vendor: "Vendor | None") -> Format:
    """The first of the vendor's formats that serves this request, else the generic one in its error shape.

    `target` is the request target as sent; its query is ignored. A route that is missed costs ids their
    protection from being rewritten, never a string unread: the generic format calls every leaf UNKNOWN. So
    does any telemetry host.
    """
    if vendor is None:
        return GENERIC
    if not vendor.is_telemetry(host):
        path = target.partition("?")[0]
        for format_id in vendor.formats:
            if FORMATS[format_id].serves(method, path):
                return FORMATS[format_id]
    return generic.JSON[vendor.error_shape]
