"""With a users file, who has no password gets nothing through; the password itself is left nowhere."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from proxy.userfile import add_user, remove_user
from tests.e2e import values
from tests.e2e.clients import CHAT, Tunnel, basic, curl, post
from tests.e2e.lab import ROOT, Tightlip
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow

PASSWORD = "correct horse " + "battery staple"


@pytest.fixture(scope="module")
def guarded(lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tightlip]:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("guarded")
    config = folder / "users-only.yaml"
    config.write_text(f"users: {folder / 'users.yaml'}\nstate_dir: {folder / 'state'}\n")
    subprocess.run(
        [sys.executable, "-m", "proxy", "users", "add", "ada", "--config", str(config)],
        input=f"{PASSWORD}\n".encode(),
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with lab.tightlip("guarded", folder=folder, users=str(folder / "users.yaml")) as tightlip:
        yield tightlip


def test_the_right_password_is_let_in_and_named_on_record(guarded: Tightlip, vendor: FakeVendor) -> None:
    answer = curl(guarded, CHAT, values.chat("hi"), "--proxy-user", f"ada:{PASSWORD}")
    assert answer.status == 200, answer.error
    assert vendor.last.header("proxy-authorization") is None
    decision = guarded.decisions()[-1]
    assert decision["user"] == "ada"


@pytest.mark.parametrize("header", [None, basic("ada", "wrong"), basic("eve", PASSWORD), "Basic !!!", "Bearer x"])
def test_anyone_else_is_asked_for_a_password(guarded: Tightlip, vendor: FakeVendor, header: str | None) -> None:
    headers = {"Proxy_Authorization": header} if header else {}
    with Tunnel(guarded, "api.openai.com:443", **headers) as tunnel:
        assert tunnel.answer.startswith(b"HTTP/1.1 407")
        assert b"proxy-authenticate: basic" in tunnel.answer.lower()
    assert vendor.requests == []


def test_plain_http_needs_it_too(guarded: Tightlip, vendor: FakeVendor) -> None:
    url = "http://api.openai.com/v1/chat/completions"
    assert curl(guarded, url, values.chat("hi")).status == 407
    assert vendor.requests == []
    assert curl(guarded, url, values.chat("hi"), "--proxy-user", f"ada:{PASSWORD}").status == 200


def test_a_connection_that_stays_open_follows_the_users_file(guarded: Tightlip, vendor: FakeVendor) -> None:
    users = guarded.folder / "users.yaml"
    add_user(users, "grace", PASSWORD, ["payments"])
    asked = post("api.openai.com", "/v1/chat/completions", values.chat("hi")).replace(b"Connection: close\r\n", b"")
    with Tunnel(guarded, "api.openai.com:443", Proxy_Authorization=basic("grace", PASSWORD)) as tunnel:
        tunnel.start_tls("api.openai.com")
        tunnel.send(asked)
        assert tunnel.receive_all(2).startswith(b"HTTP/1.1 200")
        assert guarded.decisions()[-1]["context"]["groups"] == ["payments"]
        assert guarded.decisions()[-1]["context"]["address"] == "127.0.0.1"
        remove_user(users, "grace")
        vendor.reset()
        tunnel.send(asked)
        assert tunnel.receive_all(2).startswith(b"HTTP/1.1 407")
        assert vendor.requests == []


def test_the_password_is_left_nowhere(guarded: Tightlip, vendor: FakeVendor) -> None:
    curl(guarded, CHAT, values.chat("hi"), "--proxy-user", f"ada:{PASSWORD}")
    traces = guarded.traces() + (guarded.folder / "users.yaml").read_text()
    assert PASSWORD not in traces
    assert basic("ada", PASSWORD).split()[1] not in traces


def test_a_listener_for_all_without_users_does_not_start(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "proxy", "run", "--listen", "0.0.0.0:0", "--state-dir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        text=True,
    )
    assert done.returncode != 0
    assert "users" in done.stderr
    assert "Traceback" not in done.stderr
