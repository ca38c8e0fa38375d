"""From a request to a verdict whatever happens, and the way on after a block as clients really go on."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from proxy.credential import CredentialError
from proxy.inquiry import Inquiry
from proxy.pool import PoolError
from proxy.pseudonym.pseudonymiser import Known
from proxy.reason import Reason, status_of
from proxy.signing import Credentials, resign
from proxy.task import Sealed
from proxy.told import NOTHING_TOLD, Told
from proxy.verdict import Decision, Request, Verdict
from tests.proxy.inspecting import AWS_KEY, OTHER_AWS_KEY, Desk, OnePool, fresh, request, sent


@dataclass
class FaultyPool(OnePool):
    """One that may fail, or wait."""

    fault: BaseException | None = None
    asked: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answering = asyncio.Event()
        self.answering.set()

    async def inspect(self, asked: Request, charter: Sealed, told: Told, known: Known) -> Verdict:
        self.asked.append(told)
        await self.answering.wait()
        if self.fault is not None:
            raise self.fault
        return await super().inspect(asked, charter, told, known)


def make(fault: BaseException | None = None, limit_bytes: int = 1 << 20) -> tuple[Desk, FaultyPool]:
    pool = FaultyPool(fresh("strict"), fault)
    return Desk(pool, inquiry=Inquiry(in_flight_limit_bytes=limit_bytes)), pool


async def decide(inquiry: Desk, body: Any, api: str = "chat", user: str = "ann") -> tuple[str, str]:
    """The decision and the body that leaves, "" when none does."""
    asked = request(body, api)
    verdict = await inquiry.decide(asked, user)
    return verdict.decision.value, "" if verdict.decision is Decision.BLOCK else sent(asked, verdict).decode()


BLOCKED = f"deploy with {AWS_KEY} please"

# requests that their client signed

SECRET = "tests-only-" * 4
KEY = Credentials("AKIDEXAMPLE", SECRET)
SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=AKIDOTHER/20261121/us-east-1/bedrock/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date, Signature=" + "0" * 64
)
SIGNED = [("authorization", SIGNATURE), ("x-amz-date", "20261121T000000Z"), ("content-length", "1")]


class Keys:
    """Stands for the source of keys."""

    def __init__(self, key: Credentials | None = KEY) -> None:
        self._key = key

    def get(self) -> Credentials:
        if self._key is None:
            raise CredentialError("no key today")
        return self._key


def signing(keys: Keys | None, *, resigns: bool = True) -> Desk:
    return Desk(OnePool(fresh("balanced", resigns=resigns)), inquiry=Inquiry(keys=cast(Any, keys)))


def prompt(text: str) -> dict[str, Any]:
    return {"anthropic_version": "bedrock-2023-05-31", "messages": [{"role": "user", "content": text}]}


async def test_a_signed_request_is_redacted_and_signed_anew() -> None:
    asked = request(prompt(BLOCKED), "bedrock", SIGNED)
    verdict = await signing(Keys()).decide(asked, "ann")
    assert verdict.decision is Decision.REDACT
    going = verdict.applied(asked)
    assert AWS_KEY.encode() not in going.body
    headers = dict(going.headers)
    assert headers[b"content-length"] == str(len(going.body)).encode()
    at = datetime.strptime(headers[b"x-amz-date"].decode(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert dict(resign(going, KEY, at)) == headers
    assert b"AKIDOTHER" not in headers[b"authorization"]


async def test_a_signed_request_without_findings_keeps_its_own_signature() -> None:
    verdict = await signing(Keys()).decide(request(prompt("hi"), "bedrock", SIGNED), "ann")
    assert (verdict.decision, verdict.body, verdict.headers) == (Decision.ALLOW, None, None)


@pytest.mark.parametrize(
    ("keys", "resigns", "headers", "reason"),
    [
        (Keys(), False, SIGNED, None),
        (Keys(None), True, SIGNED, "signing_failed"),
        (None, True, SIGNED, "signing_failed"),
        (Keys(), True, [*SIGNED, ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")], None),
        (Keys(), True, [("authorization", SIGNATURE.replace("HMAC-SHA256", "ECDSA-P256-SHA256")), *SIGNED[1:]], None),
    ],
    ids=["not asked for", "no key", "no source", "chunks", "asymmetric"],
)
async def test_a_signed_request_that_can_not_be_signed_anew_is_blocked(
    keys: Keys | None, resigns: bool, headers: list[tuple[str, str]], reason: str | None
) -> None:
    verdict = await signing(keys, resigns=resigns).decide(request(prompt(BLOCKED), "bedrock", headers), "ann")
    assert (verdict.decision, verdict.reason, verdict.body) == (Decision.BLOCK, reason, None)
    assert verdict.reply is not None
    assert [finding.entity for finding in verdict.findings] == ["AWS_ACCESS_KEY"]
    assert SECRET not in repr(verdict)


async def test_only_vendors_that_sign_get_the_key() -> None:
    verdict = await signing(Keys()).decide(request(prompt(BLOCKED), "messages", SIGNED), "ann")
    assert verdict.decision is Decision.BLOCK


# the way on: how each API's clients resend, as (api, turns to body)

Turn = tuple[str, Sequence[str]]
"""Who speaks, and the parts of what is said."""


def as_chat(turns: Sequence[Turn]) -> Any:
    return {
        "model": "m",
        "messages": [
            {
                "role": {"user": "user", "model": "assistant"}[who],
                "content": [{"type": "text", "text": t} for t in parts],
            }
            for who, parts in turns
        ],
    }


def as_chat_strings(turns: Sequence[Turn]) -> Any:
    return {
        "model": "m",
        "messages": [
            {"role": {"user": "user", "model": "assistant"}[who], "content": text}
            for who, parts in turns
            for text in parts
        ],
    }


def as_messages(turns: Sequence[Turn]) -> Any:
    return as_chat(turns) | {"metadata": {"user_id": "session-1"}, "system": "Be brief."}


def as_responses(turns: Sequence[Turn]) -> Any:
    kind = {"user": ("user", "input_text"), "model": ("assistant", "output_text")}
    return {
        "model": "m",
        "prompt_cache_key": "session-1",
        "input": [
            {"type": "message", "role": kind[who][0], "content": [{"type": kind[who][1], "text": text}]}
            for who, parts in turns
            for text in parts
        ],
    }


def as_gemini(turns: Sequence[Turn]) -> Any:
    return {"contents": [{"role": who, "parts": [{"text": text} for text in parts]} for who, parts in turns]}


APIS: dict[str, tuple[str, Callable[[Sequence[Turn]], Any]]] = {
    "chat": ("chat", as_chat),
    "chat, strings": ("chat", as_chat_strings),
    "messages": ("messages", as_messages),
    "responses": ("responses", as_responses),
    "gemini": ("gemini", as_gemini),
}
START: list[Turn] = [("user", ["hello there"]), ("model", ["hi, what is it?"])]
FIRST: list[Turn] = [*START, ("user", [BLOCKED])]


@pytest.fixture(params=APIS)
def api(request: pytest.FixtureRequest) -> tuple[str, Callable[[Sequence[Turn]], Any]]:
    return APIS[request.param]


Api = tuple[str, Callable[[Sequence[Turn]], Any]]


async def test_what_was_told_once_is_cut_out_when_it_comes_back_as_history(api: Api) -> None:
    inquiry, _ = make()
    name, body = api
    assert (await decide(inquiry, body(FIRST), name))[0] == "block"
    later = [*FIRST, ("model", ["(an error)"]), ("user", ["never mind, what is two plus two?"])]
    decision, leaving = await decide(inquiry, body(later), name)
    assert decision == "redact"
    assert AWS_KEY not in leaving
    assert "two plus two" in leaving


async def test_new_content_after_it_in_the_same_turn_is_enough(api: Api) -> None:
    """As Claude Code and Gemini CLI go on: the blocked part and the new one in one turn, no reply between."""
    inquiry, _ = make()
    name, body = api
    await decide(inquiry, body(FIRST), name)
    merged = [*START, ("user", [BLOCKED, "what is two plus two?"])]
    decision, leaving = await decide(inquiry, body(merged), name)
    assert (decision, AWS_KEY in leaving) == ("redact", False)
    assert (await decide(inquiry, body([*merged, ("model", ["4"]), ("user", ["and three?"])]), name))[0] == "redact"


async def test_the_same_request_again_blocks_again(api: Api) -> None:
    inquiry, _ = make()
    name, body = api
    for _ in range(3):
        assert (await decide(inquiry, body(FIRST), name))[0] == "block"


async def test_a_first_message_that_is_blocked_has_a_way_on_too(api: Api) -> None:
    inquiry, _ = make()
    name, body = api
    first: list[Turn] = [("user", [BLOCKED])]
    assert (await decide(inquiry, body(first), name))[0] == "block"
    assert (await decide(inquiry, body(first), name))[0] == "block"
    assert (await decide(inquiry, body([("user", [BLOCKED, "go on"])]), name))[0] == "redact"


async def test_the_same_value_in_a_new_text_blocks(api: Api) -> None:
    inquiry, _ = make()
    name, body = api
    await decide(inquiry, body(FIRST), name)
    again = [*FIRST, ("model", ["(an error)"]), ("user", [f"I said {AWS_KEY}"])]
    assert (await decide(inquiry, body(again), name))[0] == "block"
    merged = [*START, ("user", [BLOCKED, f"once more: {AWS_KEY}", "go on"])]
    assert (await decide(inquiry, body(merged), name))[0] == "block"


async def test_another_value_blocks_and_can_be_told_as_well(api: Api) -> None:
    inquiry, _ = make()
    name, body = api
    await decide(inquiry, body(FIRST), name)
    second = [*FIRST, ("model", ["no"]), ("user", [f"then {OTHER_AWS_KEY}"])]
    assert (await decide(inquiry, body(second), name))[0] == "block"
    decision, leaving = await decide(inquiry, body([*second, ("model", ["no"]), ("user", ["fine"])]), name)
    assert decision == "redact"
    assert AWS_KEY not in leaving
    assert OTHER_AWS_KEY not in leaving


async def test_another_user_still_blocks(api: Api) -> None:
    inquiry, _ = make()
    name, body = api
    await decide(inquiry, body(FIRST), name)
    later = [*FIRST, ("model", ["no"]), ("user", ["go on"])]
    assert (await decide(inquiry, body(later), name, user="ben"))[0] == "block"
    assert (await decide(inquiry, body(later), name))[0] == "redact"


@pytest.mark.parametrize("name", ["chat", "gemini"])
async def test_another_conversation_still_blocks(name: str) -> None:
    inquiry, _ = make()
    api, body = APIS[name]
    await decide(inquiry, body(FIRST), api)
    other = [("user", ["something else"]), *FIRST[1:], ("model", ["no"]), ("user", ["go on"])]
    assert (await decide(inquiry, body(other), api))[0] == "block"


async def test_another_session_of_the_client_still_blocks() -> None:
    inquiry, _ = make()
    later = [*FIRST, ("model", ["no"]), ("user", ["go on"])]
    await decide(inquiry, as_messages(FIRST), "messages")
    other = as_messages(later) | {"metadata": {"user_id": "session-2"}}
    assert (await decide(inquiry, other, "messages"))[0] == "block"


async def test_another_vendor_still_blocks() -> None:
    inquiry, _ = make()
    later = [*FIRST, ("model", ["no"]), ("user", ["go on"])]
    await decide(inquiry, as_messages(FIRST), "messages")
    asked = request(as_messages(later), "chat", target="/v1/messages")
    assert (await inquiry.decide(asked, "ann")).decision is Decision.BLOCK


async def test_a_tool_result_that_was_blocked_has_a_way_on() -> None:
    inquiry, _ = make()
    call = {"type": "tool_use", "id": "t1", "name": "Read", "input": {"file": ".env"}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": BLOCKED}]}

    def conversation(*blocks: Any) -> Any:
        turns = [("user", "read .env"), ("assistant", [call]), ("user", [result, *blocks])]
        messages = [{"role": role, "content": content} for role, content in turns]
        return {"model": "m", "max_tokens": 9, "metadata": {"user_id": "s"}, "messages": messages}

    assert (await decide(inquiry, conversation(), "messages"))[0] == "block"
    assert (await decide(inquiry, conversation(), "messages"))[0] == "block"
    decision, leaving = await decide(inquiry, conversation({"type": "text", "text": "go on"}), "messages")
    assert (decision, AWS_KEY in leaving) == ("redact", False)


async def test_cache_marks_and_metadata_are_no_new_content() -> None:
    inquiry, _ = make()
    body = as_messages(FIRST)
    await decide(inquiry, body, "messages")
    body["messages"][-1]["content"][0]["cache_control"] = {"type": "ephemeral"}
    body["temperature"] = 0.5
    body["tools"] = [{"name": "t", "description": "a tool", "input_schema": {"type": "object"}}]
    assert (await decide(inquiry, body, "messages"))[0] == "block"


@pytest.mark.parametrize(
    "fixed", [{AWS_KEY: "x"}, {"model": AWS_KEY}, {"service_tier": AWS_KEY}], ids=["key", "model", "id"]
)
async def test_a_place_that_cannot_be_cut_stays_blocked(fixed: dict[str, str]) -> None:
    inquiry, _ = make()
    assert (await decide(inquiry, as_chat(START[:1]) | fixed))[0] == "block"
    later = as_chat([*START, ("user", ["go on"])]) | fixed
    for _ in range(2):
        assert (await decide(inquiry, later))[0] == "block"


async def test_a_signed_request_stays_blocked() -> None:
    inquiry, _ = make()
    signed = [("authorization", "AWS4-HMAC-SHA256 Credential=x")]
    await decide(inquiry, as_chat(FIRST))
    later = as_chat([*FIRST, ("model", ["no"]), ("user", ["go on"])])
    assert (await inquiry.decide(request(later, headers=signed), "ann")).decision is Decision.BLOCK
    assert (await decide(inquiry, later))[0] == "redact"


async def test_a_header_stays_blocked() -> None:
    inquiry, _ = make()
    for turns in (FIRST[:1], [*START, ("user", ["go on"])]):
        asked = request(as_chat(turns), headers=[("x-note", AWS_KEY)])
        assert (await inquiry.decide(asked, "ann")).decision is Decision.BLOCK


async def test_a_value_in_the_instructions_has_a_way_on_with_the_next_turn() -> None:
    inquiry, _ = make()
    system = {"system": f"Use {AWS_KEY}."}
    assert (await decide(inquiry, as_messages(START[:1]) | system, "messages"))[0] == "block"
    assert (await decide(inquiry, as_messages(START[:1]) | system, "messages"))[0] == "block"
    later = as_messages([*START, ("user", ["go on"])]) | system
    assert (await decide(inquiry, later, "messages"))[0] == "redact"


async def test_a_request_that_is_not_blocked_is_asked_once() -> None:
    inquiry, pool = make()
    await decide(inquiry, as_chat(START[:1]))
    assert pool.asked == [NOTHING_TOLD]


# faults


@pytest.mark.parametrize(
    ("reason", "status"), [("busy", 503), ("worker_lost", 503), ("scan_timeout", 400), ("scan_failed", 400)]
)
async def test_a_pool_without_an_answer_is_a_block(reason: str, status: int) -> None:
    inquiry, _ = make(PoolError(reason, "x.py:1"))
    verdict = await inquiry.decide(request(as_chat(FIRST)), "ann")
    assert (verdict.decision, verdict.reason, verdict.vendor) == (Decision.BLOCK, reason, "openai")
    assert verdict.reply is not None
    assert verdict.reply.status == status
    assert (await inquiry.decide(request(b"x" * (1 << 20)), "ann")).reason == reason


async def test_bytes_in_flight_are_bounded_and_given_back() -> None:
    inquiry, pool = make(limit_bytes=150)
    pool.answering.clear()
    waiting = asyncio.create_task(inquiry.decide(request(b'"' + b"x" * 98 + b'"'), "ann"))
    await asyncio.sleep(0)
    assert (await inquiry.decide(request(b'"' + b"x" * 98 + b'"'), "ben")).reason == "busy"
    pool.answering.set()
    assert (await waiting).decision is Decision.ALLOW
    assert (await inquiry.decide(request(b'"' + b"x" * 98 + b'"'), "ben")).decision is Decision.ALLOW


@pytest.mark.parametrize("fault", [RuntimeError("x"), asyncio.CancelledError(), MemoryError()])
async def test_bytes_are_given_back_whatever_is_raised(fault: BaseException) -> None:
    inquiry, pool = make(fault, limit_bytes=150)
    for _ in range(3):
        with pytest.raises(type(fault)):
            await inquiry.decide(request(b"x" * 100), "ann")
    pool.fault = None
    assert (await inquiry.decide(request(b"[]"), "ann")).decision is Decision.ALLOW


# refusals


@pytest.mark.parametrize("reason", [reason.value for reason in Reason])
@pytest.mark.parametrize("api", ["chat", "messages", "gemini", "unknown"])
def test_every_refusal_is_an_answer_in_the_routes_shape(reason: str, api: str) -> None:
    inquiry, _ = make()
    verdict = inquiry.edition.refuse(request(f"a {AWS_KEY}".encode(), api), reason)
    assert (verdict.decision, verdict.reason) == (Decision.BLOCK, reason)
    assert verdict.reply is not None
    assert verdict.reply.status == status_of(reason)
    assert "error" in json.loads(verdict.reply.body)
    assert AWS_KEY.encode() not in verdict.reply.body
    assert b"tl-reference" in verdict.reply.body


def test_a_refusal_of_an_unknown_host() -> None:
    inquiry, _ = make()
    asked = Request("GET", "https", "example.org", 443, "/", (), b"", None, "tl-reference")
    verdict = inquiry.edition.refuse(asked, "host_refused")
    assert (verdict.vendor, verdict.reply and verdict.reply.status) == ("other", 403)
