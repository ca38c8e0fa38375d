"""Values cut in two by neighbouring strings."""

import json

import pytest
from stdnum import luhn

from detectors import Engine, Finding
from proxy.body import Limits
from proxy.formats import FORMATS
from proxy.scanner import Hit, Scanner
from proxy.seam import MAX_SEAMS
from tests.detectors.rulebase import make_engine, make_rule
from tests.proxy.inspecting import AWS_KEY, EMAIL, KEY, OTHER_AWS_KEY, engine, value

CARD = value("${check:luhn:4539${digits:11}}")


def read(*parts: str | dict[str, str], by: Engine | None = None) -> tuple[Hit, ...]:
    content = [{"type": "text", **({"text": part} if isinstance(part, str) else part)} for part in parts]
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": content}]}).encode()
    return Scanner(by or engine(), KEY, Limits()).read_json(body, FORMATS["anthropic.messages"]).hits


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


def test_a_number_proved_whole_is_not_the_front_of_a_longer_one() -> None:
    longer = CARD + "70"
    digits = luhn.calc_check_digit(longer)
    assert len(spans(read(f"card {CARD}", f"70{digits}"))) == 1
    assert len(spans(read(f"card {longer}", digits))) == 2


OPEN_ENDED = make_rule(
    pattern=r"tok-[a-z0-9]{8,}", counterexamples=("tok-abc", "tok-abcd"), description="A token of any length."
)
GUESS = make_rule(id="guess", category="pii", entity="GUESS", pattern=r"no[ ]tok-[a-z]{3}(?![a-z])")
FIRST, SECOND = "/messages/0/content/0/text", "/messages/0/content/1/text"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("Please, look", [(FIRST, 3, 15)]),
        ("please", [(FIRST, 3, 15)]),
        ("7f3k and", [(FIRST, 3, 15), (SECOND, 0, 4)]),
        ("pleasepleaseplease", [(FIRST, 3, 15), (SECOND, 0, 18)]),
    ],
)
def test_a_value_of_no_fixed_length_ends_before_a_word_of_the_next_part(
    rest: str, expected: list[tuple[str, int, int]]
) -> None:
    assert spans(read("my tok-abcdefgh", rest, by=make_engine(OPEN_ENDED))) == expected


def test_a_guess_becomes_part_of_the_value_whose_front_it_is() -> None:
    hits = read("my no tok-abc", "defgh, look", by=make_engine(make_rule(), GUESS))
    assert spans(hits) == [(FIRST, 3, 13), (SECOND, 0, 5)]
    assert {finding.rule for hit in hits for finding in hit.findings} == {"test-token"}


def test_a_segment_has_one_hit_whatever_stands_between_the_parts() -> None:
    hits = read(
        {"text": f"{OTHER_AWS_KEY} {AWS_KEY[:9]}", "id": EMAIL, "tool_use_id": EMAIL}, f"{AWS_KEY[9:]} {OTHER_AWS_KEY}"
    )
    pointers = [hit.segment.pointer for hit in hits]
    assert len(pointers) == len(set(pointers)) == 4
    assert sorted(len(hit.findings) for hit in hits) == [1, 1, 2, 2]


def test_what_may_arise_by_chance_does_not_count() -> None:
    assert read("mail me at ann", "@" + EMAIL.partition("@")[2]) == ()


def test_fields_that_differ_are_not_read_on() -> None:
    body = json.dumps({"messages": [], "a": AWS_KEY[:9], "b": AWS_KEY[9:]}).encode()
    assert Scanner(engine(), KEY, Limits()).read_json(body, FORMATS["anthropic.messages"]).hits == ()


def test_seams_are_bounded() -> None:
    assert read(*["x"] * (MAX_SEAMS + 1), AWS_KEY[:9], AWS_KEY[9:]) == ()
