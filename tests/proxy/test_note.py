"""Notes in place of files, and the objects that they stand for."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from detectors import Category, Finding, Severity
from proxy.body import Kind
from proxy.document import pointer_of
from proxy.formats import FORMATS
from proxy.formats.table import Format
from proxy.jsontext import LeafKind, leaves
from proxy.judgement import Judgement
from proxy.note import Notes, _enclosing, edits_in_files
from proxy.policy import Action
from proxy.reason import RequestError
from proxy.rewrite import Edit
from proxy.segment import FIXED, Label, Origin, Segment
from tests.proxy.reading import documents

FINDING = Finding("rule", Category.SECRET, "AWS_ACCESS_KEY", Severity.HIGH, 0, 4, 0.9, None, "0" * 32)


def opened(pointer: str, label: Label = Label.ATTACHMENT, *, start: int = 0, is_plain: bool = False) -> Segment:
    text = "eCB5eiBhYmM="
    part = "text" if is_plain else "page:1"
    origin = Origin(label, text, start, len(text), is_plain)
    return Segment(f"{pointer}#{part}", Label.ATTACHMENT, "x yz abc", "", 40, 60, origin)


def judged(segment: Segment) -> list[tuple[Segment, list[Judgement]]]:
    return [(segment, [Judgement(segment, FINDING, Action.REDACT, "c", segment.pointer, False)])]


PLACES = [
    ("openai.chat", "/messages/0/content/1/file/file_data", True),
    ("openai.chat", "/messages/0/content/1/text", False),
    ("openai.chat", "/messages/0/image_url/url", False),
    ("anthropic.messages", "/messages/3/content/1/source/data", True),
    ("anthropic.messages", "/requests/0/params/messages/3/content/1/source/data", True),
    ("anthropic.messages", "/messages/3/content/1/content/0/source/data", True),
    ("anthropic.messages", "/messages/3/content/1/content/source/data", False),
    ("gemini.generate", "/contents/0/parts/0/inlineData/data", True),
    ("gemini.generate", "/contents/0/parts/0/functionResponse/parts/0/inlineData/data", False),
    ("gemini.code_assist", "/request/contents/0/parts/0/inline_data/data", True),
    ("openai.responses", "/input/0/result", False),
    ("generic.json", "/messages/0/content/1/file/file_data", False),
]


@pytest.mark.parametrize(("fmt", "pointer", "fits"), PLACES)
def test_where_a_note_may_stand(fmt: str, pointer: str, fits: bool) -> None:
    assert Notes(_format(fmt), Kind.JSON).fit(opened(pointer)) is fits


def _format(name: str) -> Format:
    return next((fmt for fmt in FORMATS.values() if fmt.id == name), None) or _generic()


def _generic() -> Format:
    from proxy.formats import GENERIC

    return GENERIC


def test_files_in_other_strings_are_cut_there_unless_nothing_may_be() -> None:
    notes = Notes(_generic(), Kind.TEXT)
    assert notes.fit(opened("/a", Label.PROMPT))
    assert notes.fit(opened("/a", is_plain=True))
    for label in FIXED:
        assert not notes.fit(opened("/a", label))
        assert not notes.fit(opened("/a", label, is_plain=True))
    bare = Segment("part:1/body#text", Label.ATTACHMENT, "x", "", 0, 9, Origin(Label.ATTACHMENT, "", 0, 0))
    assert not notes.fit(bare)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.JSON])
def test_objects_are_swapped_in_json_alone(kind: Kind) -> None:
    assert not Notes(FORMATS["openai.chat"], kind).fit(opened("/messages/0/content/1/file/file_data"))


def test_a_note_where_none_may_stand_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no note"):
        Notes(_generic(), Kind.JSON).swaps(judged(opened("/a")), b"{}")


def test_a_text_is_encoded_again_and_other_files_are_left_out_of_their_string() -> None:
    plain = judged(opened("/a", is_plain=True))
    ((segment, edits),) = edits_in_files(plain, lambda _: [Edit(0, 1, "[X]")])
    assert (segment.pointer, edits) == ("/a", [Edit(0, 12, "W1hdIHl6IGFiYw==")])
    ((segment, edits),) = edits_in_files(judged(opened("/a", Label.PROMPT, start=4)), lambda _: [])
    assert (segment.pointer, segment.label) == ("/a", Label.PROMPT)
    assert edits == [Edit(4, 12, "[attachment removed by Tightlip: it holds AWS access key (page 1)]")]


def test_a_text_of_which_another_part_must_go_goes_whole() -> None:
    both = judged(opened("/a", Label.PROMPT, is_plain=True)) + judged(opened("/a", Label.PROMPT))
    ((_, edits),) = edits_in_files(both, lambda _: [Edit(0, 1, "[X]")])
    assert [edit.replacement.startswith("[attachment removed") for edit in edits] == [True]


@given(documents(), st.data())
def test_the_object_around_a_string_is_found_by_its_depth(data: bytes, draw: st.DataObject) -> None:
    try:
        strings = [leaf for leaf in leaves(data) if leaf.kind is LeafKind.STRING and leaf.path]
    except RequestError:  # what is no UTF-8 has nothing around it
        strings = []
    assume(strings)
    leaf = draw.draw(st.sampled_from(strings))
    depth = draw.draw(st.integers(0, len(leaf.path) - 1))
    start, end = _enclosing(data, leaf.start, depth)
    document: Any = json.loads(data)
    for token in leaf.path[:depth]:
        document = document[token]
    assert json.loads(data[start:end]) == document
    assert pointer_of(leaf.path[:depth]).count("/") == depth


def test_a_string_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(ValueError, match="not of this body"):
        _enclosing(b'{"a": "b"}', 3, 0)
