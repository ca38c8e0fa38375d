"""Unit tests of policies: what they may say, what they are run with, and what is told of those that are wrong."""

import json
from pathlib import Path

import pytest

from proxy.cli.policytest import test_policies as run_tests
from proxy.config import Config
from proxy.policy import Context, Policy, PolicyError
from proxy.policy.proving import Laboratory, Outcome, prove
from proxy.policy.trial import Submission, read_trials
from tests.compiled import share_rules
from tests.proxy.policy.making import WORDS, finding, load, write

POLICY = """\
default: log
requests:
- {id: cde, when: {code: {pci: [cde]}}, action: block}
findings:
- {id: bulk, when: {entity: [EMAIL_ADDRESS], count_at_least: 50}, action: block}
- {id: cards, when: {category: [pci]}, action: mask}
- {id: health, when: {category: [phi], agreement: {baa: [none]}}, action: block}
- {id: nights, when: {category: [secret], hours: 22:00-06:00, group: [payments]}, action: block}
limits:
- {id: cards-cut, when: {category: [pci]}, action: mask}
"""


def inspect(submission: Submission, policy: Policy, context: Context) -> Outcome:
    return Outcome("redact", submission.url, frozenset({"mask"}))


LABORATORY = Laboratory(WORDS, lambda text: [finding(entity="EMAIL_ADDRESS")] * len(text), inspect)


def told(folder: Path, tests: str, head: str = "") -> list[str]:
    """What is wrong with the tests of the policy above, one line for each."""
    trials = read_trials(Path(write(folder, f"policy: own\n{head}tests:\n{tests}", "test.yaml")))
    results = prove(trials, load(folder, POLICY), LABORATORY)
    assert [result.name for result in results] == [trial.name for trial in trials.file.tests]
    return [str(result).removeprefix(f"{folder}/") for result in results if not result.is_right]


@pytest.mark.parametrize(
    "test",
    [
        "finding: {category: pci}, expect: {decision: mask, clause: cards}",
        "finding: {rule: card}, expect: {clause: cards}",
        "finding: {entity: CREDIT_CARD}, waiver: log, expect: {decision: mask, clause: cards-cut}",
        "finding: {entity: EMAIL_ADDRESS}, expect: {decision: log, clause: default}",
        "finding: {entity: EMAIL_ADDRESS, times: 50}, expect: {decision: block, clause: bulk}",
        "findings: [{entity: EMAIL_ADDRESS, times: 25}, {rule: mail, times: 25}], expect: {clause: bulk}",
        "findings: [{rule: mail}, {rule: card}], expect: {decision: mask}",
        "finding: {entity: EMAIL_ADDRESS, category: phi}, expect: {decision: block, clause: health}",
        "finding: {category: phi}, context: {agreement: {baa: signed}}, expect: {decision: log}",
        "context: {code: {pci: [cde]}}, expect: {decision: block, clause: cde}",
        "finding: {rule: mail}, context: {code: {pci: cde}}, expect: {clause: cde}",
        "context: {}, expect: {decision: allow, clause: ''}",
        "finding: {rule: aws-key}, context: {now: 2026-11-21T23:00, group: payments}, expect: {clause: nights}",
        "finding: {rule: aws-key}, context: {group: payments}, expect: {decision: log}",
        "text: nothing, expect: {decision: log, clause: default}",
        "request: {url: 'https://api.openai.com/x'}, expect: {decision: redact, clause: 'https://api.openai.com/x'}",
        "request: {url: 'https://api.openai.com/x', body: {a: [1]}}, expect: {decision: mask}",
    ],
)
def test_a_test_that_is_right(tmp_path: Path, test: str) -> None:
    assert told(tmp_path, f"- {{name: it, {test}}}\n") == []


def test_what_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    tests = (
        "- {name: one, finding: {rule: card}, expect: {decision: block, clause: bulk}}\n"
        "- {name: two, finding: {rule: card}, expect: {decision: mask}}\n"
        "- {name: three, expect: {clause: cde}}\n"
        "- {name: four, finding: {rule: card}, expect: {clause: ''}}\n"
    )
    assert told(tmp_path, tests) == [
        "test.yaml:3: one: expected block by bulk, found mask by cards",
        "test.yaml:5: three: expected cde, found allow by no clause",
        "test.yaml:6: four: expected by no clause, found mask by cards",
    ]


def test_circumstances_of_the_file_are_those_of_each_test(tmp_path: Path) -> None:
    head = "context: {code: {pci: cde}, group: payments}\n"
    tests = "- {name: a, expect: {clause: cde}}\n- {name: b, context: {code: {}}, expect: {clause: ''}}\n"
    assert told(tmp_path, tests, head) == []


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("finding: {rule: crad}, expect: {clause: cards}", "finding: rule: expected one of aws-key"),
        ("finding: {entity: CREDIT_CRAD}, expect: {clause: cards}", "did you mean CREDIT_CARD?"),
        ("finding: {}, expect: {clause: cards}", "finding: expected a rule, an entity or a category"),
        ("finding: {rule: card, category: phi}, expect: {clause: cards}", "none gives this rule, entity and category"),
        ("finding: {rule: card}, expect: {clause: crads}", "did you mean cards?"),
        ("finding: {rule: card}, expect: {}", "expect: expected `decision`, `clause` or both"),
        ("finding: {rule: card}, text: a, expect: {clause: cards}", "found finding and text"),
        ("finding: {rule: card}, expect: {decision: blok}", "did you mean block?"),
        ("finding: {rule: card}, context: {vender: x}, expect: {clause: cards}", "did you mean vendor?"),
        ("finding: {rule: card, times: 0}, expect: {clause: cards}", "finding.times: expected"),
        ("request: {url: ftp://x}, expect: {clause: cards}", "request.url: expected"),
    ],
)
def test_a_test_that_is_none(tmp_path: Path, test: str, said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        told(tmp_path, f"- {{name: fine, expect: {{clause: cde}}}}\n- {{name: it, {test}}}\n")
    assert str(caught.value).startswith(f"{tmp_path / 'test.yaml'}:4: test it")
    assert said in str(caught.value)


@pytest.mark.slow
def test_texts_and_requests_are_read_for_real(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "version: 1\nid: own\ndescription: Mine.\nextends: balanced\n")
    mail = "jane.roe" + "@" + "contoso.com"
    turn = {"role": "user", "content": f"Is {mail} a patient? MRN 4471829"}
    tests = [
        {"name": "a text", "text": f"To {mail}.", "expect": {"decision": "log", "clause": "contact-data"}},
        {"name": "a clean one", "text": "Sort these.", "expect": {"decision": "allow", "clause": ""}},
        {
            "name": "a request",
            "request": {
                "url": "https://api.openai.com/v1/chat/completions",
                "body": {"model": "gpt-5", "messages": [turn]},
            },
            "expect": {"decision": "redact", "clause": "health-data"},
        },
        {"name": "a wrong one", "text": f"To {mail}.", "expect": {"decision": "block"}},
    ]
    file = Path(write(tmp_path, json.dumps({"policy": "./own.yaml", "tests": tests}), "test.yaml"))
    share_rules(tmp_path / "state")
    config = Config(state_dir=tmp_path / "state")
    assert run_tests(config, [file], as_json=True) == 1
    results = json.loads(capsys.readouterr().out)
    assert [result["right"] for result in results] == [True, True, True, False]
    assert mail not in str(results)
    assert run_tests(config, [tmp_path / "none"], as_json=False) == 1
