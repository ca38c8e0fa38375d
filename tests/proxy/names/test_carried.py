"""Names in what tools write, on their way through whole requests of each vendor: cut out where they stand, and only."""

import json
from functools import cache
from typing import Any

import pytest

from detectors import Engine, bundled_rules, load_rules
from detectors.names.finder import make_finder
from proxy.body import Limits
from proxy.pipeline import Inspector
from proxy.setting import policy_folder, vendor_folders
from proxy.task import Settings
from proxy.verdict import Decision
from tests.compiled import rules_folder
from tests.detectors.names.carriers import CARRIERS, CASES
from tests.proxy.inspecting import KEY, Judge, charter_of, request, sent

CHOSEN = (
    "json in ascii",
    "json in json in ascii",
    "json of go",
    "a tool's output",
    "a quoted mail's line end",
    "a numbered line's end",
    "html with entities",
    "a part in bold",
    "a colour in json",
    "percent signs",
    "quoted-printable",
)
NAME, SENTENCE = next(case for case in CASES if case[0] == "José Hernández")


def chat(text: str) -> dict[str, Any]:
    call = {"id": "c1", "type": "function", "function": {"name": "run", "arguments": json.dumps({"command": text})}}
    return {
        "model": "gpt-5",
        "messages": [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": text},
        ],
    }


def messages(text: str) -> dict[str, Any]:
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": text}]}
    return {
        "model": "claude-opus-4-5",
        "max_tokens": 9,
        "messages": [
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "t1", "name": "run", "input": {"command": text}}],
            },
            {"role": "user", "content": [result]},
        ],
    }


def responses(text: str) -> dict[str, Any]:
    call = {"type": "function_call", "call_id": "c1", "name": "run", "arguments": json.dumps({"command": text})}
    return {
        "model": "gpt-5",
        "input": [call, {"type": "function_call_output", "call_id": "c1", "output": text}],
    }


def gemini(text: str) -> dict[str, Any]:
    return {
        "contents": [
            {"role": "model", "parts": [{"functionCall": {"name": "run", "args": {"command": text}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "run", "response": {"output": text}}}]},
        ]
    }


BODIES = {"chat": chat, "messages": messages, "responses": responses, "gemini": gemini, "bedrock": messages}


@cache
def judge() -> Judge:
    folder = rules_folder()
    rules = load_rules((bundled_rules(),), cache_dir=folder)
    engine = Engine(rules, KEY, cache_dir=folder, names=make_finder("tightlip", rules.names))
    settings = Settings((), "strict", policy_folder(), vendor_folders(), {}, Limits(), KEY, names_seconds=60)
    return Judge(Inspector(settings, engine), charter_of("strict"))


@pytest.mark.parametrize("carrier", CHOSEN)
@pytest.mark.parametrize("api", BODIES)
def test_a_name_does_not_leave_in_whatever_carries_it(api: str, carrier: str) -> None:
    text = CARRIERS[carrier](SENTENCE, NAME)
    asked = request(BODIES[api](text), api)
    verdict = judge().inspect(asked)
    assert verdict.decision is Decision.REDACT, (verdict.reason, verdict.findings)
    body = sent(asked, verdict)
    shown = json.dumps(json.loads(body), ensure_ascii=False)
    assert not any(part in shown for part in ("Hern", "Jos", "ndez"))
    before, after = SENTENCE.split(NAME)
    for word in (before + after).split():
        assert shown.count(word) == json.dumps(json.loads(asked.body), ensure_ascii=False).count(word), word


def test_a_name_that_two_parts_of_a_message_share_does_not_leave() -> None:
    parts = [{"type": "text", "text": text} for text in ("Please ask Maria", " Silva about the failing job.")]
    asked = request({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": parts}]}, "messages")
    verdict = judge().inspect(asked)
    assert verdict.decision is Decision.REDACT
    body = sent(asked, verdict)
    assert b"Maria" not in body and b"Silva" not in body
    assert b"Please ask " in body and b" about the failing job." in body
