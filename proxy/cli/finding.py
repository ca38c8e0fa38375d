"""What a check of the doctor found, and how it is printed."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum


class Level(StrEnum):
    GOOD = "ok"
    WARN = "warning"
    FAIL = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """`advice` says what to do, for all that is not well."""

    name: str
    level: Level
    message: str
    advice: str = ""


def print_checks(checks: Sequence[Check], *, as_json: bool) -> int:
    """Prints them; the exit code: 1 when anything failed, else 0."""
    failed = any(check.level is Level.FAIL for check in checks)
    if as_json:
        print(json.dumps({"ok": not failed, "checks": [asdict(check) for check in checks]}, indent=2))
        return int(failed)
    width = max((len(check.name) for check in checks), default=0)
    for check in checks:
        print(f"{check.level:<8} {check.name:<{width}} {check.message}")
        if check.advice and check.level is not Level.GOOD:
            print(f"{'':<{width + 10}}{check.advice}")
    return int(failed)
