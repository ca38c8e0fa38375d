"""Attachments in requests: found in, blocked, noted or edited, for each API as it wants them, once for each file."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from proxy import opener
from proxy.attachments import Bounds
from proxy.body import Limits
from proxy.policy import Policy, load_policy
from proxy.setting import policy_folder
from proxy.told import Told
from proxy.verdict import Decision, Verdict
from tests.proxy.attachments import making
from tests.proxy.attachments.making import docx, jpeg, pdf, png, readable, unread, xlsx, zipped
from tests.proxy.inspecting import AWS_KEY, OTHER_AWS_KEY, Judge, fresh, request, sent, shared

LINE = f"export AWS_ACCESS_KEY_ID={AWS_KEY}"
NAME = "q3-figures-of-jane"


def noting() -> Policy:
    return load_policy("balanced", policy_folder()).model_copy(update={"on_attachment": "note"})


def coded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def url(content: bytes, media_type: str = "application/octet-stream") -> str:
    return f"data:{media_type};base64,{coded(content)}"


Parts = Callable[[bytes], dict[str, Any]]
SHAPES: dict[str, tuple[str, Callable[[Any], dict[str, Any]], Parts, dict[str, Any]]] = {
    "chat file": (
        "chat",
        lambda part: {"model": "gpt-5", "messages": [{"role": "user", "content": ["?", part]}]},
        lambda file: {"type": "file", "file": {"filename": NAME, "file_data": url(file)}},
        {"type": "text"},
    ),
    "chat image": (
        "chat",
        lambda part: {"messages": [{"role": "user", "content": [part]}]},
        lambda file: {"type": "image_url", "image_url": {"url": url(file, "image/png"), "detail": "auto"}},
        {"type": "text"},
    ),
    "responses file": (
        "responses",
        lambda part: {"input": [{"role": "user", "content": [part, {"type": "input_text", "text": "?"}]}]},
        lambda file: {"type": "input_file", "filename": NAME, "file_data": url(file)},
        {"type": "input_text"},
    ),
    "responses image in a tool's output": (
        "responses",
        lambda part: {"input": [{"type": "function_call_output", "call_id": "c", "output": [part]}]},
        lambda file: {"type": "input_image", "image_url": url(file, "image/png")},
        {"type": "input_text"},
    ),
    "messages document": (
        "messages",
        lambda part: {"messages": [{"role": "user", "content": [part, {"type": "text", "text": "?"}]}]},
        lambda file: {
            "type": "document",
            "title": "t",
            "source": {"type": "base64", "media_type": "application/pdf", "data": coded(file)},
            "cache_control": {"type": "ephemeral"},
        },
        {"type": "text"},
    ),
    "messages image in a tool's result": (
        "messages",
        lambda part: {
            "messages": [
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": [part]}]},
            ]
        },
        lambda file: {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": coded(file)}},
        {"type": "text"},
    ),
    "gemini inline data": (
        "gemini",
        lambda part: {"contents": [{"role": "user", "parts": [{"text": "?"}, part]}]},
        lambda file: {"inlineData": {"mimeType": "application/pdf", "data": coded(file)}},
        {},
    ),
    "gemini inline data, in snake case": (
        "gemini",
        lambda part: {"contents": [{"role": "user", "parts": [part]}]},
        lambda file: {"inline_data": {"mime_type": "application/pdf", "data": coded(file)}},
        {},
    ),
}
"""By name: the API, a request around a part, the part around a file, and what stands beside the text of its note."""


def findings(verdict: Verdict) -> list[tuple[str, str, str]]:
    return [(f.rule, f.action, f.clause) for f in verdict.findings]


@pytest.mark.parametrize("kind", readable(LINE))
def test_a_value_in_a_file_does_not_leave(kind: str) -> None:
    api, around, part, _ = SHAPES["messages document"]
    asked = request(around(part(readable(LINE)[kind])), api)
    verdict = shared().inspect(asked)
    assert {f.rule for f in verdict.findings} == {"aws-access-key-id"}
    assert verdict.decision in (Decision.BLOCK, Decision.REDACT)
    if verdict.decision is Decision.REDACT:
        data = json.loads(sent(asked, verdict))["messages"][0]["content"][0]["source"]["data"]
        assert AWS_KEY.encode() not in base64.b64decode(data)


@pytest.mark.parametrize("kind", unread(LINE))
def test_a_value_in_a_file_of_which_some_is_unread_does_not_leave(kind: str) -> None:
    api, around, part, _ = SHAPES["chat file"]
    verdict = shared().inspect(request(around(part(unread(LINE)[kind])), api))
    assert {f.rule for f in verdict.findings} == {"aws-access-key-id"}
    assert (verdict.decision, verdict.reason) == (Decision.BLOCK, "attachment")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_with_a_value_is_blocked_and_told_without_its_name(shape: str) -> None:
    api, around, part, _ = SHAPES[shape]
    asked = request(around(part(zipped({NAME: pdf(f"words\n{LINE}")}))), api)
    verdict = shared().inspect(asked)
    assert set(findings(verdict)) == {("aws-access-key-id", "block", "on-attachment")}
    assert verdict.reply is not None
    told = verdict.reply.body.decode()
    assert "attachment, file 1, page 1, line 2" in told
    assert not any(word in told + repr(verdict.findings) for word in (AWS_KEY, NAME))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_note_stands_where_the_file_stood(shape: str) -> None:
    api, around, part, beside = SHAPES[shape]
    document = around(part(pdf(LINE)))
    asked = request(document, api)
    verdict = fresh(noting()).inspect(asked)
    assert set(findings(verdict)) == {("aws-access-key-id", "redact", "on-attachment")}
    note = {**beside, "text": "[attachment removed by Tightlip: it holds AWS access key (page 1)]"}
    assert json.loads(sent(asked, verdict)) == around(note)
    before, after = json.dumps(document), sent(asked, verdict).decode()
    cut = before.index(json.dumps(part(pdf(LINE))))
    assert after.startswith(before[:cut])
    assert after.endswith(before[cut + len(json.dumps(part(pdf(LINE)))) :])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_clean_file_goes_as_it_came(shape: str) -> None:
    api, around, part, _ = SHAPES[shape]
    asked = request(around(part(pdf("words"))), api)
    verdict = fresh(noting()).inspect(asked)
    assert (verdict.decision, verdict.body, verdict.reason) == (Decision.ALLOW, None, None)


def test_two_files_and_a_text_are_cut_at_once() -> None:
    _, _, part, _ = SHAPES["messages document"]
    text = {"type": "text", "text": f"a {OTHER_AWS_KEY} b"}
    document = {"messages": [{"role": "user", "content": [part(pdf(LINE)), text, part(docx(LINE)), part(pdf("x"))]}]}
    asked = request(document, "messages")
    content = json.loads(sent(asked, fresh(noting()).inspect(asked)))["messages"][0]["content"]
    assert [block["type"] for block in content] == ["text", "text", "text", "document"]
    assert content[1]["text"].startswith("a [AWS_ACCESS_KEY:")
    assert content[3] == part(pdf("x"))


@pytest.mark.parametrize("policy", ["balanced", "note"])
def test_where_no_note_fits_a_file_is_blocked(policy: str) -> None:
    inspector = fresh(noting() if policy == "note" else policy)
    for document in (
        {"messages": [{"role": "user", "content": {"source": {"data": coded(pdf(LINE))}}}]},
        {"input": [{"type": "image_generation_call", "result": coded(pdf(LINE))}]},
    ):
        verdict = inspector.inspect(request(document, "responses" if "input" in document else "messages"))
        assert verdict.decision is Decision.BLOCK or "[attachment removed" in str(verdict.body)
    function = {"functionResponse": {"name": "f", "parts": [{"inlineData": {"data": coded(pdf(LINE))}}]}}
    verdict = inspector.inspect(request({"contents": [{"parts": [function]}]}, "gemini"))
    assert verdict.decision is Decision.BLOCK


@pytest.mark.parametrize("where", ["text", "tool_result", "unknown"])
def test_a_file_in_the_middle_of_a_text_is_replaced_there(where: str) -> None:
    text = f"see ![]({url(zipped({'a': LINE}))}) and go on"
    block = {
        "text": {"type": "text", "text": text},
        "tool_result": {"type": "tool_result", "tool_use_id": "t", "content": text},
        "unknown": {"type": "text", "text": "words", "new_member": text},
    }[where]
    asked = request({"messages": [{"role": "user", "content": [block]}]}, "messages")
    assert shared().inspect(asked).decision is Decision.BLOCK
    body = sent(asked, fresh(noting()).inspect(asked)).decode()
    note = "[attachment removed by Tightlip: it holds AWS access key (file 1)]"
    assert f"see ![](data:application/octet-stream;base64,{note}) and go on" in body


@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_text_file_is_edited_and_encoded_again(alphabet: Callable[[bytes], bytes], mark: str) -> None:
    plain = f"{mark}Größe ÿÿÿ>>>\n{LINE}\nend\n"
    source = {"type": "base64", "media_type": "text/plain", "data": alphabet(plain.encode()).decode()}
    asked = request({"messages": [{"role": "user", "content": [{"type": "document", "source": source}]}]}, "messages")
    verdict = shared().inspect(asked)
    assert findings(verdict) == [("aws-access-key-id", "redact", "default")]
    data = json.loads(sent(asked, verdict))["messages"][0]["content"][0]["source"]["data"]
    decode = base64.urlsafe_b64decode if alphabet is base64.urlsafe_b64encode else base64.b64decode
    before, after = plain.split(AWS_KEY)
    decoded = decode(data).decode()
    assert decoded.startswith(before + "[AWS_ACCESS_KEY:") and decoded.endswith("]" + after)


def test_a_blocked_file_that_is_resent_becomes_a_note() -> None:
    _, _, part, _ = SHAPES["messages document"]
    inspector = shared()
    turn = {"role": "user", "content": [part(pdf(LINE))]}
    blocked = inspector.inspect(request({"messages": [turn]}, "messages"))
    assert blocked.telling != Told()
    later = request({"messages": [turn, {"role": "user", "content": "never mind"}]}, "messages")
    verdict = inspector.inspect(later, blocked.telling)
    assert (verdict.decision, findings(verdict)) == (
        Decision.REDACT,
        [("aws-access-key-id", "redact", "resent")],
    )
    assert json.loads(sent(later, verdict))["messages"][0]["content"][0]["type"] == "text"


def test_a_file_in_a_conversation_is_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    original = opener.open_attachment

    def counting(content: bytes, *args: Any, **kwargs: Any) -> Any:
        opened.append(len(content))
        return original(content, *args, **kwargs)

    monkeypatch.setattr(opener, "open_attachment", counting)
    _, _, part, _ = SHAPES["messages document"]
    inspector = fresh()
    turns: list[dict[str, Any]] = [{"role": "user", "content": [part(pdf("words"))]}]
    for number in range(5):
        inspector.inspect(request({"messages": turns}, "messages"))
        turns = [*turns, {"role": "assistant", "content": "words"}, {"role": "user", "content": f"turn {number}"}]
    inspector.inspect(request({"messages": [{"role": "user", "content": ["again", part(pdf("words"))]}]}, "messages"))
    assert len(opened) == 1


def multipart(*parts: tuple[str, str, bytes]) -> tuple[bytes, str]:
    """A form with these files: name, media type, content."""
    lines = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: %s\r\n\r\n%s\r\n'
        % (name.encode(), media_type.encode(), content)
        for name, media_type, content in parts
    )
    return lines + b"--b--\r\n", "multipart/form-data; boundary=b"


@pytest.mark.parametrize("kind", sorted(readable(LINE).keys() - {"utf-16", "utf-16 without a mark"}))
def test_a_value_in_an_uploaded_file_does_not_leave(kind: str) -> None:
    body, content_type = multipart((NAME, "application/octet-stream", readable(LINE)[kind]))
    asked = request(body, "unknown", content_type=content_type)
    verdict = shared().inspect(asked)
    assert "aws-access-key-id" in {f.rule for f in verdict.findings}
    assert verdict.decision in (Decision.BLOCK, Decision.REDACT)
    assert AWS_KEY.encode() not in sent(asked, verdict) or verdict.decision is Decision.BLOCK


def test_an_uploaded_page_is_cut_where_its_bytes_show_the_value() -> None:
    page = f"<!doctype html><p>{LINE}</p>".encode()
    body, content_type = multipart(("a.html", "text/html", page))
    asked = request(body, "unknown", content_type=content_type)
    verdict = shared().inspect(asked)
    assert findings(verdict) == [("aws-access-key-id", "redact", "default")]
    assert b"<!doctype html><p>export AWS_ACCESS_KEY_ID=[AWS_ACCESS_KEY:" in sent(asked, verdict)


@pytest.mark.parametrize(
    ("content", "reason"), [(pdf("words"), None), (png([]), "attachment"), (bytes(range(256)), "binary")]
)
def test_a_raw_upload_is_opened(content: bytes, reason: str | None) -> None:
    verdict = shared().inspect(request(content, "unknown", content_type="application/octet-stream"))
    assert verdict.reason == reason


def test_what_is_unread_is_policys_to_judge() -> None:
    _, around, part, _ = SHAPES["chat image"]
    for policy, decision in (("balanced", Decision.LOG), ("strict", Decision.BLOCK), ("monitor", Decision.LOG)):
        verdict = shared(policy).inspect(request(around(part(jpeg([]))), "chat"))
        assert (verdict.decision, verdict.reason) == (decision, "attachment")


def test_what_costs_too_much_is_no_attachment_that_may_pass() -> None:
    _, around, part, _ = SHAPES["chat file"]
    inspector = limited(Bounds(unpacked_bytes=1000))
    verdict = inspector.inspect(request(around(part(docx("words " * 400))), "chat"))
    assert (verdict.decision, verdict.reason) == (Decision.BLOCK, "decode_budget")


def limited(bounds: Bounds) -> Judge:
    return fresh(limits=Limits(attachments=bounds))


def test_a_heading_stands_above_its_column() -> None:
    _, around, part, _ = SHAPES["chat file"]
    ssn = "-".join(("536", "22", "8726"))
    for rows in (xlsx([["name", "SSN"], ["Ann", ssn]]), making.ods([["name", "SSN"], ["Ann", ssn]])):
        verdict = shared().inspect(request(around(part(rows)), "chat"))
        assert "US_SSN" in {f.entity for f in verdict.findings}
