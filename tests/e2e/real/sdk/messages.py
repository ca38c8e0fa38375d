"""anthropic's SDK on messages, streamed."""

from typing import Any

from anthropic import Anthropic
from chat import user
from loop import TOOLS, Call, Spoken, Turn, main, schema

_TOOLS = [{"name": name, "description": "Works on a file.", "input_schema": schema(name)} for name in TOOLS]


def ask(history: list[Any]) -> Turn:
    asked = {"model": "claude-fake", "max_tokens": 256, "system": "You are terse.", "tools": _TOOLS}
    with Anthropic().messages.stream(**asked, messages=history) as stream:
        reply = stream.get_final_message()
    blocks = [block.model_dump(mode="json", exclude_none=True, warnings=False) for block in reply.content]
    blocks = [{name: value for name, value in block.items() if name != "parsed_output"} for block in blocks]
    calls = [Call(block["id"], block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"]
    text = "".join(block["text"] for block in blocks if block["type"] == "text")
    return Turn([{"role": "assistant", "content": blocks}], text, calls)


def results(pairs: list[tuple[Call, str]]) -> list[Any]:
    content = [{"type": "tool_result", "tool_use_id": call.id, "content": text} for call, text in pairs]
    return [{"role": "user", "content": content}]


if __name__ == "__main__":
    main(Spoken(ask, user, results))
