"""litellm on Anthropic's messages, written to in OpenAI's form; streamed."""

from typing import Any

import litellm
from chat import TOOL_LIST, results, turn_of, user
from loop import Spoken, Turn, main


def ask(history: list[Any]) -> Turn:
    asked = {"model": "anthropic/claude-sonnet-4-5", "messages": history, "tools": TOOL_LIST, "max_tokens": 256}
    reply: Any = litellm.stream_chunk_builder(list(litellm.completion(**asked, stream=True)), messages=history)
    return turn_of(reply.choices[0].message)


if __name__ == "__main__":
    main(Spoken(ask, user, results))
