"""The installation's own keys: the one that makes fingerprints and stand-ins stable here and meaningless elsewhere, and
the vault's.
"""

import base64
import binascii
import contextlib
import os
import secrets
import subprocess
from collections.abc import Sequence
from pathlib import Path

from proxy.configfile import ConfigError

KEY_BYTES = 32
COMMAND_SECONDS = 30.0


def installation_key(state_dir: Path) -> bytes:
    """The 32-byte key in `state_dir/key`, made on first use.

    Raises ConfigError when it can't be used as it stands: with another, every fingerprint on record would be orphaned.
    """
    return made_key(state_dir / "key")


def vault_key(state_dir: Path, command: Sequence[str] = ()) -> bytes:
    """The 32-byte key of the vault: what `command` prints in base64, or else `state_dir/vault.key`, made on first use.

    Raises ConfigError. A command's output is never quoted.
    """
    if not command:
        return made_key(state_dir / "vault.key")
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as err:
        raise ConfigError(f"vault.key_command: expected a command that prints a key: {type(err).__name__}") from None
    if done.returncode:
        raise ConfigError(f"vault.key_command: expected exit code 0, found {done.returncode}")
    try:
        key = base64.b64decode(done.stdout.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError(f"vault.key_command: expected {KEY_BYTES} bytes in base64, found something else")
    return key


def made_key(path: Path) -> bytes:
    """The key in that file, made on first use. Raises ConfigError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _create(path)
    except OSError as err:
        raise ConfigError(f"{path}: expected a folder that a key can be written to, found: {err.strerror}") from err
    return stored_key(path)


def stored_key(path: Path) -> bytes:
    """The key in that file. Raises ConfigError."""
    try:
        mode = path.stat().st_mode
        key = path.read_bytes()
    except OSError as err:
        raise ConfigError(f"{path}: expected a readable key, found: {err.strerror}") from err
    if mode & 0o077:
        raise ConfigError(f"{path}: expected mode 0600, found {mode & 0o777:04o}; run `chmod 600` on it")
    if len(key) != KEY_BYTES:
        raise ConfigError(f"{path}: expected {KEY_BYTES} bytes, found {len(key)}; restore it from a backup")
    return key


def _create(path: Path) -> None:
    """Makes the key whole or not at all; of two processes that start together, one wins and both use its key."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(descriptor)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()
