"""Clients that know of no proxy: a base URL at the proxy's own port leads to the vendor, by the way of all else."""

from collections.abc import Iterator

import httpx
import httpx2
import pytest

from tests.e2e import values
from tests.e2e.clients import CHAT, basic, curl
from tests.e2e.lab import Tightlip
from tests.e2e.test_identity import PASSWORD, guarded  # noqa: F401
from tests.fakevendor import FakeVendor, Step

pytestmark = pytest.mark.slow

_CHAT = "/v/openai/v1/chat/completions"


@pytest.fixture
def client(balanced: Tightlip) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=balanced.proxy_url, trust_env=False, timeout=30) as made:
        yield made


def _post(client: httpx.Client, body: bytes, path: str = _CHAT, **headers: str) -> httpx.Response:
    return client.post(path, content=body, headers={"content-type": "application/json", **headers})


def test_a_request_arrives_over_tls_and_byte_for_byte(
    client: httpx.Client, balanced: Tightlip, vendor: FakeVendor
) -> None:
    sent = values.chat("hello")
    assert _post(client, sent, _CHAT + "?a=b%20c", authorization="Bearer fake").status_code == 200
    assert (vendor.last.body, vendor.last.target) == (sent, "/v1/chat/completions?a=b%20c")
    assert vendor.last.header("host") in ("api.openai.com", None)
    assert vendor.last.header("authorization") == "Bearer fake"
    assert vendor.last.sni == "api.openai.com"
    decision = balanced.decisions()[-1]
    assert (decision["host"], decision["vendor"], decision["format"]) == ("api.openai.com", "openai", "openai.chat")


def test_a_host_written_out_leads_there(client: httpx.Client, vendor: FakeVendor) -> None:
    assert _post(client, values.message("hi"), "/v/api.anthropic.com/v1/messages").status_code == 200
    assert vendor.last.sni == "api.anthropic.com"


def test_our_header_goes_no_further_on_any_way(client: httpx.Client, balanced: Tightlip, vendor: FakeVendor) -> None:
    _post(client, values.chat("hi"), **{"x-tightlip-authorization": "Basic eDp5"})
    curl(balanced, CHAT, values.chat("hi"), "-H", "x-tightlip-authorization: Basic eDp5")
    assert [request.header("x-tightlip-authorization") for request in vendor.requests] == [None, None]


def test_one_connection_serves_several_vendors(client: httpx.Client, vendor: FakeVendor) -> None:
    for _ in range(2):
        assert _post(client, values.chat("hi")).status_code == 200
        assert _post(client, values.message("hi"), "/v/anthropic/v1/messages").status_code == 200
        assert client.get("/ok").status_code == 200
    assert [request.sni for request in vendor.requests] == ["api.openai.com", "api.anthropic.com"] * 2


def test_a_value_is_redacted(client: httpx.Client, vendor: FakeVendor) -> None:
    value = values.aws_key()
    assert _post(client, values.chat(f"deploy with {value}")).status_code == 200
    assert value.encode() not in vendor.last.body
    assert b"AWS_ACCESS_KEY" in vendor.last.body


def test_a_value_is_blocked(strict: Tightlip, vendor: FakeVendor) -> None:
    value = values.aws_key()
    answer = httpx.post(strict.proxy_url + _CHAT, content=values.chat(value), trust_env=False)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "dlp_blocked")
    assert value not in answer.text
    assert vendor.requests == []


def test_the_first_chunk_does_not_wait_for_the_last(balanced: Tightlip, vendor: FakeVendor) -> None:
    vendor.script(Step(text=("one ", "two ", "three"), pause_after=1))
    transport = httpx2.Client(trust_env=False)
    import openai

    sdk = openai.OpenAI(api_key="fake", base_url=f"{balanced.proxy_url}/v/openai/v1", http_client=transport)
    texts = []
    for event in sdk.chat.completions.create(model="m", messages=[{"role": "user", "content": "count"}], stream=True):
        texts.append(event.choices[0].delta.content if event.choices else None)
        vendor.go_on()
    assert [text for text in texts if text] == ["one ", "two ", "three"]


def test_the_anthropic_sdk_works_and_shows_a_block(balanced: Tightlip, strict: Tightlip, vendor: FakeVendor) -> None:
    import anthropic

    def sdk(tightlip: Tightlip) -> anthropic.Anthropic:
        transport = httpx2.Client(trust_env=False)
        return anthropic.Anthropic(api_key="fake", base_url=f"{tightlip.proxy_url}/v/anthropic", http_client=transport)

    answer = sdk(balanced).messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}])
    assert answer.content
    with pytest.raises(anthropic.BadRequestError, match="Tightlip stopped this request"):
        sdk(strict).messages.create(
            model="m", max_tokens=9, messages=[{"role": "user", "content": f"key {values.aws_key()}"}]
        )
    assert len(vendor.prompts) == 1


@pytest.mark.parametrize(
    ("path", "headers", "status", "reason"),
    [
        ("/v/nobody/v1", {}, 404, "no_such_base_url"),
        ("/v/other.example/v1", {}, 404, "no_such_base_url"),
        (_CHAT, {"origin": "https://evil.test"}, 403, "web_page"),
        (_CHAT, {"host": "evil.test"}, 400, "host_mismatch"),
        (_CHAT, {"host": "api.openai.com"}, 400, "host_mismatch"),
        (_CHAT, {"upgrade": "websocket", "connection": "upgrade"}, 426, "websocket"),
        (_CHAT, {"te": "trailers"}, 400, "trailers"),
        ("/v1/chat/completions", {}, 405, ""),
    ],
)
def test_what_is_not_meant_for_it_leads_nowhere(
    client: httpx.Client, vendor: FakeVendor, path: str, headers: dict[str, str], status: int, reason: str
) -> None:
    answer = _post(client, values.chat("hi"), path, **headers)
    assert (answer.status_code, reason in answer.text) == (status, True)
    assert vendor.requests == []


def test_a_body_over_the_limit_is_refused(lab, vendor: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    with lab.tightlip("tight", limits={"body": 1000}, portal="off") as tightlip:
        answer = httpx.post(tightlip.proxy_url + _CHAT, content=values.chat("x" * 2000), trust_env=False)
        assert answer.status_code == 413
        assert httpx.get(tightlip.proxy_url + "/", trust_env=False).status_code == 404
    assert vendor.requests == []


def test_switched_off_there_is_no_way_in(lab, vendor: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    with lab.tightlip("closed", base_urls="off", portal="off") as tightlip:
        assert httpx.post(tightlip.proxy_url + _CHAT, content=b"{}", trust_env=False).status_code == 403
    assert vendor.requests == []


def test_with_users_a_password_goes_into_a_header_of_ours(guarded: Tightlip, vendor: FakeVendor) -> None:  # noqa: F811
    with httpx.Client(base_url=guarded.proxy_url, trust_env=False) as client:
        for wrong in ({}, {"x-tightlip-authorization": basic("ada", "wrong")}):
            answer = _post(client, values.chat("hi"), **wrong)
            assert (answer.status_code, "base_url_credentials" in answer.text) == (400, True)
        assert vendor.requests == []
        right = {"x-tightlip-authorization": basic("ada", PASSWORD), "authorization": "Bearer fake"}
        assert _post(client, values.chat("hi"), **right).status_code == 200
    assert vendor.last.header("authorization") == "Bearer fake"
    assert vendor.last.header("x-tightlip-authorization") is None
    assert vendor.last.header("proxy-authorization") is None
    assert guarded.decisions()[-1]["user"] == "ada"
    assert basic("ada", PASSWORD).split()[1] not in guarded.traces()
