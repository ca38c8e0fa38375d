"""A fault at the door sends nothing, and the proxy goes on; what is not for the door does not see it."""

import httpx
import pytest

from proxy.door import Door
from proxy.portal import Portal
from tests.proxy.intercept.conftest import InProcess
from tests.proxy.intercept.test_faults import CLEAN, EXCEPTIONS

_PATH = "/v/openai/v1/chat/completions"


def _post(running: InProcess, path: str = _PATH) -> int | None:
    """The status of a request to the proxy itself, or None when the connection was closed."""
    assert running.server is not None
    try:
        url = f"http://{running.server.address}{path}"
        return httpx.post(url, json=CLEAN, trust_env=False, timeout=20).status_code
    except httpx.HTTPError:
        return None


@pytest.mark.parametrize("holder", [Door, Portal])
@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_a_fault_at_the_door_sends_nothing(
    running: InProcess, monkeypatch: pytest.MonkeyPatch, holder: type, kind: type[BaseException]
) -> None:
    def fail(*_: object) -> None:
        raise kind("the canary must not be told")

    running.vendor.reset()
    with monkeypatch.context() as broken:
        broken.setattr(holder, "open" if holder is Door else "answer", fail)
        status = _post(running, _PATH if holder is Door else "/")
    assert status is None or status >= 400
    assert running.vendor.requests == []
    assert running.alive
    assert _post(running) == 200
    assert [request.sni for request in running.vendor.requests] == ["api.openai.com"]


def test_inside_a_tunnel_there_is_no_door(running: InProcess) -> None:
    """There a path is all that is ever written: it belongs to the tunnel's host."""
    running.vendor.reset()
    with running.client() as client:
        client.get("https://api.openai.com/v/anthropic/v1/models")
    assert [(r.sni, r.target) for r in running.vendor.requests] == [("api.openai.com", "/v/anthropic/v1/models")]
