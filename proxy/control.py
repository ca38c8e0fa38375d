"""How a command reaches the running proxy: its process id under the state folder, a question there, a signal.

The proxy holds a lock on the file with its id for as long as it lives, so the id of a process that has ended is never
signalled. A question is an empty file; whose it is, the file system says. The answer is a file beside it.
"""

import contextlib
import fcntl
import json
import os
import pwd
import re
import secrets
import stat
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from proxy.ca import write_file
from proxy.configfile import ConfigError

PID_FILE: Final = "proxy.pid"
FOLDER: Final = "reload"
ASK: Final = ".ask"
ANSWER: Final = ".answer"
LOCK_SECONDS: Final = 2.0
"""A command looks at the lock for a moment; whoever starts just then waits."""
STALE_SECONDS: Final = 3600.0

_ID: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Question:
    """A command that waits for the outcome of a reload, and who runs it."""

    id: str
    asker: str


class Presence:
    """The lock on the file with this process's id, until closed."""

    def __init__(self, state_dir: Path) -> None:
        """Raises ConfigError when the file can't be written or another process holds it."""
        self._folder = state_dir / FOLDER
        path = state_dir / PID_FILE
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as err:
            raise ConfigError(f"{path}: expected a file that can be written, found: {err.strerror}") from err
        if not _locked(self._descriptor, fcntl.LOCK_EX, LOCK_SECONDS):
            os.close(self._descriptor)
            raise ConfigError(f"{path}: expected no other proxy with this state folder, found one")
        os.fchmod(self._descriptor, 0o600)
        self.take()
        self._sweep()

    @classmethod
    def of(cls, state_dir: Path, descriptor: int) -> Self:
        """The lock that another process of ours holds and shares by this descriptor, to be taken when it lets go."""
        presence = cls.__new__(cls)
        presence._folder, presence._descriptor, presence._is_taken = state_dir / FOLDER, descriptor, False
        return presence

    @property
    def descriptor(self) -> int:
        return self._descriptor

    def take(self) -> None:
        """Has signals come to this process."""
        self._is_taken = True
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def leave(self) -> None:
        """Lets go of what is another process's now."""
        os.close(self._descriptor)
        self._descriptor = -1

    def questions(self) -> Sequence[Question]:
        """Those that wait for an answer; each is given once."""
        found = []
        for path in sorted(self._folder.glob(f"*{ASK}")):
            with contextlib.suppress(OSError):
                found.append(Question(path.name.removesuffix(ASK), owner_of(path)))
                path.unlink()
        return [question for question in found if _ID.fullmatch(question.id)]

    def answer(self, question: Question, answer: Mapping[str, Any]) -> None:
        """Puts it where the command looks. Whoever asked may be gone; that is no fault."""
        with contextlib.suppress(OSError):
            write_file(self._folder / (question.id + ANSWER), json.dumps(answer).encode(), 0o600)

    def close(self) -> None:
        if self._descriptor >= 0:
            if self._is_taken:
                os.ftruncate(self._descriptor, 0)
            self.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _sweep(self) -> None:
        """Removes what commands left behind that gave up."""
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < time.time() - STALE_SECONDS:
                    path.unlink()


def running_pid(state_dir: Path) -> int | None:
    """The process id of the proxy with this state folder, or None when none runs. Raises ConfigError.

    The process is about to get a signal, so a file that others could have written is not believed.
    """
    path = state_dir / PID_FILE
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as err:
        raise ConfigError(f"{path}: expected a readable file, found: {err.strerror}") from err
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o022:
            raise ConfigError(f"{path}: expected a file that only its owner can write, found another")
        if _locked(descriptor, fcntl.LOCK_SH, 0):
            return None
        text = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
    finally:
        os.close(descriptor)
    if not text.isdecimal() or not _is_of(int(text), status.st_uid):
        raise ConfigError(f"{path}: expected the id of a process of the file's owner, found none")
    return int(text)


def ask(state_dir: Path) -> str:
    """Leaves a question; its id. Raises ConfigError."""
    name = secrets.token_hex(8)
    path = state_dir / FOLDER / (name + ASK)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    except OSError as err:
        raise ConfigError(f"{path.parent}: expected a folder that can be written, found: {err.strerror}") from err
    return name


def take_answer(state_dir: Path, question: str) -> Mapping[str, Any] | None:
    """The answer, which is then removed, or None while there is none."""
    path = state_dir / FOLDER / (question + ANSWER)
    try:
        answer = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    path.unlink(missing_ok=True)
    return answer if isinstance(answer, dict) else None


def withdraw(state_dir: Path, question: str) -> None:
    """Takes a question back that nobody waits for any more."""
    for suffix in (ASK, ANSWER):
        (state_dir / FOLDER / (question + suffix)).unlink(missing_ok=True)


def owner_of(path: Path) -> str:
    """The login name of whom a file belongs to, or their number."""
    return login(path.stat(follow_symlinks=False).st_uid)


def login(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _is_of(pid: int, uid: int) -> bool:
    """Whether a process is that user's, as far as the system tells."""
    try:
        return Path(f"/proc/{pid}").stat().st_uid == uid
    except OSError:
        return not Path("/proc/self").exists()


def _locked(descriptor: int, kind: int, seconds: float) -> bool:
    """Whether the lock could be had within that time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)
        else:
            return True
