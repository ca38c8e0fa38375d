"""`tightlip setup` on a home folder: what it writes, what it shows, what it refuses, and what it leaves alone."""

import io
import json
import plistlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proxy import ca
from proxy.cli.setup import Wish, set_up
from proxy.config import Config
from proxy.configfile import ConfigError

PASSWORD = "correct%20" + "horse"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = Config(state_dir=tmp_path / "state")
    ca.ensure(made.state_dir, ["openai.com"], datetime.now(UTC))
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / ".bashrc").write_text("alias x=y\n")
    return folder


def wish(home: Path, tool: str | None = None, *, yes: bool = True, **more: object) -> Wish:
    plain = Wish(tool, False, False, yes, False, None, None, "linux", home, None)
    return replace(plain, **more)  # type: ignore[arg-type]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_apply_and_undo_leave_a_home_as_it_was(config: Config, home: Path) -> None:
    before = snapshot(home)
    assert set_up(config, wish(home, "claude-code", apply=True)) == 0
    settings = json.loads((home / ".claude/settings.json").read_text())
    assert settings["env"]["HTTPS_PROXY"] == "http://127.0.0.1:8080"
    assert set_up(config, wish(home, "claude-code", undo=True)) == 0
    assert snapshot(home) == before


def test_a_second_apply_changes_nothing(config: Config, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_up(config, wish(home, "codex", apply=True))
    once = snapshot(home)
    assert set_up(config, wish(home, "codex", apply=True)) == 0
    assert "set up already" in capsys.readouterr().out
    assert snapshot(home) == once


def test_the_difference_is_shown_and_without_a_yes_nothing_is_written(
    config: Config, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = snapshot(home)
    assert set_up(config, wish(home, "aider", apply=True, yes=False)) == 1
    shown = capsys.readouterr().out
    assert "+++ ~/.bashrc (new)\n" in shown
    assert "+export HTTPS_PROXY=http://127.0.0.1:8080\n" in shown
    assert "alias" not in shown
    assert snapshot(home) == before


def test_telling_writes_nothing(config: Config, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = snapshot(home)
    for tool in (None, "trust", "jetbrains", "claude-code", "git"):
        assert set_up(config, wish(home, tool)) == 0
    shown = capsys.readouterr().out
    assert "update-ca-certificates" in shown
    assert "127.0.0.1 port 8080" in shown
    assert snapshot(home) == before


def test_the_list_tells_what_is_here_and_how_it_stands(
    config: Config, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def line(tool: str) -> str:
        set_up(config, wish(home))
        return next(line for line in capsys.readouterr().out.splitlines() if line.startswith(tool + " "))

    (home / ".config/zed").mkdir(parents=True)
    assert "found  " in line("zed")
    set_up(config, wish(home, "zed", apply=True))
    assert "found, set up  " in line("zed")
    file = home / ".config/zed/settings.json"
    file.write_text(file.read_text().replace("8080", "9999"))
    assert "found, set up otherwise" in line("zed")
    file.write_text("{")
    assert "can't be read" in line("zed")


def test_a_link_out_of_the_home_is_not_followed(config: Config, home: Path, tmp_path: Path) -> None:
    outside = tmp_path / "dotfiles"
    outside.write_text("mine\n")
    (home / ".bashrc").unlink()
    (home / ".bashrc").symlink_to(outside)
    with pytest.raises(ConfigError, match="link out of it"):
        set_up(config, wish(home, "aider", apply=True))
    assert outside.read_text() == "mine\n"


def test_a_link_inside_stays_a_link(config: Config, home: Path) -> None:
    (home / "dotfiles").mkdir()
    (home / ".bashrc").rename(home / "dotfiles/bashrc")
    (home / ".bashrc").symlink_to("dotfiles/bashrc")
    set_up(config, wish(home, "aider", apply=True))
    assert (home / ".bashrc").is_symlink()
    assert "HTTPS_PROXY" in (home / "dotfiles/bashrc").read_text()


def test_modes_stay_and_new_files_are_the_owners_alone(config: Config, home: Path) -> None:
    (home / ".bashrc").chmod(0o640)
    set_up(config, wish(home, "aider", apply=True))
    set_up(config, wish(home, "curl", apply=True))
    assert (home / ".bashrc").stat().st_mode & 0o777 == 0o640
    assert (home / ".curlrc").stat().st_mode & 0o777 == 0o600


def test_a_broken_file_is_left_alone(config: Config, home: Path) -> None:
    (home / ".claude").mkdir()
    (home / ".claude/settings.json").write_text('{"env": ')
    before = snapshot(home)
    with pytest.raises(ConfigError, match=r"~/.claude/settings.json: expected a JSON value in line 1"):
        set_up(config, wish(home, "claude-code", apply=True))
    assert snapshot(home) == before


def test_with_users_an_address_without_a_password_is_refused(config: Config, home: Path) -> None:
    guarded = config.model_copy(update={"users": Path("users.yaml")})
    with pytest.raises(ConfigError, match="the proxy wants a password"):
        set_up(guarded, wish(home, "curl", apply=True))
    address = f"http://ada:{PASSWORD}@127.0.0.1:8080"
    assert set_up(guarded, wish(home, "curl", apply=True, proxy=address)) == 0
    assert address in (home / ".curlrc").read_text()


def test_a_password_need_not_stand_on_the_command_line(
    config: Config, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"http://ada:{PASSWORD}@127.0.0.1:8080"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{address}\n"))
    assert set_up(config, wish(home, "curl", apply=True, proxy="-")) == 0
    assert address in (home / ".curlrc").read_text()


def test_a_file_that_changed_while_asking_is_not_overwritten(
    config: Config, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(_: str) -> bool:
        (home / ".bashrc").write_text("mine, just now\n")
        return True

    monkeypatch.setattr("proxy.cli.setup._agreed", answer)
    with pytest.raises(ConfigError, match="changed in the meantime"):
        set_up(config, wish(home, "aider", apply=True, yes=False))
    assert snapshot(home) == {".bashrc": b"mine, just now\n"}


@pytest.mark.parametrize(
    "address",
    [
        "https://x:1",
        "x:1",
        "http://x",
        "http://x:1/y",
        "http://a b@x:1",
        'http://a:"@x:1',
        "http://x:1\n",
        "http://$x:1",
    ],
)
def test_an_odd_address_is_refused(config: Config, home: Path, address: str) -> None:
    with pytest.raises(ConfigError, match="--proxy"):
        set_up(config, wish(home, "curl", apply=True, proxy=address))


def test_a_tool_may_be_called_by_its_command(config: Config, home: Path) -> None:
    assert set_up(config, wish(home, "claude", apply=True)) == 0
    assert (home / ".claude/settings.json").exists()


def test_an_unknown_tool_and_platform_are_refused(config: Config, home: Path) -> None:
    with pytest.raises(ConfigError, match="expected one of claude-code, codex"):
        set_up(config, wish(home, "emacs"))
    with pytest.raises(ConfigError, match="expected linux, macos or windows"):
        set_up(config, wish(home, "codex", platform="beos"))


def test_without_a_ca_there_is_nothing_to_trust(tmp_path: Path, home: Path) -> None:
    with pytest.raises(ConfigError, match="start the proxy once"):
        set_up(Config(state_dir=tmp_path / "none"), wish(home, "codex", apply=True))


def test_a_base_url_needs_no_ca_and_no_proxy(tmp_path: Path, home: Path) -> None:
    config = Config(state_dir=tmp_path / "none")
    assert set_up(config, wish(home, "codex", apply=True, base_url=True)) == 0
    assert (home / ".codex/config.toml").read_text().splitlines()[1:2] == [
        'openai_base_url = "http://127.0.0.1:8080/v/openai/v1"'
    ]
    assert set_up(config, wish(home, "gemini-cli", apply=True, base_url=True)) == 1


def test_a_certificate_from_elsewhere_is_brought_home(config: Config, home: Path, tmp_path: Path) -> None:
    set_up(config, wish(home, mdm=tmp_path / "fleet"))
    ours = config.model_copy(update={"state_dir": tmp_path / "unused"})
    given = tmp_path / "fleet" / "tightlip-ca.pem"
    set_up(ours, wish(home, "codex", apply=True, proxy="http://proxy.example:8080", ca=given))
    brought = home / ".local/state/tightlip/ca"
    assert given.read_text() == (brought / "tightlip-ca.pem").read_text()
    assert f"SSL_CERT_FILE={brought / 'bundle.pem'}" in (home / ".codex/.env").read_text()
    assert given.read_text().splitlines()[1] in (brought / "bundle.pem").read_text()
    assert not ours.state_dir.exists()


def test_files_for_a_fleet_are_written(config: Config, home: Path, tmp_path: Path) -> None:
    before = snapshot(home)
    assert set_up(config, wish(home, mdm=tmp_path / "fleet", proxy="http://proxy.example:8080")) == 0
    written = snapshot(tmp_path / "fleet")
    assert plistlib.loads(written["tightlip.mobileconfig"])["PayloadType"] == "Configuration"
    assert written["tightlip.reg"].endswith(b"\r\n")
    assert b"PRIVATE" not in b"".join(written.values())
    assert snapshot(home) == before
