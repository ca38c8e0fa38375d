"""Exceptions and allowed values while the proxy runs: taken up by themselves, on record first, and gone again."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from proxy.cli.app import app
from proxy.userfile import add_user
from tests.e2e import values
from tests.e2e.clients import CHAT, Answer, curl
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor

if TYPE_CHECKING:
    from tests.e2e.conftest import Lab

pytestmark = pytest.mark.slow

POLICY = """\
version: 1
id: closed
description: Nothing passes, but people may let it.
default: block
limits:
- {id: never, when: {category: pci}, action: block}
exceptions: {approver_role: approver}
allow: {categories: [pii]}
"""
PASSWORD = "correct horse"
SOON = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
WAIT_SECONDS = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("closed")
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "allow.yaml").write_text("version: 1\nallow: []\n")
    add_user(folder / "users.yaml", "ada", PASSWORD)
    add_user(folder / "users.yaml", "bob", PASSWORD, ["approver"])
    return folder


@pytest.fixture(scope="module")
def closed(lab: "Lab", folder: Path) -> Iterator[Tightlip]:
    with lab.tightlip("closed", policy=str(folder / "policy.yaml"), allow=str(folder / "allow.yaml")) as tightlip:
        yield tightlip


@pytest.fixture
def command(closed: Tightlip, folder: Path) -> Callable[..., str]:
    """Runs a command on the running proxy's state, as someone of the users file."""
    keys = {name: str(folder / f"{name}.yaml") for name in ("policy", "allow", "users")}
    config = folder / "desk.yaml"
    config.write_text(json.dumps(keys | {"state_dir": str(closed.state)}))

    def run(who: str, *arguments: str) -> str:
        done = CliRunner().invoke(app, [*arguments, "--as", who, "--config", str(config)], input=f"{PASSWORD}\n")
        assert done.exit_code == 0, f"{done.output}{done.exception}"
        return done.output

    return run


def ask(tightlip: Tightlip, text: str) -> Answer:
    return curl(tightlip, CHAT, values.chat(text))


def until(tightlip: Tightlip, text: str, status: int) -> Answer:
    """The first answer of this status, once the change has been taken up."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (answer := ask(tightlip, text)).status != status:
        assert time.monotonic() < deadline, f"still {answer.status}"
        time.sleep(0.2)
    return answer


def change_kinds(tightlip: Tightlip) -> list[str]:
    return [record["kind"] for record in tightlip.audit() if record["type"] == "change"]


def test_an_exception_holds_from_its_approval_to_its_end(
    closed: Tightlip, command: Callable[..., str], vendor: FakeVendor
) -> None:
    text = f"write to {values.email()} please"
    assert ask(closed, text).status == 400
    asked = command(
        "ada", "exception", "request", "--vendor", "openai", "--category", "pii", "--category", "pci",
        "--reason", "the pilot of the ledger team", "--until", SOON,
    )  # fmt: skip
    found = re.match(r"ex-[a-z0-9]+", asked)
    assert found
    id = found[0]
    assert ask(closed, text).status == 400
    command("bob", "exception", "approve", id)
    until(closed, text, 200)
    (finding,) = closed.decisions()[-1]["findings"]
    assert (finding["action"], finding["clause"], finding["waiver"]) == ("log", "default", id)
    assert vendor.last.body == values.chat(text)
    assert ask(closed, f"card {values.card()}").status == 400  # a limit stays
    command("bob", "exception", "revoke", id)
    until(closed, text, 400)
    assert change_kinds(closed)[:3] == ["exception.request", "exception.approve", "exception.revoke"]


def test_a_block_is_no_finding_from_its_reference_on(
    closed: Tightlip, command: Callable[..., str], vendor: FakeVendor
) -> None:
    text = f"his number is {values.ssn()}, she wrote"
    blocked = ask(closed, text)
    assert blocked.status == 400
    reference = blocked.headers["x-tightlip-reference"]
    command("ada", "allow", reference, "--reason", "a sample of the manual", "--until", SOON)
    until(closed, text, 200)
    (finding,) = closed.decisions()[-1]["findings"]
    assert (finding["action"], finding["clause"]) == ("allow", f"allow:{reference}")
    assert "allow.add" in change_kinds(closed)
    assert values.ssn() not in closed.traces()
