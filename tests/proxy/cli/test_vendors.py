"""The registry as auditors get it: a table, CSV, JSON; what is due, by exit code."""

import csv
import io
import json
from pathlib import Path

import pytest

from proxy.cli.vendors import list_vendors, show_vendor
from proxy.config import Config
from proxy.configfile import ConfigError
from tests.compiled import share_rules

REGISTRY = """\
vendors:
  openai:
    approval: approved
    agreements:
      baa: {status: signed, until: 2020-01-01, reference: LEGAL-1}
      dpa: {status: signed, until: 2999-01-01}
    owner: ada
  mistral:
    approval: restricted
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "registry.yaml").write_text(REGISTRY)
    return Config(registry=tmp_path / "registry.yaml", state_dir=share_rules(tmp_path))


def test_a_table_of_those_that_are_approved(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    assert list_vendors(config, "approved", "table", only_due=False) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.split()[:4] == ["id", "kind", "approval", "baa"]
    assert row.split()[:5] == ["openai", "api", "approved", "expired", "signed"]


def test_csv_has_a_row_for_each_vendor(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    list_vendors(config, None, "csv", only_due=False)
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert len(rows) >= 200
    assert (rows["openai"]["dpa"], rows["openai"]["trains"], rows["mistral"]["baa"]) == ("signed", "no", "none")


def test_json_says_what_is_due_and_so_does_the_exit_code(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    assert list_vendors(config, None, "json", only_due=True) == 1
    (vendor,) = json.loads(capsys.readouterr().out)
    assert vendor["id"] == "openai"
    assert vendor["due"] == ["baa expired 2020-01-01"]
    assert vendor["agreements"]["baa"] == {"status": "expired", "until": "2020-01-01", "reference": "LEGAL-1"}
    assert list_vendors(Config(state_dir=config.state_dir), None, "json", only_due=True) == 0


@pytest.mark.parametrize("name", ["openai", "eu.api.openai.com"])
def test_one_vendor_by_its_id_or_a_host(config: Config, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_vendor(config, name, as_json=False) == 0
    shown = capsys.readouterr().out
    assert "baa: status: expired, until: 2020-01-01, reference: LEGAL-1" in shown
    assert "eu: eu.api.openai.com" in shown


def test_what_is_not_known_is_told(config: Config) -> None:
    with pytest.raises(ConfigError, match="did you mean openai"):
        show_vendor(config, "opnai", as_json=True)
    with pytest.raises(ConfigError, match="expected one of approved"):
        list_vendors(config, "aproved", "table", only_due=False)
