"""Faults of the machine: a killed worker, a full disk, a stop in mid-stream. Refuse clearly, then serve again."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.compiled import share_rules
from tests.e2e import values
from tests.e2e.clients import CHAT, curl, openai_sdk
from tests.e2e.lab import ROOT, Tightlip
from tests.fakevendor import FakeVendor, Step
from tests.process import command

pytestmark = pytest.mark.slow

_PATIENCE_SECONDS = 60


def _until(holds: Callable[[], bool], what: str) -> None:
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < _PATIENCE_SECONDS, what


@pytest.fixture
def own(lab) -> Iterator[Tightlip]:  # type: ignore[no-untyped-def]
    with lab.tightlip("own", limits={"scan_seconds": 60}) as tightlip:
        yield tightlip


def test_a_killed_worker_costs_its_request_only(own: Tightlip, vendor: FakeVendor) -> None:
    """Stopped first, so that the kill surely meets it with a request in hand and another one waiting."""
    (worker,) = (pid for pid in own.children() if b"proxy.worker" in command(pid))
    os.kill(worker, signal.SIGSTOP)
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(curl, own, CHAT, values.chat(f"question {number}")) for number in range(2)]
        _until(lambda: own.metric("tightlip_queue_depth") == 1, "no request waits behind the one in hand")
        os.kill(worker, signal.SIGKILL)
        answers = sorted((future.result() for future in asked), key=lambda answer: answer.status)
    assert [answer.status for answer in answers] in ([200, 400], [200, 503]), answers
    assert b"worker_lost" in answers[1].body
    assert len(vendor.requests) == 1
    assert own.metric("tightlip_worker_restarts_total") == 1
    assert curl(own, CHAT, values.chat("and again?")).status == 200


def test_a_full_disk_refuses_and_recovers(lab, vendor: FakeVendor, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    mount = tmp_path / "disk"
    mount.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(mount)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a tmpfs needs root")
    try:
        with lab.tightlip("full", folder=mount) as tightlip:
            _fill_and_free(tightlip, vendor, mount / "ballast")
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def _fill_and_free(tightlip: Tightlip, vendor: FakeVendor, ballast: Path) -> None:
    assert curl(tightlip, CHAT, values.chat("one")).status == 200
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(bytes(4096))
    vendor.reset()
    refused = [curl(tightlip, CHAT, values.chat(f"while full {number}")) for number in range(40)]
    sent = len(vendor.requests)
    assert refused[-1].status == 503, refused[-1]
    assert b"audit_unavailable" in refused[-1].body
    assert sent == sum(answer.status == 200 for answer in refused)
    _until(lambda: tightlip.get("/readyz")[0] == 503, "stayed ready")
    ballast.unlink()
    _until(lambda: curl(tightlip, CHAT, values.chat("free again")).status == 200, "did not recover")
    _until(lambda: tightlip.get("/readyz")[0] == 200, "did not become ready")
    decided = [r for r in tightlip.audit() if r["type"] == "decision" and r["decision"] == "allow"]
    assert len(decided) >= len(vendor.requests)


def test_sigterm_lets_a_stream_end(lab, vendor: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    tightlip = lab.tightlip("ending")
    tightlip.start()
    try:
        vendor.script(Step(text=("one ", "two ", "three"), pause_after=1))
        events = iter(
            openai_sdk(tightlip).chat.completions.create(
                model="m", messages=[{"role": "user", "content": "count"}], stream=True
            )
        )
        texts = [next(events).choices[0].delta.content]
        os.kill(tightlip.pid, signal.SIGTERM)
        _until(lambda: curl(tightlip, CHAT, values.chat("late")).status == 0, "went on accepting")
        vendor.go_on()
        texts += [event.choices[0].delta.content for event in events if event.choices]
        assert [text for text in texts if text] == ["one ", "two ", "three"]
        assert tightlip.process is not None
        assert tightlip.process.wait(timeout=_PATIENCE_SECONDS) == 0
    finally:
        tightlip.stop()
    assert tightlip.audit()[-1]["result"] == "completed"


def test_sigterm_ends_an_idle_proxy_and_its_workers(own: Tightlip) -> None:
    children = own.children()
    assert own.stop() == 0
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_kill_9_leaves_no_worker_and_closes_the_open_record(lab, vendor: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    tightlip = lab.tightlip("killed")
    tightlip.start()
    vendor.script(Step(hang_after=1))
    children = tightlip.children()
    asking = threading.Thread(target=lambda: curl(tightlip, CHAT, values.chat("hi", stream=True)))
    asking.start()
    _until(lambda: bool(vendor.requests), "the request did not arrive")
    os.kill(tightlip.pid, signal.SIGKILL)
    asking.join(timeout=_PATIENCE_SECONDS)
    assert tightlip.process is not None
    tightlip.process.wait()
    _until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), "workers outlived the proxy")
    with tightlip:
        assert "unknown" in [record.get("result") for record in tightlip.audit()]


@pytest.mark.parametrize("address", ["listen", "metrics"])
def test_an_address_in_use_is_told_and_ends_the_start(tmp_path: Path, address: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        addresses = {"listen": "127.0.0.1:0", "metrics": "127.0.0.1:0"}
        addresses[address] = f"127.0.0.1:{taken.getsockname()[1]}"
        flags = [flag for name, value in addresses.items() for flag in (f"--{name}", value)]
        command = [sys.executable, "-m", "proxy", "run", *flags, "--state-dir", str(share_rules(tmp_path))]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert f"tightlip: {address}: expected an address that is free" in ended.stderr
