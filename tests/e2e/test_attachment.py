"""Files on the wire: what is clean goes byte for byte, what holds a value does not, and a bomb costs nobody else."""

import base64
import gzip
import json
from typing import Any

import pytest

from tests.e2e import values
from tests.e2e.clients import CHAT, MESSAGES, curl
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor
from tests.proxy.attachments.making import docx, pdf, xlsx, zipped

pytestmark = pytest.mark.slow

NAME = "payroll-of-jane"


def document(file: bytes) -> dict[str, Any]:
    data = base64.b64encode(file).decode()
    return {"type": "document", "title": NAME, "source": {"type": "base64", "media_type": "x/y", "data": data}}


def message(*turns: list[dict[str, Any]]) -> bytes:
    messages = [{"role": ("user", "assistant")[number % 2], "content": turn} for number, turn in enumerate(turns)]
    return json.dumps({"model": "claude-fake", "max_tokens": 64, "messages": messages}).encode()


def text(words: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": words}]


@pytest.mark.parametrize("make", [pdf, docx, lambda words: xlsx([[words]]), lambda words: zipped({NAME: words})])
def test_a_file_with_a_value_is_blocked_and_its_conversation_goes_on(  # type: ignore[no-untyped-def]
    balanced: Tightlip, vendor: FakeVendor, make
) -> None:
    value = values.aws_key()
    turn = [document(make(f"my key is {value}")), *text("what is this?")]
    answer = curl(balanced, MESSAGES, message(turn))
    assert answer.status == 400
    told = json.loads(answer.body)["error"]["message"]
    assert "AWS access key (message 1, attachment" in told
    assert not any(word in told for word in (NAME, value))
    assert vendor.requests == []
    later = curl(balanced, MESSAGES, message(turn, text("Understood."), text("never mind")))
    assert later.status == 200
    first = json.loads(vendor.last.body)["messages"][0]["content"]
    assert first[0]["text"].startswith("[attachment removed by Tightlip: it holds AWS access key")
    assert first[1] == text("what is this?")[0]
    assert value not in json.dumps(balanced.decisions())


def test_clean_files_go_as_they_came(balanced: Tightlip, vendor: FakeVendor) -> None:
    body = message([document(pdf("nothing but words")), document(docx("more words"))])
    assert curl(balanced, MESSAGES, body).status == 200
    assert vendor.last.body == body


def test_a_bomb_is_refused_and_the_next_request_is_answered(balanced: Tightlip, vendor: FakeVendor) -> None:
    bomb = base64.b64encode(gzip.compress(gzip.compress(b"\0" * (64 << 20)))).decode()
    part = {"type": "file", "file": {"file_data": f"data:application/gzip;base64,{bomb}"}}
    answer = curl(balanced, CHAT, json.dumps({"messages": [{"role": "user", "content": [part]}]}).encode())
    assert answer.status == 400
    assert "decode_budget" in answer.body.decode()
    assert vendor.requests == []
    assert curl(balanced, CHAT, values.chat("hello")).status == 200
