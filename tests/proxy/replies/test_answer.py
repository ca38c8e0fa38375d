"""What a client gets for a request that does not leave: a message in its API's shape and framing, or an error."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.formats import FORMATS, GENERIC
from proxy.formats.soft import SoftShape
from proxy.replies.answer import Answers
from proxy.verdict import Reply
from tests.proxy.replies.asking import ASKED, CHAT, CLAUDE, GEMINI, REFERENCE, STREAM, Asked, at, request
from tests.proxy.replies.reading import documents, events, media, sse

TEXT = 'Tightlip "stopped" this\nrequest \u2014 na\u00efve \u2028 \x85 \u65e5\u672c.'
SPEAKING, ERRING = Answers("reply", 1_790_000_000.5), Answers("error", 1_790_000_000.5)
CODEX = "codex_cli_rs/0.169.0 (Linux)"


def block(asked: Asked, text: str = TEXT, answers: Answers = SPEAKING, agent: str = "") -> Reply:
    sent = asked.request(agent)
    return answers.block(sent, asked.fmt, text, sent.body, "model-1")


def shown(asked: Asked, reply: Reply) -> str:
    """What a client would put together from the reply."""
    return "".join(
        found
        for document in documents(reply)
        for path in asked.found_at
        if isinstance(found := at(document, path), str)
    )


each = pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.name)


def test_every_shape_is_tried_whole_and_in_pieces() -> None:
    tried = {(soft.shape, asked.media) for asked in ASKED if (soft := asked.fmt.soft_for("POST", asked.target))}
    assert {shape for shape, _ in tried} == set(SoftShape)
    assert all(len({media for shape, media in tried if shape is wanted}) > 1 for wanted in SoftShape)


@each
def test_a_reply_says_the_message_in_the_way_that_was_asked_for(asked: Asked) -> None:
    reply = block(asked)
    assert (reply.status, media(reply)) == (200, asked.media)
    assert shown(asked, reply) == TEXT
    headers = dict(reply.headers)
    assert headers[b"content-length"] == str(len(reply.body)).encode()
    assert headers[b"x-tightlip-reference"] == REFERENCE.encode()
    assert headers[b"cache-control"] == b"no-store"


@each
def test_in_the_style_of_errors_nothing_is_said(asked: Asked) -> None:
    reply = block(asked, answers=ERRING)
    assert reply.status == 400
    assert media(reply) == "application/json"


@each
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_read_and_nothing_else_differs(asked: Asked, text: str) -> None:
    """Lone surrogates, which can't be sent, come as question marks."""
    reply = block(asked, text)
    reply.body.decode("latin-1" if asked.media.startswith("application/vnd") else "ascii")
    assert shown(asked, reply) == text.encode("utf-8", "replace").decode()
    sent = text.encode("utf-8", "replace").decode()
    assert documents(reply) == [_with(sent, each) for each in documents(block(asked))]


def _with(text: str, document: Any) -> Any:
    """The document with `text` wherever TEXT stands alone."""
    match document:
        case dict():
            return {name: _with(text, value) for name, value in document.items()}
        case list():
            return [_with(text, value) for value in document]
    return text if document == TEXT else document


@pytest.mark.parametrize("asked", [asked for asked in ASKED if asked.media == "text/event-stream"], ids=Asked.name.fget)
def test_event_names_are_the_types_of_their_data(asked: Asked) -> None:
    named = [(name, json.loads(data)) for name, data in sse(block(asked).body) if name]
    assert all(name == data["type"] for name, data in named)
    assert bool(named) is (asked.format in ("openai.responses", "anthropic.messages", "cohere.chat"))


def test_a_chat_stream_ends_with_done() -> None:
    assert documents(block(ASKED[1]))[-1] == "[DONE]"
    assert documents(block(ASKED[1]))[-2]["choices"][0]["finish_reason"] == "stop"


def test_the_events_of_a_response_are_numbered_and_end_completed() -> None:
    said = documents(block(ASKED[5]))
    assert [event["sequence_number"] for event in said] == list(range(len(said)))
    assert [event["type"] for event in said] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert said[-1]["response"]["output"] == [said[-2]["item"]]


def test_the_events_of_a_message_are_anthropics() -> None:
    assert [event["type"] for event in documents(block(ASKED[7]))] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


def test_a_conversation_on_bedrock_is_an_event_stream() -> None:
    (asked,) = [asked for asked in ASKED if asked.target.endswith("/converse-stream")]
    names = [name for name, _ in events(block(asked).body)]
    assert names == ["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]


def test_a_model_that_can_not_be_told_has_another_name() -> None:
    for model, told in (("gpt-5", "gpt-5"), ("", "tightlip")):
        sent = request("/v1/chat/completions", CHAT)
        reply = SPEAKING.block(sent, FORMATS["openai.chat"], TEXT, sent.body, model)
        assert json.loads(reply.body)["model"] == told


# requests that get an error in any style

CHAT_ROUTE, MESSAGES, GENERATE = "/v1/chat/completions", "/v1/messages", "/v1beta/models/g:generateContent"
BOUND: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("openai.chat", CHAT_ROUTE, {"response_format": {"type": "json_schema", "json_schema": {}}}),
    ("openai.chat", CHAT_ROUTE, {"response_format": {"type": "json_object"}}),
    ("openai.chat", CHAT_ROUTE, {"tool_choice": "required"}),
    ("openai.chat", CHAT_ROUTE, {"tool_choice": {"type": "function", "function": {"name": "f"}}}),
    ("openai.chat", CHAT_ROUTE, {"function_call": {"name": "f"}}),
    ("openai.chat", CHAT_ROUTE, {"guided_json": {"type": "object"}}),
    ("openai.responses", "/v1/responses", {"text": {"format": {"type": "json_schema"}}}),
    ("openai.responses", "/v1/responses", {"text": {"format": {"type": "json_object"}}}),
    ("anthropic.messages", MESSAGES, {"output_config": {"format": {"type": "json_schema"}}}),
    ("anthropic.messages", MESSAGES, {"output_format": {"type": "json_schema"}}),
    ("anthropic.messages", MESSAGES, {"tool_choice": {"type": "any"}}),
    ("gemini.generate", GENERATE, {"generationConfig": {"responseSchema": {"type": "OBJECT"}}}),
    ("gemini.generate", GENERATE, {"generation_config": {"response_json_schema": {"type": "object"}}}),
    ("gemini.generate", GENERATE, {"generationConfig": {"response_mime_type": "application/json"}}),
    ("gemini.generate", GENERATE, {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}),
    (
        "gemini.code_assist",
        "/v1internal:generateContent",
        {"request": {**GEMINI, "generationConfig": {"responseMimeType": "application/json"}}},
    ),
    ("cohere.chat", "/v2/chat", {"response_format": {"type": "json_object"}}),
    ("cohere.chat", "/v2/chat", {"tool_choice": "REQUIRED"}),
    ("ollama.chat", "/api/chat", {"format": "json"}),
    ("ollama.chat", "/api/chat", {"format": {"type": "object"}}),
    ("bedrock.converse", f"/model/{CLAUDE}/converse", {"toolConfig": {"toolChoice": {"any": {}}}}),
    ("bedrock.converse", f"/model/{CLAUDE}/converse", {"outputConfig": {"textFormat": {"type": "json_schema"}}}),
)
FREE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("openai.chat", CHAT_ROUTE, {"response_format": {"type": "text"}, "tool_choice": "auto"}),
    ("openai.chat", CHAT_ROUTE, {"response_format": None, "tools": []}),
    ("openai.responses", "/v1/responses", {"text": {"format": {"type": "text"}, "verbosity": "low"}}),
    ("anthropic.messages", MESSAGES, {"tool_choice": {"type": "auto"}, "output_config": {"effort": "high"}}),
    ("gemini.generate", GENERATE, {"generationConfig": {"responseMimeType": "text/plain", "temperature": 1}}),
    ("gemini.generate", GENERATE, {"toolConfig": {"functionCallingConfig": {"mode": "AUTO"}}}),
    ("ollama.chat", "/api/chat", {"format": ""}),
    ("bedrock.converse", f"/model/{CLAUDE}/converse", {"toolConfig": {"toolChoice": {"auto": {}}}}),
)


@pytest.mark.parametrize(("format_id", "target", "members"), [*BOUND, *FREE])
def test_who_asked_for_a_schema_or_a_tools_call_gets_the_error(
    format_id: str, target: str, members: dict[str, Any]
) -> None:
    sent = request(target, {**CHAT, **members})
    reply = SPEAKING.block(sent, FORMATS[format_id], TEXT, sent.body, "m")
    assert reply.status == (400 if (format_id, target, members) in BOUND else 200)


OTHERS = (
    ("anthropic.messages", "/v1/messages/count_tokens"),
    ("anthropic.messages", "/v1/messages/batches"),
    ("gemini.generate", "/v1beta/models/g:countTokens"),
    ("gemini.generate", "/v1beta/cachedContents"),
    ("gemini.code_assist", "/v1internal:countTokens"),
    ("openai.embeddings", "/v1/embeddings"),
    ("openai.responses", "/v1/responses/compact"),
    ("openai.responses", "/v1/responses/input_tokens"),
    ("bedrock.converse", "/model/m/count-tokens"),
    ("bedrock.invoke", "/model/meta.llama/invoke"),
    ("ollama.generate", "/api/embed"),
)


@pytest.mark.parametrize(("format_id", "target"), OTHERS)
def test_what_is_no_turn_of_a_conversation_gets_the_error(format_id: str, target: str) -> None:
    fmt = FORMATS[format_id]
    assert fmt.serves("POST", target)
    sent = request(target, CHAT)
    assert SPEAKING.block(sent, fmt, TEXT, sent.body, "m").status == 400


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"[" * 100_000, b'"x"', b'{"n":' + b"1" * 5000 + b"}"])
def test_a_body_that_can_not_be_read_gets_the_error(body: bytes) -> None:
    for fmt in (FORMATS["openai.chat"], GENERIC):
        assert SPEAKING.block(request(CHAT_ROUTE, body), fmt, TEXT, body, "m").status == 400


@pytest.mark.parametrize(
    ("agent", "members", "status"),
    [
        ("claude-cli/2.1.197 (external, cli)", {}, 400),
        ("claude-cli/2.1.197 (external, cli)", {"tools": []}, 400),
        ("claude-cli/2.1.197 (external, cli)", {"tools": [{"name": "Read"}]}, 200),
        ("GeminiCLI/0.61.0", {"request": {"tools": [{"functionDeclarations": []}]}}, 200),
        ("Anthropic/Python 2.11.0", {}, 200),
        ("", {}, 200),
    ],
)
def test_a_side_request_of_a_client_with_tools_gets_the_error(agent: str, members: Any, status: int) -> None:
    sent = request(MESSAGES, {**CHAT, **members}, agent)
    assert SPEAKING.block(sent, FORMATS["anthropic.messages"], TEXT, sent.body, "m").status == status


def test_a_websocket_message_is_not_answered_like_a_request() -> None:
    sent = request("/v1/responses", {"input": "x"}, method="WEBSOCKET")
    assert SPEAKING.block(sent, FORMATS["openai.responses"], TEXT, sent.body, "m").status == 400


# Codex

RESPONSES = FORMATS["openai.responses"]


@pytest.mark.parametrize("answers", [SPEAKING, ERRING])
@pytest.mark.parametrize(
    ("target", "agent"), [("/v1/responses", CODEX), ("/backend-api/codex/responses", "Mozilla/5.0")]
)
def test_codex_is_given_a_response_that_fails(answers: Answers, target: str, agent: str) -> None:
    sent = request(target, {"input": "x", "text": {"format": {"type": "json_schema"}}, **STREAM}, agent)
    reply = answers.block(sent, RESPONSES, TEXT, sent.body, "gpt-5")
    created, failed = documents(reply)
    assert (reply.status, media(reply)) == (200, "text/event-stream")
    assert (created["type"], created["response"]["status"]) == ("response.created", "in_progress")
    assert (failed["type"], failed["response"]["status"]) == ("response.failed", "failed")
    assert failed["response"]["error"] == {"code": "invalid_prompt", "message": TEXT}
    assert created["response"]["id"] == failed["response"]["id"]


@pytest.mark.parametrize(
    ("target", "agent", "body"),
    [
        ("/v1/responses", "OpenAI/Python 2.54", {"input": "x", **STREAM}),
        ("/v1/responses", CODEX, {"input": "x"}),
        ("/v1/responses/compact", CODEX, {"input": "x", **STREAM}),
    ],
)
def test_others_are_given_the_error(target: str, agent: str, body: Any) -> None:
    sent = request(target, body, agent)
    assert ERRING.block(sent, RESPONSES, TEXT, sent.body, "m").status == 400


@pytest.mark.parametrize(
    ("status", "accept", "answered"),
    [
        (400, "text/event-stream", 200),
        (413, "text/event-stream", 200),
        (415, "text/event-stream", 200),
        (400, "application/json", 400),
        (503, "text/event-stream", 503),
        (407, "text/event-stream", 407),
    ],
)
def test_a_refusal_that_is_final_reaches_codex_as_a_failure(status: int, accept: str, answered: int) -> None:
    sent = request("/v1/responses", b"\x28\xb5", CODEX, accept=accept)
    assert ERRING.refusal(sent, RESPONSES, TEXT, status).status == answered


@pytest.mark.parametrize(
    ("headers", "is_page"),
    [
        ({"sec-fetch-mode": "navigate"}, True),
        ({"sec-fetch-mode": "navigate", "accept": "*/*"}, True),
        ({"accept": "text/html,application/xhtml+xml"}, True),
        ({"sec-fetch-mode": "cors", "accept": "text/html"}, False),
        ({"accept": "application/json"}, False),
        ({}, False),
    ],
)
def test_who_opens_a_page_in_a_browser_reads_one(headers: dict[str, str], is_page: bool) -> None:
    text = "<b>No</b> & \u65e5\u672c \ud800"
    reply = ERRING.refusal(request("/", b"", method="GET", **headers), GENERIC, text)
    assert media(reply).startswith("text/html") is is_page
    if is_page:
        assert "<p>&lt;b&gt;No&lt;/b&gt; &amp; \u65e5\u672c ?</p>" in reply.body.decode()
        assert dict(reply.headers)[b"content-length"] == str(len(reply.body)).encode()
        assert reply.status == 400


def test_a_browser_that_has_to_show_a_password_is_asked_by_its_own_window() -> None:
    reply = ERRING.refusal(request("/", b"", method="GET", accept="text/html"), GENERIC, TEXT, 407)
    assert b"proxy-authenticate" in dict(reply.headers)
