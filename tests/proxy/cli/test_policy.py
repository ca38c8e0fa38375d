"""`tightlip policy check|show|schema`: what is printed, and the exit codes."""

import json
from pathlib import Path

import pytest

from proxy.cli import policy as command
from proxy.cli.policy import check_policies, print_schema, show_policy
from proxy.config import Config
from proxy.policy import PolicyError
from proxy.policy.schema import policy_schema
from tests.compiled import share_rules
from tests.proxy.policy.making import HEAD, WORDS, write

WRONG = HEAD + "findings:\n- {id: a, when: {vendor: [opnai]}, action: log}\n"
OVER = HEAD + "findings:\n- {id: a, when: {until: 2020-01-01}, action: log}\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setattr(command, "vocabulary_of", lambda config: WORDS)
    return Config(state_dir=share_rules(tmp_path / "state"), policy=write(tmp_path, HEAD, "used.yaml"))


def test_mistakes_are_shown_in_their_lines(tmp_path: Path, config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, WRONG)
    assert check_policies(config, [file], as_json=False) == 1
    said, line, mark = capsys.readouterr().out.splitlines()
    assert said.startswith(f"{file}:5: clause a: when.vendor.0: ")
    assert line.index("opnai") == mark.index("^")


def test_mistakes_as_json(tmp_path: Path, config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, WRONG)
    assert check_policies(config, [file, "nowhere"], as_json=True) == 1
    first, second = json.loads(capsys.readouterr().out)
    assert (first["file"], first["line"], first["column"]) == (file, 5, 27)
    assert "expected a pack" in second["message"]


def test_no_mistakes(tmp_path: Path, config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, OVER)
    assert check_policies(config, [], as_json=False) == 0
    assert check_policies(config, [f"{config.policy},{file}"], as_json=False) == 0
    first, ended, last = capsys.readouterr().out.splitlines()
    assert first == f"{config.policy}: no mistakes"
    assert ended == f"{file}:5: clause a: ended with 2020-01-01: it matches nothing any more"
    assert last == f"{config.policy}+{file}: no mistakes"


def test_a_policy_is_shown_with_all_that_it_extends(
    tmp_path: Path, config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    clause = (
        "{id: b, when: {category: [pci], count_at_least: 3}, unless: {user: [ada]}, requirement: X 1, action: block}"
    )
    write(tmp_path, HEAD.replace("own", "base") + f"limits:\n- {clause}\n", "base.yaml")
    name = write(tmp_path, HEAD + "extends: ./base.yaml\ndefault: log\n")
    show_policy(config, [name], as_json=False)
    told = capsys.readouterr().out
    for line in ("  b: block", "    when category: pci, count_at_least: 3", "    unless user: ada", "    for X 1"):
        assert line in told.splitlines()
    assert f"    in {tmp_path / 'base.yaml'}:5" in told.splitlines()
    assert "  default: log" in told.splitlines()
    show_policy(config, [name], as_json=True)
    whole = json.loads(capsys.readouterr().out)
    assert whole["limits"][0]["when"] == {"category": ["pci"], "count_at_least": 3}
    assert whole["limits"][0]["origin"] == {"policy": "base", "file": str(tmp_path / "base.yaml"), "line": 5}
    with pytest.raises(PolicyError):
        show_policy(config, ["nowhere"], as_json=False)


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_schema()
    assert json.loads(capsys.readouterr().out) == policy_schema()
