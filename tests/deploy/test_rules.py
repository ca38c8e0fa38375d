"""Alerts and recording rules: what promtool says of them, and that each tells a person what to do."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.board import PROMETHEUS, read_yaml, rules
from tests.e2e.lab import ROOT

RUNBOOK = ROOT / "docs" / "operations.md"
TRIALS = ["tightlip.test.yml", pytest.param("tightlip.days.test.yml", marks=pytest.mark.slow)]

needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool of Prometheus")

ALERTS = [rule for rule in rules() if "alert" in rule]
NAMES = sorted({rule["alert"] for rule in ALERTS})


def _promtool(*words: str) -> str:
    done = subprocess.run(["promtool", *words], cwd=PROMETHEUS, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_promtool
def test_the_configuration_and_the_rules_are_right() -> None:
    assert "1 rule files found" in _promtool("check", "config", "prometheus.yml")


@pytest.mark.slow
@needs_promtool
@pytest.mark.parametrize("trial", TRIALS)
def test_alerts_fire_when_they_should_and_not_just_below(trial: str) -> None:
    assert "SUCCESS" in _promtool("test", "rules", trial)


def test_every_severity_of_every_alert_is_seen_to_fire_and_every_alert_not_to() -> None:
    fired: set[tuple[str, str]] = set()
    silent: set[str] = set()
    for trial in PROMETHEUS.glob("*.test.yml"):
        for case in (one for test in read_yaml(trial)["tests"] for one in test.get("alert_rule_test", ())):
            expected = case.get("exp_alerts", ())
            fired |= {(case["alertname"], alert["exp_labels"]["severity"]) for alert in expected}
            silent |= set() if expected else {case["alertname"]}
    assert fired == {(rule["alert"], rule["labels"]["severity"]) for rule in ALERTS}
    assert set(NAMES) - silent == {"TightlipHookFaults"}  # whose trial has instances that stay silent


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: f"{rule['alert']}-{rule['labels']['severity']}")
def test_an_alert_says_how_bad_it_is_and_what_to_do(rule: dict[str, dict[str, str]]) -> None:
    assert set(rule["labels"]) == {"severity"}
    assert rule["labels"]["severity"] in ("info", "warning", "critical")
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{str(rule['alert']).lower()}"


@pytest.mark.skipif(not RUNBOOK.exists(), reason="docs/operations.md is not there yet")
@pytest.mark.parametrize("name", NAMES)
def test_the_runbook_has_a_section_for_the_alert(name: str) -> None:
    headings = re.findall(r"^#+ (.+)$", RUNBOOK.read_text(), re.MULTILINE)
    assert name in headings


def test_the_tests_of_rules_are_all_run() -> None:
    run = {trial if isinstance(trial, str) else str(trial.values[0]) for trial in TRIALS}
    assert run == {path.name for path in Path(PROMETHEUS).glob("*.test.yml")}


def test_the_page_on_monitoring_has_every_alert_with_its_severities() -> None:
    text = (ROOT / "docs" / "monitoring.md").read_text()
    rows = dict(re.findall(r"^\| (Tightlip\w+) \|.*\| ([a-z, ]+) \|$", text, re.MULTILINE))
    severities = {name: [rule["labels"]["severity"] for rule in ALERTS if rule["alert"] == name] for name in NAMES}
    assert {name: told.split(", ") for name, told in rows.items()} == severities
