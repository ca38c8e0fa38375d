"""Which edition a proxy ran by last, kept in a file, so that the next start can tell what has changed meanwhile.

Ids and digests alone. A file that is gone or can't be read costs that knowledge and nothing else.
"""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from proxy.ca import write_file
from proxy.inventory import Inventory

LAST_FILE: Final = "edition.json"
"""Under the state folder."""


@dataclass(frozen=True, slots=True)
class Last:
    """An edition's name, the digests of its parts, and what it consists of."""

    edition: str
    digests: Mapping[str, str]
    inventory: Inventory


def keep_last(path: Path, last: Last) -> None:
    with contextlib.suppress(OSError):
        write_file(path, json.dumps(asdict(last)).encode(), 0o600)


def read_last(path: Path) -> Last | None:
    """What was kept, or None when there is nothing that makes sense."""
    try:
        members = json.loads(path.read_bytes())
        last = Last(**members)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    kinds = last.inventory.values() if isinstance(last.inventory, dict) else [None]
    sound = isinstance(last.edition, str) and all(isinstance(each, dict) for each in (last.digests, *kinds))
    return last if sound else None
