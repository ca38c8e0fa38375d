"""Every query of every dashboard and rule, asked of a real Prometheus that watches running Tightlips under traffic.

An answer is at least one number: a query that errs, finds nothing or only ever divides nothing by nothing is a panel on
which somebody will one night see nothing.
"""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.deploy.board import DASHBOARDS, Query, filled, queries, rules, selectors
from tests.deploy.prometheus import Prometheus, finite
from tests.deploy.traffic import Office, configuration
from tests.e2e import values
from tests.e2e.clients import CHAT, curl
from tests.fakevendor import FakeVendor
from tests.proxy.bundle.making import POLICY, bundle_of

if TYPE_CHECKING:
    from tests.e2e.conftest import Lab

CHOICES = {"$instance": ".*", "$vendor": ".*", "$__rate_interval": "1m", "$__range": "30m"}
FIRING = {("TightlipShadowAI", "info"), ("TightlipAgreementExpiry", "warning"), ("TightlipBundleExpiry", "warning")}
"""What the test's registry, bundle and traffic make true; nothing else is the matter."""
COUNTED = {
    "tightlip-security: Let through for a reason: A": [1],
    "tightlip-security: Sent with a warning: A": [1],
    "tightlip-security: To vendors not approved: A": [1],
    "tightlip-security: Redacted requests: A": [3],
    "tightlip-tuning: Marked wrong: A": [1],
    "tightlip-tuning: Share marked right: A": [0.5],
    "tightlip-operations: Instances up: A": [2],
}
"""What happened so often, of which one is enough to matter."""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("prometheus") is None, reason="needs the prometheus binary (apt: prometheus)")
def test_every_panel_and_every_rule_has_an_answer(lab: "Lab", vendor: FakeVendor, tmp_path: Path) -> None:
    bundle = tmp_path / "acme.tlb"
    started = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    bundle.write_bytes(bundle_of({"policy/00/acme.yaml": POLICY}, start=started, days=11).encoded())
    office = lab.tightlip("office", tmp_path / "office", **configuration(tmp_path / "files"))
    with office, lab.tightlip("bundled", bundle=str(bundle), processes=2) as bundled:
        targets = [office.metrics_address, bundled.metrics_address]
        with Prometheus(tmp_path, targets) as prometheus:
            Office(office, vendor, tmp_path / "files").run()
            assert curl(bundled, CHAT, values.chat("hello")).status == 200
            assert curl(bundled, CHAT, values.chat(f"use {values.aws_key()}")).status == 400
            prometheus.wait_scraped()
            assert not (lost := _unanswered(prometheus)), "\n".join(lost)
            assert _counted(prometheus) == COUNTED
            fronts = 'tightlip_process_memory_bytes{process=~"front-.+"}'
            assert len(prometheus.at_end(fronts)) == 2  # several processes are one page
            assert _answers_when_chosen(prometheus, office.metrics_address)
            assert not (lost := _rules_without_series(prometheus)), "\n".join(lost)
            assert _firing(prometheus) == FIRING


def _unanswered(prometheus: Prometheus) -> list[str]:
    return [
        f"{query.place}: {query.expr}"
        for path in DASHBOARDS
        for query in queries(path)
        if not finite(_answer(prometheus, query))
    ]


def _counted(prometheus: Prometheus) -> dict[str, list[float]]:
    every = [query for path in DASHBOARDS for query in queries(path) if query.place in COUNTED]
    return {query.place: prometheus.at_end(filled(query.expr, CHOICES)) for query in every}


def _answers_when_chosen(prometheus: Prometheus, instance: str) -> bool:
    """One instance and two vendors, as Grafana writes a choice. Raises AssertionError for what is no query then."""
    chosen = CHOICES | {"$instance": instance.replace(".", r"\\."), "$vendor": "(openai|anthropic)"}
    for query in (query for path in DASHBOARDS for query in queries(path)):
        prometheus.at_end(filled(query.expr, chosen))
    return bool(
        prometheus.at_end(filled('sum(tightlip_requests_total{instance=~"$instance",vendor=~"$vendor"})', chosen))
    )


def _answer(prometheus: Prometheus, query: Query) -> list[float]:
    expr = filled(query.expr, CHOICES)
    return prometheus.over_time(expr) if query.is_range else prometheus.at_end(expr)


def _rules_without_series(prometheus: Prometheus) -> list[str]:
    """Recording rules without a record; alerts that look at something that is not there; rules that err."""
    missing = [rule["name"] for group in prometheus.groups() for rule in group["rules"] if rule["health"] != "ok"]
    for rule in rules():
        asked = {rule["record"]} if "record" in rule else selectors(rule["expr"])
        missing += [selector for selector in asked if not finite(prometheus.at_end(selector))]
    return missing


def _firing(prometheus: Prometheus) -> set[tuple[str, str]]:
    (states,) = [prometheus.ask("query", query='ALERTS{alertstate="firing"}')["result"]]
    return {(one["metric"]["alertname"], one["metric"]["severity"]) for one in states}


def test_selectors_are_found_whatever_stands_around_them() -> None:
    expr = 'sum by (a) (rate(tightlip_x_total{b=~"c|d"}[5m])) / (tightlip:y:rate5m > 0) or absent(up{job="tightlip"})'
    assert selectors(expr) == {'tightlip_x_total{b=~"c|d"}', "tightlip:y:rate5m", 'up{job="tightlip"}'}
    assert re.search(r"\$", filled("$__range $__rate_interval $instance $vendor", CHOICES)) is None
