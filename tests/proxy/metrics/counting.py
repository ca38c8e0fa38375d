"""A process that counts and tells: `python -m tests.proxy.metrics.counting NUMBER` writes a snapshot."""

import sys

from proxy import metrics
from proxy.auditrecord import Outcome
from proxy.verdict import Decision, Stats, Verdict

VENDOR = "fleet-test"


def count(number: int) -> None:
    """So many requests, connections and levels of pressure as `number`."""
    for _ in range(number):
        metrics.record_decision(Verdict(Decision.ALLOW, VENDOR, "f", stats=Stats(1, 2, 0, 0.003)), 1000)
        metrics.record_outcome(VENDOR, Outcome(request="r", time=0, result="completed", response_bytes=10))
    metrics.observe_upstream(0.3, VENDOR, f"tl-{number}")
    metrics.connections(number)
    metrics.memory_pressure(min(number, 3))


if __name__ == "__main__":
    metrics.keep_exemplars(True)
    count(int(sys.argv[1]))
    sys.stdout.buffer.write(metrics.snapshot())
