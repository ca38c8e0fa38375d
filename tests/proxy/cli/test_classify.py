"""`tightlip classify`: what an engineer who tunes patterns gets to see."""

import json
from pathlib import Path

import pytest

from proxy.cli.classify import Stated, classify
from proxy.config import Config
from proxy.configfile import ConfigError
from tests.compiled import share_rules

CASES = Path(__file__).parents[2] / "cases" / "origins"
URL = "https://api.openai.com/v1/responses"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    file = tmp_path / "classification.yaml"
    file.write_text("version: 1\ncode:\n- repository: github.com/acme/ledger-*\n  classes: {pci: cde}\n")
    return Config(classification=file, state_dir=share_rules(tmp_path / "state"))


def body(folder: Path) -> Path:
    file = folder / "body.json"
    file.write_text(json.dumps(json.loads((CASES / "codex.json").read_text())["body"]))
    return file


def test_evidence_rules_and_classes_are_told(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert classify(config, body(tmp_path), URL, Stated(), as_json=False) == 0
    assert [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()] == [
        ["repository", "github.com/acme/ledger-core"],
        ["folder", "/srv/ledger"],
        ["path", "/srv/ledger/src/settlement/fees.py"],
        ["rule", f"{config.classification}:3  pci: cde"],
        ["pci", "cde"],
        ["risk", "unknown"],
    ]


def test_a_line_of_inspect_has_headers_too(config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "line.json"
    line = {"id": 1, "method": "POST", "url": URL, "headers": [["X-GitHub-Repository-NWO", "Acme/Ledger-X"]]}
    file.write_text(json.dumps({**line, "body_b64": ""}))
    assert classify(config, file, "", Stated(), as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["repositories"] == ["github.com/acme/ledger-x"]
    assert told["classes"] == {"pci": ["cde"], "risk": ["unknown"]}


def test_evidence_can_be_given_by_hand(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    assert classify(config, None, "", Stated(("github.com/acme/web",)), as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["rules"] == []


@pytest.mark.parametrize("stated", [Stated(("x",)), Stated(paths=("https://example.com/a",))])
def test_what_is_no_place_is_refused(config: Config, stated: Stated) -> None:
    with pytest.raises(ConfigError, match="expected remotes"):
        classify(config, None, "", stated, as_json=False)


def test_a_body_that_cannot_be_read_is_told(config: Config, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b'{"a": 1, "a": 2}')
    with pytest.raises(ConfigError, match="duplicate_key"):
        classify(config, tmp_path / "x", URL, Stated(), as_json=False)
    with pytest.raises(ConfigError, match="--url: expected"):
        classify(config, tmp_path / "x", "ftp://x", Stated(), as_json=False)
    with pytest.raises(ConfigError, match="expected a readable file"):
        classify(config, tmp_path / "y", URL, Stated(), as_json=False)
