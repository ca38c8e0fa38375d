"""Reloading as an operator meets it: by command, by signal, by a changed file; and files that are no good."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from proxy.control import PID_FILE
from proxy.userfile import add_user
from tests.e2e import reloading, values
from tests.e2e.clients import CHAT, Tunnel, curl, post
from tests.e2e.lab import ROOT, Tightlip
from tests.e2e.reloading import A, B, loads, reload
from tests.fakevendor import FakeVendor

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("edition")


@pytest.fixture(scope="module")
def started(lab, folder: Path) -> Iterator[Tightlip]:  # type: ignore[no-untyped-def]
    """Follows its files."""
    A.write(folder)
    with lab.tightlip("followed", **reloading.keys(folder)) as tightlip:
        yield tightlip


@pytest.fixture
def tightlip(started: Tightlip, folder: Path) -> Tightlip:
    """With the first edition in force."""
    (folder / "policy.yaml").unlink(missing_ok=True) if (folder / "policy.yaml").is_file() else None
    A.write(folder)
    reload(started)
    assert policy(started) == A.policy
    return started


def command(state_dir: Path, *more: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "proxy", "reload", "--state-dir", str(state_dir), *more]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300)


def policy(tightlip: Tightlip) -> str:
    """The policy that a request is judged by now."""
    curl(tightlip, CHAT, values.chat("hello"))
    return str(tightlip.decisions()[-1]["policy"])


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_command_tells_what_changed(tightlip: Tightlip, folder: Path) -> None:
    B.write(folder)
    done = command(tightlip.state)
    assert done.returncode == 0, done.stderr
    edition = loads(tightlip)[-1]["edition"]
    assert done.stdout.startswith(f"edition {edition} is in force")
    assert policy(tightlip) == B.policy
    assert json.loads(tightlip.get("/readyz")[1])["edition"] == edition
    assert f'tightlip_edition_info{{name="{edition}"}} 1.0' in tightlip.get("/metrics")[1]
    told = {change for load in loads(tightlip) for change in load["changed"]}
    assert {"clause side-a-stops removed", "clause side-b-stops added", "vendor openai changed"} <= told


def test_the_command_tells_what_is_wrong_and_where(tightlip: Tightlip, folder: Path) -> None:
    text = (folder / "policy.yaml").read_text()
    (folder / "policy.yaml").write_text(text.replace("block", "blok"))
    done = command(tightlip.state)
    assert done.returncode == 1
    assert f"{folder}/policy.yaml:1: clause side-a-stops: action: expected one of" in done.stderr
    assert json.loads(command(tightlip.state, "--json").stdout)["result"] == "refused"
    assert policy(tightlip) == A.policy
    assert tightlip.metric("tightlip_config_last_reload_successful") == 0
    load = loads(tightlip)[-1]
    assert (load["result"], load["problems"]) == ("refused", [f"{folder}/policy.yaml:1"])
    assert "blok" not in tightlip.log.read_text() + json.dumps(loads(tightlip))


@pytest.mark.parametrize("name", ["policy.yaml", "registry.yaml"])
@pytest.mark.parametrize("what", ["gone", "folder", "half", "binary", "empty"])
def test_whatever_happens_to_a_file_the_last_good_edition_stays(
    tightlip: Tightlip, folder: Path, name: str, what: str
) -> None:
    if name == "registry.yaml" and what == "empty":
        pytest.skip("an empty registry is one")
    edition, file = loads(tightlip)[-1]["edition"], folder / name
    text = file.read_text()
    file.unlink()
    if what == "folder":
        file.mkdir()
        (file / "x.yaml").write_text("[")
    elif what != "gone":
        file.write_bytes({"half": text[: len(text) // 2].encode(), "binary": b"\x00\xff", "empty": b""}[what])
    try:
        until(lambda: loads(tightlip)[-1]["result"] == "refused")
        assert loads(tightlip)[-1]["trigger"] == "file"
        assert loads(tightlip)[-1]["edition"] == edition
        assert (policy(tightlip), tightlip.decisions()[-1]["edition"]) == (A.policy, edition)
        assert tightlip.get("/readyz")[0] == 200
    finally:
        if file.is_dir():
            (file / "x.yaml").unlink()
            file.rmdir()
    file.write_text(text)  # mended, it is noticed by itself
    until(lambda: tightlip.metric("tightlip_config_last_reload_successful") == 1)


def test_a_changed_file_is_taken_by_itself(tightlip: Tightlip, folder: Path) -> None:
    B.write(folder)
    until(lambda: policy(tightlip) == B.policy)
    load = next(load for load in reversed(loads(tightlip)) if load["result"] == "taken")
    assert load["trigger"] == "file"
    assert load["actors"]
    assert {Path(file).name for file in load["files"]} <= {"policy.yaml", "registry.yaml"}


def test_a_signal_alone_is_enough(tightlip: Tightlip) -> None:
    before = len(loads(tightlip))
    os.kill(tightlip.pid, signal.SIGHUP)
    until(lambda: len(loads(tightlip)) > before)
    assert loads(tightlip)[-1]["trigger"] == "signal"
    assert "actors" not in loads(tightlip)[-1] or loads(tightlip)[-1]["actors"] == []


def test_a_request_keeps_the_edition_that_let_it_in(tightlip: Tightlip, folder: Path, vendor: FakeVendor) -> None:
    """Half of it arrives under one, the rest under the next."""
    edition = loads(tightlip)[-1]["edition"]
    whole = post("api.openai.com", "/v1/chat/completions", values.chat(values.aws_key()))
    with Tunnel(tightlip, "api.openai.com:443") as tunnel:
        tunnel.start_tls("api.openai.com")
        tunnel.send(whole[:-20])
        time.sleep(0.3)
        B.write(folder)
        reload(tightlip)
        assert policy(tightlip) == B.policy
        vendor.reset()
        tunnel.send(whole[-20:])
        answer = tunnel.receive_all(5)
    assert answer.startswith(b"HTTP/1.1 400")
    assert A.policy.encode() in answer
    decision = tightlip.decisions()[-1]
    assert (decision["policy"], decision["edition"], decision["context"]["approval"]) == (A.policy, edition, A.approval)
    assert vendor.requests == []


def test_the_command_finds_nobody(tmp_path: Path) -> None:
    (tmp_path / PID_FILE).write_text(f"{os.getpid()}\n")
    done = command(tmp_path)
    assert done.returncode == 2
    assert "expected a running proxy" in done.stderr


def test_users_are_followed_and_on_record(lab, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    users = tmp_path / "users.yaml"
    add_user(users, "ann", "a long enough " + "password")
    keys: dict[str, Any] = {"users": str(users)}
    with lab.tightlip("users", **keys) as tightlip:
        edition = loads(tightlip)[0]["edition"]
        add_user(users, "bob", "another long " + "password")
        until(lambda: len(loads(tightlip)) == 2)
        load = loads(tightlip)[-1]
        assert (load["result"], load["changed"], load["edition"]) == ("taken", ["user bob added"], edition)
        users.write_text("users: [{name: ann}]")
        until(lambda: len(loads(tightlip)) == 3)
        assert (loads(tightlip)[-1]["result"], loads(tightlip)[-1]["changed"]) == ("refused", [])


def test_a_start_tells_what_changed_while_nothing_ran(lab, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    A.write(tmp_path)
    with lab.tightlip("restarted", tmp_path / "lab", **reloading.keys(tmp_path)) as tightlip:
        first = loads(tightlip)[-1]
    B.write(tmp_path)
    with lab.tightlip("restarted", tmp_path / "lab", **reloading.keys(tmp_path)) as tightlip:
        load = loads(tightlip)[-1]
        assert (load["trigger"], load["previous"]) == ("start", first["edition"])
        assert "clause side-b-stops added" in load["changed"]
        assert load["digests_before"] == first["digests"]


def test_pseudonyms_on_and_off(lab, tmp_path: Path, vendor: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    """A vault is opened when a policy first wants one; without one again, values are redacted as before."""
    files = {action: {"id": "own", "description": "", "default": action} for action in ("redact", "pseudonymise")}
    policy_file = tmp_path / "policy.yaml"
    policy_file.write_text(json.dumps(files["redact"]))
    with lab.tightlip("vault", policy=str(policy_file), reload="manual") as tightlip:
        for action in ("pseudonymise", "redact", "pseudonymise"):
            policy_file.write_text(json.dumps(files[action]))
            assert reload(tightlip)["result"] == "taken"
            email = values.email()
            assert curl(tightlip, CHAT, values.chat(f"write to {email}")).status == 200
            sent = vendor.last.body.decode()
            assert email not in sent
            assert ("[EMAIL" in sent) is (action == "redact")
            assert ("@example.com" in sent) is (action == "pseudonymise")
