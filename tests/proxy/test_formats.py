"""Format tables: routes, labels of recorded shapes (tests/cases/formats), whose turn is whose."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.formats import FORMATS, GENERIC, ErrorShape, Format, identify
from proxy.formats.refine import Refinement
from proxy.segment import FIXED, Label, Segment
from proxy.vendor import load_catalogue

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "tests" / "cases" / "formats").glob("*/*.json"))
CATALOGUE = load_catalogue([ROOT / "rules" / "vendors"])

ROUTES = [
    # host, target, format, error shape
    ("api.openai.com", "/v1/chat/completions", "openai.chat", "openai"),
    ("api.openai.com", "/v1/chat/completions/", "openai.chat", "openai"),
    ("api.openai.com", "/v1/responses", "openai.responses", "openai"),
    ("api.openai.com", "/v1/responses/compact", "openai.responses", "openai"),
    ("api.openai.com", "/v1/responses/input_tokens", "openai.responses", "openai"),
    ("api.openai.com", "/v1/completions", "openai.completions", "openai"),
    ("api.openai.com", "/v1/embeddings", "openai.embeddings", "openai"),
    ("api.openai.com", "/v1/moderations", "openai.embeddings", "openai"),
    ("api.openai.com", "/v1/responses/resp_1/cancel", "generic.json", "openai"),
    ("api.openai.com", "/v1/audio/speech", "generic.json", "openai"),
    ("api.openai.com", "/v1/chat/completions?x=/v1/messages", "openai.chat", "openai"),
    ("api.openai.com", "/v1/other?x=/chat/completions", "generic.json", "openai"),
    ("chatgpt.com", "/backend-api/codex/responses", "openai.responses", "openai"),
    ("ab.chatgpt.com", "/otlp/v1/metrics", "generic.json", "openai"),
    ("x.openai.azure.com", "/openai/deployments/d/chat/completions?api-version=1", "openai.chat", "openai"),
    ("x.openai.azure.com", "/openai/v1/responses", "openai.responses", "openai"),
    ("x.services.ai.azure.com", "/anthropic/v1/messages", "anthropic.messages", "anthropic"),
    ("api.groq.com", "/openai/v1/chat/completions", "openai.chat", "openai"),
    ("openrouter.ai", "/api/v1/chat/completions", "openai.chat", "openai"),
    ("api.deepseek.com", "/anthropic/v1/messages", "anthropic.messages", "anthropic"),
    ("api.deepseek.com", "/beta/completions", "openai.completions", "openai"),
    ("api.mistral.ai", "/v1/chat/completions", "openai.chat", "openai"),
    ("codestral.mistral.ai", "/v1/fim/completions", "openai.completions", "openai"),
    ("api.individual.githubcopilot.com", "/chat/completions", "openai.chat", "openai"),
    ("api.business.githubcopilot.com", "/responses", "openai.responses", "openai"),
    ("api.enterprise.githubcopilot.com", "/v1/messages", "anthropic.messages", "anthropic"),
    ("copilot-proxy.githubusercontent.com", "/v1/engines/c/completions", "openai.completions", "openai"),
    ("api.anthropic.com", "/v1/messages?beta=true", "anthropic.messages", "anthropic"),
    ("api.anthropic.com", "/v1/messages/count_tokens?beta=true", "anthropic.messages", "anthropic"),
    ("api.anthropic.com", "/v1/messages/batches", "anthropic.messages", "anthropic"),
    ("api.anthropic.com", "/api/event_logging/v2/batch", "generic.json", "anthropic"),
    ("generativelanguage.googleapis.com", "/v1beta/models/g:generateContent", "gemini.generate", "gemini"),
    ("generativelanguage.googleapis.com", "/v1/models/g:streamGenerateContent?alt=sse", "gemini.generate", "gemini"),
    ("generativelanguage.googleapis.com", "/v1beta/models/g:countTokens", "gemini.generate", "gemini"),
    ("generativelanguage.googleapis.com", "/v1beta/cachedContents", "gemini.generate", "gemini"),
    ("generativelanguage.googleapis.com", "/v1beta/openai/chat/completions", "openai.chat", "openai"),
    ("generativelanguage.googleapis.com", "/upload/v1beta/files", "generic.json", "gemini"),
    (
        "europe-west4-aiplatform.googleapis.com",
        "/v1/projects/p/locations/l/publishers/google/models/g:generateContent",
        "gemini.generate",
        "gemini",
    ),
    (
        "aiplatform.googleapis.com",
        "/v1/projects/p/locations/global/publishers/anthropic/models/c@1:streamRawPredict",
        "anthropic.messages",
        "anthropic",
    ),
    (
        "us-east5-aiplatform.googleapis.com",
        "/v1/projects/p/locations/l/publishers/anthropic/models/c:rawPredict",
        "anthropic.messages",
        "anthropic",
    ),
    ("cloudcode-pa.googleapis.com", "/v1internal:streamGenerateContent?alt=sse", "gemini.code_assist", "gemini"),
    ("cloudcode-pa.googleapis.com", "/v1internal:generateContent", "gemini.code_assist", "gemini"),
    ("cloudcode-pa.googleapis.com", "/v1internal:countTokens", "gemini.code_assist", "gemini"),
    ("cloudcode-pa.googleapis.com", "/v1internal:loadCodeAssist", "generic.json", "gemini"),
    (
        "bedrock-runtime.us-east-1.amazonaws.com",
        "/model/us.anthropic.claude-opus-5-v1%3A0/invoke-with-response-stream",
        "anthropic.messages",
        "anthropic",
    ),
    (
        "bedrock-runtime.eu-west-1.amazonaws.com",
        "/model/anthropic.claude-haiku/invoke",
        "anthropic.messages",
        "anthropic",
    ),
    ("bedrock-runtime.us-east-1.amazonaws.com", "/model/amazon.nova/converse-stream", "generic.json", "bedrock"),
    ("api.cohere.com", "/v2/chat", "generic.json", "cohere"),
    ("api2.cursor.sh", "/aiserver.v1.ChatService/StreamUnifiedChatWithTools", "connect.stream", "connect_stream"),
    ("agent.api5.cursor.sh", "/agent.v1.AgentService/RunSSE", "connect.stream", "connect_stream"),
    ("api2.cursor.sh", "/aiserver.v1.BidiService/BidiAppend", "generic.json", "connect"),
    (
        "server.codeium.com",
        "/exa.api_server_pb.ApiServerService/GetChatMessage",
        "connect.stream",
        "connect_stream",
    ),
    ("q.us-east-1.amazonaws.com", "/generateAssistantResponse", "generic.json", "bedrock"),
    ("cloud.zed.dev", "/completions", "generic.json", "plain"),
    ("unknown.example", "/v1/chat/completions", "generic.json", "plain"),
]


@pytest.mark.parametrize(("host", "target", "format_id", "shape"), ROUTES)
def test_the_route_decides_the_format_and_the_shape_of_errors(
    host: str, target: str, format_id: str, shape: str
) -> None:
    fmt = identify("POST", host, target, CATALOGUE.vendor_for(host))
    assert (fmt.id, fmt.error_shape) == (format_id, shape)


def test_every_format_has_a_route_and_a_golden_case_here() -> None:
    assert {format_id for _, _, format_id, _ in ROUTES} == {*FORMATS, GENERIC.id}
    assert {path.parent.name for path in CASES} == {*FORMATS, GENERIC.id} - {"connect.stream"}


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.id)
def test_every_route_pattern_serves_a_route_here(fmt: Format) -> None:
    paths = [target.partition("?")[0] for _, target, format_id, _ in ROUTES if format_id == fmt.id]
    for route in fmt.routes:
        alone = Format(id="one-route", routes=(route,), labels={}, error_shape=ErrorShape.PLAIN)
        assert any(alone.serves("POST", path) for path in paths), route


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "post"])
def test_other_methods_are_generic(method: str) -> None:
    assert identify(method, "api.openai.com", "/v1/responses", CATALOGUE.vendor_for("api.openai.com")).id == GENERIC.id


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_labels_of_a_recorded_shape(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    fmt = identify(case["method"], case["host"], case["target"], CATALOGUE.vendor_for(case["host"]))
    assert fmt.id == case["format"] == path.parent.name
    refined = fmt.refine(_segments(fmt, case["body"]))
    assert {s.pointer: s.label.value for s in refined if s.label is not Label.KEY} == case["labels"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_refining_turn_by_turn_gives_what_refining_the_whole_gives(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    fmt = FORMATS.get(case["format"], GENERIC)
    segments = _segments(fmt, case["body"])
    root = "".join(f"/{name}" for name in fmt.conversation or ()) + "/"
    turns: dict[str, list[Segment]] = {}
    for segment in segments:
        index = segment.pointer[len(root) :].partition("/")[0] if segment.pointer.startswith(root) else ""
        turns.setdefault(index, []).append(segment)
    by_turn = {s.pointer: s.label for turn in turns.values() for s in fmt.refine(turn) if s.label is not Label.KEY}
    whole = fmt.refine(segments)
    assert by_turn == {s.pointer: s.label for s in whole if s.label is not Label.KEY}


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_refining_keeps_every_segment_and_never_frees_a_fixed_one(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    fmt = FORMATS.get(case["format"], GENERIC)
    before = _segments(fmt, case["body"])
    after = fmt.refine(before)
    assert [(s.pointer, s.text) for s in after] == [(s.pointer, s.text) for s in before]
    assert all(new.label is old.label for old, new in zip(before, after, strict=True) if old.label in FIXED)


REPLIES = [
    ("openai.chat", {"role": "assistant"}, True),
    ("openai.chat", {"role": "user"}, False),
    ("openai.chat", {"role": "tool"}, False),
    ("openai.chat", {"role": "system"}, False),
    ("openai.chat", {}, False),
    ("openai.responses", {"type": "message", "role": "assistant"}, True),
    ("openai.responses", {"type": "message", "role": "user"}, False),
    ("openai.responses", {"role": "developer", "type": "additional_tools"}, False),
    ("openai.responses", {"type": "function_call", "name": "f"}, True),
    ("openai.responses", {"type": "function_call_output"}, False),
    ("openai.responses", {"type": "custom_tool_call"}, True),
    ("openai.responses", {"type": "custom_tool_call_output"}, False),
    ("openai.responses", {"type": "reasoning"}, True),
    ("openai.responses", {"type": "compaction"}, True),
    ("openai.responses", {"type": "local_shell_call_output"}, False),
    ("openai.responses", {"type": "program"}, True),
    ("openai.responses", {"type": "program_output"}, False),
    ("openai.responses", {"type": "item_reference"}, False),
    ("anthropic.messages", {"role": "assistant"}, True),
    ("anthropic.messages", {"role": "user"}, False),
    ("anthropic.messages", {"role": "system"}, False),
    ("gemini.generate", {"role": "model"}, True),
    ("gemini.generate", {"role": "user"}, False),
    ("gemini.code_assist", {"role": "model"}, True),
]


@pytest.mark.parametrize(("format_id", "scalars", "expected"), REPLIES)
def test_whose_turn_it_is(format_id: str, scalars: dict[str, str], expected: bool) -> None:
    assert FORMATS[format_id].is_reply(scalars) is expected


def test_no_item_type_is_both_a_reply_and_an_output() -> None:
    assert not [kind for kind in FORMATS["openai.responses"].reply_types if kind.endswith("_output")]


def test_conversation_ids_are_labelled_so_that_they_are_read() -> None:
    for fmt in FORMATS.values():
        for path in fmt.conversation_ids:
            assert fmt.label(path) in {Label.ID, Label.METADATA}, (fmt.id, path)


SAMPLE = Format(
    id="sample",
    routes=(r"/x",),
    labels={
        "a": Label.SYSTEM,
        "a.**": Label.METADATA,
        "a.b": Label.PROMPT,
        "a.b[*].c": Label.ID,
        "d[*][*]": Label.TOOL_RESULT,
        "e[*].f.**": Label.TOOL_SCHEMA,
    },
    refinements=(Refinement("t[*]", "k", Label.OPAQUE, frozenset({Label.UNKNOWN}), frozenset({"yes"})),),
    error_shape=ErrorShape.PLAIN,
)


@pytest.mark.parametrize(
    ("path", "label"),
    [
        (("a",), Label.SYSTEM),
        (("a", "z"), Label.METADATA),
        (("a", "z", 0, "y"), Label.METADATA),
        (("a", "b"), Label.PROMPT),
        (("a", "b", 7, "c"), Label.ID),
        (("a", "b", 7, "d"), Label.METADATA),
        (("a", "b", "c"), Label.METADATA),
        (("d", 1, 2), Label.TOOL_RESULT),
        (("d", 1), Label.UNKNOWN),
        (("d", 1, 2, 3), Label.UNKNOWN),
        (("e", 0, "f"), Label.TOOL_SCHEMA),
        (("e", 0, "f", "g", 1), Label.TOOL_SCHEMA),
        (("e", "0", "f"), Label.UNKNOWN),
        ((0,), Label.UNKNOWN),
        ((), Label.UNKNOWN),
    ],
)
def test_the_more_specific_pattern_wins(path: tuple[str | int, ...], label: Label) -> None:
    assert SAMPLE.label(path) is label


tokens = st.one_of(
    st.integers(0, 10**6), st.sampled_from(["messages", "content", "input", "parts", "text", "role"]), st.text()
)


@given(st.sampled_from([*FORMATS.values(), GENERIC]), st.lists(tokens, max_size=12), st.integers(0, 10**9))
def test_labels_do_not_depend_on_the_index(fmt: Format, path: list[str | int], index: int) -> None:
    other = tuple(index if isinstance(token, int) else token for token in path)
    assert fmt.label(tuple(path)) is fmt.label(other)


@given(st.lists(tokens, max_size=6))
def test_generic_knows_nothing(path: list[str | int]) -> None:
    assert GENERIC.label(tuple(path)) is Label.UNKNOWN


@pytest.mark.parametrize(
    ("turn", "sealed"),
    [
        ({"k": "yes", "x": {"y": "deep"}}, True),
        ({"k": "no", "x": {"y": "deep"}}, False),
        ({"k": ["yes"], "x": {"y": "deep"}}, False),
        ({"x": {"k": "yes", "y": "deep"}}, False),
        ({"yes": "k", "x": {"y": "deep"}}, False),
    ],
)
def test_a_refinement_holds_for_its_own_object_only(turn: dict[str, Any], sealed: bool) -> None:
    refined = SAMPLE.refine(_segments(SAMPLE, {"t": [turn, {"y": "other"}]}))
    labels = {s.pointer: s.label for s in refined}
    assert labels["/t/0/x/y"] is (Label.OPAQUE if sealed else Label.UNKNOWN)
    assert labels["/t/1/y"] is Label.UNKNOWN


def _segments(fmt: Format, body: object) -> list[Segment]:
    return [
        Segment(_pointer(path), label or fmt.label(path), text, _field(path), 0, 0)
        for path, label, text in _walk(body, ())
    ]


def _walk(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Label | None, str]]:
    """Every key and string of a document, in order."""
    if isinstance(value, str):
        yield path, None, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield (*path, name), Label.KEY, name
            yield from _walk(member, (*path, name))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _walk(element, (*path, index))


def _pointer(path: tuple[str | int, ...]) -> str:
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in path)


def _field(path: tuple[str | int, ...]) -> str:
    return next((token for token in reversed(path) if isinstance(token, str)), "")
