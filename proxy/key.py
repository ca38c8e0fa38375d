"""The installation's own key: what makes fingerprints and placeholders stable here and meaningless elsewhere."""

import contextlib
import os
import secrets
from pathlib import Path

from proxy.configfile import ConfigError

KEY_BYTES = 32


def installation_key(state_dir: Path) -> bytes:
    """The 32-byte key in `state_dir/key`, made on first use.

    Raises ConfigError when it can't be used as it stands: with another, every fingerprint on record would be orphaned.
    """
    path = state_dir / "key"
    try:
        state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _create(path)
    except OSError as err:
        raise ConfigError(f"{path}: expected a folder that a key can be written to, found: {err.strerror}") from err
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
    temporary = path.with_name(f".key.{os.getpid()}")
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
