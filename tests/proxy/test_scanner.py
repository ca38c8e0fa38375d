"""A memory that changes nothing but the time: any resent, edited, reordered or cut conversation reads as if new."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors import Scan
from proxy import scanner as module
from proxy.body import Limits
from proxy.document import json_segments
from proxy.formats import FORMATS
from proxy.scanner import Hit, Reading, Scanner
from proxy.segment import Label, Segment
from tests.proxy.inspecting import AWS_KEY, EMAIL, KEY, OTHER_AWS_KEY, engine

CHAT = FORMATS["openai.chat"]
LONG = "some words that make a turn long enough to be cut out and remembered as a whole, whatever they say. "
TEXTS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", LONG, LONG * 3]),
    st.sampled_from(["", AWS_KEY, f'"{OTHER_AWS_KEY}"', EMAIL, "password = ", "x"]),
    st.sampled_from(["", "\n", LONG, AWS_KEY]),
)
BLOCKS = st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": TEXTS}), max_size=3)
TURNS = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system", "tool"]), "content": TEXTS | BLOCKS},
    optional={"tool_call_id": TEXTS, "name": TEXTS},
)
CONVERSATIONS = st.lists(TURNS, max_size=5)


def make(limits: Limits | None = None) -> Scanner:
    return Scanner(engine(), KEY, limits or Limits())


def encode(turns: list[Any], **members: Any) -> bytes:
    return json.dumps({"model": "gpt-5", **members, "messages": turns}).encode()


def plain(reading: Reading) -> tuple[list[tuple[Any, ...]], list[str], str]:
    """A reading in an order of its own: turns are read after what stands around them."""
    hits = [(h.segment.start, h.segment.pointer, h.segment.label, h.segment, h.findings) for h in reading.hits]
    return sorted(hits, key=lambda hit: hit[:2]), sorted(reading.incomplete), reading.model


def read_whole(data: bytes) -> Reading:
    """Without cutting it into turns."""
    segments = CHAT.refine(list(json_segments(data, CHAT.label)))
    reading = make().read_segments(segments)
    model = next((each.text for each in segments if each.pointer == "/model" and each.label is not Label.KEY), "")
    return Reading(reading.hits, reading.incomplete, model)


@settings(deadline=None, max_examples=60)
@given(CONVERSATIONS, st.sampled_from([None, 0, 3]))
def test_cut_into_turns_it_reads_as_it_does_whole(turns: list[Any], indent: int | None) -> None:
    for data in (encode(turns), json.dumps({"messages": turns, "n": [1.5, LONG, EMAIL]}, indent=indent).encode()):
        assert plain(make().read_json(data, CHAT)) == plain(read_whole(data))


@st.composite
def mutations(draw: st.DrawFn) -> list[list[Any]]:
    """One conversation and what becomes of it: turns appended, edited, reordered, dropped, begun anew."""
    turns = draw(CONVERSATIONS)
    states = [turns]
    for _ in range(draw(st.integers(1, 5))):
        turns = list(turns)
        match draw(st.sampled_from(["append", "edit", "reorder", "truncate", "drop", "insert", "same"])):
            case "append":
                turns += draw(st.lists(TURNS, max_size=2))
            case "insert":
                turns.insert(draw(st.integers(0, len(turns))), draw(TURNS))
            case "edit" if turns:
                turns[draw(st.integers(0, len(turns) - 1))] = draw(TURNS)
            case "reorder":
                turns = draw(st.permutations(turns))
            case "truncate":
                turns = turns[: draw(st.integers(0, len(turns)))]
            case "drop" if turns:
                del turns[draw(st.integers(0, len(turns) - 1))]
        states.append(turns)
    return states


@settings(deadline=None, max_examples=80)
@given(mutations(), st.sampled_from(["openai.chat", "anthropic.messages", "openai.responses"]))
def test_a_conversation_reads_the_same_as_to_a_fresh_scanner(states: list[list[Any]], fmt: str) -> None:
    remembering = make()
    for turns in states:
        data = json.dumps({"model": "m", "messages": turns, "input": turns}).encode()
        assert plain(remembering.read_json(data, FORMATS[fmt])) == plain(make().read_json(data, FORMATS[fmt]))


@settings(deadline=None, max_examples=40)
@given(CONVERSATIONS, st.data())
def test_bytes_changed_anywhere_are_read_anew(turns: list[Any], draw: st.DataObject) -> None:
    remembering = make()
    data = bytearray(encode(turns))
    remembering.read_json(bytes(data), CHAT)
    for _ in range(3):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.sampled_from(b'"\\{}[],:x0 \xc3'))
        assert plain(remembering.read_json(bytes(data), CHAT)) == plain(make().read_json(bytes(data), CHAT))


def test_the_same_turn_under_another_format_or_place_is_labelled_anew() -> None:
    turn = [{"role": "user", "content": f"{LONG} {AWS_KEY}"}]
    remembering = make()
    for fmt in FORMATS.values():
        for place in ("messages", "input", "contents", "tools", "system", "elsewhere"):
            data = json.dumps({place: turn}).encode()
            assert plain(remembering.read_json(data, fmt)) == plain(make().read_json(data, fmt)), (fmt.id, place)


def test_a_resent_conversation_costs_its_new_part() -> None:
    scanner = make()
    turns = [{"role": "user", "content": f"{LONG}{number}"} for number in range(20)]
    scanner.read_json(encode(turns), CHAT)
    assert (scanner.tally.hits, scanner.tally.misses) == (0, 20)
    scanner.read_json(encode([*turns, {"role": "user", "content": LONG}]), CHAT)
    assert (scanner.tally.hits, scanner.tally.misses) == (20, 21)
    scanner.read_json(encode(turns[5:]), CHAT)
    assert (scanner.tally.hits, scanner.tally.misses) == (35, 21)


def test_a_full_memory_forgets_and_stays_right(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LEAF_ENTRIES", "TURN_ENTRIES"):
        monkeypatch.setattr(module, name, 2)
    monkeypatch.setattr(module, "DOCUMENT_BYTES", 400)
    small = make()
    for number in range(12):
        turns = [{"role": "user", "content": f"{LONG}{n % 5} {AWS_KEY}"} for n in range(number)]
        assert plain(small.read_json(encode(turns), CHAT)) == plain(make().read_json(encode(turns), CHAT))


def test_conversations_that_begin_alike_are_kept_apart() -> None:
    scanner = make()
    head = "the same beginning " * 60
    for text in (f"{LONG} {AWS_KEY}", LONG, f"{LONG} {OTHER_AWS_KEY}", LONG):
        data = encode([{"role": "user", "content": head}, {"role": "user", "content": text}])
        assert plain(scanner.read_json(data, CHAT)) == plain(make().read_json(data, CHAT))


BROKEN = [
    (b'{"messages": [', "bad_json"),
    (b'{"messages": [{"role": "user", "role": "user"}]}', "duplicate_key"),
    (b'{"a": 1}{"b": 2}', "bad_json"),
    (b'{"messages": ["' + b"x" * 200 + b'\xff"]}', "bad_utf8"),
    (b'{"messages": [' + b"[" * 300 + b"]" * 300 + b"]}", "too_deep"),
    (b'{"messages": [{"a": ' + b'"' + b"x" * 200 + b'", "a": 1}]}', "duplicate_key"),
]


@pytest.mark.parametrize(("data", "reason"), BROKEN)
def test_a_broken_document_is_incomplete_every_time(data: bytes, reason: str) -> None:
    scanner = make()
    for _ in range(3):
        assert scanner.read_json(data, CHAT).incomplete == (reason,)


def test_too_many_leaves_are_incomplete() -> None:
    assert make(Limits(leaves=3)).read_json(b'{"a": [1, 2, 3, 4]}', CHAT).incomplete == ("too_large",)


@pytest.mark.parametrize("label", Label)
def test_every_label_is_scanned_for_values_with_a_form_of_their_own(label: Label) -> None:
    reading = make().read_segments([Segment("/a", label, f"{LONG}{AWS_KEY}", "a", 0, 200)])
    assert [finding.rule for hit in reading.hits for finding in hit.findings] == ["aws-access-key-id"]


def test_the_field_counts_for_texts_that_are_equal() -> None:
    scanner = make()
    text = "hK3" + "vQ9zR2mX7pL4" + "tB8nW6"
    found = [
        bool(scanner.read_segments([Segment("/a", Label.PROMPT, text, field, 0, 9)]).hits)
        for field in ("note", "password", "note")
    ]
    assert found == [False, True, False]


def test_what_the_engine_could_not_finish_has_one_of_our_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = make()
    monkeypatch.setattr(scanner._engine, "scan", lambda *_, **__: Scan((), "whatever the engine calls it"))
    assert scanner.read_segments([Segment("/a", Label.PROMPT, "x", "a", 0, 3)]).incomplete == ("decode_budget",)


def test_memory_and_readings_show_no_text() -> None:
    scanner = make()
    reading = scanner.read_json(encode([{"role": "user", "content": f"{LONG} {AWS_KEY}"}]), CHAT)
    assert reading.hits
    assert AWS_KEY not in repr(reading) + repr(scanner) + repr(Hit(*reading.hits[0]))


@pytest.mark.parametrize(
    ("pointer", "field", "expected"),
    [
        ("/input/patient/name", "name", "patient name"),
        ("/input/patient/given/0", "given", "patient given"),
        ("/input/patient/birthDate", "birthDate", "birthDate"),
        ("/messages/3/name", "name", "messages name"),
        ("/name", "name", "name"),
    ],
)
def test_names_that_say_little_alone_are_told_with_what_they_belong_to(
    pointer: str, field: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    scanner = make()
    monkeypatch.setattr(engine(), "scan", lambda text, name, **_: asked.append(name) or Scan(()))
    scanner.read_segments([Segment(pointer, Label.UNKNOWN, "Ann", field, 0, 3)])
    assert asked == [expected]
