"""`tightlip shadow report`: what the candidate that runs beside the active policy would have done, from the records."""

import sys

from proxy.auditsearch import Members
from proxy.cli.comparison import print_tally
from proxy.cli.replay import FailOn, Span
from proxy.comparison import Changed, Compared, Fate, Tally


def report(span: Span, *, digest: str, fail_on: FailOn, as_json: bool) -> int:
    """Prints what was recorded of the candidate whose policy digest begins with `digest`, by default the latest."""
    found: dict[tuple[str, str], Tally] = {}
    latest = None
    for record in span.records("shadow"):
        if record["policy_digest"].startswith(digest):
            latest = (record["policy_digest"], record["rules_digest"])
            found.setdefault(latest, Tally()).add(compared(record))
    if latest is None:
        print(f"tightlip: no candidate's decision of that time is on record in {span.folder}", file=sys.stderr)
        return FailOn.NEVER.exit_code(Tally())
    if len(found) > 1:
        others = ", ".join(sorted({policy[:12] for policy, _ in found if policy != latest[0]}))
        print(f"tightlip: this is the latest candidate; others by their digests: {others}", file=sys.stderr)
    print_tally(found[latest], f"requests seen by candidate {latest[0][:12]}", as_json=as_json)
    return fail_on.exit_code(found[latest])


def compared(record: Members) -> Compared:
    """A shadow record as a comparison of what was decided with what the candidate would have."""
    return Compared(
        record["request"],
        record["time"],
        record.get("user", ""),
        record["vendor"],
        Fate(record["decision"], record["clause"]),
        Fate(record["candidate_decision"], record["candidate_clause"]),
        tuple(map(_changed, record.get("findings", ()))),
    )


def _changed(finding: Members) -> Changed:
    return Changed(
        finding["rule"],
        finding["entity"],
        finding["pointer"],
        finding["fingerprint"],
        Fate(finding["action"], finding["clause"]),
        Fate(finding["candidate_action"], finding["candidate_clause"]),
    )
