"""What the doctor says of a machine where nothing runs: it changes nothing, and each fault has its advice."""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from proxy import ca
from proxy.cabundle import write_bundle
from proxy.cli.doctor import examine, examine_client
from proxy.config import Config
from proxy.configtype import Address
from proxy.setting import catalogue_of, domains_of
from tests.proxy.bundle import making

NOW = datetime.now(UTC)


def checks(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    printed = json.loads(capsys.readouterr().out)["checks"]
    assert all(check["advice"] for check in printed if check["level"] != "ok")
    return {check["name"]: check for check in reversed(printed)}


def config_of(folder: Path, **more: Any) -> Config:
    free = Address("127.0.0.1", 1)  # nothing listens there
    return Config(state_dir=folder, listen=free, metrics=free, **more)


def test_nothing_is_made_on_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert examine(config_of(tmp_path / "state"), as_json=True) == 1
    found = checks(capsys)
    assert (found["ca"]["level"], found["proxy"]["level"]) == ("warning", "failed")
    assert found["proxy"]["advice"] == "tightlip run"
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_made_in_a_folder_that_was_restored(tmp_path: Path) -> None:
    """Root would leave a folder there that the proxy's own user can't write to."""
    ca.ensure(tmp_path, ["openai.com"], NOW)
    before = sorted(tmp_path.rglob("*"))
    examine(config_of(tmp_path), as_json=True)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("age", "domains", "level", "words"),
    [
        (timedelta(0), None, "ok", "valid for 824 days"),
        (timedelta(days=800), None, "warning", "it expires in 24 days"),
        (timedelta(days=900), None, "failed", "it has expired"),
        (timedelta(0), ["openai.com"], "warning", "tightlip.local"),
    ],
)
def test_the_ca(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    age: timedelta,
    domains: list[str] | None,
    level: str,
    words: str,
) -> None:
    config = config_of(tmp_path)
    ca.ensure(tmp_path, domains or domains_of(config, catalogue_of(config)), NOW - age)
    examine(config, as_json=True)
    found = checks(capsys)["ca"]
    assert (found["level"], words in found["message"]) == (level, True)


def test_a_key_that_others_can_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ca.ensure(tmp_path, ["openai.com"], NOW)
    (tmp_path / "ca" / ca.KEY_FILE).chmod(0o644)
    assert examine(config_of(tmp_path), as_json=True) == 1
    assert "others may read" in checks(capsys)["ca"]["message"]


def test_the_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ca.ensure(tmp_path, ["openai.com"], NOW)
    config = config_of(tmp_path)
    examine(config, as_json=True)
    assert checks(capsys)["trust"]["level"] == "failed"
    write_bundle(tmp_path, NOW)
    examine(config, as_json=True)
    assert checks(capsys)["trust"]["level"] == "warning"


def test_records_from_the_future(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "audit").mkdir()
    record = tmp_path / "audit" / "audit-0000000000000001-20261121.jsonl"
    record.write_text("")
    os.utime(record, (time.time() + 3600,) * 2)
    examine(config_of(tmp_path), as_json=True)
    assert checks(capsys)["clock"]["level"] == "failed"


def test_a_policy_that_can_not_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert examine(config_of(tmp_path, policy=str(tmp_path / "no.yaml")), as_json=True) == 1
    assert checks(capsys)["policy"]["level"] == "failed"


def test_for_people_advice_stands_below_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    examine(config_of(tmp_path), as_json=False)
    lines = capsys.readouterr().out.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("failed   proxy"))
    assert lines[place + 1].strip() == "tightlip run"


def test_what_can_not_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert examine_client("jetbrains", tmp_path, as_json=True) == 0
    assert "https://tightlip.local/ok" in checks(capsys)["settings"]["advice"]


@pytest.mark.parametrize(
    ("environment", "step"),
    [
        ({}, "settings"),
        ({"HTTPS_PROXY": "http://"}, "settings"),
        ({"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": ".openai.com"}, "bypass"),
        ({"HTTPS_PROXY": "http://127.0.0.1:1"}, "route"),
        ({"HTTPS_PROXY": "http://127.0.0.1:1", "SSL_CERT_FILE": "/no/such/file"}, "trust"),
        ({"OPENAI_API_BASE": "http://127.0.0.1:1/v1"}, "settings"),
        ({"OPENAI_API_BASE": "http://127.0.0.1:1/v/openai/v1"}, "route"),
    ],
)
def test_a_client_fails_at_one_step_and_is_told_what_to_do(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    step: str,
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert examine_client("aider", tmp_path, as_json=True) == 1
    found = checks(capsys)
    assert [name for name, check in found.items() if check["level"] == "failed"] == [step]
    assert "read" not in found


@pytest.mark.parametrize(
    ("people", "days", "level", "words"),
    [
        (("Bob",), 90, "ok", "acme, serial 7, signed by Bob, valid for"),
        (("Bob",), 20, "warning", "valid for"),
        ((), 90, "failed", "expected those of 1 person, found no signature"),
        (("Bob",), 0, "failed", "expires: expected a bundle for now"),
    ],
)
def test_the_policy_bundle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], people: tuple[str, ...], days: int, level: str, words: str
) -> None:
    yesterday = NOW.replace(microsecond=0) - timedelta(days=1)
    bundle = making.signed(making.bundle_of(start=yesterday, days=days + 1), *people)
    (tmp_path / "acme.tlb").write_bytes(bundle.encoded())
    stanza = making.trust_lines("Bob", making.BOB, **{"from": "2001-01-01", "until": "9999-01-01"})
    trusted = making.trust_file(tmp_path, stanza)
    asked = {"bundle": tmp_path / "acme.tlb", "require_signed": True, "trusted_keys": trusted}
    examine(config_of(tmp_path / "state", **asked), as_json=True)
    found = checks(capsys)
    assert (found["policy bundle"]["level"], words in found["policy bundle"]["message"]) == (level, True)
    assert found["policy"]["message"].startswith("balanced" if level == "failed" else "acme")
