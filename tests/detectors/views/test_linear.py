"""No text makes the views take more than their length's worth of time: hostile repetitions, whole and four times."""

import pytest

from detectors.prefilter import Prefilter, make_prefilter
from detectors.views.codec import GATES, Budget, views
from tests.timing import assert_proportional, repeated

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


@pytest.fixture(scope="module")
def prefilter() -> Prefilter:
    return make_prefilter(GATES)


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS, ids=range(len(UNITS)))
def test_views_are_linear(prefilter: Prefilter, unit: str) -> None:
    def look(text: str) -> None:
        for view in views(text, prefilter.hits(text), 0, Budget.for_text(text)):
            view.locate(0, 1)

    text = repeated(unit, 4 * CHARS)
    assert_proportional(look, text[:CHARS], text)
