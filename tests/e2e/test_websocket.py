"""WebSockets through a running proxy: blocks in the client's own events, redaction, records, switches, a stop."""

import hashlib
import json
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from wsproto import events

from tests.e2e import values
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor, Step
from tests.socketclient import RESPONSES, Ended, Refused, SocketClient

pytestmark = pytest.mark.slow

REALTIME = "/v1/realtime?model=fake"


def connect(tightlip: Tightlip, path: str = RESPONSES, **options: Any) -> SocketClient:
    return SocketClient(tightlip.listen, tightlip.ca, path, **options)


def turn(*texts: str, **more: Any) -> str:
    """A conversation as Codex sends it, in a spacing no serialiser would choose."""
    said = [{"role": "user", "content": [{"type": "input_text", "text": text}]} for text in texts]
    return json.dumps({"type": "response.create", "model": "gpt-fake", "input": said, **more}, separators=(" ,", " : "))


def failure(client: SocketClient) -> tuple[str, str]:
    """The code and the message of the failed response that comes next."""
    created, failed = (json.loads(str(client.receive())) for _ in range(2))
    assert (created["type"], failed["type"]) == ("response.created", "response.failed")
    assert created["response"]["id"] == failed["response"]["id"]
    error = failed["response"]["error"]
    return error["code"], error["message"]


def test_a_block_is_a_failed_response_and_the_connection_goes_on(strict: Tightlip, vendor: FakeVendor) -> None:
    value = values.aws_key()
    with connect(strict) as client:
        client.send(turn(f"use {value}"))
        code, said = failure(client)
        assert code == "invalid_prompt"
        assert "AWS access key (message 1)" in said
        assert value not in said
        decision = strict.decisions()[-1]
        assert decision["request"] in said
        client.send(turn("something clean"))
        client.receive_until("response.completed")
    assert [json.loads(message)["input"][0]["content"][0]["text"] for message in vendor.messages] == ["something clean"]
    assert (decision["decision"], decision["method"], decision["format"]) == ("block", "WEBSOCKET", "openai.responses")
    assert strict.outcome_of(decision)["result"] == "blocked"


def test_the_conversation_goes_on_with_the_value_cut_out(strict: Tightlip, vendor: FakeVendor) -> None:
    value, named = values.aws_key(), {"prompt_cache_key": "one conversation"}
    with connect(strict) as client:
        client.send(turn(f"use {value}", **named))
        failure(client)
        client.send(turn(f"use {value}", "never mind", **named))
        client.receive_until("response.completed")
        client.send(turn("only what is new", previous_response_id="resp_fake", **named))
        client.receive_until("response.completed")
    assert all(value.encode() not in message for message in vendor.messages)
    assert b"[AWS_ACCESS_KEY:" in vendor.messages[0]
    assert len(vendor.messages) == 2


def test_redaction_changes_the_value_alone(balanced: Tightlip, vendor: FakeVendor) -> None:
    value = values.aws_key()
    sent = turn(f"my key is {value}, \N{SNOWMAN}")
    with connect(balanced, headers=(("User-Agent", "codex_cli_rs/0.169.0"),)) as client:
        client.send(sent, pieces=3)
        client.receive_until("response.completed")
    (received,) = vendor.messages
    before, _, after = sent.encode().partition(value.encode())
    assert received.startswith(before + b"[AWS_ACCESS_KEY:")
    assert received.endswith(b"]" + after)
    decision = balanced.decisions()[-1]
    assert decision["request_sha256"] == hashlib.sha256(sent.encode()).hexdigest()
    assert decision["forwarded_sha256"] == hashlib.sha256(received).hexdigest()
    assert (decision["decision"], decision["client"]) == ("redact", "codex")
    assert decision["findings"][0]["pointer"] == "/input/0/content/0/text"
    outcome = balanced.outcome_of(decision)
    assert (outcome["result"], outcome["input_tokens"], outcome["output_tokens"]) == ("completed", 21, 7)


@pytest.mark.parametrize(("event_id", "told"), [("event_7f", "event_7f"), (None, None), ("not an id", None)])
def test_a_realtime_session_is_told_which_event_was_stopped(
    strict: Tightlip, vendor: FakeVendor, event_id: str | None, told: str | None
) -> None:
    content = [{"type": "input_text", "text": f"use {values.aws_key()}"}]
    item = {"type": "message", "role": "user", "content": content}
    event = {"type": "conversation.item.create", "item": item} | ({"event_id": event_id} if event_id else {})
    with connect(strict, REALTIME) as client:
        client.send(json.dumps(event))
        answer = json.loads(str(client.receive()))
        client.send(json.dumps({"type": "response.create"}))
        vendor.wait_for("WEBSOCKET")
    assert answer["type"] == "error"
    error = answer["error"]
    assert (error["type"], error["code"], error["event_id"]) == ("invalid_request_error", "dlp_blocked", told)
    assert "AWS access key" in error["message"]
    assert vendor.messages == [b'{"type": "response.create"}']


def test_an_event_id_that_is_a_finding_is_not_told_back(strict: Tightlip, vendor: FakeVendor) -> None:
    value = values.aws_key()
    with connect(strict, REALTIME) as client:
        client.send(json.dumps({"type": "response.create", "event_id": value}))
        answer = str(client.receive())
    assert value not in answer
    assert json.loads(answer)["error"]["event_id"] is None


def test_an_api_whose_errors_nobody_knows_is_closed(strict: Tightlip, vendor: FakeVendor) -> None:
    with connect(strict, "/v1/some-socket") as client:
        client.send(f"use {values.aws_key()}")
        ended = client.receive()
    assert ended == Ended(1008, f"stopped by Tightlip, {strict.decisions()[-1]['request']}")
    assert vendor.messages == []


def test_a_value_is_in_no_log_metric_or_record(strict: Tightlip, balanced: Tightlip, vendor: FakeVendor) -> None:
    canary = values.aws_key()
    for tightlip in (strict, balanced):
        for path in (RESPONSES, REALTIME, "/v1/some-socket", f"/v1/{canary}", f"/v1/responses?note={canary}"):
            for message in (turn(canary), canary, canary.encode() + b"\0", json.dumps({canary: canary})):
                try:
                    with connect(tightlip, path, headers=(("X-Note", canary),)) as client:
                        client.send_event(events.Ping(canary.encode()))
                        client.send(message)
                        client.close(1000, canary)
                except (Refused, ConnectionError):
                    continue
        assert canary not in tightlip.traces()
    assert all(canary not in f"{request.target} {request.headers}" for request in vendor.requests)
    assert all(canary.encode() not in request.body for request in vendor.requests)


def test_websockets_can_be_refused(lab: Any, vendor: FakeVendor) -> None:
    with lab.tightlip("refusing", websocket="refuse") as tightlip:
        with pytest.raises(Refused) as refused:
            connect(tightlip)
        assert refused.value.status == 426
        assert json.loads(refused.value.body)["error"]["message"].endswith("(websocket).")
    assert vendor.requests == []


def test_a_base_url_takes_a_websocket_too(balanced: Tightlip, vendor: FakeVendor) -> None:
    value = values.aws_key()
    with SocketClient(balanced.listen, None, "/v/openai/v1/responses", host=balanced.listen) as client:
        client.send(turn(f"use {value}"))
        client.receive_until("response.completed")
    assert b"[AWS_ACCESS_KEY:" in vendor.messages[0]


def test_pseudonyms_come_back_as_values(lab: Any, vendor: FakeVendor, tmp_path: Path) -> None:
    """Cut wherever the vendor cuts, in the same connection and in one that is opened later."""
    policy = tmp_path / "giving.yaml"
    policy.write_text("{id: giving, description: Everything gets a pseudonym., default: pseudonymise}")
    value = "grace.hopper@acme-corp.com"
    with lab.tightlip("giving", policy=str(policy)) as tightlip:
        for _ in range(2):
            vendor.reset()
            with connect(tightlip) as client:
                client.send(turn(f"write to {value}"))
                client.receive_until("response.completed")
                (given,) = re.findall(rb"person-[0-9a-f]{8}@example\.com", vendor.messages[0])
                assert value.encode() not in vendor.messages[0]
                vendor.script(Step(text=("I wrote to ", given[:9].decode(), given[9:].decode(), ".")))
                client.send(turn("did you?"))
                received = [json.loads(message) for message in client.receive_until("response.completed")]
            deltas = [event["delta"] for event in received if event["type"] == "response.output_text.delta"]
            assert "".join(deltas) == f"I wrote to {value}."
            assert received[-1]["response"]["output"][0]["content"][0]["text"] == f"I wrote to {value}."


def test_a_stop_waits_for_an_answer_and_not_for_an_idle_connection(lab: Any, vendor: FakeVendor) -> None:
    with lab.tightlip("stopping") as tightlip:
        idle, busy, broken = (connect(tightlip) for _ in range(3))
        with idle, busy, broken:
            idle.send(turn("done before"))
            idle.receive_until("response.completed")
            vendor.script(Step(pause_after=1))
            busy.send(turn("still being answered"))
            assert "response.created" in str(busy.receive())
            tightlip.process.send_signal(signal.SIGTERM)
            assert idle.receive() == Ended(1001)
            assert broken.receive() == Ended(1001)
            time.sleep(0.2)
            vendor.go_on()
            busy.receive_until("response.completed")
            assert busy.receive() == Ended(1001)
        assert tightlip.stop() == 0
        results = [record["result"] for record in tightlip.audit() if record["type"] == "outcome"]
    assert results == ["completed"] * len(results)
    assert len(results) == 5
