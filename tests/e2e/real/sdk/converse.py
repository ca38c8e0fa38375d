"""boto3 on Bedrock's converse-stream; with a bearer token or with signed requests, as its environment says."""

import json
from typing import Any

import boto3
from loop import TOOLS, Call, Spoken, Turn, main, schema

_TOOLS = [
    {"toolSpec": {"name": name, "description": "Works on a file.", "inputSchema": {"json": schema(name)}}}
    for name in TOOLS
]


def ask(history: list[Any]) -> Turn:
    client = boto3.client("bedrock-runtime", region_name="us-east-1")
    asked = {"modelId": "anthropic.claude-fake-v1:0", "messages": history, "toolConfig": {"tools": _TOOLS}}
    content: list[dict[str, Any]] = []
    for event in client.converse_stream(**asked)["stream"]:
        if "contentBlockStart" in event:
            content.append({"toolUse": {**event["contentBlockStart"]["start"]["toolUse"], "input": ""}})
        elif "contentBlockDelta" in event:
            _fill(content, event["contentBlockDelta"])
    calls = [block["toolUse"] for block in content if "toolUse" in block]
    for call in calls:
        call["input"] = json.loads(call["input"])
    text = "".join(block.get("text", "") for block in content)
    read = [Call(call["toolUseId"], call["name"], call["input"]) for call in calls]
    return Turn([{"role": "assistant", "content": content}], text, read)


def _fill(content: list[dict[str, Any]], event: dict[str, Any]) -> None:
    delta = event["delta"]
    if event["contentBlockIndex"] == len(content):
        content.append({"reasoningContent": {"reasoningText": {}}} if "reasoningContent" in delta else {"text": ""})
    block = content[event["contentBlockIndex"]]
    if "reasoningContent" in delta:
        block["reasoningContent"]["reasoningText"] |= delta["reasoningContent"]
    elif "toolUse" in delta:
        block["toolUse"]["input"] += delta["toolUse"]["input"]
    else:
        block["text"] += delta["text"]


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"text": text}]}


def results(pairs: list[tuple[Call, str]]) -> list[Any]:
    content = [{"toolResult": {"toolUseId": call.id, "content": [{"text": text}]}} for call, text in pairs]
    return [{"role": "user", "content": content}]


if __name__ == "__main__":
    main(Spoken(ask, user, results))
