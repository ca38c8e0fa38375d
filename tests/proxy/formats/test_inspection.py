"""Golden cases through the core: what a format calls text is cut out wherever it stands, what it calls fixed blocks."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from proxy.segment import FIXED, Label
from proxy.verdict import Decision, Request, Verdict
from tests.proxy.formats.golden import CASES, FOLDER, case_name, read
from tests.proxy.inspecting import AWS_KEY, sent, shared

TEXT = {Label.PROMPT, Label.SYSTEM, Label.TOOL_RESULT, Label.TOOL_ARGUMENT, Label.METADATA, Label.UNKNOWN}
PLACEHOLDER = re.compile(rb"\[AWS_ACCESS_KEY:[0-9a-f]+\]")


def planted(case: Any, labels: frozenset[Label] | set[Label], limit: int = 10**6) -> tuple[Any, int]:
    """The case's body with a key added to the first leaves that have one of these labels, and their number."""
    chosen = [pointer for pointer, label in case["labels"].items() if Label(label) in labels][:limit]

    def copied(value: Any, pointer: str) -> Any:
        if isinstance(value, dict):
            return {name: copied(member, f"{pointer}/{name}") for name, member in value.items()}
        if isinstance(value, list):
            return [copied(element, f"{pointer}/{index}") for index, element in enumerate(value)]
        return f"{value} {AWS_KEY} " if pointer in chosen else value

    return copied(case["body"], ""), len(chosen)


def inspected(case: Any, body: Any, media: str = "application/json") -> tuple[Request, Verdict]:
    headers = ((b"host", case["host"].encode()), (b"content-type", media.encode()))
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    whole = (case["method"], "https", case["host"], 443, case["target"], headers, raw, "ann", "tl-reference")
    asked = Request(*whole)
    return asked, shared().inspect(asked)


@pytest.mark.parametrize("path", CASES, ids=case_name)
def test_a_key_in_every_text_is_cut_out_and_nothing_else(path: Path) -> None:
    case = read(path)
    body, count = planted(case, TEXT)
    asked, verdict = inspected(case, body)
    if not count:
        assert verdict.decision is Decision.ALLOW
        return
    assert (verdict.decision, verdict.format) == (Decision.REDACT, case["format"])
    assert len(verdict.findings) == count
    names = set(PLACEHOLDER.findall(sent(asked, verdict)))
    assert len(names) == 1
    assert sent(asked, verdict) == asked.body.replace(AWS_KEY.encode(), names.pop())


@pytest.mark.parametrize("path", [p for p in CASES if FIXED & set(read(p)["labels"].values())], ids=case_name)
def test_a_key_where_nothing_may_be_changed_blocks(path: Path) -> None:
    case = read(path)
    body, _ = planted(case, FIXED, 1)
    _, verdict = inspected(case, body)
    assert verdict.decision is Decision.BLOCK
    assert verdict.reply is not None
    assert AWS_KEY.encode() not in verdict.reply.body


LINES = [read(path) for path in sorted((FOLDER / "openai.files").glob("*line*.json"))]
ROUTES = [("api.openai.com", "/v1/files", "file"), ("api.openai.com", "/v1/uploads/u/parts", "data")]
MEDIA = "multipart/form-data; boundary=XX"


def form(name: str, lines: list[Any]) -> bytes:
    """A body with a file of lines, as the SDKs write it."""
    head = f'--XX\r\nContent-Disposition: form-data; name="{name}"; filename="f.jsonl"\r\n\r\n'
    return f"{head}{'\n'.join(map(json.dumps, lines))}\n\r\n--XX--\r\n".encode()


@pytest.mark.parametrize(("host", "target", "name"), ROUTES)
def test_the_lines_of_a_batch_are_redacted_like_the_requests_that_they_are(host: str, target: str, name: str) -> None:
    case = {"method": "POST", "host": host, "target": target}
    asked, verdict = inspected(case, form(name, [planted(line, TEXT)[0] for line in LINES]), MEDIA)
    assert (verdict.decision, verdict.format) == (Decision.REDACT, "openai.files")
    assert sent(asked, verdict) == asked.body.replace(AWS_KEY.encode(), PLACEHOLDER.findall(sent(asked, verdict))[0])


@pytest.mark.parametrize(("host", "target", "name"), ROUTES)
def test_a_name_in_a_line_of_a_batch_is_never_rewritten(host: str, target: str, name: str) -> None:
    case = {"method": "POST", "host": host, "target": target}
    _, verdict = inspected(case, form(name, [LINES[0]["body"], {**LINES[1]["body"], "custom_id": AWS_KEY}]), MEDIA)
    assert verdict.decision is Decision.BLOCK
