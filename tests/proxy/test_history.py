"""Turns, conversations and what counts as told, read from each format's documents."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.formats import FORMATS, GENERIC
from proxy.history import History, read_history
from proxy.jsontext import leaves
from proxy.told import NOTHING_TOLD, Told

KEY = b"k" * 32
CHAT, MESSAGES, RESPONSES = FORMATS["openai.chat"], FORMATS["anthropic.messages"], FORMATS["openai.responses"]


def read(document: Any, fmt: str = "openai.chat", key: bytes = KEY) -> History:
    history = read_history(FORMATS[fmt], list(leaves(json.dumps(document).encode())), key)
    assert history is not None
    return history


def chat(*turns: str) -> dict[str, Any]:
    """Turns of the user, but for those that begin with `>`, which are the model's."""
    return {
        "messages": [
            {"role": "assistant" if text.startswith(">") else "user", "content": text.removeprefix(">")}
            for text in turns
        ]
    }


NEWEST = [
    ("openai.chat", chat(), 0),
    ("openai.chat", chat("a"), 0),
    ("openai.chat", chat("a", ">b"), 2),
    ("openai.chat", chat("a", ">b", "c"), 2),
    ("openai.chat", chat("a", ">b", "c", "d"), 2),
    ("openai.chat", chat("a", ">b", "c", ">d", "e"), 4),
    ("anthropic.messages", chat("a", ">b", "c"), 2),
    ("openai.responses", {"input": "a"}, 0),
    ("openai.responses", {"input": [{"role": "user", "content": "a"}, {"type": "reasoning"}]}, 2),
    ("openai.responses", {"input": [{"type": "function_call", "name": "f"}, {"type": "function_call_output"}]}, 1),
    ("gemini.generate", {"contents": [{"role": "user"}, {"role": "model"}, {"role": "user"}]}, 2),
    ("gemini.code_assist", {"request": {"contents": [{"role": "model"}, {"role": "user"}]}}, 1),
    ("gemini.generate", {"contents": {"role": "model", "parts": []}}, 0),
    ("amazonq.conversation", {"conversationState": {"history": [{}, {"assistantResponseMessage": {}}, {}]}}, 2),
    ("amazonq.conversation", {"conversationState": {"currentMessage": {"role": "assistant"}}}, 0),
    ("augment.chat", {"message": "b", "chat_history": [{"request_message": "a", "response_text": ""}]}, 1),
    ("zed.completions", {"provider_request": {"messages": [{"role": "assistant"}, {"role": "user"}]}}, 1),
    ("zed.completions", {"provider_request": {"input": [{"type": "function_call"}, {"role": "user"}]}}, 1),
    ("zed.completions", {"provider_request": {"contents": [{"role": "user"}, {"role": "model"}]}}, 2),
    ("cohere.chat_v1", {"message": "b", "chat_history": [{"role": "USER"}, {"role": "CHATBOT"}]}, 2),
    ("sourcegraph.completions", {"messages": [{"speaker": "human"}, {"speaker": "assistant"}]}, 2),
    ("jetbrains.chat", {"chat": {"messages": [{"type": "user_message"}, {"type": "assistant_message_text"}]}}, 2),
]


@pytest.mark.parametrize(("fmt", "document", "newest"), NEWEST)
def test_the_newest_turn_begins_after_the_last_reply(fmt: str, document: Any, newest: int) -> None:
    assert read(document, fmt).newest == newest


def test_a_format_without_turns_has_no_history() -> None:
    assert read_history(GENERIC, list(leaves(b'{"messages":[]}')), KEY) is None


def test_a_conversation_is_named_by_the_clients_id_or_by_what_was_said_first() -> None:
    first, later, other = chat("a", ">b"), chat("a", ">b", "c"), chat("x", ">b")
    assert read(first).conversation == read(later).conversation != read(other).conversation
    named, also = {**first, "prompt_cache_key": "one"}, {**other, "prompt_cache_key": "one"}
    assert read(named).conversation == read(also).conversation
    assert read({**first, "prompt_cache_key": "two"}).conversation != read(named).conversation
    assert read(chat()).conversation == ""


def test_names_are_keyed_hashes() -> None:
    named = {**chat("a"), "prompt_cache_key": "canary"}
    assert "canary" not in read(named).conversation
    assert read(named).conversation != read(named, key=b"o" * 32).conversation


def tell(document: Any, pointer: str, fingerprint: str = "f", fmt: str = "openai.chat") -> Told:
    return read(document, fmt).telling([(pointer, fingerprint)])


LAST = "/messages/2/content"
BLOCKED = chat("a", ">b", "key")


@pytest.mark.parametrize(
    ("later", "pointer", "told"),
    [
        (BLOCKED, LAST, False),
        (chat("a", ">b", "key", ">no"), LAST, True),
        (chat("a", ">b", "key", ">no", "go on"), LAST, True),
        (chat("a", ">b", "key", "go on"), LAST, True),
        (chat("a", ">b", "key", ""), LAST, True),
        (chat("a", ">b", "go on", "key"), "/messages/3/content", False),
        (chat("a", ">b", "key", "key"), "/messages/2/content", False),
        (chat("a", ">b", "key", "key"), "/messages/3/content", False),
        (chat("a", ">b", "other", "go on"), LAST, False),
        (chat("a", ">b", "key", "the key", "go on"), "/messages/3/content", False),
        (chat("a", ">b", "go on", ">c", "key"), "/messages/4/content", False),
        (chat("a", ">b", "key", ">no", "key", "go on"), "/messages/4/content", True),
        (chat("a", ">b", "key"), "/nowhere", False),
        (chat("a", ">b", "key"), "header:x", False),
    ],
)
def test_what_is_only_resent(later: Any, pointer: str, told: bool) -> None:
    known = tell(BLOCKED, LAST)
    assert read(later).is_told(pointer, "f", known) is told
    assert not read(later).is_told(pointer, "other", known)
    assert not read(later).is_told(pointer, "f", NOTHING_TOLD)


@pytest.mark.parametrize("order", [("system", "messages"), ("messages", "system")])
def test_instructions_stand_before_the_conversation_wherever_they_are_written(order: tuple[str, ...]) -> None:
    def document(*turns: str) -> Any:
        parts = {"system": "key", **chat(*turns)}
        return {name: parts[name] for name in order}

    known = tell(document("a"), "/system", fmt="anthropic.messages")
    assert not read(document("a"), "anthropic.messages").is_told("/system", "f", known)
    assert read(document("a", "b"), "anthropic.messages").is_told("/system", "f", known)
    assert read(document("a", ">b", "c"), "anthropic.messages").is_told("/system", "f", known)


def kiro(*turns: str) -> dict[str, Any]:
    """The last turn is said now, and stands before its history in the document."""
    history = [
        {"assistantResponseMessage": {"content": text[1:]}}
        if text.startswith(">")
        else {"userInputMessage": {"content": text}}
        for text in turns[:-1]
    ]
    return {"conversationState": {"currentMessage": {"userInputMessage": {"content": turns[-1]}}, "history": history}}


NOW = "/conversationState/currentMessage/userInputMessage/content"
BEFORE = "/conversationState/history/0/userInputMessage/content"


@pytest.mark.parametrize(
    ("later", "pointer", "told"),
    [
        (kiro("key"), NOW, False),
        (kiro("key", "go on"), BEFORE, True),
        (kiro("key", ">no", "go on"), BEFORE, True),
        (kiro("key", "key"), NOW, False),
        (kiro("key", ">no", "key"), NOW, False),
        (kiro("other", "go on"), BEFORE, False),
    ],
)
def test_what_is_said_now_may_stand_outside_of_the_conversation(later: Any, pointer: str, told: bool) -> None:
    known = tell(kiro("key"), NOW, fmt="amazonq.conversation")
    assert read(later, "amazonq.conversation").is_told(pointer, "f", known) is told


def test_the_first_turn_names_a_conversation_wherever_the_newest_is_written() -> None:
    first, later = kiro("a", ">b", "c"), kiro("a", ">b", "c", ">d", "e")
    assert read(first, "amazonq.conversation").conversation == read(later, "amazonq.conversation").conversation


def test_ids_and_settings_are_no_new_content() -> None:
    known = tell(BLOCKED, LAST)
    later = {**BLOCKED, "temperature": 1, "user": "someone", "metadata": {"n": "1"}}
    later["messages"] = [*BLOCKED["messages"][:2], {**BLOCKED["messages"][2], "name": "ann"}]
    assert not read(later).is_told(LAST, "f", known)


@given(st.lists(st.text(max_size=3).map(lambda text: text.lstrip(">")), min_size=1, max_size=6))
def test_the_same_request_is_never_told(turns: list[str]) -> None:
    document = chat(*turns)
    pairs = [(f"/messages/{n}/content", "f") for n in range(len(turns))]
    history = read(document)
    assert not any(history.is_told(*pair, history.telling(pairs)) for pair in pairs)


@given(
    st.sampled_from(sorted(FORMATS)),
    st.recursive(st.text(max_size=3) | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)),
)
def test_any_document_has_a_history(fmt: str, document: Any) -> None:
    inside = document
    for name in reversed(FORMATS[fmt].conversation or ()):
        inside = {name: inside}
    for body in (document, inside):
        read_history(FORMATS[fmt], list(leaves(json.dumps(body).encode())), KEY)


LINE = "tightlip: allow K7QF because it is a test"


def pointer(index: int) -> str:
    return f"/messages/{index}/content"


def test_a_directive_leaves_the_conversation_its_name() -> None:
    plain = read(chat("a")).conversation
    assert read(chat(f"a\n{LINE}")).conversation == read(chat("a", ">b", LINE)).conversation == plain


def test_what_was_let_through_is_let_as_history_in_the_same_text_alone() -> None:
    told = read(chat("a", LINE)).letting([(pointer(0), "f")])
    assert not read(chat("a", LINE)).is_let(pointer(0), "f", told)
    later = read(chat("a", LINE, ">b", "a", "x"))
    assert later.is_let(pointer(0), "f", told)
    assert not later.is_let(pointer(0), "g", told)
    assert not later.is_let(pointer(4), "f", told)
    assert not read(chat("x", ">b", "a")).is_let(pointer(2), "f", told)
    assert not later.is_let("/nowhere", "f", told)


TURNS = [
    ([("user", "a\n" + LINE), ("assistant", "b"), ("tool", "c")], True),
    ([("user", "a\n" + LINE), ("assistant", "b"), ("tool", "c"), ("assistant", "d"), ("tool", "e")], True),
    ([("user", "a\n" + LINE), ("assistant", "b"), ("user", "c")], False),
    ([("user", "a\n" + LINE), ("assistant", "b"), ("user", "a\n" + LINE)], False),
    ([("user", "a\n" + LINE)], False),
    ([("user", "x"), ("assistant", "b"), ("tool", "c")], False),
]


@pytest.mark.parametrize(("turns", "expected"), TURNS, ids=range(len(TURNS)))
def test_a_clause_is_lifted_until_the_user_says_more(turns: list[tuple[str, str]], expected: bool) -> None:
    told = read(chat("a\n" + LINE)).letting([(pointer(0), "cde-code")])
    history = read({"messages": [{"role": role, "content": text} for role, text in turns]})
    assert history.is_turn_let("cde-code", told) is expected
    assert not history.is_turn_let("other", told)


def test_whose_text_it_is() -> None:
    history = read(chat("a", ">b", "c"))
    assert [history.is_users(pointer(index)) for index in range(4)] == [True, False, True, False]
    assert [history.is_models(pointer(index)) for index in range(4)] == [False, True, False, False]
    alone = read({"input": "a"}, "openai.responses")
    assert alone.is_users("/input")
