"""The opening handshake: nothing in it is the client's own, and the client still gets the answer it waits for."""

import pytest
from mitmproxy import http

from proxy.intercept import handshake

# The nonce and its answer of RFC 6455, section 1.3.
NONCE, ANSWER = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def upgrade(*extensions: str) -> http.Request:
    fields = {"sec-websocket-key": NONCE}
    request = http.Request.make("GET", "https://api.openai.com/v1/responses", headers=fields)
    request.headers.set_all("sec-websocket-extensions", extensions)
    return request


def granted(request: http.Request, *extensions: str) -> http.Response:
    accept = handshake._accept(request.headers["sec-websocket-key"])
    response = http.Response.make(101, b"", {"sec-websocket-accept": accept})
    response.headers.set_all("sec-websocket-extensions", extensions)
    return response


def test_the_vendor_sees_another_nonce_and_the_client_its_own_answer() -> None:
    request = upgrade()
    assert handshake.replace_key(request) == NONCE
    assert request.headers["sec-websocket-key"] != NONCE
    assert len(request.headers["sec-websocket-key"]) == len(NONCE)
    response = granted(request)
    assert handshake.answer(request, response, NONCE)
    assert response.headers.get_all("sec-websocket-accept") == [ANSWER]


@pytest.mark.parametrize(
    ("offers", "left"),
    [
        ([], []),
        (["permessage-deflate; client_max_window_bits"], ["permessage-deflate; client_max_window_bits"]),
        (["x-zip", "permessage-deflate, x-note; a=1"], ["permessage-deflate"]),
        (["permessage-deflate; a, permessage-deflate"], ["permessage-deflate; a, permessage-deflate"]),
        (["x-note; secret=1"], []),
    ],
)
def test_only_the_extension_that_can_be_read_is_offered(offers: list[str], left: list[str]) -> None:
    request = upgrade(*offers)
    handshake.narrow_offer(request)
    assert request.headers.get_all("sec-websocket-extensions") == left


@pytest.mark.parametrize(
    ("offers", "agreed", "fits"),
    [
        ([], [], True),
        (["permessage-deflate"], [], True),
        (["permessage-deflate"], ["permessage-deflate; server_no_context_takeover"], True),
        ([], ["permessage-deflate"], False),
        (["permessage-deflate"], ["x-zip"], False),
        (["permessage-deflate"], ["permessage-deflate, permessage-deflate"], False),
        (["permessage-deflate"], ["permessage-deflate", "x-zip"], False),
    ],
)
def test_an_extension_that_was_not_offered_is_refused(offers: list[str], agreed: list[str], fits: bool) -> None:
    request = upgrade(*offers)
    response = granted(request, *agreed)
    assert handshake.answer(request, response, NONCE) is fits
    if fits:
        assert handshake.is_deflated(response) is bool(agreed)


@pytest.mark.parametrize("accepts", [[], ["x"], [ANSWER, ANSWER]])
def test_an_answer_to_something_else_is_refused(accepts: list[str]) -> None:
    request = upgrade()
    response = granted(request)
    response.headers.set_all("sec-websocket-accept", accepts)
    assert not handshake.answer(request, response, NONCE)
