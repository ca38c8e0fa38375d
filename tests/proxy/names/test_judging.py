"""Names on their way through the core: policy decides about them, and about what there was no time for."""

import json
from functools import partial
from typing import Any

import pytest

from detectors import Category, Engine, bundled_rules, load_rules
from detectors.names.named import Allowance, Named
from proxy.body import Limits
from proxy.pipeline import Inspector
from proxy.policy import Action
from proxy.setting import policy_folder, vendor_folders
from proxy.task import Settings
from proxy.verdict import Decision, Verdict
from tests.compiled import rules_folder
from tests.detectors.names.known import SlowFinder
from tests.proxy.inspecting import KEY, Judge, charter_of, chat, request, sent

FINDER = SlowFinder()
CLINICAL = "The patient {} was admitted to hospital with diabetes mellitus."


@pytest.fixture(scope="module")
def engine() -> Engine:
    folder = rules_folder()
    return Engine(load_rules((bundled_rules(),), cache_dir=folder), KEY, cache_dir=folder, names=FINDER)


@pytest.fixture
def judge(engine: Engine) -> Any:
    """An inspector that has seen nothing yet, with so much time for names."""

    return partial(judge_of, engine)


def judge_of(engine: Engine, policy: str, seconds: float = 60) -> Judge:
    charter = charter_of(policy)
    settings = Settings((), policy, policy_folder(), vendor_folders(), {}, Limits(), KEY, names_seconds=seconds)
    return Judge(Inspector(settings, engine), charter)


def found(verdict: Verdict) -> list[tuple[str, str, str]]:
    return [(one.rule, one.category, one.action) for one in verdict.findings]


def test_a_name_in_a_chat_is_on_record_and_passes(judge: Any) -> None:
    asked = request(chat("Please ask Ada Lovelace of Contoso in London"))
    verdict = judge("balanced").inspect(asked)
    assert (verdict.decision, sent(asked, verdict)) == (Decision.LOG, asked.body)
    log = Action.LOG.label
    rules = ("name-person", "name-organization", "name-location")
    assert found(verdict) == [(rule, Category.PII, log) for rule in rules]
    assert verdict.stats.names_seconds > 0
    assert not verdict.stats.names_unread


def test_near_a_diagnosis_it_is_cut_out(judge: Any) -> None:
    asked = request(chat(CLINICAL.format("Ada Lovelace") + " Contoso pays for Tim Tape."))
    verdict = judge("hipaa").inspect(asked)
    assert verdict.decision is Decision.REDACT
    assert b"Ada Lovelace" not in sent(asked, verdict)
    assert b"Contoso pays for Tim Tape." in sent(asked, verdict)


def test_strict_cuts_out_what_only_a_finder_sees_and_stops_what_a_label_or_medicine_says(judge: Any) -> None:
    asked = request(chat("Please ask Ada Lovelace of Contoso in London"))
    verdict = judge("strict").inspect(asked)
    assert verdict.decision is Decision.REDACT
    assert b"Lovelace" not in sent(asked, verdict)
    assert b"of Contoso in London" in sent(asked, verdict)
    assert found(verdict)[0] == ("name-person", Category.PII, Action.REDACT.label)
    for text in ('{"full_name": "Ada Lovelace"}', CLINICAL.format("Ada Lovelace")):
        assert judge("strict").inspect(request(chat(text))).decision is Decision.BLOCK, text


@pytest.mark.parametrize(
    ("policy", "decision"),
    [
        ("monitor", Decision.LOG),
        ("balanced", Decision.LOG),
        ("gdpr", Decision.LOG),
        ("pseudonyms", Decision.LOG),
        ("hipaa", Decision.BLOCK),
        ("strict", Decision.BLOCK),
    ],
)
def test_what_there_was_no_time_for_is_never_clean(judge: Any, policy: str, decision: Decision) -> None:
    verdict = judge(policy, 0).inspect(request(chat("Please ask Ada Lovelace")))
    assert (verdict.decision, verdict.reason) == (decision, "names_budget")
    assert verdict.stats.names_unread
    if decision is Decision.BLOCK:
        assert verdict.reply is not None
        assert verdict.reply.status == 503


def test_clients_that_try_again_get_through(judge: Any) -> None:
    """A worker remembers what it read, so there is a try for which the time is enough."""
    one = judge("hipaa", 0)
    asked = request(chat("Please ask Ada Lovelace"))
    assert one.inspect(asked).decision is Decision.BLOCK
    one.inspector._names_seconds = 60
    assert one.inspect(asked).decision is Decision.LOG


def test_a_request_without_new_text_takes_no_time(judge: Any) -> None:
    one = judge("balanced")
    asked = request(chat("Please ask Ada Lovelace"))
    one.inspect(asked)
    FINDER.shown.clear()
    stats = one.inspect(asked).stats
    assert FINDER.shown == []
    assert not stats.names_unread


class Suggestible(SlowFinder):
    """Beside a placeholder it takes another word for a name than beside a name, as models do."""

    def find(self, text: str, allowance: Allowance) -> list[Named]:
        found = super().find(text, allowance)
        at = text.find("mellitus")
        return found if allowance.is_spent() or "[PERSON:" not in text else [Named(at, at + 8, "PERSON")]


def test_what_was_cut_is_not_looked_through_for_names_again() -> None:
    folder = rules_folder()
    rules = load_rules((bundled_rules(),), cache_dir=folder)
    judge = judge_of(Engine(rules, KEY, cache_dir=folder, names=Suggestible()), "hipaa")
    asked = request(chat(CLINICAL.format("Ada Lovelace")))
    verdict = judge.inspect(asked)
    assert (verdict.decision, verdict.reason) == (Decision.REDACT, None)
    assert b"mellitus" in sent(asked, verdict)


def test_a_request_with_values_to_cut_and_no_time_is_cut_all_the_same(judge: Any) -> None:
    asked = request(chat("Please ask Ada Lovelace, her SSN is 536-90-4399."))
    verdict = judge("balanced", 0).inspect(asked)
    assert (verdict.decision, verdict.reason) == (Decision.REDACT, "names_budget")
    assert b"536-90-4399" not in sent(asked, verdict)


def test_a_person_gets_a_stand_in_everywhere_and_a_published_author_none(judge: Any) -> None:
    asked = request(chat("Please ask Ada Lovelace about it", "Yes", "Tim Tape wrote it; tell Ada Lovelace, not London"))
    verdict = judge("pseudonyms").inspect(asked)
    texts = [turn["content"] for turn in json.loads(sent(asked, verdict))["messages"]]
    stand_in = texts[0].removeprefix("Please ask ").removesuffix(" about it")
    assert stand_in not in ("", "Ada Lovelace")
    assert texts[2] == f"Tim Tape wrote it; tell {stand_in}, not London"
    assert len(verdict.pseudonyms) == 3  # the whole name, and either word of it
