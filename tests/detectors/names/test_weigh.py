"""One score of several sources of evidence."""

from detectors.names.weigh import GAZETTEER, MODEL, SOURCES, Scales, Span, chosen, features
from detectors.names.word import words


def span(text: str, traits: list[str], chances: list[float]) -> Span:
    return Span(tuple(words(text)), traits, chances, "prose")


def test_features_are_of_three_kinds_and_tell_no_text() -> None:
    found = features(span("Jane Roe", ["30000", "02000"], [0.9, 0.5]))
    assert found["model: best"] > found["model: all"] > 0
    assert found["gazetteer: given and family name"] == found["gazetteer: given 3"] == found["words: 2"] == 1.0
    assert found["stands in: prose"] == 1.0
    assert "Jane" not in " ".join(found)


def test_a_span_shows_nothing_of_the_text() -> None:
    assert "Jane" not in repr(span("Jane Roe", ["30000", "02000"], [0.9, 0.5]))


def test_initials_and_signs_are_no_words_of_a_name() -> None:
    assert "words: 1" in features(span("J. Roe", ["00000", "00000", "02000"], [0.5, 0.5, 0.5]))


def test_certainty_of_the_model_stays_finite() -> None:
    assert abs(features(span("Jane", ["30000"], [1.0]))["model: best"]) < 10
    assert abs(features(span("Jane", ["30000"], [0.0]))["model: best"]) < 10


def test_sources_are_left_out_by_name() -> None:
    found = features(span("Jane Roe", ["30000", "02000"], [0.9, 0.5]))
    assert not any(name.startswith("model") for name in chosen(found, frozenset({GAZETTEER})))
    assert not any(name.startswith("gazetteer") for name in chosen(found, frozenset({MODEL})))
    assert chosen(found, SOURCES) == found


def test_the_score_adds_up_and_its_parts_are_told() -> None:
    scales = Scales({"": -1.0, "model: best": 1.0, "gazetteer: given 3": 2.0, "gazetteer: family 2": -0.5})
    score, told = scales.judge(span("Jane Roe", ["30000", "02000"], [0.817574, 0.3]), "PERSON")  # a logit of 1.5
    assert round(score, 3) == 0.881  # 1 / (1 + e^-2)
    assert [(one.kind, one.weight) for one in told] == [("model", 1.5), ("gazetteer", 2.0), ("gazetteer", -0.5)]
    assert [one.detail for one in told[1:]] == ["usual as a given name", "known as a family name"]
    assert "Jane" not in repr(told)


def test_what_is_alike_but_for_the_model_differs_by_the_model_alone() -> None:
    scales = Scales({"": 0.0, "model: all": 1.0, "gazetteer: given 3": 2.0})
    (low, _), (high, _) = (scales.judge(span("Jane", ["30000"], [chance]), "PERSON") for chance in (0.1, 0.9))
    assert low < 0.5 < high
