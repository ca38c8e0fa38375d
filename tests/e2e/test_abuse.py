"""Whatever one client does, the next one is served as if nothing were, and the harm is counted."""

import asyncio
import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from bench.client import Http1, Target
from tests.e2e import values
from tests.e2e.clients import CHAT, curl
from tests.e2e.conftest import Lab
from tests.e2e.lab import ROOT, Tightlip

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("vendor")]

ROUNDS = 3
REQUESTS = 40
NOISE_SECONDS = 0.2
"""What a busy machine adds to the slowest of so few, whoever else is there."""


@pytest.fixture(scope="module")
def bounded(lab: Lab) -> Iterator[Tightlip]:
    """With less patience than usual, so that the tests need not wait as long."""
    limits = {"header_seconds": 2, "client_connections": 400}
    with lab.tightlip("bounded", limits=limits, workers=2) as tightlip:
        yield tightlip


@contextlib.contextmanager
def abused(tightlip: Tightlip, kind: str) -> Iterator[None]:
    host, _, port = tightlip.listen.rpartition(":")
    command = [sys.executable, "-m", "tests.e2e.abuse", kind, host, port, str(tightlip.ca)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as abuser:
        try:
            yield
            assert abuser.poll() is None, "the abuse ended early"
        finally:
            abuser.kill()


def slowest_seconds(tightlip: Tightlip) -> float:
    """Of some requests of a client that behaves, on its own connection."""
    return asyncio.run(_slowest_seconds(tightlip))


def typical_seconds(tightlip: Tightlip) -> float:
    return statistics.median(slowest_seconds(tightlip) for _ in range(ROUNDS))


async def _slowest_seconds(tightlip: Tightlip) -> float:
    host, _, port = tightlip.listen.rpartition(":")
    connection = await Http1.open(Target(host, int(port), str(tightlip.ca)))
    body = values.chat("Say hello. " * 100)
    seconds = [await connection.request(body) for _ in range(REQUESTS)]
    connection.close()
    return max(seconds)


def wait_for(tightlip: Tightlip, reason: str, count: int) -> None:
    deadline = time.monotonic() + 60
    while tightlip.metric("tightlip_connections_refused_total", reason=reason) < count:
        assert time.monotonic() < deadline, f"no connection was refused for {reason}"
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("kind", "reason", "count"),
    [
        ("resets", "resets", 1),
        ("pings", "control_frames", 1),
        ("headers", "header_seconds", 100),
        ("handshakes", "header_seconds", 100),
        ("flood", "client_connections", 100),
        ("declared", "", 0),
        ("chunked", "", 0),
        ("bombs", "", 0),
    ],
    ids=["rapid reset", "pings", "slow headers", "half-open TLS", "flood", "declared", "chunked", "bombs"],
)
def test_others_are_served_as_before(bounded: Tightlip, kind: str, reason: str, count: int) -> None:
    slowest_seconds(bounded)
    before = bounded.metric("tightlip_connections_refused_total", reason=reason) if reason else 0
    alone = typical_seconds(bounded)
    with abused(bounded, kind):
        time.sleep(1.0)  # for the abuser to start
        beside = typical_seconds(bounded)
        if beside > 2 * alone + NOISE_SECONDS:  # somebody else's work, or ours? ours would do it again
            beside = typical_seconds(bounded)
        if reason:
            wait_for(bounded, reason, int(before) + count)
    assert beside <= 2 * alone + NOISE_SECONDS, (alone, beside)
    assert curl(bounded, CHAT, values.chat("still served")).status == 200


def test_a_body_that_is_too_large_is_on_record(bounded: Tightlip) -> None:
    assert curl(bounded, CHAT, b"x" * (33 << 20)).status == 413
    assert bounded.decisions()[-1]["reason"] == "too_large"


@pytest.mark.parametrize(("line", "times"), [("x-note: " + "y" * 8000, 9), ("x-note: y", 300)], ids=["large", "many"])
@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_headers_have_a_size(bounded: Tightlip, line: str, times: int, version: str) -> None:
    lines = [argument for at in range(times) for argument in ("-H", line.replace("note", f"note-{at}"))]
    answer = curl(bounded, CHAT, values.chat("hi"), version, *lines)
    if answer.status:
        assert answer.status == 431
    assert curl(bounded, CHAT, values.chat("hi"), version).status == 200


def test_everything_that_was_in_flight_is_given_back(bounded: Tightlip) -> None:
    """After all of the above nothing is counted that is not there."""
    deadline = time.monotonic() + 60
    while bounded.metric("tightlip_in_flight_bytes") or bounded.metric("tightlip_connections"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
