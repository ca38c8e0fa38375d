"""`tightlip rules new` and `rules test`: what is written, what is refused, and that no value shows anywhere."""

from dataclasses import replace
from pathlib import Path

import pytest

from detectors import load_rules
from proxy.cli.rulenew import Wanted, make_rule
from proxy.cli.ruletrial import try_rules
from proxy.config import Config
from proxy.configfile import ConfigError
from tests.compiled import share_rules
from tests.proxy.bundle.making import RULES

VALUES = [f"zeb_lic_{tail}" for tail in ("q8Zt3LmWx0", "Yv71KpRb5s", "c4HnJd92Tg")]
WANTED = Wanted("zeb-licence", "Zeb's licence key. Unlocks the product.")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "rules").mkdir()
    return Config(state_dir=share_rules(tmp_path / "state"), rules=(tmp_path / "rules",))


@pytest.fixture
def wanted(tmp_path: Path) -> Wanted:
    (tmp_path / "values.txt").write_text("\n".join(VALUES) + "\n\n")
    return replace(WANTED, values=tmp_path / "values.txt")


@pytest.mark.slow
def test_a_rule_is_proved_written_and_holds_no_value(
    config: Config, wanted: Wanted, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_rule(config, wanted) == 0
    file = tmp_path / "rules" / "zeb-licence.yaml"
    (rule,) = load_rules([file]).rules
    assert (rule.id, rule.entity, rule.severity, rule.keywords) == ("zeb-licence", "ZEB_LICENCE", "high", ("zeb_lic_",))
    shown = capsys.readouterr()
    assert "it finds 3 of the 3 values given" in shown.err
    assert not any(value[8:] in file.read_text() + shown.out + shown.err for value in VALUES)
    with pytest.raises(ConfigError, match=r"expected an id that is free, found zeb-licence at .*zeb-licence\.yaml:2"):
        make_rule(config, wanted)


@pytest.mark.slow
def test_a_rule_joins_others_in_their_file(config: Config, wanted: Wanted, tmp_path: Path) -> None:
    file = tmp_path / "rules" / "acme.yaml"
    file.write_bytes(b"rules:\n" + b"".join(b"  " + line + b"\n" for line in RULES.splitlines()[1:]) + b"# the end\n")
    assert make_rule(config, replace(wanted, out=file)) == 0
    assert [rule.id for rule in load_rules([file]).rules] == ["acme-token", "zeb-licence"]


@pytest.mark.slow
@pytest.mark.parametrize("change", [{"severity": "grave"}, {"entity": "no type"}, {"description": "a\n- b"}])
def test_what_does_not_prove_itself_is_not_written(config: Config, wanted: Wanted, change: dict[str, str]) -> None:
    outcome = make_rule(config, replace(wanted, **change))  # type: ignore[arg-type]
    assert outcome == (0 if "description" in change else 1)
    assert bool(list(config.rules[0].iterdir())) is (outcome == 0)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": "Zeb Licence"}, "expected lower-case words with dashes, found Zeb Licence"),
        ({"id": "../up"}, "expected lower-case words with dashes"),
        ({"id": "aws-access-key-id"}, r"expected an id that is free, found aws-access-key-id at .*cloud\.yaml"),
        ({"category": "secrets"}, "--category: expected one of secret, pci"),
        ({"description": None}, "--description: expected what the value is"),
        ({"values": Path("none.txt")}, "--values: expected a readable text file"),
    ],
)
def test_mistakes_are_told_before_anything_is_done(
    config: Config, wanted: Wanted, change: dict[str, str], expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected):
        make_rule(config, replace(wanted, **change))  # type: ignore[arg-type]
    assert list(config.rules[0].iterdir()) == []


def test_without_a_place_one_is_asked_for(config: Config, wanted: Wanted) -> None:
    for nowhere in (config.model_copy(update={"rules": ()}), config.model_copy(update={"bundle": Path("a.tlb")})):
        with pytest.raises(ConfigError, match="or --out with a file"):
            make_rule(nowhere, wanted)


@pytest.fixture
def trying(config: Config, tmp_path: Path) -> Config:
    (tmp_path / "rules" / "acme.yaml").write_bytes(RULES)
    (tmp_path / "leak.py").write_text(f"TOKEN = '{token()}'\nAWS = '{'AKIA' + 'QYLPMN5HHHFPZAM2'}'\n")
    return config


def token() -> str:
    return "acme_dt_" + "q8Zt3LmWx0Yv71Kp" * 2


def test_one_rule_is_tried_alone_and_shows_no_value(
    trying: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert try_rules(trying, ["acme-token", str(tmp_path / "leak.py")], None, 1.0) == 0
    shown = capsys.readouterr()
    assert "leak.py:1:10: high acme-token (secret, ACME_TOKEN): acme******" in shown.out
    assert "pattern: acme-token" in shown.out
    assert "1 hit; files: 1, 0.0 MB; too little to time" in shown.err
    assert token() not in shown.out + shown.err


def test_a_rule_that_fires_on_clean_code_is_told(
    trying: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = tmp_path / "clean"
    clean.mkdir()
    (clean / "a.py").write_text("x = 1\n" * 60_000)
    assert try_rules(trying, ["acme-token"], str(clean), 1.0) == 0
    assert "0 hits by 0 rules; files: 1, 0.4 MB; " in capsys.readouterr().err
    (clean / "b.py").write_text(f"TOKEN = '{token()}'\n")
    (clean / "picture.svg").write_text(token())
    assert try_rules(trying, ["acme-token"], str(clean), 1.0) == 1
    shown = capsys.readouterr()
    assert f"too often  acme-token: 1, 2.78 per MB, first {clean}/b.py:1: acme******" in shown.out
    assert try_rules(trying, ["acme-token"], str(clean), 3.0) == 0


@pytest.mark.parametrize(
    ("words", "clean", "expected"),
    [(["acme-tokn"], None, "expected a rule's id or a file, found acme-tokn"), (["acme-token"], "none", "--clean")],
)
def test_what_there_is_not_is_told(trying: Config, words: list[str], clean: str | None, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        try_rules(trying, words, clean, 1.0)


def test_a_file_that_cannot_be_read_is_a_failure(trying: Config, tmp_path: Path) -> None:
    assert try_rules(trying, ["acme-token", str(tmp_path / "none.py")], None, 1.0) == 2
