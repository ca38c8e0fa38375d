"""For every place on a WebSocket message's way and every kind of exception, the vendor receives nothing of it, the
client an answer or a closed connection, and the proxy goes on serving.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from proxy import metrics
from proxy.audit import AuditUnavailable
from proxy.front import Front
from proxy.inquiry import Inquiry
from proxy.intercept import addon, backlog, handshake, socketmessage, websocket
from proxy.intercept.addon import Tightlip
from proxy.intercept.backlog import Backlog
from proxy.intercept.frame import Side
from proxy.intercept.socketmessage import Exchange, Messages, SocketMessage
from proxy.intercept.websocket import InspectedSocket
from proxy.pool import Pool, PoolError
from tests.fakevendor import FakeVendor
from tests.proxy.intercept.conftest import InProcess
from tests.proxy.intercept.test_faults import EXCEPTIONS, failing
from tests.proxy.intercept.test_websocket import create
from tests.socketclient import Ended, Refused

# Every place that a message passes on its way up, from the upgrade to the frames that go out.
PLACES: dict[str, tuple[Any, str]] = {
    "upgrade: admission": (addon, "is_websocket"),
    "upgrade: nonce": (handshake, "replace_key"),
    "upgrade: offer": (handshake, "narrow_offer"),
    "upgrade: answer": (handshake, "answer"),
    "upgrade: open": (Tightlip, "_open"),
    "layer: start": (InspectedSocket, "_start"),
    "layer: extensions": (websocket, "is_deflated"),
    "layer: reading": (Side, "receive"),
    "layer: joining": (Side, "_joined"),
    "layer: backlog": (Backlog, "add"),
    "layer: taking": (Backlog, "take"),
    "layer: asking": (InspectedSocket, "_ask_next"),
    "layer: message": (backlog, "SocketMessage"),
    "layer: hook": (websocket, "MessageArrivedHook"),
    "hook: state": (socketmessage, "flow_state"),
    "hook: reading the message": (socketmessage, "as_request"),
    "hook: decide": (Front, "decide"),
    "hook: inquiry": (Inquiry, "_decide"),
    "hook: commit": (Front, "commit"),
    "hook: tap": (socketmessage, "ResponseTap"),
    "hook: exchange": (Exchange, "__init__"),
    "hook: metric": (metrics, "observe_added_latency"),
    "layer: judged": (InspectedSocket, "_judged"),
    "layer: forwarding": (InspectedSocket, "_forward"),
    "layer: framing": (Side, "message"),
}


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "LINGER_SECONDS", 0.05)


@pytest.fixture
def vendor(running: InProcess) -> Iterator[FakeVendor]:
    running.vendor.wait_closed()
    running.vendor.reset()
    yield running.vendor
    assert running.alive
    with running.socket() as client:
        client.send(create("served as before"))
        client.receive_until("response.completed")


def send_one(running: InProcess) -> list[str | Ended]:
    """What comes of one message: all that the client is told, to the connection's end."""
    told: list[Any] = []
    try:
        with running.socket() as client:
            client.send(create("hello"))
            while not told or not isinstance(told[-1], Ended):
                told.append(client.receive())
                if "response.failed" in str(told[-1]):
                    break
    except (Refused, OSError) as err:
        assert not isinstance(err, TimeoutError)
        told.append(Ended(1006))
    return told


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_a_fault_on_the_way_up_sends_nothing(
    running: InProcess, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch, place: str, kind: type[BaseException]
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(*PLACES[place], failing(kind))
        told = send_one(running)
    assert vendor.messages == []
    assert told
    assert "canary" not in str(told)


@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_even_what_answers_faults_may_fail(
    running: InProcess, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Front, "decide", failing(kind))
        broken.setattr(InspectedSocket, "refuse", failing(kind))
        broken.setattr(websocket, "report", failing(kind))
        assert send_one(running) == [Ended(1006)]
    assert vendor.messages == []


def test_a_hook_that_is_never_called_sends_nothing(
    running: InProcess, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> None: ...

    with monkeypatch.context() as broken:
        broken.setattr(Messages, "message_arrived", nothing)
        assert "(fault)" in str(send_one(running)[-1])
    assert vendor.messages == []


@pytest.mark.parametrize(
    ("holder", "name", "err", "reason"),
    [
        (Front, "commit", AuditUnavailable("full"), "audit_unavailable"),
        (Pool, "inspect", PoolError("scan_timeout"), "scan_timeout"),
        (Pool, "inspect", PoolError("worker_lost"), "worker_lost"),
    ],
)
def test_without_a_verdict_on_record_the_client_is_told_and_the_connection_goes_on(
    running: InProcess,
    vendor: FakeVendor,
    monkeypatch: pytest.MonkeyPatch,
    holder: Any,
    name: str,
    err: Exception,
    reason: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise err

    with running.socket() as client:
        with monkeypatch.context() as broken:
            broken.setattr(holder, name, fail)
            client.send(create("hello"))
            told = client.receive_until("response.failed")
        assert f"({reason})" in told[-1]
        assert '"invalid_prompt"' in told[-1]
        assert vendor.messages == []
        client.send(create("again"))
        client.receive_until("response.completed")


def _change_content(message: SocketMessage) -> None:
    message.content = message.content + b" "


def _take_another_permit(message: SocketMessage) -> None:
    message.permit = bytes(bytearray(message.content))


def _take_it_back(message: SocketMessage) -> None:
    message.permit = None


@pytest.mark.parametrize("change", [_change_content, _take_another_permit, _take_it_back])
def test_what_changes_after_the_verdict_is_not_sent(
    running: InProcess, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch, change: Callable[[SocketMessage], None]
) -> None:
    """The permit is for the very object that was scanned."""
    judge = Messages._answer

    async def judge_then_change(self: Messages, message: SocketMessage) -> None:
        await judge(self, message)
        change(message)

    with monkeypatch.context() as broken:
        broken.setattr(Messages, "_answer", judge_then_change)
        assert "(fault)" in str(send_one(running)[-1])
    assert vendor.messages == []


@pytest.mark.parametrize(
    "place", [(InspectedSocket, "_pass"), (Side, "message"), (Exchange, "feed"), (Exchange, "end")]
)
@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_a_fault_on_the_way_down_hangs_nobody(
    running: InProcess,
    vendor: FakeVendor,
    monkeypatch: pytest.MonkeyPatch,
    place: tuple[Any, str],
    kind: type[BaseException],
) -> None:
    """Broken once the message has been sent on."""
    forward = InspectedSocket._forward

    with running.socket() as client, monkeypatch.context() as broken:

        def forward_then_break(self: InspectedSocket, message: SocketMessage) -> Any:
            commands = forward(self, message)
            broken.setattr(*place, failing(kind))
            return commands

        broken.setattr(InspectedSocket, "_forward", forward_then_break)
        client.send(create("hello"))
        told: Any = None
        while not isinstance(told, Ended):
            told = client.receive()
    assert len(vendor.messages) == 1
