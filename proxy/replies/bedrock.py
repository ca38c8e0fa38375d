"""Messages as Bedrock's converse gives them. Pure. Source: the service model in `botocore` (1.44)."""

from collections.abc import Iterator
from typing import Final

from proxy.replies.said import Event, Members, Said

_USAGE: Final = {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0}
_METRICS: Final = {"latencyMs": 0}


def conversed(said: Said) -> Members:
    message = {"role": "assistant", "content": [{"text": said.text}]}
    return {"output": {"message": message}, "stopReason": "end_turn", "usage": _USAGE, "metrics": _METRICS}


def conversed_events(said: Said) -> Iterator[Event]:
    yield "messageStart", {"role": "assistant"}
    yield "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": said.text}}
    yield "contentBlockStop", {"contentBlockIndex": 0}
    yield "messageStop", {"stopReason": "end_turn"}
    yield "metadata", {"usage": _USAGE, "metrics": _METRICS}
