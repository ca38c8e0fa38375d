from dataclasses import replace

import pytest

from detectors import Finding
from proxy.binary.doubt import settled
from proxy.scanner import Hit
from proxy.segment import Label, Segment
from tests.proxy.inspecting import AWS_KEY, engine

FINDING = engine().scan(f"key {AWS_KEY}").findings[0]
OTHER = replace(FINDING, fingerprint="f" * 32)


def hit(label: Label, start: int, end: int, *findings: Finding) -> Hit:
    return Hit(Segment("/1", label, "", "", start, end), findings)


WHOLE = hit(Label.BINARY, 0, 100, FINDING)
PART = hit(Label.PROMPT, 2, 100, FINDING)


@pytest.mark.parametrize(
    ("hits", "kept"),
    [
        ([WHOLE, PART], [PART]),
        ([PART], [PART]),
        ([WHOLE], [WHOLE]),
        ([WHOLE, hit(Label.BINARY, 2, 100, FINDING)], [hit(Label.BINARY, 2, 100, FINDING)]),
        ([WHOLE, WHOLE], [WHOLE, WHOLE]),
        ([WHOLE, hit(Label.PROMPT, 90, 101, FINDING)], [WHOLE, hit(Label.PROMPT, 90, 101, FINDING)]),
        ([WHOLE, hit(Label.PROMPT, 2, 100, OTHER)], [WHOLE, hit(Label.PROMPT, 2, 100, OTHER)]),
        ([hit(Label.BINARY, 0, 100, FINDING, OTHER), PART], [hit(Label.BINARY, 0, 100, OTHER), PART]),
        ([hit(Label.PROMPT, 0, 100, FINDING), PART], [hit(Label.PROMPT, 0, 100, FINDING), PART]),
    ],
)
def test_what_a_whole_repeats_of_its_parts_is_told_once(hits: list[Hit], kept: list[Hit]) -> None:
    assert list(settled(hits)) == kept
