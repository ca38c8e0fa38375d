"""Plans kept between starts: the same findings, nothing compiled twice, nothing of another code or rule set."""

import sys
from pathlib import Path

import pytest

from detectors.matcher import Matcher
from detectors.plan import Plan, _code, load_plans, store_plans
from tests.detectors.rulebase import found, make_engine, make_rule

TEXT = "x tok-abcdefgh y"
PLANS = {"a": Plan([b"\xe9\\x00"], 3, 4), "b": Plan([], 0, 0)}


def test_plans_come_back_as_they_were(tmp_path: Path) -> None:
    store_plans(tmp_path, "digest", PLANS)
    assert load_plans(tmp_path, "digest") == PLANS
    assert load_plans(tmp_path, "another") == {}


def test_another_code_makes_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store_plans(tmp_path, "digest", PLANS)
    monkeypatch.setattr("detectors.plan._code", lambda: "changed")
    assert load_plans(tmp_path, "digest") == {}


@pytest.mark.parametrize("name", ["sys.version", "version"])
def test_another_interpreter_or_pattern_engine_is_another_code(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _code.__wrapped__()
    monkeypatch.setattr(f"detectors.plan.{name}", f"{sys.version}+" if name == "sys.version" else lambda package: "0")
    assert _code.__wrapped__() != before


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": 1}', b'{"a": [1, 2, 3]}'])
def test_a_torn_file_is_none(content: bytes, tmp_path: Path) -> None:
    store_plans(tmp_path, "digest", PLANS)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert load_plans(tmp_path, "digest") == {}


@pytest.mark.slow
def test_a_second_start_compiles_nothing_and_finds_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make_engine(make_rule(), cache_dir=tmp_path)
    monkeypatch.setattr(Matcher, "_compiled", lambda self: pytest.fail("compiled again"))
    second = make_engine(make_rule(), cache_dir=tmp_path)
    assert found(second, TEXT) == found(first, TEXT) == [("test-token", "tok-abcdefgh")]
