"""Traffic of every kind through a running Tightlip: whatever a panel shows has happened at least once."""

import json
import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from proxy.cli.app import app
from proxy.userfile import add_user
from tests.e2e import values
from tests.e2e.clients import CHAT, MESSAGES, Answer, curl
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor, Step
from tests.process import command

PASSWORD = "correct horse"
POLICY = """\
version: 1
id: office
description: One of each.
findings:
- {id: cards, when: {category: [pci]}, action: redact}
- {id: mail, when: {entity: [EMAIL_ADDRESS]}, action: warn}
- {id: access, when: {entity: [AWS_ACCESS_KEY]}, action: justify}
- {id: secrets, when: {category: [secret]}, action: block}
- {id: numbers, when: {entity: [US_SSN]}, action: pseudonymise}
default: log
exceptions: {approver_role: approver}
allow: {categories: [secret]}
"""
CANDIDATE = """\
version: 1
id: candidate
description: Stricter, and it lets addresses alone.
findings:
- {id: mail, when: {entity: [EMAIL_ADDRESS]}, action: allow}
- {id: access, when: {entity: [AWS_ACCESS_KEY]}, action: log}
default: block
"""
_PATIENCE_SECONDS = 60


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def configuration(folder: Path) -> dict[str, Any]:
    """The keys of an office: users and groups, a registry, a candidate, an allowlist; all files written."""
    folder.mkdir(parents=True, exist_ok=True)
    add_user(folder / "users.yaml", "ada", PASSWORD)
    add_user(folder / "users.yaml", "bob", PASSWORD, ["approver"])
    (folder / "groups.yaml").write_text("groups: {platform: [ada], payments: [bob]}\nroles: {approver: [bob]}\n")
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "candidate.yaml").write_text(CANDIDATE)
    (folder / "allow.yaml").write_text("version: 1\nallow: []\n")
    agreed = {"approval": "approved", "agreements": {"dpa": {"status": "signed", "until": day(5)}}}
    (folder / "registry.yaml").write_text(json.dumps({"vendors": {"openai": agreed}}))
    files = {key: str(folder / f"{key}.yaml") for key in ("policy", "allow", "users", "groups", "registry")}
    return {**files, "metrics_users": "named", "shadow": {"policy": str(folder / "candidate.yaml")}}


@dataclass(frozen=True, slots=True)
class Office:
    """Ada at work. Each method is one kind of day; `run` is all of them."""

    tightlip: Tightlip
    vendor: FakeVendor
    folder: Path

    def run(self) -> None:
        for happen in (
            self.ask_and_be_answered,
            self.be_redacted_warned_and_blocked,
            self.give_a_reason,
            self.get_a_value_back,
            self.use_what_nobody_approved,
            self.send_what_cannot_be_read,
            self.take_an_exception,
            self.allow_and_mark,
            self.reload,
            self.lose_a_worker,
        ):
            happen()
        assert self.tightlip.get("/readyz")[0] == 200
        assert self.ask("and once more").status == 200

    def ask(self, *texts: str, url: str = CHAT, body: bytes | None = None) -> Answer:
        return curl(self.tightlip, url, body or values.chat(*texts), "--proxy-user", f"ada:{PASSWORD}")

    def ask_and_be_answered(self) -> None:
        for number in range(4):
            assert self.ask(f"what is {number} plus {number}?").status == 200
        assert self.ask("first", "second", "third").status == 200
        assert self.ask("first", "second", "third", "fourth").status == 200

    def be_redacted_warned_and_blocked(self) -> None:
        assert self.ask(f"charge {values.card()} now").status == 200
        assert self.ask(f"write to {values.email()} please").status == 200
        secret = values.private_key()
        assert [self.ask(f"use {secret}").status for _ in range(2)] == [400, 400]

    def give_a_reason(self) -> None:
        first = f"use {values.aws_key()} and explain"
        found = re.search(rb"tightlip: allow ([A-Z0-9]{4}) because", self.ask(first).body)
        assert found is not None
        why = f"tightlip: allow {found[1].decode()} because this access key was revoked weeks ago"
        assert self.ask(first, why).status == 200

    def get_a_value_back(self) -> None:
        value = values.ssn()
        self.ask(f"social security number {value}")
        seen = re.search(r"\d{3}-\d\d-\d{4}", self.vendor.last.body.decode())
        assert seen is not None and seen[0] != value
        self.vendor.script(Step(text=("it is ", seen[0], ".")))
        assert value.encode() in self.ask(f"social security number {value}, again").body

    def use_what_nobody_approved(self) -> None:
        assert self.ask(url=MESSAGES, body=values.message("hello")).status == 200

    def send_what_cannot_be_read(self) -> None:
        assert self.ask(body=b'{"model": "m", "model": ').status == 400

    def take_an_exception(self) -> None:
        text = f"use {values.private_key()}"
        assert self.ask(text).status == 400
        scope = ["--vendor", "openai", "--category", "secret"]
        asked = self.command("ada", "exception", "request", *scope, "--reason", "a pilot of ours", "--until", day(3))
        self.command("bob", "exception", "approve", asked.split()[0])
        self.until(lambda: self.ask(text).status == 200)
        self.command("bob", "exception", "revoke", asked.split()[0])
        self.until(lambda: self.ask(text).status == 400)
        self.command("ada", "exception", "request", *scope, "--reason", "another one", "--until", day(3))

    def allow_and_mark(self) -> None:
        text = f"use {values.private_key()} here"
        reference = self.ask(text).headers["x-tightlip-reference"]
        self.command("ada", "allow", reference, "--reason", "a sample of the manual", "--until", day(3))
        self.until(lambda: self.ask(text).status == 200)
        for said in ("false", "true"):
            other = self.ask(f"use {values.private_key()}").headers["x-tightlip-reference"]
            self.command("ada", "mark", other, said)

    def reload(self) -> None:
        policy = self.folder / "policy.yaml"
        for text, good in ((POLICY.replace("action: warn", "action: wam"), 0), (POLICY.replace("One", "Some"), 1)):
            policy.write_text(text)
            os.kill(self.tightlip.pid, signal.SIGHUP)
            self.until(lambda good=good: self.tightlip.metric("tightlip_config_last_reload_successful") == good)

    def lose_a_worker(self) -> None:
        workers = [pid for pid in self.tightlip.children() if b"proxy.worker" in command(pid)]
        os.kill(workers[0], signal.SIGKILL)
        self.until(lambda: self.tightlip.metric("tightlip_worker_restarts_total", reason="crash") >= 1)
        self.until(lambda: self.ask("still there?").status == 200)

    def command(self, who: str, *arguments: str) -> str:
        """A command of somebody at the desk, on the state of the running proxy."""
        keys = {key: str(self.folder / f"{key}.yaml") for key in ("policy", "allow", "users", "groups")}
        config = self.folder / "desk.yaml"
        config.write_text(json.dumps(keys | {"state_dir": str(self.tightlip.state)}))
        done = CliRunner().invoke(app, [*arguments, "--as", who, "--config", str(config)], input=f"{PASSWORD}\n")
        assert done.exit_code == 0, f"{arguments}: {done.output}{done.exception}"
        return done.output

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < deadline, self.tightlip.log.read_text()[-2000:]
            time.sleep(0.2)
