"""Where a request that is sent to the proxy itself leads, and what is turned away there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.door import Door, Passage
from proxy.gate import OWN_HOST
from proxy.portal import Portal
from proxy.setting import vendor_folders
from proxy.vendor import load_catalogue
from proxy.verdict import Headers

CATALOGUE = load_catalogue(vendor_folders())
PORTAL = Portal({}, "read by Tightlip")
DOOR = Door(CATALOGUE, PORTAL, base_urls=True, names=frozenset({"proxy.corp.example"}))


def headers(host: str = "127.0.0.1:8080", **more: str) -> Headers:
    return ((b"Host", host.encode()), *((name.encode(), value.encode()) for name, value in more.items()))


@pytest.mark.parametrize(
    ("target", "host", "rest"),
    [
        ("/v/anthropic/v1/messages", "api.anthropic.com", "/v1/messages"),
        ("/v/openai/v1/models?limit=3&x=/v/", "api.openai.com", "/v1/models?limit=3&x=/v/"),
        ("/v/openai", "api.openai.com", "/"),
        ("/v/openai/", "api.openai.com", "/"),
        ("/v/openai?x=1", "api.openai.com", "/?x=1"),
        ("/v/OpenAI//v1", "api.openai.com", "//v1"),
        ("/v/copilot/chat/completions", "api.githubcopilot.com", "/chat/completions"),
        ("/v/acme.openai.azure.com/openai/v1", "acme.openai.azure.com", "/openai/v1"),
        ("/v/codestral.mistral.ai/v1/fim/completions", "codestral.mistral.ai", "/v1/fim/completions"),
    ],
)
def test_a_base_url_leads_to_its_vendor(target: str, host: str, rest: str) -> None:
    assert DOOR.open(target, headers()) == Passage(host, rest)


@pytest.mark.parametrize(
    "target",
    [
        "/v/nobody/v1",
        "/v/example.org/x",
        "/v/127.0.0.1/x",
        "/v/localhost/x",
        "/v/bedrock/model",  # each region has its own host: it has to be written out
        "/v/api.openai.com.evil.test/v1",
        "/v/../v1",
    ],
)
def test_a_name_of_no_vendor_leads_nowhere(target: str) -> None:
    assert DOOR.open(target, headers()).refusal == "no_such_base_url"


@given(st.text("/v.:@openaicmx0127-%\\?#[] \u00e9", max_size=40))
def test_a_request_leads_to_a_vendor_or_to_the_portal(target: str) -> None:
    passage = DOOR.open("/v/" + target, headers())
    is_vendor = CATALOGUE.vendor_for(passage.host) is not None
    assert is_vendor or passage.host == OWN_HOST
    assert passage.target.startswith("/")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8080", "[::1]:8080", "[::1]", "localhost", "LOCALHOST:8080", "proxy.corp.example:8080", OWN_HOST],
)
def test_names_of_ours(host: str) -> None:
    assert DOOR.open("/", headers(host)) == Passage(OWN_HOST, "/")


@pytest.mark.parametrize(
    "host",
    ["evil.test", "evil.test:8080", "api.openai.com", "", "a b", "127.0.0.1.evil.test", "user@localhost", "::1:x"],
)
@pytest.mark.parametrize("target", ["/", "/v/openai/v1/models"])
def test_another_name_is_turned_away(host: str, target: str) -> None:
    """A page whose own name was made to point here sends that name."""
    assert DOOR.open(target, headers(host)).refusal == "host_mismatch"


def test_a_host_is_named_exactly_once() -> None:
    assert DOOR.open("/", ()).refusal == "host_mismatch"
    assert DOOR.open("/", headers() + headers()).refusal == "host_mismatch"


@pytest.mark.parametrize("origin", ["https://evil.test", "http://localhost:3000", "HTTPS://evil.test", "null"])
def test_a_web_page_can_not_use_a_base_url(origin: str) -> None:
    passage = DOOR.open("/v/openai/v1/models", headers(Origin=origin))
    assert passage == Passage("api.openai.com", "/v1/models", "web_page")


@pytest.mark.parametrize(("site", "refusal"), [("cross-site", "web_page"), ("same-origin", "web_page"), ("none", None)])
def test_a_page_that_does_not_name_itself_can_not_either(site: str, refusal: str | None) -> None:
    assert DOOR.open("/v/openai/v1/models", headers(**{"Sec-Fetch-Site": site})).refusal == refusal


def test_an_allowed_page_and_an_editor_can() -> None:
    door = Door(CATALOGUE, base_urls=True, origins=frozenset({"https://chat.corp.example"}))
    for origin in ("https://chat.corp.example", "vscode-webview://1abc", "tauri://localhost"):
        sent = headers(Origin=origin, **{"Sec-Fetch-Site": "cross-site"})
        assert door.open("/v/openai/v1/models", sent).refusal is None


def test_a_websocket_of_a_web_page_is_turned_away() -> None:
    """A browser lets any page open one."""
    upgrade = {"Upgrade": "WebSocket"}
    assert DOOR.open("/v/openai/v1/responses", headers(**upgrade)).refusal is None
    assert DOOR.open("/v/openai/v1/responses", headers(Origin="https://evil.example", **upgrade)).refusal == "web_page"


def test_what_is_switched_off_is_not_there() -> None:
    assert Door(CATALOGUE, PORTAL).open("/v/openai/v1", headers()) == Passage(OWN_HOST, "/v/openai/v1")
    assert Door(CATALOGUE, base_urls=True).open("/", headers()).refusal == "no_such_base_url"
    assert Door(CATALOGUE).open("/v/openai/v1", headers()).refusal == "private_target"


def test_every_name_told_leads_to_the_host_told() -> None:
    told = DOOR.base_urls_of()
    assert len(told) > 50
    for name, host in told:
        assert DOOR.open(f"/v/{name}/x", headers()) == Passage(host, "/x")
