"""Peers as processes of their own environments: started together, asked one at a time."""

import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.peers.install import interpreter
from bench.peers.roster import Peer
from tests.e2e.lab import ROOT

_SCRIPT = Path(__file__).with_name("finder.py")
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TLDEXTRACT_CACHE": "/dev/null"}
"""Models are not fetched in the middle of a measurement, nor by it."""


@dataclass(frozen=True, slots=True)
class Finder:
    """One peer that runs."""

    peer: Peer
    version: str
    process: subprocess.Popen[str]

    def ask(self, texts: Sequence[str], seconds: float) -> dict[str, Any]:
        """`found` in each text that it came through in its time, `done` of them in `seconds`."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"texts": list(texts), "seconds": seconds}) + "\n")
        self.process.stdin.flush()
        return _hear(self.process)

    def scan(self, texts: Sequence[str], seconds: float) -> dict[str, float]:
        """Of one body: characters it came through, in how many seconds of processor time."""
        answer = self.ask(texts, seconds)
        return {"chars": sum(map(len, texts[: answer["done"]])), "seconds": answer["seconds"]}


@contextmanager
def started(peers: Iterable[Peer], absent: dict[str, str]) -> Iterator[list[Finder]]:
    """Those that could be started; in `absent` comes why the others could not."""
    with ExitStack() as running:
        finders = []
        for peer in peers:
            python = interpreter(peer.package)
            if python is None:
                absent[peer.name] = "not installed: `make peers` does it"
                continue
            process = running.enter_context(_process(python, peer))
            hello = _hear(process)
            if "version" in hello:
                finders.append(Finder(peer, hello["version"], process))
            else:
                absent[peer.name] = hello["error"]
        yield finders


@contextmanager
def _process(python: Path, peer: Peer) -> Iterator[subprocess.Popen[str]]:
    command = [str(python), "-P", str(_SCRIPT), peer.id, peer.distribution]
    environment = {**os.environ, **_OFFLINE}
    if peer.package is None:
        environment["PYTHONPATH"] = str(ROOT)
    else:
        environment.pop("PYTHONPATH", None)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def _hear(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    answer: dict[str, Any] = json.loads(line) if line else {"error": f"it ended with {process.wait()}"}
    return answer
