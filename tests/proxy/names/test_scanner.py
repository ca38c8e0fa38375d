"""Names and the scanner's memory: what had no time is not taken for read, and gets further with each request."""

import json
from base64 import b64encode
from typing import Any

import pytest

from detectors.names.named import Allowance
from proxy.body import Limits
from proxy.formats import FORMATS
from proxy.scanner import Reading, Scanner
from proxy.segment import Label, Segment
from tests.detectors.names.known import Clock, SlowFinder
from tests.detectors.rulebase import make_engine, make_rule
from tests.proxy.inspecting import KEY

CHAT = FORMATS["openai.chat"]
FILLER = "and more of it follows here, long enough to be a turn of its own that is remembered as a whole"


class Desk:
    """A scanner whose finder takes a second a line, and requests with three seconds for names."""

    def __init__(self, seconds: float = 3) -> None:
        self.clock = Clock()
        self.finder = SlowFinder(self.clock)
        self.scanner = Scanner(make_engine(make_rule(), names=self.finder), KEY, Limits())
        self.seconds = seconds

    def read(self, *texts: str, **members: Any) -> Reading:
        self.renew()
        turns = [{"role": "user", "content": text} for text in texts]
        return self.scanner.read_json(json.dumps({"model": "gpt-5", **members, "messages": turns}).encode(), CHAT)

    def renew(self) -> None:
        self.scanner.allowance = Allowance(self.seconds, self.clock)
        self.finder.shown.clear()

    def read_segment(self, text: str, label: Label = Label.PROMPT) -> Reading:
        return self.scanner.read_segments([Segment("/a", label, text, "", 0, 0)])


def names(reading: Reading) -> int:
    return sum(len(hit.findings) for hit in reading.hits)


def lines(number: int, of: str = "Ada Lovelace") -> str:
    return "\n".join(f"{of} {FILLER}" for _ in range(number))


def test_resent_turns_cost_no_look_for_names() -> None:
    desk = Desk(99)
    first = desk.read(lines(2), "Bob Beispiel")
    assert names(first) == 3
    again = desk.read(lines(2), "Bob Beispiel", "and London")
    assert names(again) == 4
    assert desk.finder.shown == ["and London"]
    assert not {*first.incomplete, *again.incomplete}


def test_what_had_no_time_is_told_and_read_in_the_next_request() -> None:
    desk = Desk()
    texts = [f"{number} {lines(1)}" for number in range(8)]
    found = []
    for _ in range(4):
        reading = desk.read(*texts)
        found.append((names(reading), "names_budget" in reading.incomplete))
    assert found == [(3, True), (6, True), (8, False), (8, False)]
    assert desk.finder.shown == []


def test_a_text_too_long_for_any_request_is_told_each_time_and_not_tried_again() -> None:
    desk = Desk()
    first = desk.read(lines(9))
    assert (names(first), first.incomplete) == (3, ("names_budget",))
    again = desk.read(lines(9))
    assert (names(again), again.incomplete) == (3, ("names_budget",))
    assert desk.finder.shown == []


def test_when_the_time_is_spent_unfinished_texts_are_not_scanned_again() -> None:
    desk = Desk()
    texts = [f"{number} {lines(1)}" for number in range(5)]
    desk.read(*texts)
    desk.seconds = 0
    reading = desk.read(*texts)
    assert (names(reading), set(reading.incomplete)) == (3, {"names_budget"})
    assert desk.finder.shown == []


def test_in_texts_outside_of_turns_it_is_the_same() -> None:
    desk = Desk(0)
    assert desk.read(system=lines(1)).incomplete == ("names_budget",)
    desk.seconds = 3
    reading = desk.read(system=lines(1))
    assert (names(reading), reading.incomplete) == (1, ())


def test_an_attached_text_is_read_to_its_end_later() -> None:
    desk = Desk(0)
    content = b64encode(f"Ada Lovelace {FILLER}".encode()).decode()
    desk.renew()
    assert "names_budget" in desk.read_segment(content, Label.ATTACHMENT).incomplete
    desk.seconds = 3
    for looks in (2, 0):
        desk.renew()
        reading = desk.read_segment(content, Label.ATTACHMENT)
        assert (names(reading), reading.incomplete, len(desk.finder.shown)) == (1, (), looks)


@pytest.mark.parametrize("label", Label)
def test_names_are_looked_for_in_texts_alone(label: Label) -> None:
    desk = Desk()
    desk.renew()
    desk.read_segment("Ada Lovelace", label)
    spared = {Label.KEY, Label.ID, Label.OPAQUE, Label.NUMBER, Label.HEADER, Label.TARGET, Label.TOOL_SCHEMA}
    assert bool(desk.finder.shown) is (label not in spared)


def parts(desk: Desk, *texts: str) -> Reading:
    desk.renew()
    segments = [Segment(f"/a/{number}", Label.PROMPT, text, "", 0, 0) for number, text in enumerate(texts)]
    return desk.scanner.read_segments(segments)


@pytest.mark.parametrize("cut", [("Ada", " Lovelace"), ("Ada ", "Lovelace")])
def test_a_name_that_is_cut_by_two_parts_is_told_in_both(cut: tuple[str, str]) -> None:
    reading = parts(Desk(), f"ask {cut[0]}", f"{cut[1]} of it")
    spans = [(hit.segment.pointer, one.start, one.end) for hit in reading.hits for one in hit.findings]
    assert spans == [("/a/0", 4, 4 + len(cut[0])), ("/a/1", 0, len(cut[1]))]
    assert {one.rule for hit in reading.hits for one in hit.findings} == {"name-person"}


@pytest.mark.parametrize(
    "texts", [("ask ada ", "l"), ("Ask.", "Lovelace"), ("Ada", "Lovelace"), ("Ada", "love"), ("Ada 1 ", "L")]
)
def test_seams_are_shown_only_where_a_name_may_be_cut(texts: tuple[str, str]) -> None:
    desk = Desk()
    parts(desk, *texts)
    assert desk.finder.shown == [*texts]


def test_a_name_at_a_seam_that_had_no_time_is_told() -> None:
    reading = parts(Desk(2), f"{FILLER} Ada ", f"Lovelace {FILLER}")
    assert (names(reading), reading.incomplete) == (0, ("names_budget",))
