"""What the proxy answers itself: public things only, to GET only, and nothing that a request can change."""

import pytest

from proxy.portal import Page, Portal
from proxy.verdict import Reply, Request

PORTAL = Portal(
    {"/": Page("text/html", b"<p>hi"), "/ok.svg": Page("image/svg+xml", b"<svg/>")},
    "read by Tightlip 9.9, policy strict",
    frozenset({"127.0.0.1"}),
)


def ask(target: str, method: str = "GET", **headers: str) -> Reply:
    lines = tuple((name.encode(), value.encode()) for name, value in headers.items())
    return PORTAL.answer(Request(method, "http", "tightlip.local", 80, target, lines, b""))


def header(reply: Reply, name: str) -> str:
    return dict(reply.headers)[name.encode()].decode()


def test_the_check_says_who_reads() -> None:
    assert (ask("/ok").status, ask("/ok").body) == (200, b"read by Tightlip 9.9, policy strict\n")
    assert ask("/ok?x=1").status == 200


@pytest.mark.parametrize("target", ["/nothing", "/../", "/OK", "//", "/v/openai/v1"])
def test_nothing_else_is_there(target: str) -> None:
    assert ask(target).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("target", ["/", "/ok"])
def test_only_get_is_answered(method: str, target: str) -> None:
    reply = ask(target, method)
    assert reply.status == 405
    assert header(reply, "allow") == "GET, HEAD"


def test_head_has_no_body() -> None:
    assert (ask("/", "HEAD").status, ask("/", "HEAD").body) == (200, b"")


@pytest.mark.parametrize("target", ["/", "/ok", "/ok.svg", "/nothing"])
def test_no_answer_can_be_framed_sniffed_or_kept(target: str) -> None:
    reply = ask(target)
    assert "default-src 'none'" in header(reply, "content-security-policy")
    assert "frame-ancestors 'none'" in header(reply, "content-security-policy")
    assert header(reply, "x-content-type-options") == "nosniff"
    assert header(reply, "cache-control") == "no-store"


@pytest.mark.parametrize(
    ("referer", "status"),
    [
        ("http://tightlip.local/", 200),
        ("http://127.0.0.1:8080/", 200),
        ("http://localhost:8080/", 200),
        ("https://evil.test/", 404),
        ("http://tightlip.local.evil.test/", 404),
        ("http://tightlip.local@evil.test/", 404),
        ("http://[::1", 404),
        ("", 404),
    ],
)
def test_the_picture_is_for_our_own_pages(referer: str, status: int) -> None:
    assert ask("/ok.svg", Referer=referer).status == status
