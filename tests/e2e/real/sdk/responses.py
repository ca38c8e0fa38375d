"""openai's SDK on the responses API, streamed, with nothing kept at the vendor."""

import json
from typing import Any

from chat import user
from loop import TOOLS, Call, Spoken, Turn, main, schema
from openai import OpenAI

_TOOLS = [
    {"type": "function", "name": name, "description": "Works on a file.", "parameters": schema(name), "strict": False}
    for name in TOOLS
]
_ASKED = ("id", "type", "summary", "encrypted_content", "role", "content", "call_id", "name", "arguments")


def ask(history: list[Any]) -> Turn:
    asked = {"model": "gpt-5-fake", "input": history, "tools": _TOOLS, "store": False}
    with OpenAI().responses.stream(**asked, include=["reasoning.encrypted_content"]) as stream:
        reply = stream.get_final_response()
    items = [item.model_dump(mode="json", exclude_none=True) for item in reply.output]
    said = [{name: value for name, value in item.items() if name in _ASKED} for item in items]
    calls = [item for item in items if item["type"] == "function_call"]
    read = [Call(call["call_id"], call["name"], json.loads(call["arguments"])) for call in calls]
    return Turn(said, reply.output_text, read)


def results(pairs: list[tuple[Call, str]]) -> list[Any]:
    return [{"type": "function_call_output", "call_id": call.id, "output": text} for call, text in pairs]


if __name__ == "__main__":
    main(Spoken(ask, user, results))
