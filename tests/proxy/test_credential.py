"""Where the key to sign with comes from, and that no fault of it quotes what was found."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from proxy.configsection import AwsSigning
from proxy.credential import CredentialError, CredentialSource
from proxy.signing import Credentials

SECRET = "tests-only-" * 4
KEY = Credentials("AKIDNEW", SECRET, "token")
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PROFILES = f"""\
[default]
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = {SECRET}

[work]
aws_access_key_id = AKIDNEW
aws_secret_access_key = {SECRET}
aws_session_token = token

[half]
aws_access_key_id = AKIDNEW
"""


def printing(folder: Path, text: str, code: int = 0) -> tuple[str, ...]:
    """A command that prints `text`, and counts how often it ran in the file `runs`."""
    script = f"import sys\nopen({str(folder / 'runs')!r}, 'a').write('x')\nprint({text!r})\nsys.exit({code})"
    return (sys.executable, "-c", script)


def answer(**more: str) -> str:
    return json.dumps(
        {"Version": 1, "AccessKeyId": "AKIDNEW", "SecretAccessKey": SECRET, "SessionToken": "token", **more}
    )


def source(config: dict[str, object], env: dict[str, str] | None = None) -> CredentialSource:
    return CredentialSource(AwsSigning.model_validate(config), env or {}, lambda: NOW)


def test_the_environments_key() -> None:
    env = {"AWS_ACCESS_KEY_ID": "AKIDNEW", "AWS_SECRET_ACCESS_KEY": SECRET}
    assert source({"source": "environment"}, env).get() == Credentials("AKIDNEW", SECRET)
    assert source({"source": "environment"}, {**env, "AWS_SESSION_TOKEN": "token"}).get() == KEY


@pytest.mark.parametrize("where", ["HOME", "AWS_SHARED_CREDENTIALS_FILE"])
def test_a_profiles_key(tmp_path: Path, where: str) -> None:
    file = tmp_path / ".aws" / "credentials"
    file.parent.mkdir()
    file.write_text(PROFILES)
    env = {where: str(tmp_path if where == "HOME" else file)}
    assert source({"source": "profile", "profile": "work"}, env).get() == KEY
    assert source({"source": "profile"}, env).get() == Credentials("AKIDDEFAULT", SECRET)


@pytest.mark.parametrize(
    ("expiration", "runs"),
    [(None, 1), ("2026-11-21T09:36:00Z", 1), ("2026-11-21T09:36:00", 1), ("2026-11-21T09:34:00+00:00", 2)],
)
def test_a_commands_key_is_kept_until_shortly_before_it_expires(
    tmp_path: Path, expiration: str | None, runs: int
) -> None:
    more = {} if expiration is None else {"Expiration": expiration}
    keys = source({"source": "command", "command": printing(tmp_path, answer(**more))})
    assert [keys.get(), keys.get()] == [KEY, KEY]
    assert (tmp_path / "runs").read_text() == "x" * runs


def test_a_commands_key_is_asked_for_again_in_time(tmp_path: Path) -> None:
    now = [NOW]
    config = AwsSigning.model_validate({"source": "command", "command": printing(tmp_path, answer())})
    keys = CredentialSource(config, {}, lambda: now[0])
    keys.get()
    now[0] += timedelta(minutes=6)
    keys.get()
    assert (tmp_path / "runs").read_text() == "xx"


def faults(folder: Path) -> list[tuple[dict[str, object], dict[str, str]]]:
    (folder / "credentials").write_text(PROFILES)
    (folder / "broken").write_text(f"{SECRET}\n")
    commands = [
        printing(folder, answer(), code=3),
        printing(folder, SECRET),
        printing(folder, json.dumps([SECRET])),
        printing(folder, json.dumps({"AccessKeyId": "AKIDNEW", "Secret": SECRET})),
        printing(folder, answer(AccessKeyId="")),
        printing(folder, answer(Expiration=SECRET)),
        printing(folder, answer(Expiration="2026-11-21T09:29:00Z")),
        ("/nowhere/to/be/found",),
    ]
    file = {"AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials")}
    return [
        ({"source": "none"}, {}),
        ({"source": "environment"}, {"AWS_SECRET_ACCESS_KEY": SECRET}),
        ({"source": "environment"}, {"AWS_ACCESS_KEY_ID": "é", "AWS_SECRET_ACCESS_KEY": SECRET}),
        ({"source": "profile", "profile": "nobody"}, file),
        ({"source": "profile", "profile": "half"}, file),
        ({"source": "profile"}, {"AWS_SHARED_CREDENTIALS_FILE": str(folder / "broken")}),
        ({"source": "profile"}, {"AWS_SHARED_CREDENTIALS_FILE": str(folder / "none")}),
        *(({"source": "command", "command": command}, {}) for command in commands),
    ]


def test_no_fault_quotes_what_was_found(tmp_path: Path) -> None:
    for config, env in faults(tmp_path):
        with pytest.raises(CredentialError) as caught:
            source(config, env).get()
        assert SECRET not in str(caught.value)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("config", [{"source": "command"}, {"source": "profile", "command": ["x"]}, {"source": "x"}])
def test_a_command_goes_with_its_source(config: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"command|source"):
        AwsSigning.model_validate(config)


def test_nothing_is_shown() -> None:
    assert SECRET not in repr(CredentialSource(AwsSigning(), {"AWS_SECRET_ACCESS_KEY": SECRET}))
