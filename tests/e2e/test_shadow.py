"""A candidate beside the policy in force: it sees the live traffic, puts its word on record and touches nothing."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from proxy.auditsearch import Members, records
from proxy.cli.app import app
from tests.e2e import values
from tests.e2e.clients import CHAT, curl
from tests.e2e.conftest import Lab
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow

CANDIDATE = """\
version: 1
id: candidate
description: Blocks what balanced redacts, and lets mail addresses alone.
findings:
- id: mail
  when: {entity: [EMAIL_ADDRESS]}
  action: allow
default: block
"""


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    candidate = tmp_path_factory.mktemp("candidate") / "candidate.yaml"
    candidate.write_text(CANDIDATE)
    return candidate


@pytest.fixture(scope="module")
def proxy(lab: Lab, candidate: Path) -> Iterator[Tightlip]:
    with lab.tightlip("shadow", policy="balanced", shadow={"policy": str(candidate)}) as proxy:
        yield proxy


def seen(proxy: Tightlip, reference: str) -> Members:
    """The record of what the candidate made of a request; it comes a moment after the answer."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for record in records(proxy.state / "audit", "shadow"):
            if record["request"] == reference:
                return record
        time.sleep(0.05)
    raise AssertionError("the candidate did not judge it")


def last_decision(proxy: Tightlip) -> Members:
    return proxy.decisions()[-1]


def ask(proxy: Tightlip, text: str) -> tuple[Any, Members, Members]:
    answer = curl(proxy, CHAT, values.chat(text))
    decided = last_decision(proxy)
    return answer, decided, seen(proxy, decided["request"])


def test_the_vendor_gets_what_the_policy_in_force_says(proxy: Tightlip, vendor: FakeVendor) -> None:
    key = values.aws_key()
    vendor.reset()
    _, decided, candidates = ask(proxy, f"deploy with {key}")
    assert b"AWS_ACCESS_KEY" in vendor.last.body
    assert key.encode() not in vendor.last.body
    assert (candidates["decision"], candidates["candidate_decision"]) == ("redact", "block")
    assert decided["decision"] == "redact"
    (finding,) = candidates["findings"]
    assert (finding["action"], finding["candidate_action"]) == ("redact", "block")
    assert candidates["policy_digest"] != decided["policy_digest"]
    assert key not in json.dumps(candidates)


def test_where_both_agree_the_record_says_so(proxy: Tightlip) -> None:
    _, _, candidates = ask(proxy, "what is the weather like?")
    assert (candidates["decision"], candidates["candidate_decision"]) == ("allow", "allow")
    assert candidates["findings"] == []


def test_what_the_candidate_would_do_is_counted_and_reported(proxy: Tightlip) -> None:
    ask(proxy, f"write to {values.email()}")
    assert proxy.metric("tightlip_shadow_requests_total", decision="log", candidate="allow") >= 1
    done = CliRunner().invoke(app, ["shadow", "report", "--state-dir", str(proxy.state), "--fail-on", "looser"])
    assert done.exit_code == 1
    assert "requests seen by candidate" in done.output
    assert "log by contact-data -> allow by mail" in done.output


def test_a_mended_candidate_takes_over_and_a_broken_one_does_not(proxy: Tightlip, candidate: Path) -> None:
    def reloaded(text: str) -> tuple[int, str]:
        candidate.write_text(text)
        done = CliRunner().invoke(app, ["reload", "--state-dir", str(proxy.state)])
        return done.exit_code, done.output

    key = values.aws_key()
    code, text = reloaded(CANDIDATE.replace("default: block", "default: log"))
    assert code == 0, text
    _, _, first = ask(proxy, f"deploy with {key}")
    assert (first["decision"], first["candidate_decision"]) == ("redact", "log")
    code, text = reloaded(CANDIDATE.replace("default: block", "default: bloc"))
    assert code == 1
    assert "candidate.yaml:8" in text
    _, _, second = ask(proxy, f"deploy with {key} again")
    assert second["candidate_decision"] == "log"
    assert second["policy_digest"] == first["policy_digest"]
