"""What is shown: from a page to a screen of 80 by 24, and what is made of records."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from proxy.cli.top.history import Change
from proxy.cli.top.page import Page
from proxy.cli.top.picture import Picture, Recent, Spread, picture
from proxy.cli.top.recent import TAIL_BYTES, latest
from proxy.cli.top.screen import draw, waiting

NOW = 1_800_000_000.0
PAGE = Page.parse(f"""
tightlip_requests_total{{vendor="openai",format="openai.chat",decision="allow"}} 90
tightlip_requests_total{{vendor="anthropic",format="anthropic.messages",decision="block"}} 10
tightlip_findings_total{{category="secret",rule="aws-access-key-id",action="block"}} 12
tightlip_findings_total{{category="pii",rule="email-address",action="log"}} 3
tightlip_incomplete_total{{reason="scan_timeout"}} 2
tightlip_scan_timeouts_total 2
tightlip_added_latency_seconds_bucket{{le="0.001"}} 50
tightlip_added_latency_seconds_bucket{{le="+Inf"}} 100
tightlip_workers 2
tightlip_queue_depth 7
tightlip_connections 31
tightlip_process_memory_bytes{{process="core"}} 104857600
tightlip_process_memory_bytes{{process="worker-0"}} 209715200
tightlip_audit_lag_seconds 0.5
tightlip_certificate_expiry_timestamp_seconds {NOW + 12.5 * 86400}
tightlip_config_last_reload_success_timestamp_seconds {NOW - 60}
tightlip_config_last_reload_successful 1
tightlip_policy_info{{name="strict",digest="0"}} 1
tightlip_edition_info{{name="4711"}} 1
tightlip_build_info{{version="0.1.0",python="3.13"}} 1
""")
RECENT = Recent("10:00:01", "ada", "openai", "block", "aws-access-key-id", "tl-ec8z43r3hz")


def seen(page: Page = PAGE, recent: tuple[Recent, ...] = ()) -> Picture:
    change = Change(Page(), page, 50.0)
    return picture(page, change, change, NOW, readiness=(True, ()), recent=recent)


def shown(picture: Picture, trouble: str = "", width: int = 80, height: int = 24) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, color_system=None)
    console.print(draw(picture, "127.0.0.1:9464", trouble, height))
    return out.getvalue().splitlines()


def test_the_picture_of_a_page() -> None:
    found = seen()
    assert (found.requests, found.requests_per_second) == (100, 2.0)
    assert found.decisions == {"allow": 90, "block": 10}
    assert found.categories == {"secret": 12, "pii": 3}
    assert list(found.rules) == ["aws-access-key-id", "email-address"]
    assert found.latency["added"] == Spread(0.001, float("inf"))
    assert "audit" not in found.latency
    assert found.moved == {"scan timeouts": 2}
    assert (found.workers, found.waiting, found.connections) == (2, 7, 31)
    assert found.memory_bytes == {"core": 100 << 20, "worker-0": 200 << 20}
    assert (found.certificate_days, found.reloaded_seconds_ago) == (12, 60.0)
    assert (found.policy, found.edition, found.version) == ("strict", "4711", "0.1.0")


def test_what_an_older_proxy_does_not_tell_is_not_made_up() -> None:
    found = seen(Page.parse("process_resident_memory_bytes 1048576\ntightlip_workers 1\n"))
    assert (found.connections, found.certificate_days, found.reloaded_seconds_ago) == (None, None, None)
    assert found.memory_bytes == {"core": 1 << 20}
    assert shown(found)


def test_a_screen_of_80_by_24_is_full_and_no_more() -> None:
    lines = shown(seen(recent=(RECENT,) * 50))
    assert len(lines) == 24
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    for word in ("2.0/s, 100 in all", "allow 90", "block 10", "p50  1.0 ms", "> 10 s", "2 scan timeouts", "7 waiting"):
        assert word in text
    for word in (
        "300 MiB",
        "1 core, 100",
        "1 worker, 200",
        "12 days",
        "lag 0.50 s",
        "policy strict",
        "taken 1 min ago",
        "ready",
        "tl-ec8z43r3hz",
    ):
        assert word in text


@pytest.mark.parametrize(("width", "height"), [(40, 10), (20, 5), (200, 60)])
def test_other_sizes_do(width: int, height: int) -> None:
    lines = shown(seen(recent=(RECENT,) * 50), width=width, height=height)
    assert max(map(len, lines)) <= width
    assert any("requests" in line for line in lines)


def test_trouble_takes_the_place_of_readiness() -> None:
    lines = shown(seen(), trouble="nothing answers")
    assert "nothing answers" in lines[0] and "ready" not in lines[0]
    assert "NOT READY: audit" in shown(replace(seen(), ready=False, failing=("audit",)))[0]


def test_before_anything_answered_the_address_is_told() -> None:
    out = io.StringIO()
    Console(file=out, width=80, color_system=None).print(waiting("127.0.0.1:9464", "nothing answers"))
    assert "127.0.0.1:9464" in out.getvalue() and "nothing answers" in out.getvalue()


def test_a_terminal_is_given_no_orders() -> None:
    text = "\n".join(shown(seen(recent=(replace(RECENT, who="\x1b[2Jada", why="[red]x\x07"),)), width=200))
    assert "\x1b" not in text and "\x07" not in text
    assert "[red]x?" in text


# the latest on record


def line(number: int, **more: object) -> str:
    record = {"v": 1, "seq": number, "type": "decision", "request": f"tl-{number}", "time": "2026-11-21T10:00:01Z"}
    found = [{"rule": "b-rule"}, {"rule": "a-rule"}, {"rule": "b-rule"}]
    record |= {"decision": "block", "vendor": "openai", "user": "ada", "findings": found, **more}
    return json.dumps(record, separators=(",", ":")) + "\n"


def write(folder: Path, seq: int, *lines: str) -> None:
    (folder / f"audit-{seq:016d}-20261121.jsonl").write_text("".join(lines))


def test_the_latest_come_first_and_from_the_segment_before_too(tmp_path: Path) -> None:
    write(tmp_path, 1, line(1), line(2))
    write(tmp_path, 3, line(3), '{"v":1,"seq":4,"type":"outcome","request":"tl-3"}\n', line(5))
    assert [one.reference for one in latest(tmp_path, 3)] == ["tl-5", "tl-3", "tl-2"]


def test_why_is_the_reason_or_the_rules_or_the_clause(tmp_path: Path) -> None:
    write(tmp_path, 1, line(1), line(2, reason="too_large"), line(3, findings=[], clause="default", user=None))
    by_clause, by_reason, by_rules = latest(tmp_path, 9)
    assert (by_rules.why, by_reason.why, by_clause.why) == ("a-rule, b-rule", "too_large", "default")
    assert (by_rules.who, by_clause.who, by_rules.time) == ("ada", "-", "10:00:01")


def test_torn_lines_are_passed_over_and_a_long_log_is_read_from_its_end(tmp_path: Path) -> None:
    many = [line(number) for number in range(4000)]
    assert sum(map(len, many)) > 2 * TAIL_BYTES
    write(tmp_path, 1, *many, line(9999)[:-20])
    found = latest(tmp_path, 10_000)
    assert found[0].reference == "tl-3999"
    assert 100 < len(found) < 4000


def test_a_log_that_can_not_be_read_is_no_trouble(tmp_path: Path) -> None:
    assert latest(tmp_path / "none", 5) == []
