"""Parts, cues, and which of several candidates is told."""

from detectors.evidence import Evidence
from detectors.names.uncased.candidate import SEEN_CHARS, Candidate, Cues, best


def made(start: int, end: int, weight: float) -> Candidate:
    return Candidate(start, end, (Evidence("gazetteer", "test", weight),))


def test_parts_add_up() -> None:
    parts = (Evidence("gazetteer", "a", 1.0), Evidence("context", "b", -1.0))
    assert Candidate(0, 1, parts).score == 0.5
    assert made(0, 1, 1000.0).score <= 1.0


def test_of_those_that_overlap_the_best_is_told_and_of_equals_the_longest() -> None:
    one, better, longer, weak = made(0, 3, 1.0), made(2, 4, 2.0), made(2, 5, 2.0), made(7, 9, -1.0)
    assert best([one, better, longer, weak], 0.7) == [longer]
    assert best([made(5, 6, 3.0), one], 0.7) == [one, made(5, 6, 3.0)]


def test_the_strongest_cue_of_each_side_counts() -> None:
    cues = Cues(before=(("edge", 0.5, r"^|\s"), ("title", 4.0, r"Mx\s")), after=(("verb", 2.0, r"\ssays"),))
    text = "so Mx 王 says"
    assert [cue.detail for cue in cues.around(text, 6, 7)] == ["title", "verb"]
    assert [cue.detail for cue in cues.around("王", 0, 1)] == ["edge"]


def test_cues_are_looked_for_nearby_and_known_in_english_everywhere() -> None:
    none = Cues()
    assert none.before("From: 王", 6) is not None
    assert none.after("王 <wang@example.org>", 1) is not None
    assert none.before("from:" + " " * SEEN_CHARS + "王", 5 + SEEN_CHARS) is None
