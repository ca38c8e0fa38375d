"""For every hook and every kind of exception, the vendor receives 0 bytes, the client an answer or a closed
connection, and the proxy goes on serving.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from mitmproxy import addonmanager

from proxy.front import Front
from proxy.intercept import addon, state
from proxy.intercept.addon import Tightlip
from proxy.intercept.layers import NextLayer
from proxy.intercept.sender import Senders
from proxy.intercept.tls import OwnTlsConfig
from tests.proxy.intercept.conftest import InProcess

URL = "https://api.openai.com/v1/chat/completions"
CLEAN = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}

EXCEPTIONS: list[Any] = [
    ValueError,
    asyncio.CancelledError,
    SystemExit,
    *(
        pytest.param(kind, marks=pytest.mark.slow)
        for kind in (MemoryError, RecursionError, TimeoutError, KeyboardInterrupt, GeneratorExit)
    ),
]
"""Kinds of them for each place; one of each sort where slow tests are left out."""

# Every place that a request passes on its way up: an attribute to break, and in what.
PLACES: dict[str, tuple[Any, str]] = {
    "next layer": (NextLayer, "_choose"),
    "leaf certificate": (OwnTlsConfig, "get_cert"),
    "TLS settings": (OwnTlsConfig, "_start_client"),
    "http_connect: authenticate": (Senders, "prove"),
    "requestheaders: sender": (Senders, "of"),
    "http_connect: refusal text": (Tightlip, "error_reply"),
    "requestheaders: admission": (addon, "refusal_of"),
    "requestheaders: reference": (addon, "new_reference"),
    "request: reading the flow": (addon, "as_request"),
    "request: decide": (Front, "decide"),
    "request: commit": (Front, "commit"),
    "request: apply": (addon, "apply"),
    "request: permit": (state.Permit, "of"),
}


def failing(kind: type[BaseException]) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise kind("the canary must not be told")

    return fail


def _post(running: InProcess, http2: bool = False) -> int | None:
    """The status the client got, or None when its connection was closed."""
    with running.client(http2) as client:
        try:
            return client.post(URL, json=CLEAN).status_code
        except httpx.HTTPError:
            return None


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_a_fault_on_the_way_up_sends_nothing(
    running: InProcess, monkeypatch: pytest.MonkeyPatch, place: str, kind: type[BaseException]
) -> None:
    running.vendor.reset()
    holder, name = PLACES[place]
    with monkeypatch.context() as broken:
        broken.setattr(holder, name, failing(kind))
        status = _post(running)
    assert running.vendor.requests == []
    assert status is None or status >= 400
    assert running.alive
    assert _post(running) == 200
    assert len(running.vendor.requests) == 1


@pytest.mark.parametrize("hook", ["http_connect", "requestheaders", "request", "next_layer"])
@pytest.mark.parametrize("http2", [False, True])
def test_a_hook_that_is_never_called_sends_nothing(
    running: InProcess, monkeypatch: pytest.MonkeyPatch, hook: str, http2: bool
) -> None:
    """mitmproxy drops an addon that fails to load and goes on; the permit holds without it."""
    running.vendor.reset()
    holder = NextLayer if hook == "next_layer" else Tightlip
    with monkeypatch.context() as broken:
        broken.setattr(holder, hook, lambda *_: None)
        if hook in ("next_layer", "http_connect"):
            broken.setattr(Tightlip, "request", lambda *_: None)
            with running.client(http2) as client:
                client.timeout = httpx.Timeout(1)
                with pytest.raises(httpx.HTTPError) if hook == "next_layer" else contextlib.nullcontext():
                    assert client.post(URL, json=CLEAN).status_code >= 400
        else:
            status = _post(running, http2)
            assert status is not None and status >= 400
    assert running.vendor.requests == []


@pytest.mark.parametrize("hook", ["responseheaders", "response", "error"])
@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_a_fault_on_the_way_down_hangs_nobody(
    running: InProcess, monkeypatch: pytest.MonkeyPatch, hook: str, kind: type[BaseException]
) -> None:
    running.vendor.reset()
    broken_part = {
        "responseheaders": (addon, "ResponseTap"),
        "response": (Tightlip, "_finish"),
        "error": (Tightlip, "_finish"),
    }
    with monkeypatch.context() as broken:
        broken.setattr(*broken_part[hook], failing(kind))
        status = _post(running)
    assert status is not None
    assert running.alive
    assert _post(running) == 200


def _change_body(request: Any) -> None:
    request.raw_content = b'{"model": "m", "messages": []}'


def _change_headers(request: Any) -> None:
    request.headers["x-late"] = "unread"


def _change_target(request: Any) -> None:
    request.path = "/v1/elsewhere"


@pytest.mark.parametrize("change", [_change_body, _change_headers, _change_target])
def test_what_changes_after_the_verdict_is_not_sent(
    running: InProcess, monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], None]
) -> None:
    """The permit is for the very bytes that were scanned."""
    running.vendor.reset()
    permit = Tightlip._permit

    def permit_then_change(self: Tightlip, flow: Any, found: state.FlowState) -> None:
        permit(self, flow, found)
        change(flow.request)

    with monkeypatch.context() as broken:
        broken.setattr(Tightlip, "_permit", permit_then_change)
        assert _post(running) == 503
    assert running.vendor.requests == []


@pytest.mark.parametrize("http2", [False, True])
def test_an_ordinary_request_raises_in_no_addon(
    running: InProcess, monkeypatch: pytest.MonkeyPatch, http2: bool
) -> None:
    """mitmproxy logs what an addon's hook raises and goes on, so that it can go unseen for long."""
    raised: list[str] = []
    monkeypatch.setattr(addonmanager, "cut_traceback", lambda tb, name: raised.append(name) or tb)
    assert _post(running, http2) == 200
    assert raised == []
