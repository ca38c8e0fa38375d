"""langchain-openai on chat completions, streamed."""

import json
from typing import Any

from chat import TOOL_LIST, results, user
from langchain_core.messages import convert_to_openai_messages
from langchain_openai import ChatOpenAI
from loop import Call, Spoken, Turn, main


def ask(history: list[Any]) -> Turn:
    model = ChatOpenAI(model="gpt-5-fake", use_responses_api=False).bind_tools(TOOL_LIST)
    reply: Any = None
    for piece in model.stream(history):
        reply = piece if reply is None else reply + piece
    said: Any = convert_to_openai_messages(reply)
    calls = [
        Call(c["id"], c["function"]["name"], json.loads(c["function"]["arguments"])) for c in said.get("tool_calls", [])
    ]
    return Turn([said], str(reply.text), calls)


if __name__ == "__main__":
    main(Spoken(ask, user, results))
