"""Target and headers as segments, and the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.head import edit_headers, edit_target, head_segments
from proxy.rewrite import Edit
from proxy.segment import Label, Segment
from proxy.verdict import Headers, Request
from tests.proxy.inspecting import catalogue

MARK = "[X:0a1b2c]"
ENCODED = "%5BX%3A0a1b2c%5D"
TEXT = st.text(st.characters(codec="ascii", exclude_characters="&=?#", min_codepoint=33, max_codepoint=126), min_size=1)
VALUES = st.binary(max_size=20).filter(lambda raw: not set(b"\r\n\0") & set(raw))


def make(target: str = "/", headers: Headers = (), host: str = "api.openai.com") -> Request:
    return Request("GET", "https", host, 443, target, headers, b"")


def segments(request: Request) -> list[Segment]:
    return list(head_segments(request, catalogue().vendor_for(request.host)))


def brief(request: Request) -> list[tuple[str, str, str]]:
    return [(segment.pointer, segment.label.value, segment.text) for segment in segments(request)]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/", []),
        ("/a", [("path", "target", "/a")]),
        ("/a?", [("path", "target", "/a")]),
        ("*", []),
        ("/?q=1", [("query:q", "query", "q=1")]),
        ("/?q", [("query:q", "query", "q")]),
        ("/?=v", [("query:", "query", "=v")]),
        ("/?a=1&&b=2?c", [("query:a", "query", "a=1"), ("query:", "query", ""), ("query:b", "query", "b=2?c")]),
    ],
)
def test_the_target(target: str, expected: list[tuple[str, str, str]]) -> None:
    assert brief(make(target)) == expected


def test_names_and_values_of_headers() -> None:
    request = make(headers=((b"X-A", b"1"), (b"x-b", "é".encode()), (b"x-c", b"\xff")))
    assert brief(request) == [
        ("header:x-a", "key", "X-A"),
        ("header:x-a", "header", "1"),
        ("header:x-b", "key", "x-b"),
        ("header:x-b", "header", "é"),
        ("header:x-c", "key", "x-c"),
        ("header:x-c", "header", "\udcff"),
    ]


@pytest.mark.parametrize(
    ("host", "name", "read"),
    [
        ("api.openai.com", b"Authorization", False),
        ("api.openai.com", b"X-API-Key", False),
        ("api.openai.com", b"Content-Length", False),
        ("api.openai.com", b"HOST", False),
        ("api.openai.com", b"cookie", True),
        ("api.openai.com", b"user-agent", True),
        ("api.openai.com", b"ocp-apim-subscription-key", True),
        ("x.openai.azure.com", b"ocp-apim-subscription-key", False),
        ("example.org", b"authorization", True),
    ],
)
def test_only_framing_and_the_vendors_own_credential_are_left_out(host: str, name: bytes, read: bool) -> None:
    assert bool(segments(make(headers=((name, b"value"),), host=host))) is read


@pytest.mark.parametrize(
    ("host", "query", "read"),
    [
        ("generativelanguage.googleapis.com", "key=v", False),
        ("generativelanguage.googleapis.com", "KEY=v", False),
        ("generativelanguage.googleapis.com", "keys=v", True),
        ("generativelanguage.googleapis.com", "k%65y=v", True),
        ("api.openai.com", "key=v", True),
    ],
)
def test_a_vendors_credential_in_the_query(host: str, query: str, read: bool) -> None:
    assert bool(segments(make(f"/?{query}", host=host))) is read


@given(TEXT, st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_offsets_are_of_the_target(path: str, pairs: list[tuple[str, str]]) -> None:
    target = f"/{path}?" + "&".join(f"{name}={value}" for name, value in pairs)
    for segment in segments(make(target)):
        assert target[segment.start : segment.end] == segment.text


@given(st.lists(st.tuples(TEXT, TEXT, st.booleans()), max_size=5))
def test_a_target_is_changed_in_its_edits_alone(pairs: list[tuple[str, str, bool]]) -> None:
    target = "/p?" + "&".join(f"{name}={value}" for name, value, _ in pairs)
    found = [segment for segment in segments(make(target)) if segment.label is Label.QUERY]
    edits = [
        (segment, [Edit(len(name) + 1, len(segment.text), MARK)])
        for segment, (name, _, wanted) in zip(found, pairs, strict=False)
        if wanted
    ]
    expected = "/p?" + "&".join(f"{name}={ENCODED if wanted else value}" for name, value, wanted in pairs)
    assert edit_target(target, edits) == expected


def test_several_edits_of_one_pair() -> None:
    segment = segments(make("/?q=ab%20cd&r=1"))[0]
    assert edit_target("/?q=ab%20cd&r=1", [(segment, [Edit(2, 4, MARK), Edit(7, 9, "x")])]) == f"/?q={ENCODED}%20x&r=1"


@given(st.lists(st.tuples(VALUES, st.booleans()), max_size=5))
def test_headers_are_changed_in_their_edits_alone(values: list[tuple[bytes, bool]]) -> None:
    headers = tuple((b"X-%d" % number, value) for number, (value, _) in enumerate(values))
    found = [segment for segment in segments(make(headers=headers)) if segment.label is Label.HEADER]
    edits = [(segment, [Edit(0, 1, "é")]) for segment in found if segment.text and values[segment.start][1]]
    changed = {segment.start for segment, _ in edits}
    after = edit_headers(headers, edits)
    assert [name for name, _ in after] == [name for name, _ in headers]
    for index, (_, value) in enumerate(after):
        before = values[index][0]
        rest = before.decode("utf-8", "surrogateescape")[1:].encode("utf-8", "surrogateescape")
        assert value == ("é".encode() + rest if index in changed else before)


def test_a_vendors_own_key_among_the_subprotocols_is_not_read() -> None:
    """Browsers can set no header on a WebSocket; the rest of the list can't be cut, so what is found there blocks."""
    offered = b"realtime, openai-insecure-api-key.sk-1,note"
    own = make(headers=((b"Sec-WebSocket-Protocol", offered),))
    assert brief(own)[1] == ("header:sec-websocket-protocol", "id", "realtime,note")
    others = make(headers=((b"Sec-WebSocket-Protocol", offered),), host="api.anthropic.com")
    assert brief(others)[1][2] == offered.decode()


def test_a_websockets_nonce_and_version_are_checked_elsewhere() -> None:
    fixed = ((b"Sec-WebSocket-Key", b"x"), (b"Sec-WebSocket-Version", b"13"))
    assert brief(make(headers=fixed)) == []
