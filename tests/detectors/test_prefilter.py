"""The first pass: both ways give the same places; the kept database is used, replaced, and distrusted when torn."""

from pathlib import Path

import pytest

from detectors import prefilter
from detectors.prefilter import ExpressionError, PlainPrefilter, Prefilter, VectorPrefilter, make_prefilter

EXPRESSIONS = [rb"tok-[a-z]{4}", rb"(?i:k\x65y)", rb"(?:\A|[^0-9])[0-9]{3}(?:\z|[^0-9])"]
TEXTS = ["", "tok-abcd", "xtok-abcdtok-abcd", "KeY key", "123", "a123 456b 7890", "é漢123\ud800", "tok-", "1" * 99]


@pytest.fixture(params=[VectorPrefilter, PlainPrefilter])
def made(request: pytest.FixtureRequest) -> Prefilter:
    prefilter: Prefilter = request.param(EXPRESSIONS)
    return prefilter


def test_hits_are_ends_in_code_points(made: Prefilter) -> None:
    assert sorted(made.hits("漢tok-abcd KEY 123")) == [(0, 9), (1, 13), (2, 17)]


def test_an_expression_that_cannot_run_is_named() -> None:
    for make in (VectorPrefilter, PlainPrefilter):
        with pytest.raises(ExpressionError) as caught:
            make([b"fine", b"(unclosed"])
        assert caught.value.index == 1


@pytest.mark.parametrize("text", TEXTS)
def test_both_ways_agree(text: str) -> None:
    assert set(VectorPrefilter(EXPRESSIONS).hits(text)) == set(PlainPrefilter(EXPRESSIONS).hits(text))


def test_without_the_wheel_the_plain_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefilter, "hyperscan", None)
    assert isinstance(make_prefilter(EXPRESSIONS), PlainPrefilter)


def test_the_kept_database_works_and_a_torn_one_is_made_anew(tmp_path: Path) -> None:
    expected = make_prefilter(EXPRESSIONS).hits("tok-abcd")
    assert make_prefilter(EXPRESSIONS, tmp_path).hits("tok-abcd") == expected
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    assert make_prefilter(EXPRESSIONS, tmp_path).hits("tok-abcd") == expected
    for damaged in (b"", whole[:100], whole[:-1], bytes(len(whole))):
        kept.write_bytes(damaged)
        assert make_prefilter(EXPRESSIONS, tmp_path).hits("tok-abcd") == expected
        assert kept.read_bytes() == whole


def test_other_expressions_have_their_own_database(tmp_path: Path) -> None:
    make_prefilter(EXPRESSIONS, tmp_path)
    assert make_prefilter([b"other"], tmp_path).hits("other tok-abcd") == [(0, 5)]
