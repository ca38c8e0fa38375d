"""Values cut in two by neighbouring strings."""

import json

import pytest

from detectors import Finding
from proxy.body import Limits
from proxy.formats import FORMATS
from proxy.scanner import Hit, Scanner
from proxy.seam import MAX_SEAMS
from tests.proxy.inspecting import AWS_KEY, EMAIL, KEY, engine, value

CARD = value("${check:luhn:4539${digits:11}}")


def read(*parts: str) -> tuple[Hit, ...]:
    content = [{"type": "text", "text": part} for part in parts]
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": content}]}).encode()
    return Scanner(engine(), KEY, Limits()).read_json(body, FORMATS["anthropic.messages"]).hits


def spans(hits: tuple[Hit, ...]) -> list[tuple[str, int, int]]:
    return [(hit.segment.pointer, finding.start, finding.end) for hit in hits for finding in hit.findings]


@pytest.mark.parametrize("value", [AWS_KEY, CARD], ids=["key", "card"])
@pytest.mark.parametrize("cut", [1, 7, -1])
def test_a_value_cut_between_two_parts_is_found_in_both(value: str, cut: int) -> None:
    lead, rest = "look: " + value[:cut], value[cut:] + " please"
    length = len(value[cut:])
    place = "/messages/0/content"
    assert spans(read(lead, rest)) == [(f"{place}/0/text", 6, len(lead)), (f"{place}/1/text", 0, length)]


def test_halves_share_their_fingerprint() -> None:
    first, second = (hit.findings[0] for hit in read(AWS_KEY[:9], AWS_KEY[9:]))
    assert isinstance(first, Finding)
    assert first.fingerprint == second.fingerprint


def test_what_stands_whole_in_one_part_is_told_once() -> None:
    assert len(spans(read(f"a {AWS_KEY}", "and more", EMAIL))) == 2


def test_what_may_arise_by_chance_does_not_count() -> None:
    assert read("mail me at ann", "@" + EMAIL.partition("@")[2]) == ()


def test_fields_that_differ_are_not_read_on() -> None:
    body = json.dumps({"messages": [], "a": AWS_KEY[:9], "b": AWS_KEY[9:]}).encode()
    assert Scanner(engine(), KEY, Limits()).read_json(body, FORMATS["anthropic.messages"]).hits == ()


def test_seams_are_bounded() -> None:
    assert read(*["x"] * (MAX_SEAMS + 1), AWS_KEY[:9], AWS_KEY[9:]) == ()
