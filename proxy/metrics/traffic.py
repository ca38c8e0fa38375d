"""The metrics of what passes: requests, findings, who and where to, replies. Names are stable: dashboards use them."""

from typing import Final

from detectors import Category
from proxy.metrics.instrument import Counter, Histogram
from proxy.metrics.label import NAME, Label
from proxy.policy.action import Action
from proxy.reason import Reason
from proxy.verdict import Decision

SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
PATIENT_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250)
"""Thinking models take minutes to begin."""

BODY_BYTES: Final = tuple(float(4**power) for power in range(4, 14))
"""256 B to 64 MiB."""

NONE: Final = "none"
EXCEPTION: Final = "exception"
ALLOWLIST: Final = "allowlist"
JUSTIFICATION: Final = "justification"
_ACTIONS: Final = tuple(action.label for action in Action)

VENDOR: Final = Label("vendor", "id of the vendors' files; `other` is a host of none", more=512)
FORMAT: Final = Label("format", "id of the API's format", more=128)
DECISION: Final = Label("decision", "what became of the request", known=Decision)
CANDIDATE: Final = Label("candidate", "what the candidate would have decided", known=Decision)
CATEGORY: Final = Label("category", "of the rule", known=Category)
RULE: Final = Label("rule", "id of the rules' files", more=4096)
ACTION: Final = Label("action", "what was done about the finding", known=_ACTIONS)
THEIR_ACTION: Final = Label("action", "what was done about the finding", known=(*_ACTIONS, NONE))
CANDIDATES_ACTION: Final = Label("candidate", "what the candidate would do about it", known=(*_ACTIONS, NONE))
REASON: Final = Label("reason", "closed code, as in the records", known=Reason)
CLAUSE: Final = Label("clause", "id of the policy's clause", more=1024)
USER: Final = Label("user", "name in the users file, or its keyed hash", more=4096, form=NAME)
GROUP: Final = Label("group", "name in the groups or users file", more=512, form=NAME)
WAIVER: Final = Label("kind", "what let it pass", known=(EXCEPTION, ALLOWLIST, JUSTIFICATION))
MARK: Final = Label("mark", "what people said of the finding", known=("right", "wrong"))
RESULT: Final = Label(
    "result",
    "how it ended",
    known=("completed", "blocked", "upstream_failed", "connection_lost", "cut"),
    more=12,
)
SKIPPED: Final = Label("reason", "why the candidate did not judge it", known=("behind", "fault", "unread"), more=5)
TOKENS_KIND: Final = Label("kind", "which tokens; `cached` are a part of `input`", known=("input", "output", "cached"))
DIRECTION: Final = Label("direction", "which body", known=("request", "response"))

REQUESTS: Final = Counter(
    "tightlip_requests",
    "Requests to AI vendors by what was decided about them.",
    VENDOR,
    FORMAT,
    DECISION,
    most=4096,
    watch="what passes and what is stopped; a vendor that nobody should use",
)
FINDINGS: Final = Counter(
    "tightlip_findings",
    "Findings by what was done about them, those of repeated blocks left out.",
    CATEGORY,
    RULE,
    ACTION,
    most=8192,
    watch="which rules fire; a rule that begins to fire everywhere is a false alarm or an incident",
)
INCOMPLETE: Final = Counter(
    "tightlip_incomplete",
    "Requests that could not be read, or were refused unread.",
    REASON,
    watch="failing closed; its share of all requests is what is not covered",
)
REPEATS: Final = Counter(
    "tightlip_repeated_blocks",
    "Blocks that only repeat another of the last two minutes.",
    VENDOR,
    watch="clients that retry what was blocked",
)
UNAPPROVED: Final = Counter(
    "tightlip_shadow_ai_requests",
    "Requests to known vendors that are not approved, where any is.",
    VENDOR,
    DECISION,
    watch="services that people use and nobody has approved",
)
USER_REQUESTS: Final = Counter(
    "tightlip_user_requests",
    "Requests of users who proved who they are; none unless users are told.",
    USER,
    DECISION,
    most=8192,
    watch="who is blocked again and again, and needs help",
)
GROUP_REQUESTS: Final = Counter(
    "tightlip_group_requests",
    "Requests by the groups of their user; a user of two groups counts in both.",
    GROUP,
    watch="a group that falls silent on a working day goes round the proxy",
)
CLAUSE_DECISIONS: Final = Counter(
    "tightlip_clause_decisions",
    "Requests by the clause of the policy that made the decision, where one did.",
    CLAUSE,
    DECISION,
    watch="clauses that never apply, and one that begins to block",
)
WAIVED: Final = Counter(
    "tightlip_waived",
    "Requests in which something was treated less strictly because of a waiver, by kinds of waiver.",
    WAIVER,
    watch="how much of the policy is waived",
)
JUSTIFIED: Final = Counter(
    "tightlip_justified",
    "Requests let through because their user gave a reason.",
    VENDOR,
    watch="reasons that become a habit",
)
WARNED: Final = Counter(
    "tightlip_warned", "Requests let through with a warning to their user.", VENDOR, watch="whether warnings help"
)
MARKS: Final = Counter(
    "tightlip_marks",
    "Findings that people have marked as right or wrong.",
    RULE,
    MARK,
    watch="wrong ones of one rule: it needs tuning",
)
SHADOW: Final = Counter(
    "tightlip_shadow_requests",
    "Requests that the candidate judged beside the policy in force, by both decisions.",
    DECISION,
    CANDIDATE,
    watch="what a change would do before it is made",
)
SHADOW_FINDINGS: Final = Counter(
    "tightlip_shadow_findings",
    "Findings that the candidate treats differently; `none` is done about what one side did not find.",
    RULE,
    THEIR_ACTION,
    CANDIDATES_ACTION,
    most=8192,
    watch="which rules a change is about",
)
SHADOW_SKIPPED: Final = Counter(
    "tightlip_shadow_skipped",
    "Requests that the candidate did not judge.",
    SKIPPED,
    watch="how much of the traffic the comparison leaves out",
)
OUTCOMES: Final = Counter(
    "tightlip_outcomes",
    "Decided requests by how they ended.",
    VENDOR,
    RESULT,
    watch="vendors that fail, and clients that give up",
)
TOKENS: Final = Counter(
    "tightlip_tokens",
    "Tokens that vendors counted, where their replies tell.",
    VENDOR,
    TOKENS_KIND,
    watch="what the use of each vendor costs",
)
RESTORED: Final = Counter(
    "tightlip_pseudonyms_restored", "Pseudonyms put back in replies.", watch="whether pseudonyms are in use"
)
UNRESTORED: Final = Counter(
    "tightlip_replies_unrestored",
    "Replies in which some pseudonyms may have been left.",
    watch="developers who see stand-ins in place of their values",
)
CACHE_HITS: Final = Counter(
    "tightlip_cache_hits", "Pieces of requests whose findings were known.", watch="the share of resent turns"
)
CACHE_MISSES: Final = Counter(
    "tightlip_cache_misses", "Pieces of requests that had to be scanned.", watch="what scanning costs"
)
NAMES_UNREAD: Final = Counter(
    "tightlip_names_unread",
    "Requests in which there was no time left to look for names in all of their new text.",
    watch="whether `names.milliseconds` is enough",
)
BODY: Final = Histogram(
    "tightlip_body_bytes",
    "Body sizes on the wire.",
    DIRECTION,
    bounds=BODY_BYTES,
    unit="bytes",
    watch="bodies near the limit",
)
SCAN: Final = Histogram(
    "tightlip_scan_seconds",
    "Time in a scan worker.",
    bounds=SECONDS,
    unit="seconds",
    watch="rules that have become slow",
)
NAMES: Final = Histogram(
    "tightlip_names_seconds",
    "The processor's time that finding names took of a request, where it took any.",
    bounds=SECONDS,
    unit="seconds",
    watch="its share of the time of the scan: what a model costs",
)
DECIDED: Final = Histogram(
    "tightlip_decision_seconds",
    "Time from the whole request to its verdict.",
    bounds=SECONDS,
    unit="seconds",
    watch="with the time of the scan beside it: waiting for a worker",
)
ADDED: Final = Histogram(
    "tightlip_added_latency_seconds",
    "Time added to a forwarded request, audit included.",
    bounds=SECONDS,
    unit="seconds",
    watch="what developers wait for on our account",
)
AUDIT: Final = Histogram(
    "tightlip_audit_seconds",
    "Time until a decision was durable.",
    bounds=SECONDS,
    unit="seconds",
    watch="a slow disk",
)
UPSTREAM: Final = Histogram(
    "tightlip_upstream_seconds",
    "Time from the request's leave to go to the first byte of the vendor's reply.",
    VENDOR,
    bounds=PATIENT_SECONDS,
    unit="seconds",
    most=64,
    watch="whether it is the vendor who is slow",
)
