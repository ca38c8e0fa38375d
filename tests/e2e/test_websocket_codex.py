"""The real Codex over its WebSocket: turns, tools, blocks that cost one message, sessions that go on, the way back.

Nothing but proxy and CA variables are set. `codex exec` is one process a turn; the app server, which editors start, has
several turns on one connection and sends only what is new in each.
"""

import json
import os
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import values
from tests.e2e.lab import ROOT, Tightlip
from tests.fakevendor import FakeVendor, Received, Step, Tool

pytestmark = [pytest.mark.client, pytest.mark.timeout(400)]

_VERSION = "0.169.0"
_RUN_SECONDS = 120


@pytest.fixture(scope="session")
def program() -> Path:
    """The client's executable; installed once into .cache/clients, which `make clean` removes."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, so Codex can't be")
    folder = ROOT / ".cache" / "clients" / f"codex-{_VERSION}"
    codex = folder / "node_modules" / ".bin" / "codex"
    if not codex.exists():
        folder.mkdir(parents=True, exist_ok=True)
        install = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", f"@openai/codex@{_VERSION}"]
        subprocess.run(install, check=True, timeout=300)
    return codex


@dataclass(slots=True)
class Codex:
    """One user's machine."""

    program: Path
    folder: Path
    tightlip: Tightlip

    def run(self, prompt: str, *words: str) -> str:
        """What one turn shows its user."""
        command = [str(self.program), "exec", "--skip-git-repo-check", *words, prompt]
        done = subprocess.run(
            command,
            cwd=self.project,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_RUN_SECONDS,
        )
        return done.stdout

    @property
    def project(self) -> Path:
        folder = self.folder / "project"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def environment(self) -> dict[str, str]:
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "HTTPS_PROXY": self.tightlip.proxy_url,
            "NO_PROXY": "localhost,127.0.0.1",
            "CODEX_CA_CERTIFICATE": str(self.tightlip.ca.with_name("bundle.pem")),
            "CODEX_API_KEY": "fake",
        }


class AppServer:
    """Codex as editors run it: one process, JSON lines, many turns."""

    def __init__(self, codex: Codex) -> None:
        environment = codex.environment()
        login = [str(codex.program), "login", "--with-api-key"]
        subprocess.run(login, input=b"fake", env=environment, cwd=codex.project, check=True, capture_output=True)
        self._process = subprocess.Popen(
            [str(codex.program), "app-server"],
            cwd=codex.project,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self._ids = iter(range(1000))
        self._ask("initialize", {"clientInfo": {"name": "lab", "title": "Lab", "version": "1"}})
        self._write({"method": "initialized"})
        started = self._ask("thread/start", {"cwd": str(codex.project), "approvalPolicy": "never"})
        self._thread = started["result"]["thread"]["id"]

    def turn(self, prompt: str) -> str:
        """What the turn's notices say, as JSON."""
        self._ask("turn/start", {"threadId": self._thread, "input": [{"type": "text", "text": prompt}]})
        said = []
        while not said or said[-1].get("method") != "turn/completed":
            said.append(self._lines.get(timeout=_RUN_SECONDS))
        return json.dumps(said)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        number = next(self._ids)
        self._write({"method": method, "id": number, "params": params})
        while (line := self._lines.get(timeout=_RUN_SECONDS)).get("id") != number:
            pass
        return line

    def _write(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(json.loads(line))


@pytest.fixture
def protected(program: Path, balanced: Tightlip, tmp_path: Path) -> Codex:
    return Codex(program, tmp_path, balanced)


@pytest.fixture
def guarded(program: Path, strict: Tightlip, tmp_path: Path) -> Codex:
    return Codex(program, tmp_path, strict)


@pytest.fixture
def server(guarded: Codex) -> Iterator[AppServer]:
    made = AppServer(guarded)
    yield made
    made.stop()


def turns(vendor: FakeVendor) -> list[bytes]:
    """The messages with something in them; each connection begins with one that has not."""
    return [message for message in vendor.messages if json.loads(message)["input"]]


def blocks(tightlip: Tightlip, since: int) -> list[dict[str, Any]]:
    return [record for record in tightlip.decisions()[since:] if record["decision"] == "block"]


def test_a_turn_passes_over_the_websocket_alone(protected: Codex, vendor: FakeVendor) -> None:
    vendor.script(Step(text=("Two and two ", "make four.")))
    assert "Two and two make four." in protected.run("What is two plus two?")
    (turn,) = turns(vendor)
    assert b"What is two plus two?" in turn
    assert vendor.prompts == []


def test_a_secret_in_the_prompt_or_in_what_a_tool_read_is_replaced(protected: Codex, vendor: FakeVendor) -> None:
    first, second = values.aws_key(), values.aws_key()
    (protected.project / "deploy.env").write_text(f"REGION=eu-west-1\nAWS_ACCESS_KEY_ID={second}\n")

    def read_then_answer(request: Received) -> Step:
        is_turn = request.method == "WEBSOCKET" and json.loads(request.body)["input"]
        if not is_turn or b"eu-west-1" in request.body:
            return Step()
        return Step(tool=Tool("exec_command", {"cmd": "cat deploy.env"}))

    vendor.script(read_then_answer)
    said = protected.run(f"Is {first} in deploy.env?")
    assert "All is well." in said
    question, result = turns(vendor)
    assert b"[AWS_ACCESS_KEY:" in question
    assert b"[AWS_ACCESS_KEY:" in result
    assert b"previous_response_id" in result, "a whole conversation was sent where its new part was expected"
    assert all(value.encode() not in request.body for value in (first, second) for request in vendor.requests)


def test_a_block_costs_one_message_and_the_session_goes_on(guarded: Codex, vendor: FakeVendor) -> None:
    value, since = values.aws_key(), len(guarded.tightlip.decisions())
    began = time.monotonic()
    said = guarded.run(f"Is {value} a good name for a key?")
    assert time.monotonic() - began < 30
    (block,) = blocks(guarded.tightlip, since)
    assert "AWS access key" in said
    assert block["request"] in said
    assert turns(vendor) == []
    assert vendor.prompts == []

    assert "All is well." in guarded.run("Never mind. What is two plus two?", "resume", "--last")
    (turn,) = turns(vendor)
    assert b"two plus two" in turn
    assert b"[AWS_ACCESS_KEY:" in turn
    assert value.encode() not in turn


def test_a_block_in_an_editor_leaves_the_next_turns_alone(
    server: AppServer, guarded: Codex, vendor: FakeVendor
) -> None:
    value, since = values.aws_key(), len(guarded.tightlip.decisions())
    assert "All is well." in server.turn("Say hello")
    assert "AWS access key" in server.turn(f"Is {value} a good name for a key?")
    assert "All is well." in server.turn("Never mind. What is two plus two?")
    assert "All is well." in server.turn("And three plus three?")
    assert len(blocks(guarded.tightlip, since)) == 1
    hello, whole, delta = turns(vendor)
    assert b"[AWS_ACCESS_KEY:" in whole
    assert json.loads(delta)["previous_response_id"] == "resp_fake"
    assert len(json.loads(delta)["input"]) == 1
    assert all(value.encode() not in message for message in (hello, whole, delta))


def test_without_websockets_it_falls_back_to_https(
    program: Path,
    lab: Any,
    vendor: FakeVendor,
    tmp_path: Path,
) -> None:
    with lab.tightlip("no-websocket", websocket="refuse") as tightlip:
        said = Codex(program, tmp_path, tightlip).run("What is two plus two?")
    assert "All is well." in said
    assert vendor.messages == []
    assert [request.path for request in vendor.prompts] == ["/v1/responses"]
