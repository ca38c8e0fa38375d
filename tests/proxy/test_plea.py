"""Justifications in conversations as clients really go on: what passes once, what never, and what the vendor sees."""

import asyncio
import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.aside import GO_ON
from proxy.justification import Justification
from proxy.policy import Policy
from proxy.reason import Reason
from proxy.verdict import Decision, Request, Verdict
from tests.proxy.inspecting import AWS_KEY, EMAIL, OTHER_AWS_KEY, Desk, OnePool, fresh, request, sent

WHY = "it is a number from the bank's own handbook"
PAN, OTHER_PAN = "4539 1488 0343 6467", "5425 2334 3010 9903"
FINDINGS = [
    {"id": "keys", "when": {"category": ["secret"]}, "action": "block"},
    {"id": "cards", "when": {"category": ["pci"]}, "action": "justify", "message": "Cards stay here."},
]
POLICY = Policy.model_validate({"id": "own", "description": "", "findings": FINDINGS, "default": "log"})
CODE_POLICY = Policy.model_validate(
    {
        "id": "own",
        "description": "",
        "requests": [{"id": "no-ai", "description": "No AI for this.", "action": "justify"}],
        "default": "log",
    }
)


NUMBERS = itertools.count()


@dataclass
class Talk:
    """One conversation of a client that keeps what was blocked, as all do."""

    desk: Desk
    user: str = "ann"
    turns: list[tuple[str, str]] = field(default_factory=list)
    api: str = "chat"

    async def ask(self, text: str, role: str = "user") -> Verdict:
        self.turns.append((role, text))
        return await self.again()

    async def again(self, *, reference: str = "") -> Verdict:
        asked = replace(self.request(), reference=reference or f"tl-{next(NUMBERS)}")
        verdict = await self.desk.decide(asked, self.user)
        self.left = json.loads(sent(asked, verdict)) if verdict.decision is not Decision.BLOCK else None
        return verdict

    def request(self) -> Request:
        messages = [{"role": role, "content": text} for role, text in self.turns]
        return request({"model": "gpt-5", "messages": messages}, self.api)

    def reply(self, text: str = "fine") -> None:
        self.turns.append(("assistant", text))

    def seen(self, index: int) -> str:
        assert self.left is not None
        return str(self.left["messages"][index]["content"])


def desk(policy: Policy = POLICY) -> Desk:
    return Desk(OnePool(fresh(policy)))


def code_of(verdict: Verdict) -> str:
    assert verdict.reply is not None
    found = re.search(rb"tightlip: allow ([A-Z0-9]{4}) because", verdict.reply.body)
    return found[1].decode() if found else ""


def line(code: str, why: str = WHY) -> str:
    return f"tightlip: allow {code} because {why}"


async def test_what_was_blocked_passes_once_with_its_code_and_a_reason() -> None:
    talk = Talk(desk())
    blocked = await talk.ask(f"charge {PAN}")
    assert blocked.decision is Decision.BLOCK
    assert b"Cards stay here." in (blocked.reply.body if blocked.reply else b"")
    code = code_of(blocked)
    passed = await talk.ask(line(code))
    assert passed.decision is Decision.LOG
    assert (talk.seen(0), talk.seen(1)) == (f"charge {PAN}", GO_ON)
    assert passed.justification is not None
    assert passed.justification.recorded() == {"code": code, "reason": WHY, "clause": "cards"}
    assert [(item.action, item.waiver) for item in passed.findings] == [("log", "justification")]


async def test_it_may_be_sent_along_with_the_prompt() -> None:
    talk = Talk(desk())
    code = code_of(await talk.ask(f"charge {PAN}"))
    talk.turns.clear()
    assert (await talk.ask(f"charge {PAN}\n{line(code)}")).decision is Decision.LOG
    assert talk.seen(0) == f"charge {PAN}"


async def test_what_passed_stays_let_through_as_history_and_a_new_one_blocks() -> None:
    talk = Talk(desk())
    code = code_of(await talk.ask(f"charge {PAN}"))
    await talk.ask(line(code))
    talk.reply()
    later = await talk.ask("go on")
    assert (later.decision, later.justification) == (Decision.LOG, None)
    assert (talk.seen(0), talk.seen(1)) == (f"charge {PAN}", GO_ON)
    talk.reply()
    again = await talk.ask(f"charge {PAN} again")
    assert again.decision is Decision.BLOCK
    assert code_of(again) not in ("", code)
    used = await talk.ask(line(code))
    assert (used.decision, used.reason) == (Decision.BLOCK, Reason.JUSTIFICATION_UNKNOWN)


async def test_without_a_justification_history_is_redacted_as_ever() -> None:
    talk = Talk(desk())
    await talk.ask(f"charge {PAN}")
    assert (await talk.ask("never mind")).decision is Decision.REDACT
    assert PAN not in talk.seen(0)


async def test_what_else_a_request_holds_is_not_let_through() -> None:
    talk = Talk(desk())
    code = code_of(await talk.ask(f"charge {PAN}"))
    other = await talk.ask(f"and {OTHER_PAN}\n{line(code)}")
    assert other.decision is Decision.BLOCK
    both = code_of(other)
    assert both not in ("", code)
    talk.turns[-1] = ("user", f"and {OTHER_PAN}\n{line(both)}")
    assert (await talk.again(reference="tl-x")).decision is Decision.LOG


async def test_a_clause_that_blocks_gives_no_code_and_takes_none() -> None:
    talk = Talk(desk())
    assert code_of(await talk.ask(f"charge {PAN} with {AWS_KEY}")) == ""
    talk = Talk(desk())
    code = code_of(await talk.ask(f"charge {PAN}"))
    assert (await talk.ask(f"{line(code)}\nwith {AWS_KEY}")).decision is Decision.BLOCK


async def test_a_limit_is_not_lowered() -> None:
    strict = {"id": "cards-never", "when": {"category": ["pci"]}, "action": "block"}
    cut = strict | {"action": "redact"}
    for limit, decision in ((strict, Decision.BLOCK), (cut, Decision.REDACT)):
        policy = Policy.model_validate(
            {"id": "own", "description": "", "findings": FINDINGS, "limits": [limit], "default": "log"}
        )
        talk = Talk(desk(policy))
        code = code_of(await talk.ask(f"charge {PAN}"))
        assert bool(code) is (decision is Decision.REDACT)
        if code:
            assert (await talk.ask(line(code))).decision is decision
            assert PAN not in talk.seen(0)


WRONG = [
    (lambda code: line("2222"), Reason.JUSTIFICATION_UNKNOWN),
    (lambda code: line(code, "too short"), Reason.JUSTIFICATION_REASON),
    (lambda code: f"tightlip: allow {code}", Reason.JUSTIFICATION_REASON),
    (lambda code: line(code, "x" * 301), Reason.JUSTIFICATION_REASON),
    (lambda code: line(code, "a terminal \x1b[2J is cleared"), Reason.JUSTIFICATION_REASON),
    (lambda code: line(code, f"the owner {EMAIL} says so"), Reason.JUSTIFICATION_FINDING),
    (lambda code: line(code, f"the number {PAN} is public"), Reason.JUSTIFICATION_FINDING),
]


@pytest.mark.parametrize(("told", "reason"), WRONG, ids=[str(n) for n in range(len(WRONG))])
async def test_a_line_that_counts_for_nothing_says_why(told: Any, reason: Reason) -> None:
    talk = Talk(desk())
    code = code_of(await talk.ask(f"charge {PAN}"))
    verdict = await talk.ask(told(code))
    assert (verdict.decision, verdict.reason) == (Decision.BLOCK, reason)
    assert (await talk.ask("never mind")).decision is Decision.REDACT
    assert "tightlip" not in json.dumps(talk.left)
    right = await talk.ask(line(code))
    assert right.decision is Decision.REDACT or right.justification is not None


async def test_a_code_is_its_users_and_its_conversations() -> None:
    shared = desk()
    code = code_of(await Talk(shared).ask(f"charge {PAN}"))
    for talk in (Talk(shared, "bob"), Talk(shared)):
        opening = f"charge {PAN}" if talk.user == "bob" else f"another talk, {PAN}"
        await talk.ask(opening)
        assert (await talk.ask(line(code))).reason == Reason.JUSTIFICATION_UNKNOWN


async def test_requests_that_go_along_with_a_prompt_are_one_use() -> None:
    talk = Talk(desk())
    code = code_of(await talk.ask(f"charge {PAN}"))
    talk.turns.append(("user", line(code)))
    verdicts = await asyncio.gather(*(talk.again(reference=f"tl-{n}") for n in range(3)))
    assert {verdict.decision for verdict in verdicts} == {Decision.LOG}
    talk.turns[-1] = ("user", line(code, "this is another reason altogether"))
    assert (await talk.again()).reason == Reason.JUSTIFICATION_UNKNOWN


async def test_a_signed_request_takes_no_justification() -> None:
    signature = [("authorization", "AWS4-HMAC-SHA256 Credential=a/20261121/us-east-1/bedrock/aws4_request")]
    body = {"anthropic_version": "x", "messages": [{"role": "user", "content": f"charge {PAN}"}]}
    here = desk()
    blocked = await here.decide(request(body, "bedrock", signature), "ann")
    assert (blocked.decision, code_of(blocked)) == (Decision.BLOCK, "")
    body["messages"][0]["content"] += "\n" + line("K7QF")  # type: ignore[index]
    assert (await here.decide(request(body, "bedrock", signature), "ann")).reason == Reason.JUSTIFICATION_FIXED


async def test_a_clause_about_the_request_is_lifted_for_a_turn() -> None:
    talk = Talk(desk(CODE_POLICY))
    blocked = await talk.ask("explain the ledger")
    assert (blocked.decision, blocked.reason, blocked.clause) == (Decision.BLOCK, Reason.POLICY, "no-ai")
    assert b"No AI for this." in (blocked.reply.body if blocked.reply else b"")
    passed = await talk.ask(line(code_of(blocked)))
    assert passed.decision is Decision.LOG
    assert passed.justification is not None
    assert passed.justification.clause == "no-ai"
    talk.reply("let me look")
    assert (await talk.ask("what the file says", role="tool")).decision is Decision.LOG
    talk.reply("here it is")
    later = await talk.ask("and now?")
    assert later.decision is Decision.BLOCK
    assert code_of(later) != ""


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_nothing_passes_but_what_the_code_was_given_for(data: st.DataObject) -> None:
    """Whatever is sent with a code: no value leaves that the block was not about."""
    values = {"first": PAN, "second": OTHER_PAN, "key": AWS_KEY, "other": OTHER_AWS_KEY}
    turns: Sequence[list[str]] = data.draw(st.lists(st.lists(st.sampled_from(sorted(values)), max_size=3), max_size=3))

    async def run() -> None:
        talk = Talk(desk())
        code = code_of(await talk.ask(f"charge {PAN}"))
        for index, names in enumerate(turns):
            said = " and ".join(values[name] for name in names)
            verdict = await talk.ask(f"look: {said}\n{line(code)}")
            left = json.dumps(talk.left)
            assert not any(values[name] in left for name in values if name != "first")
            if verdict.decision is not Decision.BLOCK and index % 2:
                talk.reply()

    asyncio.run(run())


GONE_ON = [{"role": "assistant", "content": "well"}, {"role": "user", "content": "go on"}]


@given(st.text("ab \n", max_size=20), st.text("ab \n", max_size=20))
@settings(max_examples=30, deadline=None)
def test_what_leaves_is_the_request_without_the_line(before: str, after: str) -> None:
    judge = fresh(POLICY)
    said, plain = (
        request({"messages": [{"role": "user", "content": text}, *GONE_ON]})
        for text in (f"x{before}\n{line('K7QF')}\n{after}", f"x{before}\n{after}")
    )
    assert sent(said, judge.inspect(said)) == plain.body


def test_no_reason_stands_in_a_repr() -> None:
    assert WHY not in repr(Justification("K7QF", WHY, "cards", "0"))


NO_ROOM = b"has no room for one"


ROOMLESS = [
    request({"text": f"charge {PAN}"}, "unknown"),
    request(f"charge {PAN}".encode(), "unknown", content_type="text/plain"),
    request({"input": f"charge {PAN}"}, "responses"),
]


@pytest.mark.parametrize("asked", ROOMLESS, ids=["no conversation", "no JSON", "no name"])
async def test_where_no_reason_can_be_given_the_message_says_so(asked: Request) -> None:
    blocked = await desk().decide(asked, "ann")
    assert blocked.reply is not None
    assert code_of(blocked) == ""
    assert NO_ROOM in blocked.reply.body


async def test_a_block_in_the_assistants_place_gives_a_code_that_the_model_never_sees() -> None:
    policy = Policy.model_validate({**_written(), "block_style": "reply"})
    talk = Talk(desk(policy))
    blocked = await talk.ask(f"charge {PAN}")
    assert blocked.reply is not None
    said = json.loads(blocked.reply.body)["choices"][0]["message"]["content"]
    code = code_of(blocked)
    talk.reply(said)
    assert (await talk.ask(line(code))).decision is Decision.LOG
    assert talk.seen(0) == f"charge {PAN}"
    assert talk.seen(1) == said.replace(code, "****")
    assert code not in json.dumps(talk.left)


def _written() -> dict[str, Any]:
    return {"id": "own", "description": "", "findings": FINDINGS, "default": "log"}
