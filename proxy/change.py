"""Administrative steps on their way into the audit log, which one process holds: the proxy, or a command without one.

`submit` puts a step durably into `state_dir/changes/`, one file each; whoever holds the log takes them in, in order,
and removes a file only once its record is durable. So every step is on record at least once, and twice, with the same
id, when a crash falls between the two. A file that can't be read is set aside and that is put on record.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import structlog

from proxy.audit import AuditLog, AuditUnavailable
from proxy.auditing import Audit
from proxy.auditrecord import Change
from proxy.auditsegment import sync_folder
from proxy.ca import write_file
from proxy.configfile import ConfigError

__all__ = ["Change", "follow", "record", "submit", "take_in"]

FOLDER: Final = "changes"
DAMAGED: Final = ".damaged"
PROXY_ACTOR: Final = "tightlip"
LOOK_SECONDS: Final = 0.5
WAIT_SECONDS: Final = 10.0
RETRY_SECONDS: Final = 0.05
LATEST: Final = 253402300800.0
"""The year 10000: no later moment can be written."""

_log = structlog.get_logger()


def submit(state_dir: Path, change: Change) -> Path:
    """Puts a change durably where the holder of the audit log finds it. OSError when that can't be done."""
    folder = state_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{time.time_ns():020d}-{change.change}.json"
    write_file(path, json.dumps(asdict(change)).encode(), 0o600)
    sync_folder(folder)
    return path


def record(state_dir: Path, change: Change, *, wait_seconds: float = WAIT_SECONDS) -> None:
    """Returns once a change is on record, by the running proxy's hand or, without one, by this process's.

    Raises ConfigError when it could not be: then it is withdrawn, and what it announces must not be done.
    """
    folder = state_dir / "audit"
    try:
        path = submit(state_dir, change)
    except OSError as err:
        raise ConfigError(f"{state_dir / FOLDER}: expected a folder to write to, found: {err.strerror}") from err
    deadline = time.monotonic() + wait_seconds
    reason = _try_to_take_in(state_dir)
    while path.exists():
        if reason != "locked" or time.monotonic() > deadline:
            path.unlink(missing_ok=True)
            raise ConfigError(
                f"{folder}: expected an audit log that takes records, found {reason}; nothing was changed"
            )
        time.sleep(RETRY_SECONDS)
        reason = _try_to_take_in(state_dir)


def take_in(state_dir: Path, log: Audit, taken_in: Callable[[Change], None] = lambda change: None) -> int:
    """Puts every waiting change on record and tells `taken_in` of each; how many.

    Raises AuditUnavailable, and what is left waits on.
    """
    taken = 0
    for path in _waiting(state_dir):
        try:
            change = _read(path)
        except FileNotFoundError:  # withdrawn by who put it there
            continue
        if change is None:
            _set_aside(path, log)
            continue
        log.append(change).result(WAIT_SECONDS)
        path.unlink(missing_ok=True)
        taken_in(change)
        taken += 1
    return taken


async def follow(state_dir: Path, log: Audit, taken_in: Callable[[Change], None] = lambda change: None) -> None:
    """Takes changes in until cancelled, each within a second. `taken_in` is called in another thread."""
    while True:
        with contextlib.suppress(AuditUnavailable, TimeoutError, OSError):  # told by the log's own health; tried again
            if _waiting(state_dir):
                await asyncio.to_thread(take_in, state_dir, log, taken_in)
        await asyncio.sleep(LOOK_SECONDS)


def _try_to_take_in(state_dir: Path) -> str:
    """Takes waiting changes in if no other process holds the log; the reason why not, or ""."""
    try:
        log = AuditLog(state_dir / "audit")
    except AuditUnavailable as err:
        return err.reason
    try:
        take_in(state_dir, log)
    except AuditUnavailable as err:
        return err.reason
    except (TimeoutError, OSError) as err:
        return type(err).__name__
    finally:
        log.close()
    return ""


def _waiting(state_dir: Path) -> list[Path]:
    return sorted((state_dir / FOLDER).glob("[0-9]*.json"))


def _read(path: Path) -> Change | None:
    """The change in a spool file, or None when it holds none. Raises FileNotFoundError."""
    try:
        members: dict[str, Any] = json.loads(path.read_bytes())
        change = Change(**members)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    texts = (change.change, change.actor, change.kind, change.subject, change.summary)
    if not all(isinstance(text, str) for text in texts) or not isinstance(change.digest, str | None):
        return None
    if not isinstance(change.detail, dict):
        return None
    return change if isinstance(change.time, float | int) and 0 <= change.time < LATEST else None


def _set_aside(path: Path, log: Audit) -> None:
    """Keeps a damaged file for whoever can read more out of it, says so on record, and looks at it no more."""
    _log.error("a change could not be read and was set aside", file=path)
    note = Change(time=time.time(), actor=PROXY_ACTOR, kind="change.damaged", subject=path.name)
    log.append(note).result(WAIT_SECONDS)
    path.replace(path.with_suffix(DAMAGED))
