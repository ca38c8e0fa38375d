"""`python -m bench.replay [COUNT]`: how long `tightlip replay` takes over an audit log of that many decisions.

The records are invented: one in three requests holds findings, one to twelve of them, of the bundled rules; 300 users,
every vendor of the catalogue.
"""

import hashlib
import random
import sys
import tempfile
import time
from pathlib import Path

from detectors import bundled_rules, load_rules
from detectors.rule import Rule
from proxy.auditrecord import AuditFinding, Decision, encode, line
from proxy.auditsegment import FIRST_PREVIOUS
from proxy.cli.replay import FailOn, Span, replay_records
from proxy.config import load
from proxy.configsection import ShadowConfig
from proxy.setting import vendor_folders
from proxy.vendor import load_catalogue

COUNT = 100_000
USERS = 300
FROM = 1_790_000_000.0


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        write(state / "audit", count)
        span = Span(state / "audit")
        active, candidate = load(None, {}, {"state_dir": folder}), ShadowConfig(policy="strict")
        started = time.perf_counter()
        replay_records(active, candidate, span, recorded=False, fail_on=FailOn.NEVER, as_json=False)
        seconds = time.perf_counter() - started
        print(f"\n{count:,} decisions ({span.bytes / 1e6:.0f} MB of records) by two policies in {seconds:.1f} s")


def write(folder: Path, count: int) -> None:
    """An audit log of `count` decisions, chained as a real one."""
    folder.mkdir(parents=True)
    chance = random.Random(5)
    rules = load_rules((bundled_rules(),)).rules
    vendors = [vendor for vendor in load_catalogue(vendor_folders()).vendors if vendor.front_host]
    previous = FIRST_PREVIOUS
    with (folder / f"audit-{1:016d}-20260921.jsonl").open("wb") as file:
        for number in range(1, count + 1):
            findings = chance.randint(1, 12) if chance.random() < 1 / 3 else 0
            vendor = chance.choice(vendors)
            record = Decision(
                request=f"tl-{number:07d}",
                time=FROM + number,
                decision="redact" if findings else "allow",
                reason="",
                vendor=vendor.id,
                format="openai.chat",
                method="POST",
                host=vendor.front_host or "",
                path="/v1/chat/completions",
                user=f"user{chance.randrange(USERS)}",
                client="codex",
                client_version="0.150.0",
                request_bytes=120_000,
                request_sha256=f"{number:064x}",
                findings=tuple(_finding(chance, rules[chance.randrange(len(rules))]) for _ in range(findings)),
                policy="balanced",
                policy_digest="cd" * 32,
                rules_digest="ef" * 32,
                config_digest="01" * 32,
                scan_seconds=0.004,
            )
            text = line(number, previous, encode(record))
            previous = hashlib.sha256(text[:-1]).hexdigest()
            file.write(text)


def _finding(chance: random.Random, rule: Rule) -> AuditFinding:
    start = chance.randrange(4000)
    return AuditFinding(
        rule.id,
        rule.category.value,
        rule.entity,
        f"/messages/{chance.randrange(40)}/content",
        start,
        start + 20,
        f"{chance.getrandbits(128):032x}",
        "redact",
        rule.severity,
        "tool_result",
        "default",
        rule.score,
        None,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
