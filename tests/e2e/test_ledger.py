"""The fake vendor's own strictness: what it gave has to come back as it was, or it says so."""

import json
from typing import Any

import pytest

from tests.fakevendor import Received, Step, Tool
from tests.fakevendor.ledger import Ledger
from tests.fakevendor.reply import whole_reply

_STEP = Step(tool=Tool("read_file", {"path": "a.txt"}, 7), reasoning="A file.")


def _asked(path: str, body: Any) -> Received:
    return Received("h2", "POST", path, (), b"", json.dumps(body).encode(), None, 1)


def _again(path: str, reply: Any) -> dict[str, Any]:
    """A request that gives a reply back as it came."""
    if path.endswith("/messages"):
        return {"messages": [{"role": "assistant", "content": reply["content"]}]}
    if path.endswith("/responses"):
        return {"input": reply["output"]}
    if path.endswith("/completions"):
        return {"messages": [reply["choices"][0]["message"]]}
    return {"contents": [reply["candidates"][0]["content"]]}


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/responses", "/v1/chat/completions", "/m:generateContent"])
@pytest.mark.parametrize("altered", [None, "a.txt", "fake7", "seal"])
def test_what_comes_back_altered_is_refused(path: str, altered: str | None) -> None:
    ledger = Ledger()
    ledger.settle(_asked(path, {}), _STEP)
    reply = whole_reply(_asked(path, {}), _STEP)
    text = json.dumps(_again(path, reply))
    marks = [text.find(mark) for mark in ("ignature", "ncrypted_content")]
    sealed = text[max(marks) + 20 :][:10] if max(marks) > 0 else ""
    wanted = sealed if altered == "seal" else altered
    given = text.replace(wanted, "x" * len(wanted)) if wanted else text
    step = ledger.settle(_asked(path, json.loads(given)), Step())
    assert step.status == (400 if wanted and wanted in text else 200)
    assert bool(ledger.complaints) is (step.status == 400)
