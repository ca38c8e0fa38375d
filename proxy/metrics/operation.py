"""The metrics of how it runs: workers, processes, audit, what is in force and until when. Names are stable, too."""

from typing import Final

from proxy.bound import Bound, Pressure
from proxy.metrics.instrument import Counter, Gauge, Info, Merge
from proxy.metrics.label import Label
from proxy.metrics.traffic import VENDOR

_TEXT: Final = "as in the records"

RESTART: Final = Label("reason", "why", known=("timeout", "crash", "memory"), more=13)
HOOK: Final = Label(
    "hook",
    "name of a hook of the proxy's",
    known=("http_connect", "requestheaders", "request", "responseheaders", "response", "error", "websocket"),
    more=24,
)
RELOAD: Final = Label("result", "what came of it", known=("taken", "unchanged", "refused"))
STATE: Final = Label("state", "`expired` ended within the last seven days", known=("requested", "in_force", "expired"))
REFUSED: Final = Label("reason", "the bound that was met", known=(*Bound, "not_balancer", "proxy_header"), more=7)
STAGE: Final = Label(
    "stage",
    "how far shedding had gone",
    known=[stage.name.lower() for stage in Pressure if stage >= Pressure.REFUSE_LARGE],
)
PROCESS: Final = Label("process", "`core`, `front-1` or `worker-1` and so on", known=("core",), more=192)
PROCESS_KIND: Final = Label("process", "its kind", known=("front",), more=3)
PROOF: Final = Label("result", "what the proof said", known=("proved", "failed"), more=2)
AGREEMENT: Final = Label("agreement", "its name in the registry", more=64)

RESTARTS: Final = Counter(
    "tightlip_worker_restarts", "Scan workers replaced.", RESTART, watch="any: each has cost a request its verdict"
)
SCAN_TIMEOUTS: Final = Counter(
    "tightlip_scan_timeouts", "Scans stopped at their deadline.", watch="any: hostile input, or too few cores"
)
HOOK_FAULTS: Final = Counter(
    "tightlip_hook_faults",
    "Faults in the proxy's hooks; each blocked its request.",
    HOOK,
    watch="any: a fault of ours; the log names the place",
)
READY: Final = Gauge(
    "tightlip_ready",
    "What /readyz answered when it was last asked: 1 ready, 0 not. None before somebody asks.",
    watch="0: requests are refused; a balancer, a health check or you must ask, or nobody knows",
)
QUEUE_DEPTH: Final = Gauge(
    "tightlip_queue_depth", "Requests waiting for a scan worker.", watch="more than none for long: too few cores"
)
WORKERS: Final = Gauge("tightlip_workers", "Scan workers alive.", watch="fewer than configured")
IN_FLIGHT: Final = Gauge(
    "tightlip_in_flight_bytes",
    "Bytes of request bodies that have arrived and were not sent on yet.",
    unit="bytes",
    merge=Merge.SUM,
    start=0,
    watch="what memory is needed for",
)
CONNECTIONS: Final = Gauge(
    "tightlip_connections", "Open connections of clients.", merge=Merge.SUM, start=0, watch="how near the bound is"
)
CONNECTIONS_REFUSED: Final = Counter(
    "tightlip_connections_refused",
    "Connections refused or closed at one of their bounds.",
    REFUSED,
    watch="a flood, or a bound that is too tight",
)
SHED: Final = Counter(
    "tightlip_shed_requests",
    "Requests refused because memory was short.",
    STAGE,
    watch="any: give it more memory, or less to do at once",
)
PRESSURE: Final = Gauge(
    "tightlip_memory_pressure",
    "How short memory is: 0 not at all, 1 collecting, 2 refusing what is large, 3 refusing all.",
    merge=Merge.MAX,
    start=0,
    watch="anything but 0 for long",
)
MEMORY: Final = Gauge(
    "tightlip_process_memory_bytes",
    "Resident memory of each process.",
    PROCESS,
    unit="bytes",
    merge=Merge.SUM,
    watch="growth that does not end",
)
CPU: Final = Counter(
    "tightlip_process_cpu_seconds",
    "Processor time of each process, those that it took the place of included.",
    PROCESS,
    unit="seconds",
    watch="one that is near one second a second: it takes more processes or workers, or fewer clients",
)
PROCESS_RESTARTS: Final = Counter(
    "tightlip_process_restarts",
    "Processes that ended unasked and were started again.",
    PROCESS_KIND,
    watch="any: what it had in hand was cut",
)
DRAINS: Final = Counter("tightlip_drains", "Times that serving was ended in good order.", watch="beside a deployment")
CUT_STREAMS: Final = Counter(
    "tightlip_cut_streams", "Replies cut off at the end of a drain.", watch="a drain that is too short"
)
WATCHDOG: Final = Counter(
    "tightlip_watchdog_proofs",
    "Proofs, by a scan and a record, that it works, for whoever watches the service.",
    PROOF,
    watch="failed ones",
)
AUDIT_LAG: Final = Gauge(
    "tightlip_audit_lag_seconds",
    "Age of the oldest record not yet durable.",
    unit="seconds",
    watch="more than a second: a slow disk; at ten seconds nothing passes any more",
)
AUDIT_FAILURES: Final = Counter(
    "tightlip_audit_failures",
    "Groups of records that could not be made durable.",
    watch="any: nothing passes while the disk is full or gone",
)
EXCEPTIONS: Final = Gauge(
    "tightlip_exceptions",
    "Exceptions to the policy by their state.",
    STATE,
    watch="requests that wait for an approver; exceptions that are never ended",
)
CERTIFICATE: Final = Gauge(
    "tightlip_certificate_expiry_timestamp_seconds",
    "When the CA's certificate expires.",
    unit="seconds",
    watch="less than 30 days away",
)
BUNDLE_EXPIRY: Final = Gauge(
    "tightlip_bundle_expiry_timestamp_seconds",
    "When the bundle in force expires; none without a bundle.",
    unit="seconds",
    watch="no newer one days before: nothing can be reloaded after it",
)
AGREEMENT_EXPIRY: Final = Gauge(
    "tightlip_agreement_expiry_timestamp_seconds",
    "When an agreement with a vendor ends, as the registry says.",
    VENDOR,
    AGREEMENT,
    unit="seconds",
    most=1024,
    watch="less than 30 days away: the policy may block that vendor after it",
)
RELOADS: Final = Counter(
    "tightlip_reloads", "Reloads of rules, policy and the rest, by how they ended.", RELOAD, watch="refused ones"
)
RELOAD_TIME: Final = Gauge(
    "tightlip_config_last_reload_success_timestamp_seconds",
    "When rules, policy and the rest were last found good.",
    unit="seconds",
    watch="how old the edition in force is",
)
RELOAD_SUCCESSFUL: Final = Gauge(
    "tightlip_config_last_reload_successful",
    "Whether the last reload was taken: 0 while an older edition stays.",
    watch="0: the files are wrong",
)
BUILD: Final = Info(
    "tightlip_build",
    "What is running.",
    Label("version", "of Tightlip"),
    Label("python", "version"),
    watch="whether every host runs the same",
)
EDITION: Final = Info(
    "tightlip_edition",
    "Rules, policy and configuration in one.",
    Label("name", _TEXT),
    watch="whether every host has the same in force",
)
POLICY: Final = Info(
    "tightlip_policy",
    "The policy in force.",
    Label("name", "its id"),
    Label("digest", "SHA-256"),
    watch="when it changed",
)
RULESET: Final = Info("tightlip_ruleset", "The rules in force.", Label("digest", "SHA-256"), watch="when they changed")
