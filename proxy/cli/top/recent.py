"""The latest decisions on record, read from the end of the audit log. A record holds no values, and here fewer words.

Nothing where this user may not read the log: the screen does without.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from proxy.auditsegment import segments
from proxy.cli.top.picture import Recent

TAIL_BYTES: Final = 256 << 10
_MARKER: Final = b'"type":"decision"'
_SEGMENTS: Final = 2  # at midnight a new one begins, and would leave the screen empty


def latest(folder: Path, count: int) -> list[Recent]:
    """The last decisions, newest first."""
    found: list[Recent] = []
    try:
        for segment in reversed(segments(folder)[-_SEGMENTS:]):
            found += list(_decisions(segment))
            if len(found) >= count:
                break
    except OSError:
        pass
    return found[:count]


def _decisions(segment: Path) -> Iterator[Recent]:
    with segment.open("rb") as file:
        file.seek(max(segment.stat().st_size - TAIL_BYTES, 0))
        lines = file.read(TAIL_BYTES).splitlines()
    for line in reversed(lines):
        if _MARKER not in line:
            continue
        try:
            record = json.loads(line)
        except ValueError:  # the first may be cut, the last not yet whole
            continue
        if isinstance(record, dict) and record.get("type") == "decision":
            yield _told(record)


def _told(record: Mapping[str, Any]) -> Recent:
    rules = sorted({str(one["rule"]) for one in record.get("findings", ()) if one.get("rule")})
    who = record.get("user") or record.get("client") or "-"
    why = record.get("reason") or ", ".join(rules) or record.get("clause") or ""
    return Recent(
        time=str(record.get("time", ""))[11:19],
        who=str(who),
        vendor=str(record.get("vendor", "")),
        decision=str(record.get("decision", "")),
        why=str(why),
        reference=str(record.get("request", "")),
    )
