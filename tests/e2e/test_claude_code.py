"""The real Claude Code, from npm, as a user runs it: nothing but proxy and CA variables are set.

It must work as before; a secret in the prompt or in a file that it reads must not reach the vendor; a block must be
read by the user, cost one request, and leave a session that goes on.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e import values
from tests.e2e.lab import ROOT, Tightlip
from tests.fakevendor import FakeVendor, Received, Step, Tool

if TYPE_CHECKING:
    from tests.e2e.conftest import Lab

pytestmark = [pytest.mark.client, pytest.mark.timeout(400)]

_PACKAGE = "@anthropic-ai/claude-code"
_VERSION = "2.1.329"
_RUN_SECONDS = 90


@pytest.fixture(scope="session")
def program() -> Path:
    """The client's executable; installed once into .cache/clients, which `make clean` removes."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, so Claude Code can't be")
    folder = ROOT / ".cache" / "clients" / f"claude-code-{_VERSION}"
    claude = folder / "node_modules" / ".bin" / "claude"
    if not claude.exists():
        folder.mkdir(parents=True, exist_ok=True)
        install = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", f"{_PACKAGE}@{_VERSION}"]
        subprocess.run(install, check=True, timeout=300)
    return claude


@dataclass(slots=True)
class Session:
    """One user's machine: a home of its own, a project folder, and the variables that the README names."""

    program: Path
    folder: Path
    tightlip: Tightlip
    environment: dict[str, str]

    def run(self, prompt: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.program), "-p", prompt, *arguments]
        project = self.folder / "project"
        project.mkdir(parents=True, exist_ok=True)
        return subprocess.run(
            command,
            cwd=project,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_RUN_SECONDS,
        )


def _session(program: Path, folder: Path, tightlip: Tightlip, **variables: str) -> Session:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "HTTPS_PROXY": tightlip.proxy_url,
        "NO_PROXY": "localhost,127.0.0.1",
        "NODE_EXTRA_CA_CERTS": str(tightlip.ca),
        "ANTHROPIC_API_KEY": "sk-ant-" + "fake",
        "DISABLE_AUTOUPDATER": "1",
        **variables,
    }
    (folder / "home").mkdir(parents=True)
    return Session(program, folder, tightlip, environment)


@pytest.fixture
def protected(program: Path, balanced: Tightlip, tmp_path: Path) -> Session:
    return _session(program, tmp_path, balanced, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1")


@pytest.fixture
def guarded(program: Path, strict: Tightlip, tmp_path: Path) -> Iterator[Session]:
    yield _session(program, tmp_path, strict, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1")


def _main_calls(vendor: FakeVendor) -> list[Received]:
    """The requests of the conversation itself: those with tools; side calls such as titles have none."""
    messages = [request for request in vendor.prompts if request.path == "/v1/messages"]
    return [request for request in messages if request.json().get("tools")]


def _blocks(tightlip: Tightlip, since: int) -> list[dict[str, Any]]:
    return [record for record in tightlip.decisions()[since:] if record["decision"] == "block"]


def test_works_as_before(protected: Session, vendor: FakeVendor) -> None:
    vendor.script(Step(text=("Two and two ", "make four.")))
    done = protected.run("What is two plus two?")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == "Two and two make four."
    (call,) = _main_calls(vendor)
    assert "What is two plus two?" in json.dumps(call.json()["messages"])
    assert call.streams


def test_works_with_its_telemetry_on(program: Path, balanced: Tightlip, vendor: FakeVendor, tmp_path: Path) -> None:
    done = _session(program, tmp_path, balanced).run("What is two plus two?")
    assert done.stdout.strip() == "All is well.", done.stdout + done.stderr
    assert len(_main_calls(vendor)) == 1


def test_a_secret_in_the_prompt_is_replaced(protected: Session, vendor: FakeVendor) -> None:
    value = values.aws_key()
    done = protected.run(f"Is {value} a good name for a key?")
    assert done.stdout.strip() == "All is well.", done.stdout + done.stderr
    assert _main_calls(vendor)
    assert all(value.encode() not in request.body for request in vendor.requests)
    assert b"[AWS_ACCESS_KEY:" in _main_calls(vendor)[0].body


def test_a_secret_in_a_file_that_it_reads_is_replaced(protected: Session, vendor: FakeVendor) -> None:
    value = values.aws_key()
    file = protected.folder / "project" / "deploy.env"
    file.parent.mkdir(parents=True)
    file.write_text(f"REGION=eu-west-1\nAWS_ACCESS_KEY_ID={value}\nPORT=8080\n")

    def read_then_answer(request: Received) -> Step:
        if b"tool_result" in request.body or b'"tools"' not in request.body:
            return Step()
        return Step(tool=Tool("Read", {"file_path": str(file)}))

    vendor.script(read_then_answer)
    done = protected.run("Which region is in deploy.env?", "--allowedTools", "Read")
    assert done.stdout.strip() == "All is well.", done.stdout + done.stderr
    last = _main_calls(vendor)[-1].body
    assert b"eu-west-1" in last
    assert b"[AWS_ACCESS_KEY:" in last
    assert all(value.encode() not in request.body for request in vendor.requests)


def test_a_block_is_read_by_the_user_and_the_session_goes_on(guarded: Session, vendor: FakeVendor) -> None:
    value, since = values.aws_key(), len(guarded.tightlip.decisions())
    blocked = guarded.run(f"Is {value} a good name for a key?")
    said = blocked.stdout + blocked.stderr
    assert "AWS access key" in said
    blocks = _blocks(guarded.tightlip, since)
    assert any(block["request"] in said for block in blocks), said
    assert len({block["request_sha256"] for block in blocks}) == len(blocks), "the same request came twice"
    assert not _main_calls(vendor)

    again = guarded.run("Never mind. What is two plus two?", "--continue")
    assert again.returncode == 0, again.stdout + again.stderr
    assert again.stdout.strip() == "All is well."
    (call,) = _main_calls(vendor)
    assert b"two plus two" in call.body
    assert b"[AWS_ACCESS_KEY:" in call.body
    assert all(value.encode() not in request.body for request in vendor.requests)


ACTING = """\
version: 1
id: acting
description: Warns of addresses, and asks for a reason for keys.
findings:
- {id: mail, when: {entity: [EMAIL_ADDRESS]}, action: warn}
- {id: keys, when: {category: [secret]}, action: justify}
default: log
"""


@pytest.fixture
def acting(program: Path, lab: "Lab", tmp_path: Path) -> Iterator[Session]:
    policy = tmp_path / "acting.yaml"
    policy.write_text(ACTING)
    with lab.tightlip("acting", policy=str(policy)) as tightlip:
        yield _session(program, tmp_path, tightlip, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1")


def test_a_warning_is_shown_once_and_the_session_goes_on(acting: Session, vendor: FakeVendor) -> None:
    value = values.email()
    first = acting.run(f"Draft a letter to {value}.")
    assert first.stdout.startswith("[Tightlip: "), first.stdout + first.stderr
    assert first.stdout.strip().endswith("All is well.")
    for prompt in ("Make it shorter.", "Make it kinder."):
        assert acting.run(prompt, "--continue").stdout.strip() == "All is well."
    last = _main_calls(vendor)[-1]
    assert len([turn for turn in last.json()["messages"] if turn["role"] == "assistant"]) == 2
    assert all(b"[Tightlip: " not in request.body for request in vendor.requests)


def test_a_reason_lets_a_blocked_prompt_through(acting: Session, vendor: FakeVendor) -> None:
    value = values.aws_key()
    blocked = acting.run(f"Is {value} a good name for a key?")
    code = re.search(r"tightlip: allow ([A-Z0-9]{4}) because", blocked.stdout + blocked.stderr)
    assert code is not None, blocked.stdout + blocked.stderr
    assert not _main_calls(vendor)
    reason = "this key was revoked weeks ago"
    allowed = acting.run(f"tightlip: allow {code[1]} because {reason}", "--continue")
    assert allowed.stdout.strip() == "All is well.", allowed.stdout + allowed.stderr
    later = acting.run("And another one?", "--continue")
    assert later.stdout.strip() == "All is well.", later.stdout + later.stderr
    calls = _main_calls(vendor)
    assert all(value.encode() in call.body for call in calls)
    assert all(b"tightlip: allow" not in request.body and reason.encode() not in request.body for request in calls)
    assert [record["justification"]["reason"] for record in acting.tightlip.decisions() if "justification" in record]
