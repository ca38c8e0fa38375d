"""`tightlip explain`: what is on record about one request, in words or as JSON. Never a value: a record has none."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from proxy.auditsearch import Members, Recorded
from proxy.cli.logged import all_of, recorded
from proxy.config import Config
from proxy.formats import FORMATS, GENERIC
from proxy.mark import Marks, marks_of
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
    "cut": "the proxy was stopped before the reply ended",
    "unknown": "not known: the proxy ended before the request did",
}


def explain(config: Config, reference: str, *, as_json: bool) -> int:
    """Prints what is on record about a request; the exit code says whether anything is."""
    found = recorded(config, reference)
    if found is None:
        print(f"tightlip: no request {reference} is on record in {config.state_dir / 'audit'}", file=sys.stderr)
        return UNKNOWN
    marks = marks_of(one for one in all_of(config, "change") if one.get("subject") == reference)
    if as_json:
        print(json.dumps(_plain(found, marks), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(found, marks)))
    return FOUND


def _plain(recorded: Recorded, marks: Marks) -> dict[str, Any]:
    decision = recorded.decision
    findings = [
        dict(one) | {"where": _where(decision, one), "marked": marks.get((decision["request"], index))}
        for index, one in enumerate(decision.get("findings", ()))
    ]
    return asdict(recorded) | {"decision": dict(decision) | {"findings": findings}}


def _lines(recorded: Recorded, marks: Marks) -> Iterator[str]:
    decision, outcome = recorded.decision, recorded.outcome or {}
    yield f"{decision['request']}  {_DECISIONS[decision['decision']]}  {_moment(decision['time'])}"
    client = " ".join(filter(None, (decision.get("client"), decision.get("client_version"))))
    yield _line("who", f"{decision.get('user') or 'no user name'}, with {client or 'an unknown client'}")
    model = f", model {decision['model']}" if decision.get("model") else ""
    target = f"{decision['method']} {decision['host']}{decision['path']}"
    yield _line("to", f"{decision['vendor']}: {target}{model}, {decision['request_bytes']:,} bytes")
    yield from _circumstances(decision.get("context") or {})
    clause = f", clause {decision['clause']}" if decision.get("clause") else ""
    yield _line("policy", f"{decision['policy']}{clause}{_waiver(decision)}")
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
    for index, finding in enumerate(decision.get("findings", ())):
        yield from _finding(decision, index, finding, marks.get((decision["request"], index)))
    if decision.get("findings_omitted"):
        yield f"  and {decision['findings_omitted']:,} findings more, not listed in the record"


def _finding(decision: Members, index: int, finding: Members, marked: bool | None) -> Iterator[str]:
    clause = f" by clause {finding['clause']}" if finding.get("clause") else ""
    action = f"{_ACTIONS.get(finding['action'], finding['action'])}{clause}{_waiver(finding)}"
    mark = "" if marked is None else f"; marked {str(marked).lower()}"
    what = english().entity(finding["entity"])
    yield f"  {index + 1}. {what} in {_where(decision, finding)}: {action}{mark}"
    severity = f", severity {finding['severity']}" if finding.get("severity") else ""
    pointer = finding["pointer"] or "the body"
    place = f"characters {finding['start'] + 1:,} to {finding['end']:,} of {pointer}"
    yield f"    rule {finding['rule']}{severity}; {place}; fingerprint {finding['fingerprint']}"


def _circumstances(context: Members) -> Iterator[str]:
    """What policy knew beside the findings: of the sender, the vendor and the code. Of old records nothing."""
    who = [f"{name} {', '.join(context[name])}" for name in ("groups", "roles", "training") if context.get(name)]
    if who or context.get("address"):
        yield _line("sender", "; ".join([*who, *([f"from {context['address']}"] if context.get("address") else [])]))
    if context.get("approval"):
        yield _line("vendor", "; ".join(_terms(context)))
    code = [f"{scheme} {', '.join(classes)}" for scheme, classes in context.get("classes", {}).items()]
    if repositories := context.get("repositories"):
        code.append(f"repository {', '.join(repositories)}")
    if code:
        yield _line("code", "; ".join(code))


def _terms(context: Members) -> Iterator[str]:
    yield str(context["approval"])
    yield from (f"{name} {status}" for name, status in context.get("agreements", {}).items())
    if context.get("regions"):
        yield f"regions {', '.join(context['regions'])}"
    if context.get("retention_days") is not None:
        yield f"keeps it {context['retention_days']} days"
    if context.get("trains") is not None:
        yield "trains on it" if context["trains"] else "does not train on it"
    if context.get("tool_approved") is not None:
        yield "client approved" if context["tool_approved"] else "client not approved"


def _waiver(members: Members) -> str:
    """By what it passes that would not."""
    waiver = members.get("waiver")
    if not waiver or str(members.get("clause")) == f"allow:{waiver}":
        return ""
    return f", let pass by {waiver}"


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
