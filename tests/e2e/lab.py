"""A Tightlip of one's own: `tightlip run` as a process, between a client and the fake vendor, on free ports.

Used by the end-to-end tests and by the bench. It is started as a user starts it and looked at from outside only.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.fakevendor.authority import HOSTS
from tests.process import below

ROOT = Path(__file__).resolve().parents[2]
_WELCOME = re.compile(rb"listens on (\S+?:\d+),.*metrics on http://(\S+?:\d+)/metrics")
_START_SECONDS = 120


class DidNotStart(Exception):
    """`tightlip run` ended, or was not ready in time; the message is what it logged."""


def configuration(vendor: str, ca_file: Path, plain: str | None = None, **more: Any) -> dict[str, Any]:
    """The keys that lead every test host to the fake vendor; `more` are further top-level keys."""
    targets = {f"{host}:443": vendor for host in HOSTS}
    if plain:
        targets |= {f"{host}:80": plain for host in HOSTS}
    return {"upstream": {"connect_to": targets, "ca_file": str(ca_file)}, "workers": 1, **more}


@dataclass(slots=True)
class Tightlip:
    """A running proxy. `folder` holds its configuration, its state and its log; `flags` are further ones of `run`."""

    folder: Path
    config: Mapping[str, Any]
    environment: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    log_name: str = "log.txt"
    listen: str = ""
    metrics_address: str = ""
    start_seconds: float = 0.0
    process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Ready when this returns. Raises DidNotStart."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "tightlip.yaml"
        file.write_text(json.dumps(dict(self.config)))  # JSON is YAML
        arguments = ["run", "--config", str(file), "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", *self.flags]
        started = time.monotonic()
        with self.log.open("ab") as log:
            log.truncate(0)
            self.process = subprocess.Popen(
                [sys.executable, "-m", "proxy", *arguments, "--state-dir", str(self.state)],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_ready(started + _START_SECONDS)
        except DidNotStart:
            self.stop()
            raise
        self.start_seconds = time.monotonic() - started

    def stop(self) -> int | None:
        """Asks it to end, as a service manager does; its exit code, or None when it had to be killed."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def log(self) -> Path:
        return self.folder / self.log_name

    def successor(self, **more: Any) -> "Tightlip":
        """One that takes this one's place when it is started; `more` are other top-level keys."""
        config = {**self.config, **more}
        name = f"{self.log.stem}-next.txt"
        return Tightlip(self.folder, config, self.environment, ("--takeover",), name)

    @property
    def ca(self) -> Path:
        return self.state / "ca" / "tightlip-ca.pem"

    @property
    def proxy_url(self) -> str:
        return f"http://{self.listen}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def get(self, path: str) -> tuple[int, str]:
        """What the metrics address answers."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://{self.metrics_address}{path}", timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as err:
            return err.code, err.read().decode()

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples that carry these labels."""
        total = 0.0
        for line in self.get("/metrics")[1].splitlines():
            if re.match(rf"{name}(\{{| )", line) and all(f'{k}="{v}"' in line for k, v in labels.items()):
                total += float(line.rsplit(" ", 1)[1])
        return total

    def audit(self) -> list[dict[str, Any]]:
        """Every audit record written so far, in order. A full disk tears a segment's last line: not a record."""
        files = sorted((self.state / "audit").glob("*.jsonl"))
        lines = [line for file in files for line in file.read_text().splitlines(keepends=True)]
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def decisions(self) -> list[dict[str, Any]]:
        return [record for record in self.audit() if record["type"] == "decision"]

    def outcome_of(self, decision: Mapping[str, Any]) -> dict[str, Any]:
        """The outcome record, which is written soon after the client has its answer, and is the only one."""
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + 60
        while not found and time.monotonic() < deadline:
            found = [r for r in self.audit() if r["type"] == "outcome" and r["request"] == decision["request"]]
        (outcome,) = found
        return outcome

    def traces(self) -> str:
        """All that the proxy leaves behind for people to read: log, metrics, audit records."""
        files = [path for path in self.state.rglob("*") if path.is_file()]
        kept = "".join(path.read_bytes().decode("utf-8", "replace") for path in files)
        return self.log.read_text() + self.get("/metrics")[1] + kept

    def children(self) -> list[int]:
        """The process ids below it: scan workers and what they bring."""
        return below(self.pid)

    def _wait_ready(self, deadline: float) -> None:
        assert self.process is not None
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if found := _WELCOME.search(self.log.read_bytes()):
                self.listen, self.metrics_address = found[1].decode(), found[2].decode()
                if self.get("/readyz")[0] == 200:
                    return
            time.sleep(0.02)
        raise DidNotStart(self.log.read_text())
