"""The AWS access key that redacted requests are signed with: from the environment, a profile, or a command.

Held in the proxy's own process alone, never in a scan worker; never logged, and no error quotes what was read.
"""

import configparser
import json
import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from proxy.configsection import AwsSigning
from proxy.signing import Credentials

COMMAND_SECONDS: Final = 10
KEPT: Final = timedelta(minutes=5)
"""A command's answer is used so long when it names no expiry, and no longer than this before the expiry it names."""

Clock = Callable[[], datetime]


class CredentialError(Exception):
    """There is no key to sign with. The message says what was expected, never what was found."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class CredentialSource:
    """Gives the key of one configuration. Thread-safe; a command runs in the thread that asks."""

    def __init__(self, config: AwsSigning, env: Mapping[str, str] = os.environ, clock: Clock = utc_now) -> None:
        self._config = config
        self._env = env
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[Credentials, datetime] | None = None

    def get(self) -> Credentials:
        """Return the key to sign with now. CredentialError when there is none."""
        match self._config.source:
            case "environment":
                return _from_mapping(self._env, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
            case "profile":
                return _from_profile(self._env, self._config.profile)
            case "command":
                with self._lock:
                    return self._from_command()
            case "none":
                raise CredentialError("aws_signing.source: expected environment, profile or command")

    def _from_command(self) -> Credentials:
        now = self._clock()
        if self._kept is None or self._kept[1] <= now:
            answer = _run(self._config.command)
            key = _from_mapping(answer, "AccessKeyId", "SecretAccessKey", "SessionToken")
            self._kept = key, _best_before(answer.get("Expiration"), now)
        return self._kept[0]


def _run(command: tuple[str, ...]) -> dict[str, Any]:
    """What a command prints, in the form of AWS's `credential_process`."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as err:
        raise CredentialError(f"aws_signing.command: expected a command that ends: {type(err).__name__}") from None
    if done.returncode:
        raise CredentialError(f"aws_signing.command: expected exit code 0, found {done.returncode}")
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise CredentialError("aws_signing.command: expected a JSON object, found something else")
    return answer


def _best_before(expiration: object, now: datetime) -> datetime:
    if expiration is None:
        return now + KEPT
    try:
        end = datetime.fromisoformat(str(expiration))
    except ValueError:
        raise CredentialError("aws_signing.command: expected an ISO 8601 Expiration, found something else") from None
    end = end if end.tzinfo else end.replace(tzinfo=UTC)
    if end <= now:
        raise CredentialError("aws_signing.command: expected a key that is still valid, found an expired one")
    return end - KEPT


def _from_profile(env: Mapping[str, str], profile: str) -> Credentials:
    """A static key of AWS's shared credentials file."""
    home = Path(env["HOME"]) if env.get("HOME") else Path.home()
    file = Path(env.get("AWS_SHARED_CREDENTIALS_FILE") or home / ".aws" / "credentials")
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(file.read_text(encoding="utf-8"))
        section = parser[profile]
    except (OSError, UnicodeDecodeError, configparser.Error, KeyError) as err:
        raise CredentialError(f"{file}: expected profile {profile}: {type(err).__name__}") from None
    return _from_mapping(section, "aws_access_key_id", "aws_secret_access_key", "aws_session_token")


def _from_mapping(values: Mapping[str, Any], access_key: str, secret_key: str, token: str) -> Credentials:
    found = [values.get(name) for name in (access_key, secret_key)]
    if not all(isinstance(value, str) and value.isascii() and value for value in found):
        raise CredentialError(f"aws_signing: expected {access_key} and {secret_key}, found no such text")
    return Credentials(str(found[0]), str(found[1]), str(values[token]) if values.get(token) else None)
