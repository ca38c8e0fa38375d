"""The real Claude Code with nothing set but what `tightlip setup` writes: it works, and the doctor says so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e import values
from tests.e2e.lab import ROOT, Tightlip
from tests.e2e.test_claude_code import program  # noqa: F401
from tests.fakevendor import FakeVendor, Step

pytestmark = [pytest.mark.client, pytest.mark.timeout(400)]


def _run(*command: str, home: Path, cwd: Path = ROOT) -> str:
    """Standard output. The environment holds no proxy, no root and no address."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "ANTHROPIC_API_KEY": "sk-ant-" + "fake",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
    }
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("way", [(), ("--base-url",)], ids=["proxy", "base URL"])
def test_claude_code_works_with_what_was_written_for_it(
    program: Path,  # noqa: F811
    balanced: Tightlip,
    vendor: FakeVendor,
    tmp_path: Path,
    way: tuple[str, ...],
) -> None:
    home, value = tmp_path / "home", values.aws_key()
    (home / "project").mkdir(parents=True)
    tightlip = (sys.executable, "-m", "proxy")
    arguments = ("--proxy", balanced.proxy_url, "--state-dir", str(balanced.state), "--home", str(home))
    _run(*tightlip, "setup", "claude-code", "--apply", "--yes", *way, *arguments, home=home)
    vendor.script(Step(text=("Two and two ", "make four.")))
    answer = _run(str(program), "-p", f"Two and two, and {value}?", home=home, cwd=home / "project")
    assert answer.strip() == "Two and two make four."
    assert vendor.prompts
    assert value.encode() not in b"".join(request.body for request in vendor.requests)
    assert "read by Tightlip" in _run(*tightlip, "doctor", "--client", "claude-code", "--home", str(home), home=home)
