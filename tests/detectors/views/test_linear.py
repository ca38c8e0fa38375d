"""No text makes the views take more than their length's worth of time: hostile repetitions, whole and four times."""

import time

import pytest

from detectors.prefilter import Prefilter, make_prefilter
from detectors.views.codec import GATES, Budget, views

UNITS = (
    "0", "A0", " ", '"', "\\", '\\"', "%25", "&amp;", "=\n", "1 ", "41 ", "65, ", "0x41, ", "01000001 ", "chr(65)+",
    ".", '"a" + ', '"a"+\n', "<b>a</b>", "\x1b[", "a\b", "\\u0041", "begin 644 a\n!", "<~aaaaaaaaaaaa", "base85 ",
    "base85 'aaaa", "IFBEGRCFIZDUQSKK", "------BEGIN KEY", "------BEGIN KEY\n", "cnffjbeq ", "drowssap ",
    "one two ", "a b ",
    "1234 | ", "[0m", "=?utf-8?Q?", "\ufe01", "a\u200b", "ghp_aaaaaaaaaaaaaaaaa\n", "token: aaaaaaaa\n", "card 1\n1 ",
    "4141 4141  ",
    "41 41 41 41 41 41 41 41" + " " * 60,
)  # fmt: skip
CHARS = 30_000
GROWTH_LIMIT = 10.0
SPARED_SECONDS = 0.1
"""What the longer text may take whatever the shorter took: too little to be told from the machine's own noise."""


@pytest.fixture(scope="module")
def prefilter() -> Prefilter:
    return make_prefilter(GATES)


def seconds(prefilter: Prefilter, text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        for view in views(text, prefilter.hits(text), 0, Budget.for_text(text)):
            view.locate(0, 1)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS, ids=range(len(UNITS)))
def test_views_are_linear(prefilter: Prefilter, unit: str) -> None:
    text = unit * (4 * CHARS // len(unit))
    whole = seconds(prefilter, text)
    assert whole < SPARED_SECONDS or whole < GROWTH_LIMIT * seconds(prefilter, text[:CHARS])
