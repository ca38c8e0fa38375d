"""`tightlip top` before a running proxy: on a terminal of 80 by 24, once, and when nothing answers."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e import values
from tests.e2e.clients import MESSAGES, curl
from tests.e2e.lab import ROOT, Tightlip
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow

_SECONDS = 40.0


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "proxy", "top", *arguments]


def _of(tightlip: Tightlip) -> list[str]:
    return ["--metrics", tightlip.metrics_address, "--state-dir", str(tightlip.state)]


def _ask(tightlip: Tightlip, text: str) -> None:
    messages = [{"role": "user", "content": text}]
    body = json.dumps({"model": "claude-x", "max_tokens": 9, "messages": messages}).encode()
    assert curl(tightlip, MESSAGES, body).status == 200


@contextmanager
def _terminal(*arguments: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """The command on a terminal of its own; the other end's descriptor."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {**os.environ, "TERM": "xterm"}
    process = subprocess.Popen(
        _command(*arguments), cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _read_until(terminal: int, *words: str) -> str:
    """What was drawn until all of the words were, or the time is up."""
    drawn, deadline = "", time.monotonic() + _SECONDS
    while not all(word in drawn for word in words) and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.5)[0]:
            drawn += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", os.read(terminal, 65536).decode("utf-8", "replace"))
    return drawn


def test_the_live_screen_and_its_end_by_q(balanced: Tightlip, vendor: FakeVendor) -> None:
    canary = values.aws_key()
    _ask(balanced, f"AWS_ACCESS_KEY_ID={canary}")
    reference = balanced.decisions()[-1]["request"]
    with _terminal(*_of(balanced), "--interval", "0.3") as (process, terminal):
        drawn = _read_until(terminal, "ready", "policy balanced", reference, "aws-access-key-id")
        for word in ("ready", "policy balanced", reference, "aws-access-key-id", "workers", "q quits"):
            assert word in drawn
        assert canary not in drawn
        os.write(terminal, b"xq")
        assert process.wait(timeout=_SECONDS) == 0


def test_it_waits_for_a_proxy_that_is_not_there() -> None:
    with _terminal("--metrics", "127.0.0.1:1", "--interval", "0.2") as (process, terminal):
        assert "nothing answers; trying again every 0.2 s" in _read_until(terminal, "trying again every 0.2 s")
        os.write(terminal, b"q")
        assert process.wait(timeout=_SECONDS) == 0


def test_one_frame_plain_and_as_json(balanced: Tightlip, vendor: FakeVendor) -> None:
    _ask(balanced, "hello")
    plain = subprocess.run(_command(*_of(balanced)), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (plain.returncode, "\x1b" in plain.stdout) == (0, False)
    assert "policy balanced" in plain.stdout
    done = subprocess.run(_command(*_of(balanced), "--once", "--json"), cwd=ROOT, capture_output=True, timeout=60)
    told = json.loads(done.stdout)
    assert (told["ready"], told["workers"], told["policy"]) == (True, 1, "balanced")
    assert told["requests"] == balanced.metric("tightlip_requests_total")
    assert told["recent"][0]["reference"] == balanced.decisions()[-1]["request"]


def test_once_fails_when_nothing_answers() -> None:
    command = _command("--once", "--metrics", "127.0.0.1:1")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "tightlip: 127.0.0.1:1: nothing answers\n"
