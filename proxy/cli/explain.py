"""`tightlip explain`: what is on record about one request, in words or as JSON. Never a value: a record has none."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from proxy.auditsearch import Members, Recorded
from proxy.cli.logged import recorded
from proxy.config import Config
from proxy.formats import FORMATS, GENERIC
from proxy.message import standing
from proxy.segment import Label
from proxy.wording import english

FOUND, UNKNOWN = 0, 1

_DECISIONS = {
    "allow": "sent as it came",
    "log": "sent as it came, and noted",
    "warn": "sent as it came, with a warning",
    "redact": "sent without the values that were found",
    "block": "blocked",
}
_ACTIONS = {
    "allow": "let pass",
    "log": "noted",
    "warn": "warned of",
    "mask": "masked but for its end",
    "pseudonymise": "replaced by a pseudonym",
    "redact": "cut out",
    "justify": "blocked until a reason is given",
    "block": "blocked",
}
_RESULTS = {
    "blocked": "answered by Tightlip",
    "completed": "answered by the vendor",
    "upstream_failed": "the vendor could not be reached",
    "connection_lost": "the connection broke off",
    "unknown": "not known: the proxy ended before the request did",
}


def explain(config: Config, reference: str, *, as_json: bool) -> int:
    """Prints what is on record about a request; the exit code says whether anything is."""
    found = recorded(config, reference)
    if found is None:
        print(f"tightlip: no request {reference} is on record in {config.state_dir / 'audit'}", file=sys.stderr)
        return UNKNOWN
    if as_json:
        print(json.dumps(_plain(found), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(found)))
    return FOUND


def _plain(recorded: Recorded) -> dict[str, Any]:
    findings = [dict(one) | {"where": _where(recorded.decision, one)} for one in recorded.decision.get("findings", ())]
    return asdict(recorded) | {"decision": dict(recorded.decision) | {"findings": findings}}


def _lines(recorded: Recorded) -> Iterator[str]:
    decision, outcome = recorded.decision, recorded.outcome or {}
    yield f"{decision['request']}  {_DECISIONS[decision['decision']]}  {_moment(decision['time'])}"
    client = " ".join(filter(None, (decision.get("client"), decision.get("client_version"))))
    yield _line("who", f"{decision.get('user') or 'no user name'}, with {client or 'an unknown client'}")
    model = f", model {decision['model']}" if decision.get("model") else ""
    target = f"{decision['method']} {decision['host']}{decision['path']}"
    yield _line("to", f"{decision['vendor']}: {target}{model}, {decision['request_bytes']:,} bytes")
    yield _line("policy", decision["policy"])
    if decision.get("reason"):
        words = english().find(f"reason.{decision['reason']}") or english().say("reason.unknown")
        yield _line("unread", f"{decision['reason']}: {words}")
    if decision.get("justification"):
        given = decision["justification"]
        yield _line("reason", f"{given['reason']} (code {given['code']}, for clause {given['clause']})")
    yield _line("end", _end(outcome))
    if decision.get("repeat_of"):
        yield _line("repeat", f"of {decision['repeat_of']}: the same findings, no more than two minutes later")
    if recorded.repeats:
        yield _line("repeats", ", ".join(recorded.repeats))
    for finding in decision.get("findings", ()):
        yield from _finding(decision, finding)
    if decision.get("findings_omitted"):
        yield f"  and {decision['findings_omitted']:,} findings more, not listed in the record"


def _finding(decision: Members, finding: Members) -> Iterator[str]:
    clause = f" by clause {finding['clause']}" if finding.get("clause") else ""
    what = english().entity(finding["entity"])
    yield f"  - {what} in {_where(decision, finding)}: {_ACTIONS.get(finding['action'], finding['action'])}{clause}"
    severity = f", severity {finding['severity']}" if finding.get("severity") else ""
    pointer = finding["pointer"] or "the body"
    place = f"characters {finding['start'] + 1:,} to {finding['end']:,} of {pointer}"
    yield f"    rule {finding['rule']}{severity}; {place}; fingerprint {finding['fingerprint']}"


def _where(decision: Members, finding: Members) -> str:
    """Where a finding stands, in words. The line in the text is not on record."""
    label = Label(finding["label"]) if finding.get("label") else Label.UNKNOWN
    home, _, part = finding["pointer"].partition("#")
    words = standing(FORMATS.get(decision["format"], GENERIC), home, label, part, english())
    return english().say("text.comma").join(words)


def _end(outcome: Members) -> str:
    if not outcome:
        return "not yet on record"
    result = _RESULTS.get(outcome["result"], outcome["result"])
    status = f" with status {outcome['status']}" if outcome.get("status") else ""
    return f"{result}{status}"


def _moment(time: str) -> str:
    return f"{datetime.fromisoformat(time):%Y-%m-%d %H:%M:%S} UTC"


def _line(name: str, text: str) -> str:
    return f"  {name:<9}{text}"
