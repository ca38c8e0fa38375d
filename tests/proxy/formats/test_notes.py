"""Notes: what stands in an attachment's place is a text that the API reads as one, as the golden cases tell."""

import pytest

from proxy.formats import FORMATS
from proxy.segment import Label
from tests.proxy.formats.golden import CASES, read

ATTACHED = [
    (path.parent.name, pointer)
    for path in CASES
    for pointer, label in read(path)["labels"].items()
    if label == Label.ATTACHMENT and not pointer.startswith("/requests/")
]
TEXT = {Label.PROMPT, Label.SYSTEM, Label.TOOL_RESULT}

NOWHERE = {
    "amazonq.conversation",  # a list of images
    "bedrock.agents",
    "bedrock.guardrail",
    "claude.conversation",
    "cohere.text",
    "gemini.generate",  # files that a function gave
    "gemini.live",  # samples as they are heard
    "mistral.ocr",
    "ollama.chat",  # a list of images
    "ollama.generate",
    "openai.agents",  # files of where an agent runs
    "openai.audio",
    "openai.images",
    "openai.realtime",  # samples as they are heard
    "openai.responses",  # a picture of a screen, and one that the vendor made
    "ranking",
    "vertex.predict",
}
"""Formats in which some attachment has no text beside it to become: a request with such a one is blocked as a whole."""


def test_where_no_note_may_stand_is_known() -> None:
    assert {name for name, pointer in ATTACHED if FORMATS[name].note_for(pointer) is None} == NOWHERE


@pytest.mark.parametrize(
    ("format_id", "pointer"), [(name, pointer) for name, pointer in ATTACHED if FORMATS[name].note_for(pointer)]
)
def test_a_note_is_a_text_where_the_attachment_was(format_id: str, pointer: str) -> None:
    fmt = FORMATS[format_id]
    place = fmt.note_for(pointer)
    assert place is not None
    holder, note = place
    assert pointer.startswith(f"{holder}/")
    path = tuple(int(token) if token.isdecimal() else token for token in holder.split("/")[1:])
    assert fmt.label((*path, note.text)) in TEXT
    if note.type is not None:
        assert fmt.label((*path, "type")) is Label.ID


def test_a_wrapper_takes_the_notes_of_what_it_wraps() -> None:
    pointer = "/provider_request/messages/0/content/1/source/data"
    place = FORMATS["zed.completions"].note_for(pointer)
    assert place is not None
    assert place[0] == pointer.removesuffix("/source/data")
