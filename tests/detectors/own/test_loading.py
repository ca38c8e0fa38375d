"""Indexes in use: part of the rules, asked by the engine in every view, refused when they are not what they should."""

import base64
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from detectors import Engine, RuleError, RuleSet
from detectors.own.loading import with_own
from detectors.own.owned import load_own
from tests.compiled import rules_folder
from tests.detectors.own.indexes import KEY, ROWS, build, prints
from tests.detectors.rulebase import covered, make_rule, make_ruleset

CODE = (Path(__file__).parents[3] / "detectors" / "structure" / "cda.py").read_text()


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    folder = tmp_path_factory.mktemp("own")
    build(folder / "made.tldict")
    prints(folder, [CODE])
    return with_own(make_ruleset(make_rule()), [folder / "made.tldict"], [folder / "made.tlprint"], KEY)


@pytest.fixture(scope="module")
def engine(rules: RuleSet) -> Engine:
    return Engine(rules, b"fingerprints", cache_dir=rules_folder(), own=load_own(rules.own, KEY))


def found(engine: Engine, text: str) -> Sequence[tuple[str, str, str]]:
    return [(one.rule, one.entity, covered(text, one)) for one in engine.scan(text).findings]


def test_own_data_is_found_beside_what_rules_find(engine: Engine) -> None:
    assert found(engine, "tok-abcdefgh of K-40000") == [
        ("test-token", "TEST_TOKEN", "tok-abcdefgh"),
        ("acme-customers", "CUSTOMER_RECORD", "K-40000"),
    ]
    (finding,) = engine.scan("of K-40000").findings
    assert (finding.verified, finding.score) == (True, 1.0)
    assert [(part.kind, part.detail) for part in finding.evidence] == [("dictionary", "number")]
    assert "K-40000" not in repr(finding)


def test_own_data_is_found_in_views(engine: Engine) -> None:
    hidden = base64.b64encode(b"the customer is Bukomo Bire, born 1998-02-12, so be it").decode()
    assert {one.rule for one in engine.scan(f"decode {hidden} please").findings} == {"acme-customers"}
    assert found(engine, "K\\u002d40000")[0][0] == "acme-customers"


def test_a_key_inside_of_own_source_code_is_still_a_key(engine: Engine) -> None:
    lines = CODE.splitlines()
    text = "\n".join([*lines[30:80], "    token = 'tok-abcdefgh'", *lines[80:130]])
    assert [rule for rule, _, _ in found(engine, text)] == ["ledger", "test-token", "ledger"]
    spans = [(one.start, one.end) for one in engine.scan(text).findings]
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_an_index_is_part_of_the_rules_digest(rules: RuleSet, tmp_path: Path) -> None:
    plain = make_ruleset(make_rule())
    assert with_own(plain, [], [], KEY) is plain
    digests = {plain.digest, rules.digest}
    for rows in (ROWS, ROWS[:2], ROWS):
        build(tmp_path / "made.tldict", rows)
        digests.add(with_own(plain, [tmp_path / "made.tldict"], [], KEY).digest)
    assert len(digests) == 4


def test_an_index_that_was_exchanged_is_not_taken_for_the_one_before(tmp_path: Path) -> None:
    build(tmp_path / "made.tldict")
    rules = with_own(make_ruleset(make_rule()), [tmp_path / "made.tldict"], [], KEY)
    build(tmp_path / "made.tldict", ROWS[:1])
    with pytest.raises(RuleError, match="found another: reload"):
        load_own(rules.own, KEY)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    good, torn, other = (tmp_path / name for name in ("good", "torn", "other"))
    build(good)
    torn.write_bytes(good.read_bytes()[:-5])
    build(other)
    with pytest.raises(RuleError) as raised:
        with_own(make_ruleset(make_rule(id="acme-customers")), [good, torn, other, tmp_path / "none"], [good], KEY)
    told = "\n".join(raised.value.problems)
    assert len(raised.value.problems) == 5
    for expected in (
        "torn: expected a whole index",
        "none: expected an index",
        "of the kind source",
        "id, expected one",
    ):
        assert expected in told
