"""Requests that leave with masks in them: what stands where, and that the next turn finds nothing in it."""

import json
from typing import Any

import pytest

from proxy.policy import Policy
from proxy.verdict import Decision
from tests.proxy.inspecting import AWS_KEY, chat, fresh, request, sent

MASKING = Policy(id="own", description="", default="mask")
PAN = "4111 1111 1111 1111"

PLACES: list[tuple[Any, Any]] = [
    (chat(f"charge {PAN} now"), chat("charge **** **** **** 1111 now")),
    (chat(json.dumps({"pan": 4111111111111111})), chat('{"pan": "************1111"}')),
    (chat("hi", pan=4111111111111111), None),
    (chat(f"charge {PAN} with {AWS_KEY}"), None),
]


@pytest.mark.parametrize(("document", "expected"), PLACES, ids=["text", "json in text", "number", "secret beside"])
def test_what_leaves_is_masked_or_redacted(document: Any, expected: Any) -> None:
    asked = request(document)
    verdict = fresh(MASKING).inspect(asked)
    assert verdict.decision is Decision.REDACT
    if expected is not None:
        assert json.loads(sent(asked, verdict)) == expected
        assert {found.action for found in verdict.findings} == {"mask"}
    else:
        assert "redact" in {found.action for found in verdict.findings}


@pytest.mark.parametrize(("document", "expected"), PLACES, ids=range(len(PLACES)))
def test_what_left_holds_nothing_and_is_the_same_again(document: Any, expected: Any) -> None:
    inspector, asked = fresh(MASKING), request(document)
    body = sent(asked, inspector.inspect(asked))
    assert fresh(MASKING).inspect(request(body)).findings == ()
    assert sent(asked, inspector.inspect(asked)) == body
