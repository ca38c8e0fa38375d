"""`tightlip inspect`: the live proxy's pipeline on requests from a file: same workers, same deadlines, same answers."""

import asyncio
import base64
import binascii
import json
import sys
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from proxy.config import Config
from proxy.draft import Draft, read_draft
from proxy.edition import Edition
from proxy.inquiry import Inquiry
from proxy.profile import Profile
from proxy.reference import new_reference
from proxy.setting import keys_of
from proxy.trial import judged, trial
from proxy.verdict import Decision, Request, Verdict

DONE, FAILED = 0, 2
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, binascii.Error)
"""What `read_request` raises for a line that describes no request."""

DEFAULT_PORTS = {"https": 443, "http": 80}


def inspect_jsonl(config: Config) -> int:
    """Answers each request line with one verdict line, in order, until the input ends; the process's exit code."""
    return asyncio.run(_inspect_jsonl(read_draft(config)))


async def _inspect_jsonl(draft: Draft) -> int:
    inquiry = Inquiry(keys=keys_of(draft.config))
    failed = False
    async with trial(draft) as edition:
        while line := await asyncio.to_thread(sys.stdin.buffer.readline):
            if line.strip():
                answer = await _answer(inquiry, edition, line)
                failed = failed or "error" in answer
                sys.stdout.write(json.dumps(answer) + "\n")
                sys.stdout.flush()
    return FAILED if failed else DONE


async def _answer(inquiry: Inquiry, edition: Edition, line: bytes) -> dict[str, Any]:
    try:
        item = json.loads(line)
        request = read_request(item)
    except UNREADABLE:
        expected = 'expected {"id", "method", "url", "headers": [[name, value], ...], "body_b64", "user", ...}'
        return {"id": None, "error": expected}
    return {"id": item["id"], **_plain(request, await judged(request, inquiry, edition))}


def read_request(item: dict[str, Any]) -> Request:
    """The request that a line describes. Raises one of UNREADABLE when it describes none."""
    parts = urlsplit(item["url"])
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError("url")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Request(
        method=str(item["method"]),
        scheme=parts.scheme,
        host=parts.hostname.rstrip(".").lower(),
        port=parts.port or DEFAULT_PORTS[parts.scheme],
        target=target,
        headers=tuple((name.encode("latin-1"), value.encode("utf-8")) for name, value in item.get("headers") or []),
        body=base64.b64decode(item.get("body_b64") or "", validate=True),
        user=item.get("user"),
        reference=new_reference(),
        profile=_profile(item),
    )


def _profile(item: dict[str, Any]) -> Profile:
    training = tuple((str(course), date.fromisoformat(day)) for course, day in (item.get("training") or {}).items())
    groups, roles = (frozenset(map(str, item.get(kind) or ())) for kind in ("groups", "roles"))
    return Profile(groups, roles, training, str(item.get("address") or ""))


def _plain(request: Request, verdict: Verdict) -> dict[str, Any]:
    blocked = verdict.decision is Decision.BLOCK
    sent = None if blocked else request.body if verdict.body is None else verdict.body
    reply = verdict.reply if blocked else None
    return {
        "decision": verdict.decision.value,
        "reason": verdict.reason or ("finding" if blocked else None),
        "status": reply.status if reply else None,
        "findings": [
            {
                "rule": finding.rule,
                "category": finding.category,
                "entity": finding.entity,
                "pointer": finding.pointer,
                "start": finding.start,
                "end": finding.end,
                "action": finding.action,
            }
            for finding in verdict.findings
        ],
        "body_b64": None if sent is None else base64.b64encode(sent).decode("ascii"),
        "response_b64": base64.b64encode(reply.body).decode("ascii") if reply else None,
    }
