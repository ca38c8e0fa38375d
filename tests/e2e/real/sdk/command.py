"""cohere's SDK on v2 chat, streamed."""

import json
from typing import Any

import cohere
from chat import TOOL_LIST, user
from loop import Call, Spoken, Turn, main


def ask(history: list[Any]) -> Turn:
    text, calls = "", []
    for event in cohere.ClientV2().chat_stream(model="command-fake", messages=history, tools=TOOL_LIST):
        if event.type == "content-delta":
            text += event.delta.message.content.text
        elif event.type == "tool-call-start":
            calls.append(event.delta.message.tool_calls.model_dump(mode="json", exclude_none=True))
        elif event.type == "tool-call-delta":
            calls[-1]["function"]["arguments"] += event.delta.message.tool_calls.function.arguments
    said: dict[str, Any] = (
        {"role": "assistant", "tool_calls": calls} if calls else {"role": "assistant", "content": text}
    )
    read = [Call(c["id"], c["function"]["name"], json.loads(c["function"]["arguments"])) for c in calls]
    return Turn([said], text, read)


def results(pairs: list[tuple[Call, str]]) -> list[Any]:
    return [
        {"role": "tool", "tool_call_id": call.id, "content": [{"type": "document", "document": {"data": text}}]}
        for call, text in pairs
    ]


if __name__ == "__main__":
    main(Spoken(ask, user, results))
