"""Values of every kind that must not leave, and the bodies that real clients send, to plant them in.

The values are drawn from seeds, pass their own checksums and are nobody's. A body is one of tests/cases/clients.
"""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detectors.template import expand
from proxy.verdict import Request

CASES = Path(__file__).parent / "cases" / "clients"
PLACES = ("prompt", "tool result", "tool call", "system", "attachment")
_MARKS = {"prompt": "PROMPT-STANDS-HERE", "tool result": "RESULT-STANDS-HERE", "tool call": "ARGUMENT-STANDS-HERE"}

KINDS: dict[str, tuple[str, str]] = {
    "AWS key": ("deploy with {}", "AKIA${base32:16}"),
    "AWS secret": ("AWS_SECRET_ACCESS_KEY={}", "${base64:40}"),
    "GitHub token": ("git clone with {}", "ghp_${check:github-crc32:${alnum:30}}"),
    "GitLab token": ("GITLAB_TOKEN={}", "glpat-${base64url:20}"),
    "OpenAI key": ("OPENAI_API_KEY={}", "sk-proj-${alnum:74}T3BlbkFJ${alnum:74}"),
    "Anthropic key": ("key: {}", "sk-ant-api03-${alnum:93}AA"),
    "Google key": ("maps key {}", "AIza${alnum:35}"),
    "Slack token": ("SLACK_TOKEN={}", "xoxb-${digits:12}-${digits:12}-${alnum:24}"),
    "Stripe key": ("stripe.api_key = '{}'", "sk_live_${alnum:24}"),
    "Hugging Face token": ("HF_TOKEN={}", "hf_${alpha:34}"),
    "DigitalOcean token": ("DIGITALOCEAN_TOKEN={}", "dop_v1_${hex:64}"),
    "SendGrid key": ("SENDGRID_API_KEY={}", "SG.${base64url:22}.${base64url:43}"),
    "password": ("db_password: {}", "${alnum:8}${digits:2}${alnum:8}"),
    "card": ("charge {}", "${check:luhn:4${digits:14}}"),
    "card of 15 digits": ("amex {}", "${check:luhn:37${digits:12}}"),
    "SSN": ("her SSN is {}", "53${digits:1}-4${digits:1}-${digits:4}"),
    "IBAN": ("pay to {}", "${check:iban:DE${digits:18}}"),
    "MRN": ("Patient: J. Roe, MRN: {}, diagnosis: diabetes", "${digits:8}"),
    "NPI": ("NPI: {}", "${check:npi:1${digits:8}}"),
    "e-mail address": ("write to {}", "jane.${lower:8}@northwind-traders.com"),
    "phone number": ("call {}", "+1 415 867 ${digits:4}"),
    "private key": (
        "{}",
        "-----BEGIN ${}RSA PRIVATE KEY-----\n${base64:64}\n${base64:64}\n-----END ${}RSA PRIVATE KEY-----",
    ),
}
CONTACT = frozenset({"e-mail address", "phone number"})
"""What the policy `balanced` logs and lets pass."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A value, the sentence that it stands in, and what it is."""

    kind: str
    sentence: str
    value: str


def draw(count: int) -> Iterator[Planted]:
    """`count` values of each kind."""
    for kind, (sentence, template) in KINDS.items():
        for index in range(count):
            value = expand(template, f"leak {kind}", index)
            yield Planted(kind, sentence.format(value), value)


def shapes() -> dict[str, dict[str, Any]]:
    return {file.stem: json.loads(file.read_text()) for file in sorted(CASES.glob("*.json"))}


def request(shape: dict[str, Any], body: Any) -> Request:
    """As the client that the shape is of would send it, with another body."""
    headers = ((b"host", shape["host"].encode()), (b"content-type", b"application/json"))
    raw = json.dumps(body, ensure_ascii=False).encode()
    return Request("POST", "https", shape["host"], 443, shape["target"], headers, raw, "ann", "tl-reference")


def plant(body: Any, place: str, text: str) -> Any:
    """The body with `text` at that place."""
    if place in _MARKS:
        return _replaced(body, _MARKS[place], text)
    planted = json.loads(json.dumps(body))
    (_instruct if place == "system" else _attach)(planted, text)
    return planted


def read(raw: bytes) -> str:
    """All that a vendor can read in a body: its strings, those inside strings, and what is in base64."""
    return "\n".join(_strings(json.loads(raw)))


def _replaced(value: Any, mark: str, text: str) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(below, mark, text) for key, below in value.items()}
    if isinstance(value, list):
        return [_replaced(below, mark, text) for below in value]
    if not isinstance(value, str) or mark not in value:
        return value
    mark = f"{mark}.txt" if f"{mark}.txt" in value else mark  # the file is named after it
    inside = value.startswith(("{", "[")) and value.endswith(("}", "]"))
    return value.replace(mark, json.dumps(text)[1:-1] if inside else text)


def _instruct(body: dict[str, Any], text: str) -> None:
    """Adds to the instructions, wherever this API has them; to the first message where it has none."""
    if isinstance(body.get("instructions"), str):
        body["instructions"] += f"\n{text}"
    elif isinstance(body.get("system"), list):
        body["system"].append({"text": text} | ({"type": "text"} if "max_tokens" in body else {}))
    elif "systemInstruction" in body:
        body["systemInstruction"]["parts"].append({"text": text})
    elif "messages" in body and isinstance(body["messages"][0]["content"], str):
        body["messages"][0]["content"] += f"\n{text}"
    else:
        first = (body.get("messages") or body.get("input") or body["contents"])[0]
        content = first.get("content", first.get("parts"))
        if isinstance(content, str):
            first["content"] = f"{content}\n{text}"
        else:
            content.append({**content[0], "text": text})


def _attach(body: dict[str, Any], text: str) -> None:
    """Adds a text file as this API takes one."""
    data = base64.b64encode(f"notes\n{text}\nend\n".encode()).decode()
    if "contents" in body:
        part = {"inlineData": {"mimeType": "text/plain", "data": data}}
        body["contents"].append({"role": "user", "parts": [part]})
    elif "input" in body:
        part = {"type": "input_file", "filename": "notes.txt", "file_data": f"data:text/plain;base64,{data}"}
        body["input"].append({"type": "message", "role": "user", "content": [part]})
    else:
        body["messages"].append({"role": "user", "content": [_file(body, data)]})


def _file(body: dict[str, Any], data: str) -> dict[str, Any]:
    if "toolConfig" in body:
        return {"document": {"name": "notes", "format": "txt", "source": {"bytes": data}}}
    if any("input_schema" in tool for tool in body.get("tools", [])):
        source = {"type": "base64", "media_type": "text/plain", "data": data}
        return {"type": "document", "source": source}
    return {"type": "file", "file": {"filename": "notes.txt", "file_data": f"data:text/plain;base64,{data}"}}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield key
            yield from _strings(below)
    elif isinstance(value, list):
        for below in value:
            yield from _strings(below)
    elif isinstance(value, str):
        yield value
        yield from _inside(value)


def _inside(text: str) -> Iterator[str]:
    readers: tuple[Callable[[str], Any], ...] = (json.loads, _text_of)
    for opened in readers:
        try:
            found = opened(text)
        except ValueError:
            continue
        if found != text and not isinstance(found, int | float):
            yield from _strings(found)


def _text_of(text: str) -> str:
    return base64.b64decode(text.rpartition("base64,")[2], validate=True).decode()
