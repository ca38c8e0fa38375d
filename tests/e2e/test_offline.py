"""No dependency asks the network at run time: a day's work with the network cut, and everyone who tries on record.

Two nets, since either has holes: a hook in every Python process, which sees names and addresses, and a network
namespace, in which the kernel counts what compiled code tries as well.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.lab import ROOT
from tests.e2e.offline import RECOGNIZERS, documents, talk, watched

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_days_work_asks_nobody(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.e2e.offline", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=580)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    lines = _lines(tmp_path / "attempts.jsonl")
    assert [line for line in lines if "started" not in line] == []
    started = " ".join(word for line in lines for word in line["started"])
    assert all(word in started for word in ("proxy run", "proxy.worker", "proxy.fleet.process", "proxy scan"))
    assert set(told["answers"]) == {*documents(), *talk(), "metrics"}
    assert set(told["answers"].values()) <= {200, 400}
    assert told["scan"] == 1, "there is something to find"
    asked = {f"ACME_{name.removesuffix('Recognizer').upper()}" for name in RECOGNIZERS}
    assert asked | {"PERSON", "IBAN_CODE", "AWS_ACCESS_KEY"} <= set(told["entities"])
    if told["cut"]:
        assert told["unrouted"] == 0


def test_an_attempt_would_be_seen(tmp_path: Path) -> None:
    """Of a library that does ask, left to itself: tldextract, which Presidio brings along, fetches a list."""
    script = "import tldextract; tldextract.TLDExtract(cache_dir=None)('shop.example.co.uk')"
    environment = watched(tmp_path / "attempts.jsonl")
    subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, timeout=120, check=True)
    attempts = [line for line in _lines(tmp_path / "attempts.jsonl") if "started" not in line]
    assert {line["target"] for line in attempts} == {"publicsuffix.org", "raw.githubusercontent.com"}


def test_the_kernel_would_count_an_attempt() -> None:
    script = (
        "import contextlib, socket\n"
        "from tests.e2e.offline import leave_network, unrouted\n"
        "cut, before = leave_network(), unrouted()\n"
        "with contextlib.suppress(OSError), socket.socket() as one:\n"
        "    if cut:\n"
        "        one.connect(('192.0.2.1', 9))\n"
        "print(unrouted() - before if cut else 'denied')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120)
    if done.stdout.strip() == "denied":
        pytest.skip("network namespaces are not permitted here")
    assert int(done.stdout) >= 1, done.stderr
