"""Pseudonyms on the bundled rules: what leaves in place of a value, in every place and every turn, and who is told."""

import json
import pickle
import re
from dataclasses import dataclass
from typing import Any

import pytest

from proxy.policy import Policy
from proxy.pseudonym.note import NOTE
from proxy.pseudonym.pseudonymiser import Known, Pseudonym
from proxy.pseudonym.vault import Vault
from proxy.task import Sealed
from proxy.told import Told
from proxy.verdict import Decision, Request, Verdict
from tests.proxy.inspecting import AWS_KEY, EMAIL, KEY, Desk, OnePool, chat, fresh, request, sent

GIVING = Policy(id="giving", description="", default="pseudonymise")
CARD = "5200 8282" + " 8282 8210"
SSN = "123-45" + "-6780"
PROMPT = f"Charge {CARD} of {EMAIL}, ssn {SSN}."
KNOWN = Known("ann\0openai", {})


def ask(body: Any, policy: Policy = GIVING, known: Known = KNOWN, api: str = "chat") -> tuple[Request, Verdict]:
    asked = request(body, api)
    return asked, fresh(policy).inspect(asked, known=known)


def texts(asked: Request, verdict: Verdict) -> list[str]:
    return [message["content"] for message in json.loads(sent(asked, verdict))["messages"]]


def test_each_value_leaves_as_another_of_its_shape() -> None:
    asked, verdict = ask(chat(PROMPT))
    assert verdict.decision is Decision.REDACT
    (text,) = texts(asked, verdict)
    shape = r"Charge 5555 55\d\d \d{4} \d{4} of person-[0-9a-f]{8}@example\.com, ssn 9\d\d-[0-4]\d-\d{4}\."
    assert re.fullmatch(shape, text)
    assert {one.value for one in verdict.pseudonyms} == {CARD, EMAIL, SSN}
    assert all(one.surrogate in text for one in verdict.pseudonyms)
    assert {finding.action for finding in verdict.findings} == {"pseudonymise"}


def test_a_turn_that_comes_back_leaves_as_it_left_before() -> None:
    first = ask(chat(PROMPT))
    values = {one.surrogate: one.value for one in first[1].pseudonyms}
    (before,) = texts(*first)
    resent = ask(chat(PROMPT, f"I see {CARD}.", "And again."), known=Known("ann\0openai", values))
    again = texts(*resent)
    assert again[0] == before
    assert again[1].removeprefix("I see ").removesuffix(".") in before


def test_a_stand_in_that_comes_back_is_left_alone() -> None:
    (text,) = texts(*ask(chat(PROMPT)))
    values = {one.surrogate: one.value for one in ask(chat(PROMPT))[1].pseudonyms}
    asked, verdict = ask(chat(PROMPT, text, "Go on."), known=Known("ann\0openai", values))
    assert texts(asked, verdict)[:2] == [text, text]


@pytest.mark.parametrize(
    "part",
    [
        {"functionCall": {"name": "send", "args": {"to": EMAIL}}, "thoughtSignature": "RXFv"},
        {"text": f"Dear {EMAIL}", "thoughtSignature": "RXFv"},
    ],
)
def test_a_signed_part_that_was_restored_leaves_as_the_vendor_wrote_it(part: dict[str, Any]) -> None:
    turns = [{"role": "user", "parts": [{"text": f"Write to {EMAIL}."}]}, {"role": "model", "parts": [part]}]
    _, first = ask({"contents": turns[:1]}, api="gemini")
    values = {one.surrogate: one.value for one in first.pseudonyms}
    (stand_in,) = values
    asked, verdict = ask({"contents": turns}, known=Known("ann\0openai", values), api="gemini")
    assert json.loads(sent(asked, verdict))["contents"][1]["parts"] == [
        json.loads(json.dumps(part).replace(EMAIL, stand_in))
    ]
    assert ask({"contents": turns}, api="gemini")[1].decision is Decision.BLOCK  # no pseudonym was ever given for it


def test_a_number_stays_a_number_and_json_in_strings_stays_json() -> None:
    card = int(CARD.replace(" ", ""))
    inner = json.dumps({"card": card, "of": EMAIL})
    call = {"id": "c", "type": "function", "function": {"name": "pay", "arguments": inner}}
    body = {"model": "m", "card": card, "messages": [{"role": "assistant", "tool_calls": [call]}]}
    left = json.loads(sent(*ask(body)))
    arguments = json.loads(left["messages"][0]["tool_calls"][0]["function"]["arguments"])
    assert isinstance(arguments["card"], int)
    assert arguments["card"] == left["card"] != card
    assert str(card)[:2] != "40"
    assert EMAIL not in json.dumps(left)


def test_secrets_get_one_too_but_it_does_not_come_back() -> None:
    _, verdict = ask(chat(f"key {AWS_KEY} of {EMAIL}"))
    assert {one.value: one.restored for one in verdict.pseudonyms} == {AWS_KEY: False, EMAIL: True}
    all_of_them = GIVING.model_copy(update={"restore": ("secret",)})
    _, verdict = ask(chat(f"key {AWS_KEY} of {EMAIL}"), all_of_them)
    assert {one.value: one.restored for one in verdict.pseudonyms} == {AWS_KEY: True, EMAIL: False}


def test_where_replies_cant_be_restored_values_are_cut_out() -> None:
    asked, verdict = ask({"text": PROMPT}, api="unknown")
    assert verdict.decision is Decision.REDACT
    assert verdict.pseudonyms == ()
    assert re.search(r"\[EMAIL_ADDRESS:[0-9a-f]{6}\]", sent(asked, verdict).decode())


def test_a_header_is_cut() -> None:
    asked = request(chat("hello"), headers=[("x-note", f"from {SSN}")])
    verdict = fresh(GIVING).inspect(asked, known=KNOWN)
    assert verdict.headers is not None
    assert any(b"[US_SSN:" in value for _, value in verdict.headers)


def test_nothing_that_is_printed_or_recorded_tells_a_value() -> None:
    _, verdict = ask(chat(PROMPT))
    for told in (
        repr(verdict),
        repr(verdict.pseudonyms),
        repr(verdict.findings),
        pickle.dumps(verdict.findings).decode("latin-1"),
    ):
        assert not any(value in told for value in (CARD, EMAIL, SSN))


@dataclass
class TwoAtOnce(OnePool):
    """A pool in whose first answer another request has just taken the pseudonym."""

    vault: Vault
    asked: int = 0

    async def inspect(self, asked: Request, charter: Sealed, told: Told, known: Known) -> Verdict:
        self.asked += 1
        verdict = await super().inspect(asked, charter, told, known)
        if self.asked == 1:
            taken = verdict.pseudonyms[0]
            self.vault.remember("ann", "openai", [Pseudonym(taken.surrogate, "another's", True)])
        return verdict


async def test_a_stand_in_taken_in_the_same_moment_is_not_used() -> None:
    vault = Vault(None, KEY)
    pool = TwoAtOnce(fresh(GIVING), vault)
    inquiry = Desk(pool, vault)
    asked = request(chat(PROMPT))
    verdict = await inquiry.decide(asked, "ann")
    assert pool.asked == 2
    assert verdict.decision is Decision.REDACT
    restored = {one.surrogate: one.value for one in vault.pairs("ann", "openai")}
    text = sent(asked, verdict).decode()
    assert {value for surrogate, value in restored.items() if surrogate in text} == {CARD, EMAIL, SSN}
    assert inquiry.edition.lexicon("api.openai.com", "ann") is not None
    assert inquiry.edition.lexicon("api.openai.com", "bob") is None
    assert inquiry.edition.lexicon("api.anthropic.com", "ann") is None


async def test_what_a_user_was_given_is_the_same_in_the_next_request() -> None:
    inquiry = Desk(OnePool(fresh(GIVING)), Vault(None, KEY))
    bodies = []
    for turns in ((PROMPT,), (PROMPT, "Yes.", f"Who is {EMAIL}?"), (PROMPT, "Yes.", f"Who is {EMAIL}?", "He.", "ok")):
        asked = request(chat(*turns))
        bodies.append(texts(asked, await inquiry.decide(asked, "ann")))
    assert bodies[2][:3] == bodies[1]
    assert bodies[1][:1] == bodies[0]


# told to the model, if policy says so


@pytest.mark.parametrize("api", ["chat", "responses", "messages", "gemini"])
def test_the_model_is_told_only_if_policy_says_so(api: str) -> None:
    telling = GIVING.model_copy(update={"explain_pseudonyms": True})
    bodies = {
        "chat": {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}]},
        "responses": {"input": "hello", "instructions": "Be brief."},
        "messages": {"system": [{"type": "text", "text": "Be brief."}], "messages": []},
        "gemini": {"systemInstruction": {"parts": [{"text": "Be brief."}]}, "contents": []},
    }
    silent = ask(bodies[api], api=api)
    assert silent[1].decision is Decision.ALLOW
    asked, verdict = ask(bodies[api], telling, api=api)
    left = sent(asked, verdict)
    assert left.replace(json.dumps(NOTE)[1:-1].encode(), b"") == asked.body
    assert left.count(b"stand in for real ones") == 1
    again = Request(
        **{name: getattr(asked, name) for name in ("method", "scheme", "host", "port", "target", "headers")}, body=left
    )
    assert sent(again, fresh(telling).inspect(again)) == left


def test_where_there_are_no_instructions_there_is_no_note() -> None:
    asked, verdict = ask(chat("hello"), GIVING.model_copy(update={"explain_pseudonyms": True}))
    assert sent(asked, verdict) == asked.body


# what the vendor has had in clear


@pytest.mark.parametrize("on_sent", ["redact", "log", "block"])
async def test_what_was_sent_in_clear_goes_as_policy_says(on_sent: str) -> None:
    before = Policy(id="before", description="", default="log", on_sent=on_sent)  # type: ignore[arg-type]
    pool = OnePool(fresh(before))
    inquiry = Desk(pool, Vault(None, KEY))
    assert (await inquiry.decide(request(chat(PROMPT)), "ann")).decision is Decision.LOG
    pool.judge = fresh(before.model_copy(update={"default": "redact"}))
    asked = request(chat(PROMPT, "Yes.", f"And {AWS_KEY}?"))
    verdict = await inquiry.decide(asked, "ann")
    if on_sent == "block":
        assert verdict.decision is Decision.BLOCK
        return
    first, _, newest = texts(asked, verdict)
    assert (first == PROMPT) is (on_sent == "log")
    assert AWS_KEY not in newest
    other = request(chat(f"Now {EMAIL} and {SSN}.", "Yes.", "Go on"))
    assert EMAIL not in sent(other, await inquiry.decide(other, "ann")).decode()
    edited = request(chat(PROMPT + " Please.", "Yes.", "Go on"))
    assert SSN not in sent(edited, await inquiry.decide(edited, "ann")).decode()


async def test_what_was_cut_out_once_stays_out() -> None:
    cutting = Policy(id="cutting", description="", on_sent="log")
    inquiry = Desk(OnePool(fresh(cutting)), Vault(None, KEY))
    bodies = []
    for turns in ((PROMPT,), (PROMPT, "Yes.", "Go on"), (PROMPT, "Yes.", "Go on", "Well.", "And on")):
        asked = request(chat(*turns))
        bodies.append(texts(asked, await inquiry.decide(asked, "ann"))[0])
    assert len(set(bodies)) == 1
    assert SSN not in bodies[0]
