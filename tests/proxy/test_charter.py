"""The circumstances of a request: who sends it, which code it shows, and what of that goes on record."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from proxy.auditrecord import REPOSITORIES, Decision, encode
from proxy.charter import Charter
from proxy.classification import load_classification
from proxy.policy import load_policy
from proxy.profile import Profile
from proxy.setting import policy_folder
from proxy.verdict import Decision as Decided
from proxy.verdict import Request, Verdict
from tests.proxy.inspecting import AWS_KEY, Judge, catalogue, chat, fresh, request

CLASSES = """\
version: 1
headers: {x-repository: repository}
code:
- repository: [github.com/acme/ledger-*]
  classes: {pci: cde}
- folder: ["/srv/**"]
  classes: {pci: connected}
"""
POLICY = """\
version: 1
id: own
description: CDE code goes to no AI.
extends: monitor
requests:
- id: cde-code
  description: Code of the cardholder data environment goes to no AI.
  when: {code: {pci: [cde]}}
  action: block
"""


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    folder = tmp_path_factory.mktemp("charter")
    (folder / "classification.yaml").write_text(CLASSES)
    (folder / "own.yaml").write_text(POLICY)
    policy = load_policy(str(folder / "own.yaml"), policy_folder())
    charter = Charter(policy, catalogue(), classification=load_classification(folder / "classification.yaml"))
    return replace(fresh("monitor"), charter=charter)


ORIGIN = "origin\tgit@github.com:Acme/Ledger-Core.git (fetch)"


def test_code_of_a_class_is_stopped_by_one_clause(judge: Judge) -> None:
    verdict = judge.inspect(request(chat("Working directory: /srv/x\n", "ok", f"Here:\n{ORIGIN}\n")))
    assert (verdict.decision, verdict.clause) == (Decided.BLOCK, "cde-code")
    assert verdict.context.recorded()["classes"]["pci"] == ["cde", "connected"]
    assert verdict.context.recorded()["repositories"] == ["github.com/acme/ledger-core"]
    assert "/srv" not in json.dumps(verdict.context.recorded())


def test_other_code_and_prose_about_it_pass(judge: Judge) -> None:
    prose = "Is git@github.com:acme/ledger-core.git in scope?"
    verdict = judge.inspect(request(chat("Working directory: /srv/web\n", "ok", prose)))
    assert verdict.decision is not Decided.BLOCK
    assert verdict.context.code.classes_of("pci") == {"connected"}
    assert judge.inspect(request(chat("Hello."))).context.code.classes_of("pci") == {"unknown"}


def test_a_resent_turn_is_evidence_still(judge: Judge) -> None:
    talk = [f"{ORIGIN}\n" + "word " * 100, "ok " * 100, "go on " * 100, "ok " * 100, "more " * 100]
    for length in (1, 3, 5, 5):
        assert judge.inspect(request(chat(*talk[:length]))).clause == "cde-code"
    assert judge.inspect(request(chat("word " * 100, *talk[1:]))).clause != "cde-code"


def test_what_was_read_without_a_classification_is_read_again_with_one(judge: Judge) -> None:
    asked = request(chat(f"{ORIGIN}\n" + "word " * 100, "ok " * 100))
    without = replace(judge, charter=fresh("monitor").charter)
    assert without.inspect(asked).context.code.repositories == frozenset()
    assert judge.inspect(asked).clause == "cde-code"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", f"{ORIGIN}\n"),
        ("application/x-www-form-urlencoded", "cwd=%2Fsrv%2Fx&cmd=git+clone+git@github.com:acme/ledger-x.git"),
        ("application/x-ndjson", json.dumps({"cmd": "git clone git@github.com:acme/ledger-x.git"}) + "\n{}\n"),
    ],
)
def test_other_kinds_of_body_show_code_too(judge: Judge, content_type: str, body: str) -> None:
    assert judge.inspect(request(body.encode(), "unknown", content_type=content_type)).clause == "cde-code"


def test_headers_set_by_the_operators_tools_count(judge: Judge) -> None:
    asked = replace(request(chat("Hello.")), hints=((b"X-Repository", b"github.com/acme/web"),))
    assert judge.inspect(asked).clause != "cde-code"
    asked = replace(asked, hints=((b"X-Repository", b"git@github.com:acme/ledger-y.git"),))
    assert judge.inspect(asked).clause == "cde-code"


def test_a_repository_whose_name_holds_a_value_is_on_no_record(judge: Judge) -> None:
    text = f"origin\tgit@github.com:acme/{AWS_KEY}.git (fetch)\nup\tgit@github.com:acme/web.git (fetch)\n"
    verdict = judge.inspect(request(chat(text)))
    assert verdict.findings
    assert verdict.context.recorded()["repositories"] == ["github.com/acme/web"]


def test_records_mask_what_is_no_name_and_end_somewhere() -> None:
    names = sorted(f"github.com/acme/r{number:04}" for number in range(REPOSITORIES + 5))
    record = _record({"repositories": ["github.com/acme/4111-1111-1111-1111", *names]})
    told = json.loads("{" + encode(record) + "}")["context"]["repositories"]
    assert told[0] == "github.com/acme/*"
    assert told[1:] == names[: REPOSITORIES - 1]


def _record(context: dict[str, Any]) -> Decision:
    about = {"request": "r", "time": 0.0, "decision": "allow", "reason": "", "vendor": "v", "format": "f"}
    digests = dict.fromkeys(("policy", "policy_digest", "rules_digest", "config_digest"), "x")
    sent = {"method": "POST", "host": "h", "path": "/", "request_bytes": 0, "request_sha256": "", "scan_seconds": 0.0}
    return Decision(**about, **digests, **sent, context=context)  # type: ignore[arg-type]


def test_who_asks_is_told_with_what_still_counts() -> None:
    training = (("old", date(2020, 1, 1)), ("hipaa", date(2999, 1, 1)))
    profile = Profile(frozenset({"payments"}), frozenset({"lead"}), training, "10.1.2.3")
    asked: Request = replace(request(chat("Hello."), headers=[("user-agent", "claude-cli/2.1.0")]), profile=profile)
    verdict: Verdict = fresh("monitor").inspect(asked)
    who = verdict.context.who
    assert (who.user, who.groups, who.roles) == ("ann", {"payments"}, {"lead"})
    assert (who.training, who.address, who.client, who.client_version) == (
        {"hipaa"},
        "10.1.2.3",
        "claude-code",
        "2.1.0",
    )
