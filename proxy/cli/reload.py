"""`tightlip reload`: has the running proxy read its files again, and tells what came of it."""

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proxy.configfile import ConfigError
from proxy.control import ask, running_pid, take_answer, withdraw

DONE, REFUSED = 0, 1
LOOK_SECONDS = 0.05


def reload(state_dir: Path, seconds: float, *, as_json: bool = False) -> int:
    """Prints what changed, or why nothing did; the exit code. Raises ConfigError when there is no answer."""
    pid = running_pid(state_dir)
    if pid is None:
        raise ConfigError(f"reload: expected a running proxy with the state folder {state_dir}, found none")
    question = ask(state_dir)
    try:
        answer = _answer(pid, state_dir, question, seconds)
    finally:
        withdraw(state_dir, question)
    refused = answer.get("result") == "refused"
    if as_json:
        print(json.dumps(answer))
    else:
        print("\n".join(_told(answer)), file=sys.stderr if refused else sys.stdout)
    return REFUSED if refused else DONE


def _answer(pid: int, state_dir: Path, question: str, seconds: float) -> Mapping[str, Any]:
    try:
        os.kill(pid, signal.SIGHUP)
    except (PermissionError, ProcessLookupError) as err:
        raise ConfigError(f"reload: expected a proxy that you may signal, found: {err.strerror}") from err
    deadline = time.monotonic() + seconds
    while (answer := take_answer(state_dir, question)) is None:
        if time.monotonic() > deadline:
            raise ConfigError(f"reload: expected an answer within {seconds:.0f} seconds, found none; see the log")
        if running_pid(state_dir) != pid:
            raise ConfigError("reload: expected a proxy that goes on, found that it has ended")
        time.sleep(LOOK_SECONDS)
    return answer


def _told(answer: Mapping[str, Any]) -> list[str]:
    edition = answer.get("edition", "?")
    if answer.get("result") == "refused":
        return [f"refused, edition {edition} stays:", str(answer.get("problems", ""))]
    what = f"edition {edition} is in force" + (", nothing is new" if answer.get("result") == "unchanged" else "")
    restart = [f"{key}: changed, and needs a restart" for key in answer.get("needs_restart", ())]
    return [what, *answer.get("changed", ()), *restart]
