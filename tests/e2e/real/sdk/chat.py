"""openai's SDK on chat completions, whole replies. The wording of this API is shared with its neighbours."""

import json
from typing import Any

from loop import TOOLS, Call, Spoken, Turn, main, schema

TOOL_LIST = [
    {"type": "function", "function": {"name": name, "description": "Works on a file.", "parameters": schema(name)}}
    for name in TOOLS
]


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def results(pairs: list[tuple[Call, str]]) -> list[dict[str, Any]]:
    return [{"role": "tool", "tool_call_id": call.id, "content": text} for call, text in pairs]


def turn_of(message: Any) -> Turn:
    """What an assistant message says, given as an object of any SDK that follows this API."""
    calls = message.tool_calls or []
    said: dict[str, Any] = {"role": "assistant", "content": message.content or ""}
    if calls:
        said["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.function.name, "arguments": call.function.arguments},
            }
            for call in calls
        ]
    read = [Call(call.id, call.function.name, json.loads(call.function.arguments)) for call in calls]
    return Turn([said], message.content or "", read)


def ask(history: list[Any]) -> Turn:
    from openai import OpenAI

    reply = OpenAI().chat.completions.create(model="gpt-5-fake", messages=history, tools=TOOL_LIST)
    return turn_of(reply.choices[0].message)


if __name__ == "__main__":
    main(Spoken(ask, user, results))
