"""The installation's key: made once, kept private, never replaced."""

import base64
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from proxy.configfile import ConfigError
from proxy.key import KEY_BYTES, installation_key, vault_key


def test_a_key_is_made_on_first_use_and_kept(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state"
    key = installation_key(state)
    assert len(key) == KEY_BYTES
    assert installation_key(state) == key
    assert stat.S_IMODE((state / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert [path.name for path in state.iterdir()] == ["key"]


def test_installations_differ(tmp_path: Path) -> None:
    assert installation_key(tmp_path / "a") != installation_key(tmp_path / "b")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o601, 0o620])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    installation_key(tmp_path)
    (tmp_path / "key").chmod(mode)
    with pytest.raises(ConfigError, match=f"0600, found {mode:04o}"):
        installation_key(tmp_path)


@pytest.mark.parametrize("content", [b"", b"x" * (KEY_BYTES - 1), b"x" * (KEY_BYTES + 1)])
def test_a_damaged_key_is_refused_and_stays(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(ConfigError, match=f"found {len(content)}"):
        installation_key(tmp_path)
    assert (tmp_path / "key").read_bytes() == content


def test_no_message_quotes_the_key(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"canary-canary")
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        installation_key(tmp_path)
    assert "canary" not in str(caught.value)


def test_a_folder_in_the_keys_place(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir(mode=0o700)
    with pytest.raises(ConfigError, match="readable key"):
        installation_key(tmp_path)


def test_a_dangling_link_in_the_keys_place(tmp_path: Path) -> None:
    (tmp_path / "key").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="readable key"):
        installation_key(tmp_path)


def test_a_state_folder_that_can_not_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for state in (tmp_path / "file", tmp_path / "file" / "state"):
        with pytest.raises(ConfigError, match="expected a folder"):
            installation_key(state)


def test_a_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(ConfigError, match="Operation not permitted"):
        installation_key(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_use_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter(range(100, 108))
    monkeypatch.setattr(os, "getpid", lambda: next(made))
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: installation_key(tmp_path), range(8)))
    assert keys == {(tmp_path / "key").read_bytes()}


def test_the_vault_has_a_key_of_its_own(tmp_path: Path) -> None:
    key = vault_key(tmp_path)
    assert vault_key(tmp_path) == key != installation_key(tmp_path)
    assert stat.S_IMODE((tmp_path / "vault.key").stat().st_mode) == 0o600


def test_the_vaults_key_may_come_from_a_command(tmp_path: Path) -> None:
    written = base64.b64encode(b"v" * KEY_BYTES).decode()
    assert vault_key(tmp_path, [sys.executable, "-c", f"print('{written}')"]) == b"v" * KEY_BYTES
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", ["print('c2hvcnQ=')", "print('not base64')", "raise SystemExit(3)", "pass"])
def test_a_command_without_a_key_is_refused_and_not_quoted(tmp_path: Path, code: str) -> None:
    with pytest.raises(ConfigError, match=r"vault\.key_command: expected") as raised:
        vault_key(tmp_path, [sys.executable, "-c", code])
    assert "c2hvcnQ" not in str(raised.value)


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="FileNotFoundError"):
        vault_key(tmp_path, [str(tmp_path / "none")])
