"""The WebSocket layer in a running proxy: order, memory, control frames, endings, what a vendor's messages become."""

import asyncio
import gc
import itertools
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from mitmproxy import websocket
from wsproto import events

from proxy.edition import Edition
from proxy.front import Front
from proxy.intercept import state
from proxy.intercept.addon import Tightlip
from proxy.intercept.socketmessage import SocketMessage
from proxy.intercept.websocket import InspectedSocket
from proxy.verdict import Request, Verdict
from tests.e2e import values
from tests.fakevendor import FakeVendor, Step
from tests.proxy.intercept.conftest import InProcess
from tests.socketclient import Ended, Refused, SocketClient

OTHER = "/v1/unknown-socket"
SILENT = Step(frames=())


@pytest.fixture
def vendor(running: InProcess) -> FakeVendor:
    running.vendor.wait_closed()
    running.vendor.reset()
    return running.vendor


def create(text: str, **more: Any) -> str:
    """A turn as Codex sends it."""
    content = [{"role": "user", "content": [{"type": "input_text", "text": text}]}]
    return json.dumps({"type": "response.create", "model": "m", "input": content, **more})


def outcomes(running: InProcess, since: int, count: int) -> list[dict[str, Any]]:
    """The outcomes of messages (not of upgrades) among the records from `since` on, once there are so many."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        records = running.records()[since:]
        asked = [r["request"] for r in records if r["type"] == "decision" and r["method"] == "WEBSOCKET"]
        found = {r["request"]: r for r in records if r["type"] == "outcome"}
        if len(asked) == count and all(request in found for request in asked):
            return [found[request] for request in asked]
        time.sleep(0.02)
    raise AssertionError(f"expected {count}, found {len(asked)}")


@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize("pieces", [1, 4])
@pytest.mark.parametrize("alpn", [(), ("http/1.1",), ("http/1.1", "h2")], ids=["no alpn", "http/1.1", "both"])
def test_a_turn_passes_byte_for_byte(
    running: InProcess, vendor: FakeVendor, deflate: bool, pieces: int, alpn: tuple[str, ...]
) -> None:
    since = len(running.records())
    turn = create("two plus two \N{SNOWMAN}?")
    with running.socket(deflate=deflate, alpn=alpn) as client:
        client.send(turn, pieces)
        received = client.receive_until("response.completed")
        assert client.close() == Ended(1000)
    assert vendor.messages == [turn.encode()]
    kinds = [json.loads(message)["type"] for message in received]
    assert (kinds[0], kinds[-1]) == ("response.created", "response.completed")
    assert [json.loads(message)["sequence_number"] for message in received] == list(range(len(received)))
    (outcome,) = outcomes(running, since, 1)
    assert (outcome["result"], outcome["output_tokens"]) == ("completed", 7)
    assert outcome["response_bytes"] == sum(len(message.encode()) for message in received)


def test_a_binary_message_that_can_not_be_read_is_stopped_and_one_that_can_is_read(
    running: InProcess, vendor: FakeVendor
) -> None:
    key = values.aws_key()
    with running.socket() as client:
        client.send(create(f"use {key}").encode())
        client.receive_until("response.completed")
        client.send(b"\x00\x01\x02\xff" * 8)
        assert "could not be checked" in client.receive_until("response.failed")[-1]
    (sent,) = vendor.messages
    assert key.encode() not in sent
    assert b"[AWS_ACCESS_KEY:" in sent


def test_messages_keep_their_order_while_verdicts_take_their_time(
    running: InProcess, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.script(SILENT)
    delays = itertools.cycle([0.05, 0.0, 0.02])
    decide = Front.decide

    async def slowly(self: Front, request: Request, identity: str, edition: Edition) -> Verdict:
        await asyncio.sleep(next(delays))
        return await decide(self, request, identity, edition)

    monkeypatch.setattr(Front, "decide", slowly)
    sent = [create(f"number {number}", n=number) if number % 3 else b"plain text %d" % number for number in range(30)]
    with running.socket() as client:
        for number, message in enumerate(sent):
            client.send(message, pieces=1 + number % 2)
            if number % 5 == 0:
                client.send_event(events.Ping(b"between"))
        vendor.wait_for("WEBSOCKET", len(sent))
    assert vendor.messages == [m.encode() if isinstance(m, str) else m for m in sent]


def test_the_vendors_messages_do_not_wait_for_a_verdict(
    running: InProcess, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reply to a first message goes on while a second one is being judged."""
    vendor.script(Step(text=("one", "two"), pause_after=1))
    may_go_on = threading.Event()
    decide = Front.decide

    async def held(self: Front, request: Request, identity: str, edition: Edition) -> Verdict:
        while b"second" in request.body and not may_go_on.is_set():
            await asyncio.sleep(0.01)
        return await decide(self, request, identity, edition)

    monkeypatch.setattr(Front, "decide", held)
    with running.socket() as client:
        client.send(create("first"))
        assert "response.created" in str(client.receive())
        client.send(create("second"))
        vendor.go_on()
        client.receive_until("response.completed")
        assert len(vendor.messages) == 1
        may_go_on.set()
        client.receive_until("response.completed")
    assert len(vendor.messages) == 2


def test_a_ping_is_answered_with_its_payload_which_does_not_cross(running: InProcess, vendor: FakeVendor) -> None:
    key = values.aws_key().encode()
    with running.socket() as client:
        client.send_event(events.Ping(key))
        client.send_event(events.Pong(key))
        assert vendor.wait_for("PING") == [b""]
        with pytest.raises(TimeoutError):
            client.receive(0.3)
        assert client.control == [("pong", key)]
        vendor.script(Step(ping=b"are you there"))
        client.send(create("hi"))
        client.receive_until("response.completed")
        assert client.control[1:] == [("ping", b"")]
        assert vendor.wait_for("PONG", 1) == [b"are you there"]
    assert all(key not in request.body for request in vendor.requests)


@pytest.mark.parametrize(("code", "sent"), [(1000, b"1000"), (1001, b"1001"), (4321, b"1000"), (3999, b"1000")])
def test_the_reason_for_closing_stays_here(running: InProcess, vendor: FakeVendor, code: int, sent: bytes) -> None:
    with running.socket() as client:
        client.close(code, values.aws_key())
    assert vendor.wait_for("CLOSE") == [sent]


def test_what_was_sent_before_a_close_still_goes(running: InProcess, vendor: FakeVendor) -> None:
    vendor.script(SILENT)
    with running.socket() as client:
        for number in range(5):
            client.send(create(f"last words {number}"))
        assert client.close() == Ended(1000)
    vendor.wait_for("CLOSE")
    assert [method.method for method in vendor.requests] == ["GET", *["WEBSOCKET"] * 5, "CLOSE"]


def test_a_vendor_that_closes_is_heard(running: InProcess, vendor: FakeVendor) -> None:
    vendor.script(Step(frames=("last",), close=(1011, "tired")))
    with running.socket() as client:
        client.send(create("hi"))
        assert [client.receive(), client.receive()] == ["last", Ended(1011, "tired")]


def test_a_vendor_that_vanishes_takes_the_connection_with_it(running: InProcess, vendor: FakeVendor) -> None:
    since = len(running.records())
    vendor.script(Step(cut_after=2))
    with running.socket() as client:
        client.send(create("hi"))
        client.receive()
        client.receive()
        assert client.receive() == Ended(1006)
    assert [outcome["result"] for outcome in outcomes(running, since, 1)] == ["connection_lost"]


def test_a_client_that_vanishes_is_on_record_and_the_vendor_is_left(running: InProcess, vendor: FakeVendor) -> None:
    since = len(running.records())
    vendor.script(Step(frames=("first",)))
    with running.socket() as client:
        client.send(create("hi"))
        assert client.receive() == "first"
        client.drop()
    assert vendor.wait_for("CLOSE") == [b"1001"]
    assert [outcome["result"] for outcome in outcomes(running, since, 1)] == ["connection_lost"]


def test_what_waits_for_a_verdict_is_not_sent_once_its_client_is_gone(
    running: InProcess, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = len(running.records())
    asked, may_go_on = threading.Event(), threading.Event()
    decide = Front.decide

    async def held(self: Front, request: Request, identity: str, edition: Edition) -> Verdict:
        asked.set()
        while request.method == "WEBSOCKET" and not may_go_on.is_set():
            await asyncio.sleep(0.01)
        return await decide(self, request, identity, edition)

    with running.socket() as client:
        monkeypatch.setattr(Front, "decide", held)
        client.send(create("one"))
        client.send(create("two"))
        assert asked.wait(10)
        client.drop()
    vendor.wait_for("CLOSE")
    may_go_on.set()
    assert [outcome["result"] for outcome in outcomes(running, since, 1)] == ["connection_lost"]
    assert vendor.messages == []


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(InspectedSocket, "limit_bytes", 100_000)
    return 100_000


@pytest.mark.parametrize("deflate", [False, True])
def test_a_message_over_the_limit_is_answered_and_ends_the_connection(
    running: InProcess, vendor: FakeVendor, small_limit: int, deflate: bool
) -> None:
    since = len(running.records())
    with running.socket(deflate=deflate) as client:
        client.send(create("fits"))
        client.receive_until("response.completed")
        client.send(create("x" * small_limit), pieces=3)
        assert "(too_large)" in client.receive_until("response.failed")[-1]
        assert client.receive() == Ended(1009)
    assert len(vendor.messages) == 1
    assert [outcome["result"] for outcome in outcomes(running, since, 2)] == ["completed", "blocked"]
    with running.socket() as client:
        client.send(create("as before"))
        client.receive_until("response.completed")


def test_more_than_can_wait_is_refused_after_what_came_before(
    running: InProcess, vendor: FakeVendor, small_limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.script(SILENT)
    may_go_on = threading.Event()
    decide = Front.decide

    async def held(self: Front, request: Request, identity: str, edition: Edition) -> Verdict:
        while request.method == "WEBSOCKET" and not may_go_on.is_set():
            await asyncio.sleep(0.01)
        return await decide(self, request, identity, edition)

    with running.socket() as client:
        monkeypatch.setattr(Front, "decide", held)
        for _ in range(12):
            client.send(create("x" * 10_000))
        time.sleep(0.2)
        may_go_on.set()
        assert "(busy)" in client.receive_until("response.failed")[-1]
        assert client.receive() == Ended(1013)
    assert 5 < len(vendor.messages) < 12


def test_a_format_that_nobody_knows_is_closed_when_something_is_stopped(running: InProcess, vendor: FakeVendor) -> None:
    with running.socket(OTHER) as client:
        client.send("some text")
        client.send(b"\x00\x01\x02\xff")
        ended = client.receive()
    assert isinstance(ended, Ended)
    stopped = [one for one in running.records() if one.get("decision") == "block"][-1]
    assert (ended.code, ended.reason) == (1008, f"stopped by Tightlip, {stopped['request']}")
    assert vendor.messages == [b"some text"]


class _Restorer:
    """Holds back what it is told to, for the next message or the end."""

    restored, gave_up = 0, False

    def __init__(self) -> None:
        self._held: list[str] = []

    def message(self, text: str) -> list[str]:
        self._held.append(text.upper())
        return [] if text.startswith("hold") else self.finish()

    def finish(self) -> list[str]:
        held, self._held = self._held, []
        return held

    def renew(self, _: object) -> None: ...


@pytest.mark.parametrize("end", [Step(close=(1000, "")), Step(cut_after=6)], ids=["closed", "cut"])
def test_the_vendors_text_is_what_restoring_makes_of_it(
    running: InProcess, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch, end: Step
) -> None:
    attach = state.SocketState
    monkeypatch.setattr("proxy.intercept.addon.SocketState", lambda key: attach(key, _Restorer()))  # type: ignore[arg-type]
    frames = ("same", "hold", "go", b"binary", "hold", "hold on", *(["not sent"] if end.cut_after else []))
    vendor.script(replace(end, frames=frames))
    with running.socket(OTHER) as client:
        client.send("go")
        received = [client.receive() for _ in range(7)]
    assert received[:6] == ["SAME", "HOLD", "GO", b"binary", "HOLD", "HOLD ON"]
    assert isinstance(received[6], Ended)


@pytest.mark.slow
def test_memory_does_not_grow_with_a_connection(running: InProcess, vendor: FakeVendor) -> None:
    """mitmproxy keeps every message for as long as the connection lives; here 10,000 leave nothing behind."""
    vendor.script(Step(frames=("noted",)))
    count = 10_000
    with running.socket(OTHER) as client:
        _talk(client, 50)
        gc.collect()
        before = sum(isinstance(found, SocketMessage | Verdict | Request) for found in gc.get_objects())
        _talk(client, count)
        gc.collect()
        after = sum(isinstance(found, SocketMessage | Verdict | Request) for found in gc.get_objects())
        assert after - before < 20
        assert not any(isinstance(found, websocket.WebSocketMessage) for found in gc.get_objects())
        assert running.server is not None
        assert all(f.websocket and not f.websocket.messages for f in running.server.addon.sockets.values())
    assert len(vendor.messages) == count + 50


def _talk(client: SocketClient, count: int) -> None:
    """Sent ahead of the answers by at most 50."""
    for number in range(count):
        client.send("a short message")
        if number >= 50:
            assert client.receive() == "noted"
    for _ in range(min(count, 50)):
        assert client.receive() == "noted"


def test_a_socket_is_forgotten_with_its_connection(running: InProcess, vendor: FakeVendor) -> None:
    assert running.server is not None
    open_before = running.server.judge.open_requests
    with running.socket() as client:
        assert len(running.server.addon.sockets) >= 1
        client.close()
    deadline = time.monotonic() + 60
    while running.server.addon.sockets and time.monotonic() < deadline:
        time.sleep(0.02)
    assert running.server.addon.sockets == {}
    assert running.server.judge.open_requests == open_before


@pytest.fixture
def spoilt(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    spoil = request.param
    opened = Tightlip._open

    def open_spoilt(self: Tightlip, flow: Any, socket: state.SocketState) -> None:
        spoil(flow.response.headers)
        opened(self, flow, socket)

    with monkeypatch.context() as patched:
        patched.setattr(Tightlip, "_open", open_spoilt)
        yield


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda headers: headers.pop("sec-websocket-accept"),
        lambda headers: headers.update({"sec-websocket-accept": "another"}),
        lambda headers: headers.update({"sec-websocket-extensions": "x-zip"}),
    ],
    indirect=True,
    ids=["no answer", "another's answer", "an extension nobody asked for"],
)
def test_a_vendor_that_answers_the_upgrade_wrongly_gets_no_message(
    running: InProcess, vendor: FakeVendor, spoilt: None
) -> None:
    with pytest.raises(Refused) as refused:
        running.socket()
    assert refused.value.status == 502
    assert [request.method for request in vendor.requests][:1] == ["GET"]
    assert vendor.messages == []


def test_the_upgrade_tells_the_vendor_nothing_but_what_was_read(running: InProcess, vendor: FakeVendor) -> None:
    extensions = "x-note; a=1, permessage-deflate"
    protocol = ("Sec-WebSocket-Protocol", "realtime, openai-insecure-api-key." + values.aws_key())
    with running.socket(extensions=extensions, headers=(protocol,)):
        (upgrade,) = vendor.requests
    assert upgrade.header("sec-websocket-extensions") == "permessage-deflate"
    assert upgrade.header("sec-websocket-protocol") == protocol[1]
    assert upgrade.header("sec-websocket-key") is not None


def test_the_upgrade_is_judged_like_a_request(running: InProcess, vendor: FakeVendor) -> None:
    with pytest.raises(Refused) as refused:
        running.socket(f"/v1/responses/{values.aws_key()}")
    assert refused.value.status == 400
    with pytest.raises(Refused):
        running.socket(headers=(("Sec-WebSocket-Protocol", values.aws_key()),))
    key = values.aws_key()
    with running.socket(headers=(("X-Note", key),)):
        (upgrade,) = vendor.requests
    assert key not in str(upgrade.headers)


def test_an_upgrade_that_the_vendor_refuses_is_passed_on(running: InProcess, vendor: FakeVendor) -> None:
    vendor.script(Step(status=401, body=b'{"error": "who are you"}'))
    with pytest.raises(Refused) as refused:
        running.socket()
    assert (refused.value.status, refused.value.body) == (401, b'{"error": "who are you"}')
