"""What a request's head alone is refused for."""

from dataclasses import replace

import pytest

from proxy.admission import is_plain_passage, refusal_of
from proxy.gate import Gate
from proxy.setting import vendor_folders
from proxy.vendor import load_catalogue
from proxy.verdict import Request

GATE = Gate(load_catalogue(vendor_folders()))


def request(host: str = "api.openai.com", *headers: tuple[str, str], scheme: str = "https", port: int = 443) -> Request:
    lines = tuple((name.encode(), value.encode()) for name, value in headers)
    return Request("POST", scheme, host, port, "/v1/chat/completions", lines, b"{}")


def test_a_request_whose_names_agree_is_let_in() -> None:
    head = request("api.openai.com", ("Host", "api.openai.com"))
    assert refusal_of(head, GATE, sni="api.openai.com", authority="api.openai.com") is None
    assert refusal_of(request(), GATE) is None


@pytest.mark.parametrize(
    "host",
    [
        "api.openai.com",
        "API.OPENAI.COM",
        "api.openai.com.",
        "api.openai.com:443",
        "Api.OpenAI.com.:443",
        "api.openai.com:",
    ],
)
def test_spellings_of_the_same_host(host: str) -> None:
    assert refusal_of(request("api.openai.com", ("host", host)), GATE) is None
    assert refusal_of(request(), GATE, authority=host) is None


@pytest.mark.parametrize(
    "host",
    [
        "api.anthropic.com",
        "evil.test",
        "evil.test:443",
        "user@api.openai.com",
        "api.openai.com@evil.test",
        "api.openai.com:443@evil.test",
        "api.openai.com/evil.test",
        "api.openai.com, evil.test",
        "api.openai.com evil.test",
        "api.openai.com?x",
        "api.openai.com#x",
        "[::1]",
        "[api.openai.com]",
        "[api.openai.com",
        "127.0.0.1",
        "api.openai.com:443:443",
        "api.openai.com:x",
        ":443",
        " ",
    ],
)
def test_another_host_under_the_targets_connection(host: str) -> None:
    assert refusal_of(request("api.openai.com", ("Host", host)), GATE) == "host_mismatch"
    assert refusal_of(request(), GATE, authority=host) == "host_mismatch"


@pytest.mark.parametrize("first", ["api.openai.com", ""])
def test_every_host_header_must_agree(first: str) -> None:
    head = request("api.openai.com", ("Host", first), ("hOsT", "evil.test"))
    assert refusal_of(head, GATE) == "host_mismatch"


@pytest.mark.parametrize(
    ("host", "sni", "refusal"),
    [
        ("api.openai.com", "api.anthropic.com", "host_mismatch"),
        ("api.openai.com", "evil.test", "host_mismatch"),
        ("api.openai.com", "", None),
        ("api.openai.com", None, None),
        ("1.2.3.4", "api.openai.com", "host_mismatch"),
        ("1.2.3.4", "example.org", None),
        ("169.254.169.254", "example.org", "private_target"),
        ("[::1]", None, "private_target"),
        ("localhost", None, "private_target"),
    ],
)
def test_the_tls_name_and_the_target(host: str, sni: str | None, refusal: str | None) -> None:
    assert refusal_of(request(host), GATE, sni=sni) == refusal


def test_an_address_target_under_its_own_host_header() -> None:
    assert refusal_of(request("2606:4700::1", ("Host", "[2606:4700::1]:443")), GATE) is None
    assert refusal_of(request("1.2.3.4", ("Host", "api.openai.com")), GATE) == "host_mismatch"


def test_ports_and_schemes() -> None:
    assert refusal_of(request(port=8443), GATE) == "port_not_allowed"
    assert refusal_of(request(scheme="http", port=80), GATE) is None
    assert refusal_of(request(scheme="http", port=443), GATE) == "port_not_allowed"


@pytest.mark.parametrize(
    ("headers", "http2", "refusal"),
    [
        ([("Upgrade", "websocket")], False, "websocket"),
        ([("UPGRADE", " WebSocket ")], False, "websocket"),
        ([("Upgrade", ""), ("Upgrade", "websocket")], False, "websocket"),
        ([("Upgrade", "h2c")], False, "upgrade"),
        ([("Upgrade", "h2c, websocket")], False, "upgrade"),
        ([("Upgrade", "h2c"), ("Upgrade", "websocket")], False, "upgrade"),
        ([("Upgrade", "websocket")], True, "websocket"),
        ([("Trailer", "x-late")], False, "trailers"),
        ([("Trailer", ""), ("trailer", "x-late")], False, "trailers"),
        ([("TE", "Trailers")], False, "trailers"),
        ([("TE", "gzip"), ("TE", "trailers")], False, "trailers"),
        ([("TE", "trailers")], True, None),
        ([("TE", "gzip"), ("Connection", "keep-alive")], False, None),
    ],
)
def test_parts_of_http_that_could_pass_unread(headers: list[tuple[str, str]], http2: bool, refusal: str | None) -> None:
    assert refusal_of(request("api.openai.com", *headers), GATE, http2=http2) == refusal


HANDSHAKE = {
    "Connection": "keep-alive, Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def handshake(host: str = "api.openai.com", method: str = "GET", **changed: str | None) -> Request:
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [(name, value) for name, value in (HANDSHAKE | named).items() if value is not None]
    return replace(request(host, *lines), method=method, body=b"")


def test_a_vendors_websocket_is_let_in_unless_it_is_switched_off() -> None:
    assert refusal_of(handshake(), GATE) is None
    assert refusal_of(handshake(Content_Length="0"), GATE) is None
    assert refusal_of(handshake(), replace(GATE, websockets=False)) == "websocket"


@pytest.mark.parametrize(
    ("asked", "http2"),
    [
        (handshake(), True),
        (handshake(method="POST"), False),
        (handshake(Connection="keep-alive"), False),
        (handshake(Sec_WebSocket_Version="8"), False),
        (handshake(Sec_WebSocket_Version=None), False),
        (handshake(Sec_WebSocket_Key=None), False),
        (handshake(Sec_WebSocket_Key="a note of sixteen characters"), False),
        (handshake(Content_Length="2"), False),
        (handshake(Transfer_Encoding="chunked"), False),
        (replace(handshake("example.org"), scheme="http", port=80), False),
    ],
)
def test_what_is_no_handshake_of_a_websocket_is_refused(asked: Request, http2: bool) -> None:
    assert refusal_of(asked, GATE, http2=http2) == "websocket"


@pytest.mark.parametrize(
    ("scheme", "host", "port", "passes"),
    [
        ("http", "example.org", 80, True),
        ("http", "api.openai.com", 80, False),
        ("https", "example.org", 443, False),
        ("http", "127.0.0.1", 80, False),
        ("http", "localhost.", 80, False),
        ("http", "example.org", 8080, False),
    ],
)
def test_plain_http_to_others_passes_unread(scheme: str, host: str, port: int, passes: bool) -> None:
    assert is_plain_passage(request(host, scheme=scheme, port=port), GATE) is passes


@pytest.mark.parametrize("method", ["GETX", "get", "PROPFIND", "A" * 40, "CONNECT", ""])
def test_a_method_of_the_clients_own_making_is_refused(method: str) -> None:
    assert refusal_of(replace(request(), method=method), GATE) == "method"


def test_our_own_name_is_no_plain_passage() -> None:
    own = Gate(GATE.catalogue, answers_itself=True)
    asked = request("tightlip.local", ("Host", "tightlip.local"), scheme="http", port=80)
    assert refusal_of(asked, own) is None
    assert (is_plain_passage(asked, own), is_plain_passage(asked, GATE)) == (False, True)
