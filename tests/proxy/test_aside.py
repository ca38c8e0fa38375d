"""Asides in requests: cut where they stand, in whose texts, and which directive is about the request."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.aside import GO_ON, Asides, may_hold_asides, read_asides
from proxy.body import Kind, Limits
from proxy.formats import FORMATS
from proxy.history import History, read_history
from proxy.jsontext import leaves
from proxy.justification import Offer
from proxy.message import block_message
from proxy.notice import notice
from proxy.rewrite import splice
from proxy.told import NOTHING_TOLD, Told
from proxy.wording import english
from tests.proxy.inspecting import KEY

LINE = "tightlip: allow K7QF because it is a published test number"
NOTICE = notice("it holds a card number", "tl-abc", KEY)


def read(data: bytes, fmt: str = "openai.chat") -> tuple[Asides, History]:
    history = read_history(FORMATS[fmt], list(leaves(data)), KEY)
    assert history is not None
    return read_asides(data, FORMATS[fmt], Limits(), history, KEY), history


def cut(document: Any, fmt: str = "openai.chat") -> Any:
    data = json.dumps(document).encode()
    assert may_hold_asides(data)
    return json.loads(splice(data, Kind.JSON, read(data, fmt)[0].edits))


def turns(*said: tuple[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in said]}


CUT = [
    ("openai.chat", turns(("user", f"a\n{LINE}")), turns(("user", "a"))),
    ("openai.chat", turns(("user", LINE)), turns(("user", GO_ON))),
    ("openai.chat", turns(("user", f'"{LINE}"')), turns(("user", f'"{GO_ON}"'))),
    (
        "openai.chat",
        turns(("user", f"{LINE}\na"), ("assistant", f"{NOTICE}b"), ("user", f"c\n{LINE}")),
        turns(("user", "a"), ("assistant", "b"), ("user", "c")),
    ),
    (
        "anthropic.messages",
        turns(("user", [{"type": "text", "text": LINE}]), ("assistant", [{"type": "text", "text": f"{NOTICE}b"}])),
        turns(("user", [{"type": "text", "text": GO_ON}]), ("assistant", [{"type": "text", "text": "b"}])),
    ),
    ("openai.responses", {"input": f"a\n{LINE}"}, {"input": "a"}),
    (
        "augment.chat",
        {"message": LINE, "chat_history": [{"request_message": f"a\n{LINE}", "response_text": f"{NOTICE}b"}]},
        {"message": GO_ON, "chat_history": [{"request_message": "a", "response_text": "b"}]},
    ),
    (
        "gemini.generate",
        {"contents": [{"role": "user", "parts": [{"text": LINE}, {"text": "a"}]}]},
        {"contents": [{"role": "user", "parts": [{"text": GO_ON}, {"text": "a"}]}]},
    ),
]


@pytest.mark.parametrize(("fmt", "document", "expected"), CUT, ids=range(len(CUT)))
def test_asides_are_cut(fmt: str, document: Any, expected: Any) -> None:
    assert cut(document, fmt) == expected


KEPT = [
    turns(("assistant", LINE), ("user", "a")),
    turns(("user", "a"), ("assistant", "b"), ("tool", f"{NOTICE}{LINE}")),
    turns(("user", f"{NOTICE}a")),
    turns(("system", LINE), ("user", "a")),
    turns(("user", "a"), ("assistant", NOTICE.replace("card", "cart") + "b")),
]


@pytest.mark.parametrize("role", ["user", "assistant", "tool", "system"])
def test_no_model_sees_a_code(role: str) -> None:
    told = block_message([], "tl-abc", "own", english(), offer=Offer("K7QF"))
    assert cut(turns((role, told), ("user", "a"))) == turns((role, told.replace("K7QF", "****")), ("user", "a"))


@pytest.mark.parametrize("document", KEPT, ids=range(len(KEPT)))
def test_other_texts_stay(document: Any) -> None:
    assert cut(document) == document


@given(st.text(max_size=30), st.text(max_size=30), st.booleans())
def test_nothing_else_of_the_body_changes(before: str, after: str, ascii_only: bool) -> None:
    """Cut between two line breaks, the body is the one in which the line was never written."""

    def body(text: str) -> bytes:
        return json.dumps(turns(("user", text), ("assistant", "x")), ensure_ascii=ascii_only, indent=1).encode()

    before, after = (part.encode("utf-8", "replace").decode().replace("\r", "") for part in (f"x{before}", after))
    data = body(f"{before}\n{LINE}\n{after}")
    assert splice(data, Kind.JSON, read(data)[0].edits) == body(f"{before}\n{after}")


def test_the_last_directive_is_the_current_one_until_more_is_said() -> None:
    other = LINE.replace("K7QF", "B2CD")
    asides, history = read(json.dumps(turns(("user", LINE), ("user", other))).encode())
    current = asides.current(history, NOTHING_TOLD)
    assert current is not None
    assert current.directive.code == "B2CD"
    told = Told(segments=history.telling([]).segments)
    again = json.dumps(turns(("user", LINE), ("user", other), ("user", "more"))).encode()
    asides, later = read(again)
    assert asides.current(later, told) is None
    assert asides.current(later, NOTHING_TOLD) is not None
    answered = json.dumps(turns(("user", LINE), ("assistant", "b"), ("user", "more"))).encode()
    asides, history = read(answered)
    assert asides.current(history, NOTHING_TOLD) is None


@pytest.mark.parametrize("data", [b"{}", b'{"a": "tightlip explain"}', b'{"a": "Tightlip: stopped"}'])
def test_ordinary_bodies_are_not_looked_at(data: bytes) -> None:
    assert not may_hold_asides(data)
