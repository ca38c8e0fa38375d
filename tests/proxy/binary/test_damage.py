"""Binary bodies damaged in any way: what they hold never leaves, and nothing ever fails over them."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.binary import eventstream
from proxy.verdict import Decision, Request
from tests.proxy.binary.message import write
from tests.proxy.binary.test_body import CURSOR, UNARY, ask, cursor, gemini, windsurf
from tests.proxy.binary.test_envelope import frame
from tests.proxy.inspecting import AWS_KEY, shared

TEXT = f"Use the key = {AWS_KEY} , and be quick about it."
KEY = f" = {AWS_KEY} ,".encode()
HEAD = b"\x0b:event-type\x07\x00\x05chunk"

EVENTS = (*UNARY[:2], "application/vnd.amazon.eventstream")
BODIES = [
    ask(CURSOR, frame(write(cursor(TEXT))) + frame(write(gemini(TEXT)))),
    ask((*CURSOR[:2], "application/grpc"), frame(write(windsurf(TEXT)))),
    ask((*CURSOR[:2], "application/connect+json"), frame(b'{"text": "' + TEXT.encode() + b'"}')),
    ask(UNARY, write(cursor(TEXT))),
    ask(EVENTS, eventstream.encode(eventstream.Message(HEAD, TEXT.encode()))),
]
CHANGES = st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from("=+-"), st.integers(0, 255)), max_size=4)


@pytest.mark.parametrize("request_", BODIES, ids=["connect", "grpc", "json frames", "unary", "events"])
@settings(deadline=None, max_examples=60)
@given(CHANGES)
def test_a_damaged_body_keeps_its_secret(request_: Request, changes: list[tuple[int, str, int]]) -> None:
    body = bytearray(request_.body)
    for at, how, byte in changes:
        place = at % len(body)
        kept = body.find(KEY)
        if kept - 1 <= place <= kept + len(KEY):
            continue
        if how == "=":
            body[place] = byte
        elif how == "+":
            body.insert(place, byte)
        else:
            del body[place]
    verdict = shared().inspect(replace(request_, body=bytes(body)))
    assert verdict.decision in (Decision.REDACT, Decision.BLOCK)
    if verdict.decision is Decision.REDACT:
        assert verdict.body is not None
        assert AWS_KEY.encode() not in verdict.body
