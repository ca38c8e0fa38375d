"""The file of exceptions in the state folder: written by commands alone, whole or not at all, one exception a line.

Its first line seals the rest with the installation's key, so that no line and no step can be taken away, added or
changed without that key. An older copy of the whole file still has its seal: only the audit log knows better.
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from proxy.ca import write_file
from proxy.configfile import ConfigError
from proxy.key import installation_key
from proxy.waiver.exception import PolicyException, State

FILE: Final = "exceptions.jsonl"
VERSION: Final = 1
_PURPOSE: Final = b"tightlip exceptions 1"


@dataclass(frozen=True, slots=True)
class Exceptions:
    """All of them, in the order in which they were asked for, and the digest of their file ("" without one)."""

    all: tuple[PolicyException, ...] = ()
    digest: str = ""

    def find(self, id: str) -> PolicyException | None:
        return next((one for one in self.all if one.id == id), None)

    def with_one(self, changed: PolicyException) -> Self:
        """The same with one changed, or added to the end."""
        if self.find(changed.id) is None:
            return type(self)((*self.all, changed))
        return type(self)(tuple(changed if one.id == changed.id else one for one in self.all))


def seal_key(key: bytes) -> bytes:
    """The key that seals exceptions, from the installation's."""
    return hmac.digest(key, _PURPOSE, "sha256")


def exceptions_file(state_dir: Path) -> Path:
    return state_dir / FILE


def line_of(number: int) -> int:
    """The line of the exception with that index; the seal is in the first."""
    return number + 2


def read_exceptions(file: Path, key: bytes) -> Exceptions:
    """What the file holds, none without one. ConfigError names the file and line of what no command has written."""
    try:
        content = file.read_bytes()
        mode = file.stat().st_mode
    except FileNotFoundError:
        return Exceptions()
    except OSError as err:
        raise ConfigError(f"{file}:1: expected a readable file, found: {err.strerror}") from err
    if mode & 0o022:
        raise ConfigError(f"{file}:1: expected a file that only its owner can write; run `chmod 600 {file}`")
    head, _, rest = content.partition(b"\n")
    if not hmac.compare_digest(head, _head(rest, seal_key(key))):
        raise ConfigError(
            f"{file}:1: expected the seal that `tightlip exception` writes, found another: the file was changed by hand"
            " or belongs to another installation; restore it from a backup, or remove it, which ends every exception"
        )
    found = [_read(file, line_of(number), line) for number, line in enumerate(rest.splitlines())]
    ids = [one.id for one in found]
    for number, name in enumerate(ids):
        if name in ids[:number]:
            raise ConfigError(f"{file}:{line_of(number)}: expected an id of its own, found {name} again")
    return Exceptions(tuple(found), hashlib.sha256(content).hexdigest())


@contextmanager
def changing(state_dir: Path) -> Iterator[Exceptions]:
    """The exceptions while no other command can change them."""
    with locked(exceptions_file(state_dir)):
        yield read_exceptions(exceptions_file(state_dir), installation_key(state_dir))


def write_exceptions(state_dir: Path, exceptions: Exceptions) -> None:
    """Replaces the file; only while `changing`. Raises ConfigError."""
    lines = [json.dumps(one.to_json(), separators=(",", ":")).encode() + b"\n" for one in exceptions.all]
    rest = b"".join(lines)
    file = exceptions_file(state_dir)
    try:
        write_file(file, _head(rest, seal_key(installation_key(state_dir))) + b"\n" + rest, 0o600)
    except OSError as err:
        raise ConfigError(f"{file}: expected a file that can be written, found: {err.strerror}") from err


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Keeps other commands from changing a file. Raises ConfigError when its folder can't be written."""
    lock = file.with_name(f".{file.name}.lock")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as err:
        raise ConfigError(f"{lock}: expected a folder that can be written, found: {err.strerror}") from err
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _head(rest: bytes, key: bytes) -> bytes:
    return json.dumps({"version": VERSION, "seal": hmac.digest(key, rest, "sha256").hex()}).encode()


def _read(file: Path, line: int, text: bytes) -> PolicyException:
    try:
        return PolicyException.from_json(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ConfigError(f"{file}:{line}: expected an exception as `tightlip exception` writes it") from None


def active(exceptions: Sequence[PolicyException], now: datetime) -> Iterator[tuple[int, PolicyException]]:
    """Those that hold now, with the line of each."""
    for number, one in enumerate(exceptions):
        if one.steps and one.state(now) is State.APPROVED:
            yield line_of(number), one
