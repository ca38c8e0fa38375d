"""The core on the bundled rules: what leaves, what is cut out, what is stopped, and that nothing tells the value."""

import base64
import dataclasses
import gzip
import json
import pickle
import re
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import brotli
import pytest
import zstandard
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from proxy import body as wire
from proxy.body import Limits
from proxy.policy import Policy
from proxy.verdict import Decision, Request, Verdict
from tests.law import often
from tests.proxy.inspecting import (
    AWS_KEY,
    EMAIL,
    KEY,
    OTHER_AWS_KEY,
    OTHER_KEY,
    PACKS,
    URLS,
    charter_of,
    chat,
    engine,
    fresh,
    request,
    sent,
    shared,
    value,
)

PLACEHOLDER = re.compile(r"\[AWS_ACCESS_KEY:[0-9a-f]{6}\]")
MANY = often(150)
FEW = settings(deadline=None, max_examples=40)

WORDS = st.text(max_size=30)
"""Any text, lone surrogates left out, for `json.dumps` writes those in a way that no UTF-8 body can hold."""


@pytest.fixture(scope="module")
def mark() -> str:
    """What stands for AWS_KEY under KEY."""
    asked = request(chat(AWS_KEY))
    verdict = shared().inspect(asked)
    return str(json.loads(sent(asked, verdict))["messages"][0]["content"])


def outcome(verdict: Verdict) -> tuple[str, list[tuple[str, str, int, int, str]]]:
    return verdict.decision.value, [(f.rule, f.pointer, f.start, f.end, f.action) for f in verdict.findings]


def test_the_placeholder_says_what_it_stands_for(mark: str) -> None:
    assert PLACEHOLDER.fullmatch(mark)


# nothing found


@pytest.mark.parametrize("api", URLS)
@MANY
@given(st.recursive(WORDS | st.integers() | st.none(), lambda x: st.lists(x) | st.dictionaries(WORDS, x), max_leaves=9))
def test_a_request_in_which_nothing_is_found_goes_as_it_came(api: str, document: Any) -> None:
    asked = request({"messages": document}, api)
    verdict = shared().inspect(asked)
    if verdict.decision is Decision.ALLOW:
        assert (verdict.body, verdict.target, verdict.headers, verdict.reply) == (None, None, None, None)
        assert verdict.sent_sha256 == verdict.received_sha256
        assert verdict.findings == ()
        assert verdict.reason is None
    else:
        assert verdict.findings or verdict.reason


def test_an_ordinary_conversation_is_allowed() -> None:
    verdict = shared("strict").inspect(request(chat("Why is the sky blue?", "Rayleigh.", "And red at dusk?")))
    assert (verdict.decision, verdict.vendor, verdict.format) == (Decision.ALLOW, "openai", "openai.chat")
    assert (verdict.model, verdict.path) == ("gpt-5", "/v1/chat/completions")


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"   "])
def test_bodies_with_nothing_in_them(body: bytes) -> None:
    assert shared("strict").inspect(request(body)).decision is Decision.ALLOW


def test_what_is_only_logged_goes_as_it_came() -> None:
    verdict = shared().inspect(request(chat(f"write to {EMAIL}")))
    assert (verdict.decision, verdict.body) == (Decision.LOG, None)
    assert [finding.action for finding in verdict.findings] == ["log"]


# redaction: only the spans


@MANY
@given(WORDS, WORDS, st.booleans())
def test_only_the_value_is_replaced_in_a_json_string(before: str, after: str, ascii_only: bool) -> None:
    text = f"{before} {AWS_KEY} {after}"
    raw = json.dumps(chat(text), ensure_ascii=ascii_only).encode()
    verdict = shared().inspect(request(raw))
    assert verdict.decision is Decision.REDACT
    assert verdict.body is not None
    at = raw.index(AWS_KEY.encode())
    assert verdict.body.startswith(raw[:at])
    assert verdict.body.endswith(raw[at + len(AWS_KEY) :])
    assert PLACEHOLDER.fullmatch(verdict.body[at : len(verdict.body) - len(raw) + at + len(AWS_KEY)].decode())


def escape_all(text: str) -> str:
    return "".join(f"\\u{ord(char):04X}" for char in text)


@pytest.mark.parametrize("layout", [lambda text: text, escape_all], ids=["plain", "escaped"])
def test_layout_order_and_escapes_outside_stay(layout: Callable[[str], str], mark: str) -> None:
    raw = (
        '\ufeff{ "z" : [1.0,\t1E5 , 123456789012345678901234567890],\r\n"messages":[{"content"\t:"\\u0041\\/\\n %s",'
        '"role":"user"}] ,"a":{"b":"\\ud83d\\ude00"}}\n\n'
    )
    verdict = shared().inspect(request((raw % layout(AWS_KEY)).encode()))
    assert verdict.body == (raw % mark).encode()


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_json_within_strings_stays_json(depth: int, mark: str) -> None:
    inner: Any = {"key": AWS_KEY, "note": 'a "quoted" line\n', "n": [1, 2.50]}
    wrapped = inner
    for _ in range(depth):
        wrapped = json.dumps({"in": wrapped} if wrapped is not inner else inner)
    asked = request(chat(wrapped))
    found: Any = json.loads(sent(asked, shared().inspect(asked)))["messages"][0]["content"]
    for _ in range(depth - 1):
        found = json.loads(found)["in"]
    assert json.loads(found) == inner | {"key": mark}


def test_every_copy_and_kind_is_replaced(mark: str) -> None:
    token = value("ghp_${alnum:36}")
    asked = request(chat(f"{AWS_KEY} {token} {AWS_KEY}", AWS_KEY, token, metadata={"a": AWS_KEY}))
    leaving = sent(asked, shared().inspect(asked)).decode()
    assert AWS_KEY not in leaving
    assert token not in leaving
    assert leaving.count(mark) == 4
    assert leaving.count("[GITHUB_TOKEN:") == 2


CARD = int("4539" + "9001" + "3453" + "0966")


def test_a_number_becomes_a_string() -> None:
    raw = b'{"messages":[{"role":"user","content":"x","card_number":%d}],"n":7}' % CARD
    verdict = shared().inspect(request(raw))
    assert verdict.body is not None
    document = json.loads(verdict.body)
    assert re.fullmatch(r"\[CREDIT_CARD:[0-9a-f]{6}\]", document["messages"][0]["card_number"])
    assert document["n"] == 7


BOUNDARY = "boundary-of-the-tests"


def multipart(*parts: tuple[str, str]) -> bytes:
    lines = [f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n" for head, body in parts]
    return ("".join(lines) + f"--{BOUNDARY}--\r\n").encode()


KINDS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "text": ("text/plain", lambda key: f"Grüße {key}, bis bald\r\n".encode()),
    "no type": ("application/octet-stream", lambda key: f"key {key}".encode()),
    "ndjson": ("application/x-ndjson", lambda key: f'{{"a":"x"}}\n{{"a": "{key} é"}}\n\n{{"b":1}}'.encode()),
    "json under a wrong name": ("text/plain", lambda key: json.dumps({"a": [key]}).encode()),
    "form": ("application/x-www-form-urlencoded", lambda key: f"a=1&prompt=say+{key}%21+%C3%A9&b=".encode()),
    "multipart": (
        f"multipart/form-data; boundary={BOUNDARY}",
        lambda key: multipart(('name="a"', "1"), ('name="prompt"', f"é {key}"), ('name="f"; filename="f.txt"', key)),
    ),
    "json in multipart": (
        f"multipart/form-data; boundary={BOUNDARY}",
        lambda key: multipart(('name="payload"', json.dumps({"messages": [{"content": f"\n{key}\n"}]}))),
    ),
    "file name in multipart": (
        f"multipart/form-data; boundary={BOUNDARY}",
        lambda key: multipart((f'name="f"; filename="{key}.txt"', "text")),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_body_is_cut_in_place(kind: str, mark: str) -> None:
    content_type, make = KINDS[kind]
    verdict = shared().inspect(request(make(AWS_KEY), "unknown", content_type=content_type))
    wanted = mark if kind != "form" else quote(mark, safe="")
    assert verdict.decision is Decision.REDACT
    assert verdict.body == make(wanted)


@FEW
@given(st.lists(st.tuples(WORDS.filter(bool), WORDS), max_size=4), WORDS, WORDS)
def test_a_forms_other_fields_stay(pairs: list[tuple[str, str]], before: str, after: str) -> None:
    form = "application/x-www-form-urlencoded"
    alone = shared().inspect(request(urlencode(pairs).encode(), "unknown", content_type=form))
    assume(alone.decision is Decision.ALLOW)  # hypothesis takes words from the source: `AccessionNumber=1` is a finding
    raw = urlencode([*pairs, ("zz", f"{before} {AWS_KEY} {after}")]).encode()
    asked = request(raw, "unknown", content_type=form)
    verdict = shared().inspect(asked)
    assert verdict.decision is Decision.REDACT
    text = sent(asked, verdict).decode()
    assert parse_qsl(text, keep_blank_values=True)[:-1] == pairs
    assert text.startswith(raw.decode().partition(AWS_KEY)[0])
    assert text.endswith(raw.decode().rpartition(AWS_KEY)[2])


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda raw: zstandard.ZstdCompressor().compress(raw),
    "identity": bytes,
    "gzip, br": lambda raw: brotli.compress(gzip.compress(raw)),
}


@pytest.mark.parametrize("coding", CODINGS)
def test_a_coded_body_leaves_in_the_same_coding(coding: str, mark: str) -> None:
    plain = json.dumps(chat(f"key {AWS_KEY}")).encode()
    headers = [("Content-Encoding", coding)]
    verdict = shared().inspect(request(CODINGS[coding](plain), headers=headers))
    assert verdict.body is not None
    assert wire.decode(verdict.body, [coding], Limits()) == plain.replace(AWS_KEY.encode(), mark.encode())
    assert dict(verdict.headers or ())[b"Content-Encoding"] == coding.encode()
    clean = request(CODINGS[coding](b'{"a":"b"}'), headers=headers)
    assert shared().inspect(clean).body is None


def test_what_a_redaction_brings_together_is_cut_out_as_well() -> None:
    """Two passes at least: the body that leaves is clean to a fresh inspector."""
    asked = request(chat(f"password = {AWS_KEY}{OTHER_AWS_KEY} secret: {AWS_KEY}\n{AWS_KEY}.{AWS_KEY}"))
    verdict = shared().inspect(asked)
    again = fresh("strict").inspect(request(sent(asked, verdict)))
    assert again.decision is Decision.ALLOW


@FEW
@given(st.lists(st.sampled_from([AWS_KEY, OTHER_AWS_KEY, "password=", '"', " ", "\\", "é", "[", "AKIA"]), max_size=9))
def test_what_leaves_is_clean(pieces: list[str]) -> None:
    asked = request(chat("".join(pieces)))
    verdict = shared().inspect(asked)
    if verdict.decision is Decision.BLOCK:
        assert verdict.reply is not None
    else:
        assert fresh("strict").inspect(request(sent(asked, verdict))).findings == ()


# blocks


def told_in(verdict: Verdict) -> str:
    assert verdict.decision is Decision.BLOCK
    assert verdict.reply is not None
    assert (verdict.body, verdict.target, verdict.headers, verdict.sent_sha256) == (None, None, None, None)
    return verdict.reply.body.decode()


def test_strict_blocks_in_the_vendors_shape_and_says_where() -> None:
    verdict = shared("strict").inspect(request(chat("hello", "hi", f"one\ntwo\n{AWS_KEY}")))
    error = json.loads(told_in(verdict))["error"]
    assert error["code"] == "dlp_blocked"
    for words in ("AWS access key", "message 3", "line 3", "tl-reference"):
        assert words in error["message"]
    assert verdict.reply is not None
    assert (verdict.reply.status, dict(verdict.reply.headers)[b"x-should-retry"]) == (400, b"false")


@pytest.mark.parametrize(
    ("document", "label"),
    [
        ({AWS_KEY: "x", "messages": []}, "key"),
        ({"messages": [{"role": "user", "content": {"deep": {AWS_KEY: 1}}}]}, "key"),
        ({"model": AWS_KEY, "messages": []}, "id"),
        ({"messages": [{"role": "tool", "tool_call_id": AWS_KEY, "content": "x"}]}, "id"),
    ],
)
def test_what_cannot_be_cut_out_is_blocked(document: Any, label: str) -> None:
    verdict = shared().inspect(request(document))
    assert AWS_KEY not in told_in(verdict)
    assert {(finding.label, finding.action, finding.clause) for finding in verdict.findings} == {
        (label, "block", "on-fixed")
    }
    assert verdict.model == ""


def test_a_policy_may_log_what_cannot_be_cut_out() -> None:
    policy = Policy(id="own", description="", on_fixed="log")
    verdict = fresh(policy).inspect(request({AWS_KEY: AWS_KEY}))
    assert [finding.action for finding in verdict.findings] == ["log", "redact"]
    assert AWS_KEY not in "".join(finding.pointer for finding in verdict.findings)


SIGNED = {
    "header": {"headers": [("Authorization", "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=0")]},
    "second header": {"headers": [("authorization", "Bearer x"), ("Authorization", "AWS4-HMAC-SHA256 Credential=x")]},
    "query": {"target": "/v1/chat/completions?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00"},
}


@pytest.mark.parametrize("how", SIGNED)
def test_a_signed_request_is_blocked_instead_of_redacted(how: str) -> None:
    verdict = shared().inspect(request(chat(AWS_KEY), **SIGNED[how]))
    told_in(verdict)
    assert {finding.clause for finding in verdict.findings} == {"on-fixed"}
    assert shared().inspect(request(chat("nothing"), **SIGNED[how])).decision is Decision.ALLOW


# the head


def test_a_header_is_cut_and_the_others_stay(mark: str) -> None:
    asked = request(chat("x"), headers=[("X-Note", f"a {AWS_KEY} é"), ("X-Other", "b")])
    verdict = shared().inspect(asked)
    assert (verdict.decision, verdict.body) == (Decision.REDACT, asked.body)
    wanted = [(name, text.replace(AWS_KEY.encode(), mark.encode())) for name, text in asked.headers]
    assert list(verdict.headers or ()) == wanted
    assert [finding.pointer for finding in verdict.findings] == ["header:x-note"]


@pytest.mark.parametrize("name", ["authorization", "X-Api-Key", "api-key", "proxy-authorization"])
def test_the_vendors_own_credential_is_not_looked_at(name: str) -> None:
    verdict = shared("strict").inspect(request(chat("x"), headers=[(name, f"Bearer {AWS_KEY}")]))
    assert verdict.decision is Decision.ALLOW


def test_a_query_is_cut_in_place(mark: str) -> None:
    target = "/v1/some?a=%C3%A9+1&q=x%20{}&b"
    verdict = shared().inspect(request(b"", target=target.format(AWS_KEY)))
    assert verdict.target == target.format(quote(mark, safe=""))
    assert verdict.path == "/v1/some"
    assert [finding.pointer for finding in verdict.findings] == ["query:q"]


@pytest.mark.parametrize("query", [f"{AWS_KEY}=1", f"x=1&{AWS_KEY}", f"{quote(AWS_KEY).replace('A', '%41')}=1"])
def test_a_query_name_is_cut_and_not_told(query: str) -> None:
    verdict = shared().inspect(request(b"", target=f"/v1/some?{query}"))
    assert verdict.decision is Decision.REDACT
    assert PLACEHOLDER.search((verdict.target or "").replace("%5B", "[").replace("%5D", "]").replace("%3A", ":"))
    assert {finding.pointer for finding in verdict.findings} == {"query"}


def test_a_gemini_key_in_the_query_is_the_vendors_own() -> None:
    key = value("AIza${base64url:35}")
    path = URLS["gemini"].removeprefix("https://generativelanguage.googleapis.com")
    assert shared("strict").inspect(request({}, "gemini", target=f"{path}?key={key}")).decision is Decision.ALLOW
    assert shared("strict").inspect(request({}, "gemini", target=f"{path}?note={key}")).decision is Decision.BLOCK
    assert shared("strict").inspect(request({}, "chat", target=f"/v1/x?key={key}")).decision is Decision.BLOCK


def test_a_value_in_the_path_blocks_and_the_path_is_not_told() -> None:
    verdict = shared().inspect(request(b"", target=f"/v1/files/{AWS_KEY}/x"))
    told_in(verdict)
    assert (verdict.path, [finding.pointer for finding in verdict.findings]) == ("", ["path"])


# what can't be read

UNREAD = [
    (b'{"a": ', {}, "bad_json"),
    (b'{"a": 1, "a": 2}', {}, "duplicate_key"),
    (b"[" * 250 + b"]" * 250, {}, "too_deep"),
    (b'{"a": "\xff"}', {}, "bad_utf8"),
    (b"\x00\x01\x02", {"content_type": "application/octet-stream"}, "binary"),
    (b"\x28\xb5", {"headers": [("content-encoding", "zstd")]}, "corrupt_encoding"),
    (b"{}", {"headers": [("content-encoding", "rot13")]}, "unsupported_encoding"),
    (gzip.compress(b"{}", mtime=0) + b"x", {"headers": [("content-encoding", "gzip")]}, "corrupt_encoding"),
    (b" " * 70, {"content_type": "text/plain; charset=utf-16"}, "ambiguous_type"),
]


@pytest.mark.parametrize(("body", "options", "reason"), UNREAD, ids=[row[2] for row in UNREAD])
def test_what_cannot_be_read_is_not_clean(body: bytes, options: Any, reason: str) -> None:
    asked = request(body, **options)
    for policy in ("balanced", "strict"):
        verdict = shared(policy).inspect(asked)
        assert reason in told_in(verdict)
        assert verdict.reason == reason
    seen = shared("monitor").inspect(asked)
    assert (seen.decision, seen.reason, seen.body) == (Decision.LOG, reason, None)


def wrapped(text: str, times: int) -> str:
    """Base64 of base64 of ...; more of it than may be opened is "don't know"."""
    for _ in range(times):
        text = base64.b64encode(text.encode()).decode()
    return text


def test_a_text_that_is_too_much_encoded_has_a_reason_of_its_own() -> None:
    asked = request(chat(wrapped(f"the key is {AWS_KEY} and stays here", 5)))
    verdict = shared().inspect(asked)
    assert "decode_budget" in told_in(verdict)
    assert verdict.reason == "decode_budget"
    assert shared("monitor").inspect(asked).reason == "decode_budget"
    opened = request(chat(wrapped(f"the key is {AWS_KEY} and stays here", 3)))
    assert shared().inspect(opened).decision is Decision.REDACT


def test_limits_hold() -> None:
    small = fresh(limits=Limits(body_bytes=100))
    verdict = small.inspect(request(chat("x" * 200)))
    assert (verdict.reason, verdict.reply and verdict.reply.status) == ("too_large", 413)


def test_a_picture_passes_on_the_record_beside_a_redaction() -> None:
    picture = "data:image/png;base64," + "iVBORw0KGgo" + "A" * 101
    parts = [{"type": "image_url", "image_url": {"url": picture}}, {"type": "text", "text": AWS_KEY}]
    asked = request({"messages": [{"role": "user", "content": parts}]})
    verdict = shared().inspect(asked)
    assert (verdict.decision, verdict.reason) == (Decision.REDACT, "attachment")
    assert picture.encode() in sent(asked, verdict)
    assert AWS_KEY.encode() not in sent(asked, verdict)
    assert shared("strict").inspect(asked).decision is Decision.BLOCK


# placeholders


def leaving(policy: str, key: bytes, asked: Request) -> bytes:
    return sent(asked, fresh(policy, key).inspect(asked))


def test_a_value_has_one_name_in_every_turn_place_and_process(mark: str) -> None:
    first, later = request(chat(AWS_KEY)), request(chat(AWS_KEY, "ok", f"'{AWS_KEY}' again"))
    names = PLACEHOLDER.findall((leaving("balanced", KEY, first) + leaving("balanced", KEY, later)).decode())
    assert names == [mark] * 3


def test_another_installation_and_another_value_have_other_names(mark: str) -> None:
    asked = request(chat(AWS_KEY))
    assert mark.encode() not in leaving("balanced", OTHER_KEY, asked)
    assert PLACEHOLDER.search(leaving("balanced", OTHER_KEY, asked).decode())
    assert mark.encode() not in leaving("balanced", KEY, request(chat(OTHER_AWS_KEY)))


def test_our_own_placeholders_are_nothing_to_find(mark: str) -> None:
    asked = request(chat(f"the key was {mark}", "I see", f"AWS_ACCESS_KEY_ID={mark}"))
    assert shared("strict").inspect(asked).decision is Decision.ALLOW


# nothing tells the value

CANARY = value("AKIA${base32:16}", 7)
LONG = "x" * 200

CANARY_BODIES: dict[str, Any] = {
    "prompt": chat(f"a {CANARY}"),
    "later turn": chat("a", LONG, f"{LONG} {CANARY}"),
    "key": {CANARY: 1, "messages": []},
    "key above": {"messages": [{"role": "user", "content": {CANARY: {"more": [f"x {CANARY}"]}}}]},
    "key in a long turn": {"messages": [{"role": "user", "content": [{f"a/{CANARY}~": LONG, "b": CANARY}]}]},
    "key with a note": {"metadata": {f"my key {CANARY} here": {"x": CANARY}}},
    "key and finding below": {f"{CANARY}": {"e": EMAIL, "long": [{"deep": EMAIL, "pad": LONG}]}},
    "model": chat("x", model=CANARY),
    "json in a string": chat(json.dumps({CANARY: {"a": CANARY}})),
    "escaped": json.dumps(chat("@@")).replace("@@", escape_all(CANARY)).encode(),
    "broken": f'{{"a": "{CANARY}", '.encode(),
    "duplicate": f'{{"{CANARY}": "{CANARY}", "{CANARY}": 2}}'.encode(),
}
CANARY_KINDS: dict[str, tuple[str, bytes]] = {
    **{name: (kind, make(CANARY)) for name, (kind, make) in KINDS.items()},
    "form name": ("application/x-www-form-urlencoded", f"{CANARY}=1&a/{CANARY}={CANARY}&b={CANARY}".encode()),
    "part header": (
        f"multipart/form-data; boundary={BOUNDARY}",
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{CANARY}"\r\n\r\n{CANARY}\r\n--{BOUNDARY}--'.encode(),
    ),
    "key in a line": ("application/x-ndjson", f'{{"a":1}}\n{{"{CANARY}": {{"b": "{EMAIL}"}}}}'.encode()),
    "binary": ("application/octet-stream", f"\0{CANARY}".encode()),
}
CANARY_REQUESTS = {
    **{name: request(body) for name, body in CANARY_BODIES.items()},
    **{name: request(body, "messages") for name, body in list(CANARY_BODIES.items())[:3]},
    **{f"body: {name}": request(body, "unknown", content_type=kind) for name, (kind, body) in CANARY_KINDS.items()},
    "header": request(chat("x"), headers=[("x-note", CANARY)]),
    "header name": request(chat("x"), headers=[(CANARY, CANARY), (CANARY, EMAIL)]),
    "query": request(chat("x"), target=f"/v1/some?q={CANARY}"),
    "query name": request(chat("x"), target=f"/v1/some?{CANARY}=1&{CANARY}&a={EMAIL}"),
    "path": request(chat("x"), target=f"/v1/{CANARY}/x"),
    "path, escaped": request(chat("x"), target="/v1/" + "".join(f"%{ord(char):02X}" for char in CANARY)),
    "signed": request(chat(CANARY), headers=[("authorization", "AWS4-HMAC-SHA256 x")]),
}
ON_FIXED_LOG = Policy(id="own", description="", on_fixed="log")


@pytest.mark.parametrize("policy", [*PACKS, ON_FIXED_LOG], ids=[*PACKS, "on-fixed-log"])
@pytest.mark.parametrize("place", CANARY_REQUESTS)
def test_a_verdict_tells_no_value(place: str, policy: str | Policy) -> None:
    asked = CANARY_REQUESTS[place]
    verdict = (shared if isinstance(policy, str) else fresh)(policy).inspect(asked)  # type: ignore[operator]
    assert verdict.findings or verdict.reason
    for shown in (repr(verdict), str(verdict), repr(asked)):
        assert CANARY not in shown
    reply = verdict.reply
    if reply is not None:
        assert CANARY.encode() not in reply.body + repr(reply.headers).encode()
    record = [verdict.vendor, verdict.format, verdict.model, verdict.path, verdict.reason, verdict.findings]
    told = [verdict.conversation, verdict.telling, verdict.stats, verdict.received_sha256, verdict.sent_sha256]
    remembered = pickle.dumps([record, told]).lower()
    assert CANARY.encode().lower() not in remembered
    assert CANARY.lower() not in repr([record, told]).lower()
    if verdict.decision is Decision.REDACT and policy is not ON_FIXED_LOG:
        assert CANARY.encode() not in (verdict.body or b"") + (verdict.target or "").encode()
        assert CANARY.encode() not in b"".join(text for _, text in verdict.headers or ())


@pytest.mark.parametrize("place", CANARY_REQUESTS)
def test_nothing_leaves_unseen_under_the_default_policy(place: str) -> None:
    verdict = shared().inspect(CANARY_REQUESTS[place])
    assert verdict.decision in (Decision.REDACT, Decision.BLOCK)


# what it judges by


def test_a_verdict_says_what_it_was_made_by() -> None:
    judge = fresh("strict")
    verdict = judge.inspect(request(chat("hello")))
    assert verdict.rules_digest == judge.inspector.ready().rules_digest == engine().ruleset.digest
    assert verdict.charter_digest == judge.charter.digest


def test_one_inspector_judges_each_request_by_the_charter_that_comes_with_it() -> None:
    """What it keeps of the first reading serves the others: it depends on rules alone."""
    inspector, asked = fresh().inspector, request(chat(f"deploy with {AWS_KEY} please"))
    decisions = [inspector.inspect(asked, charter_of(policy)).decision for policy in ("monitor", "strict") * 2]
    assert decisions == [Decision.LOG, Decision.BLOCK] * 2
    assert inspector.inspect(asked, charter_of("monitor")).stats.misses == 0


def test_the_outcome_does_not_depend_on_what_was_asked_before() -> None:
    for asked in CANARY_REQUESTS.values():
        assert outcome(shared().inspect(asked)) == outcome(fresh().inspect(asked))


def test_a_body_that_policy_lets_pass_unread_has_no_history() -> None:
    """Found in the head, blocked in its own words, though the conversation in the body can't be read."""
    policy = Policy(id="own", description="", default="block", on_incomplete={"default": "log"})
    verdict = fresh(policy).inspect(request(b'{"messages": [', headers=[("x-note", AWS_KEY)]))
    assert (verdict.decision, verdict.conversation) == (Decision.BLOCK, "")
    assert verdict.reply is not None
    assert b"AWS access key (a request header)" in verdict.reply.body


# what clients report about themselves


@pytest.mark.parametrize(
    ("api", "target"),
    [("messages", "/api/event_logging/v2/batch"), ("responses", "/backend-api/codex/analytics-events/events")],
)
@pytest.mark.parametrize("telemetry", ["read", "refuse"])
def test_reports_are_read_or_refused_as_policy_says(api: str, target: str, telemetry: str) -> None:
    policy = Policy(id="own", description="", telemetry=telemetry)  # type: ignore[arg-type]
    host = {"messages": "api.anthropic.com", "responses": "chatgpt.com"}[api]
    asked = dataclasses.replace(request({"events": [{"error": f"key {AWS_KEY}"}]}, api, target=target), host=host)
    verdict = fresh(policy).inspect(asked)
    if telemetry == "read":
        assert verdict.decision is Decision.REDACT
    else:
        assert (verdict.decision, verdict.reason) == (Decision.BLOCK, "telemetry")
        assert verdict.reply is not None
        assert verdict.reply.status == 404


def test_prompts_are_no_reports() -> None:
    policy = Policy(id="own", description="", telemetry="refuse")
    assert fresh(policy).inspect(request(chat("hello"))).decision is Decision.ALLOW
