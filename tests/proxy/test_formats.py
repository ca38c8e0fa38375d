"""Format tables: labels of recorded shapes (tests/cases/formats), whose turn is whose. Routes stand in `formats/`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.formats import FORMATS, GENERIC, ErrorShape, Format, identify
from proxy.formats.refine import Refinement, snake
from proxy.reason import Reason, RequestError
from proxy.segment import FIXED, Label, Segment
from proxy.vendor import load_catalogue
from tests.proxy.formats.golden import CASES, ROOT, case_name, read

CATALOGUE = load_catalogue([ROOT / "rules" / "vendors"])

ID_NAME = re.compile(r"(?:.*_)?ids?|.*[a-z]I[Dd]s?|model|role|speaker|type|.*ARN|.*Arn")
SEALED = {"signature", "thoughtSignature", "thought_signature", "encrypted_content", "encryptedContent"}
WITHIN = {Label.TOOL_SCHEMA, Label.TOOL_ARGUMENT, Label.TOOL_RESULT}
"""Labels of things in which a name means what the client's own tools say, not what the vendor does."""

USERS = {"user_id"}
"""Ids of persons that the client makes up: vendors take any text for them."""

VARIABLES = "/prompt/variables/"
"""Below it, a prompt's own variables are named."""


def test_every_format_has_a_golden_case() -> None:
    assert {path.parent.name for path in CASES} == {*FORMATS, GENERIC.id} - {"connect.stream"}


@pytest.mark.parametrize("path", CASES, ids=case_name)
def test_labels_of_a_recorded_shape(path: Path) -> None:
    case = read(path)
    fmt = identify(case["method"], case["host"], case["target"], CATALOGUE.vendor_for(case["host"]))
    assert fmt.id == case["format"] == path.parent.name
    refined = fmt.refine(_segments(fmt, case["body"]))
    assert {s.pointer: s.label.value for s in refined if s.label is not Label.KEY} == case["labels"]


@pytest.mark.parametrize("path", CASES, ids=case_name)
def test_what_a_vendor_reads_as_a_name_or_has_signed_is_never_rewritten(path: Path) -> None:
    case = read(path)
    if case["format"] == GENERIC.id:
        return
    for pointer, label in case["labels"].items():
        name = pointer.rpartition("/")[2]
        if name in SEALED:
            assert label == Label.OPAQUE, pointer
        elif ID_NAME.fullmatch(name) and name not in USERS and label not in WITHIN and VARIABLES not in pointer:
            assert label in FIXED, pointer


@pytest.mark.parametrize("path", CASES, ids=case_name)
def test_refining_turn_by_turn_gives_what_refining_the_whole_gives(path: Path) -> None:
    case = read(path)
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


@pytest.mark.parametrize("path", CASES, ids=case_name)
def test_refining_keeps_every_segment_and_never_frees_a_fixed_one(path: Path) -> None:
    case = read(path)
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
    ("gemini.interactions", {"type": "function_call"}, True),
    ("gemini.interactions", {"type": "function_result"}, False),
    ("bedrock.converse", {"role": "assistant"}, True),
    ("cohere.chat_v1", {"role": "CHATBOT"}, True),
    ("cohere.chat_v1", {"role": "USER"}, False),
    ("mistral.conversations", {"type": "message.output"}, True),
    ("mistral.conversations", {"type": "message.input"}, False),
    ("jetbrains.chat", {"type": "assistant_message_tool"}, True),
    ("jetbrains.chat", {"type": "tool_message"}, False),
    ("sourcegraph.completions", {"speaker": "assistant"}, True),
    ("sourcegraph.completions", {"speaker": "human"}, False),
    ("amazonq.conversation", {"assistantResponseMessage": ""}, True),
    ("amazonq.conversation", {"userInputMessage": ""}, False),
    ("augment.chat", {"request_message": "q", "response_text": "a"}, True),
    ("augment.chat", {"request_message": "q"}, False),
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


WRAPPERS = [
    # the wrapper, where it holds another API's request, whose
    ("openai.files", "body", "openai.chat"),
    ("openai.files", "body", "openai.responses"),
    ("openai.files", "body", "openai.completions"),
    ("openai.files", "body", "openai.embeddings"),
    ("openai.files", "body", "openai.images"),
    ("openai.files", "file.body", "openai.chat"),
    ("openai.batches", "requests[*].body", "openai.chat"),
    ("anthropic.messages", "requests[*].params", "anthropic.messages"),
    ("gemini.generate", "generateContentRequest", "gemini.generate"),
    ("gemini.code_assist", "request", "gemini.generate"),
    ("gemini.batch", "batch.inputConfig.requests.requests[*].request", "gemini.generate"),
    ("gemini.files", "request", "gemini.generate"),
    ("gemini.live", "setup", "gemini.generate"),
    ("zed.completions", "provider_request", "anthropic.messages"),
    ("zed.completions", "provider_request", "openai.responses"),
    ("zed.completions", "provider_request", "openai.chat"),
    ("zed.completions", "provider_request", "gemini.generate"),
    ("cloudflare.universal", "[*].query", "openai.chat"),
    ("cloudflare.universal", "[*].query", "anthropic.messages"),
]
OWN_ROUTES_ONLY = re.compile(r"requests\[|generate|instances|setup|name$|ttl$|expire|display")
"""Members of the inner tables that only stand in calls which no wrapper holds."""


@pytest.mark.parametrize(("outer", "prefix", "inner"), WRAPPERS)
def test_what_is_never_rewritten_is_not_within_a_wrapper_either(outer: str, prefix: str, inner: str) -> None:
    for pattern, label in FORMATS[inner].labels.items():
        if label in FIXED and not OWN_ROUTES_ONLY.match(pattern):
            path = _example(f"{prefix}.{pattern}")
            assert FORMATS[outer].label(path) in FIXED, pattern


@given(st.sampled_from([fmt for fmt in FORMATS.values() if fmt.snake_case]), st.data())
def test_a_name_may_be_spelt_in_two_ways_wherever_it_stands(fmt: Format, data: st.DataObject) -> None:
    path = _example(data.draw(st.sampled_from(sorted(fmt.labels))))
    other = tuple(data.draw(st.sampled_from([name, snake(name)])) if isinstance(name, str) else name for name in path)
    assert fmt.label(other) is fmt.label(path)


def test_a_wrapper_knows_the_role_of_a_wrapped_message() -> None:
    line = {"custom_id": "1", "body": {"messages": [{"role": "developer", "content": "s"}]}}
    lines = [s for number in (1, 2) for s in _segments(FORMATS["openai.files"], line, f"line:{number}")]
    labels = {s.pointer: s.label for s in FORMATS["openai.files"].refine_each(lines)}
    assert labels["line:1/body/messages/0/content"] is labels["line:2/body/messages/0/content"] is Label.SYSTEM


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


LEADS = ["line:{}", "frame:{}", "event:{}", "part:{}/json", "part:2/line:{}"]


@given(st.lists(st.sampled_from(["yes", "no"])), st.sampled_from(LEADS))
def test_many_documents_are_refined_each_by_itself(kinds: list[str], lead: str) -> None:
    documents = [
        _segments(SAMPLE, {"t": [{"k": kind, "x": "text"}]}, lead.format(number))
        for number, kind in enumerate(kinds, 1)
    ]
    together = list(SAMPLE.refine_each(segment for document in documents for segment in document))
    assert together == [segment for document in documents for segment in SAMPLE.refine(document)]
    assert [s.label is Label.OPAQUE for s in together if s.text == "text"] == [kind == "yes" for kind in kinds]


def test_what_raises_between_documents_does_so_after_all_before_it() -> None:
    def failing() -> Iterator[Segment]:
        yield from _segments(SAMPLE, {"t": [{"k": "yes", "x": "text"}]}, "line:1")
        raise RequestError(Reason.BAD_JSON)

    seen: list[Label] = []
    with pytest.raises(RequestError):
        seen.extend(segment.label for segment in SAMPLE.refine_each(failing()))
    assert seen[-1] is Label.OPAQUE


def _example(pattern: str) -> tuple[str | int, ...]:
    """A path that a pattern matches."""
    steps = re.findall(r"\[\*\]|[^.\[\]]+(?:\[\])?", pattern.replace("**", "any.thing"))
    return tuple(0 if step == "[*]" else step for step in steps)


def _segments(fmt: Format, body: object, lead: str = "") -> list[Segment]:
    return [
        Segment(lead + _pointer(path), label or fmt.label(path), text, _field(path), 0, 0)
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
