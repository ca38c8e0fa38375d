"""`tightlip inspect`: the live proxy's pipeline on requests from a file: same workers, same deadlines, same answers."""

import asyncio
import base64
import binascii
import json
import sys
from typing import Any
from urllib.parse import urlsplit

from proxy.admission import is_plain_passage, refusal_of
from proxy.config import Config
from proxy.inquiry import Inquiry
from proxy.policy import load_policy
from proxy.pool import Pool, PoolError
from proxy.pseudonym.vault import Vault
from proxy.reference import new_reference
from proxy.setting import catalogue_of, gate_of, keys_of, policy_folder, worker_settings
from proxy.verdict import Decision, Request, Verdict
from proxy.wording import Wording, load_wording

DONE, FAILED = 0, 2
DEFAULT_PORTS = {"https": 443, "http": 80}


def inspect_jsonl(config: Config) -> int:
    """Answers each request line with one verdict line, in order, until the input ends; the process's exit code."""
    load_policy(config.policy, policy_folder())  # a mistake in these is told here, with its line, not by a worker
    return asyncio.run(_inspect_jsonl(config, load_wording(config.language)))


async def _inspect_jsonl(config: Config, wording: Wording) -> int:
    pool = Pool(worker_settings(config), 1, config.limits.scan_seconds)
    try:
        ready = await pool.start()
    except PoolError:
        print("tightlip: the scan worker did not start; `tightlip config check` says why", file=sys.stderr)
        return FAILED
    vault = Vault(None, pool.settings.key) if ready.pseudonymises else None
    gate = gate_of(config, catalogue_of(config))
    inquiry = Inquiry(gate, pool, vault=vault, keys=keys_of(config), wording=wording)
    failed = False
    try:
        while line := await asyncio.to_thread(sys.stdin.buffer.readline):
            if line.strip():
                answer = await _answer(inquiry, line)
                failed = failed or "error" in answer
                sys.stdout.write(json.dumps(answer) + "\n")
                sys.stdout.flush()
    finally:
        await pool.stop()
    return FAILED if failed else DONE


async def _answer(inquiry: Inquiry, line: bytes) -> dict[str, Any]:
    try:
        item = json.loads(line)
        request = _request(item)
    except (ValueError, KeyError, TypeError, binascii.Error):
        expected = 'expected {"id", "method", "url", "headers": [[name, value], ...], "body_b64", "user"}'
        return {"id": None, "error": expected}
    return {"id": item["id"], **_plain(request, await _verdict(inquiry, request))}


async def _verdict(inquiry: Inquiry, request: Request) -> Verdict:
    refusal = refusal_of(request, inquiry.gate)
    if refusal is None and len(request.body) > inquiry.pool.settings.limits.body_bytes:
        refusal = "too_large"
    if refusal is not None:
        return inquiry.refuse(request, refusal)
    if inquiry.gate.catalogue.vendor_for(request.host) is None or is_plain_passage(request, inquiry.gate):
        return Verdict(Decision.ALLOW, "other", "none", reason="not_intercepted")
    return await inquiry.decide(request, request.user or "local")


def _request(item: dict[str, Any]) -> Request:
    """The request that a line describes. Raises ValueError, KeyError or TypeError when it describes none."""
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
    )


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
