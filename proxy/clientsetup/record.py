"""What a set-up did to the user's files, kept so that it can be taken back: JSON, one file a tool. Pure.

It holds keys and the values that stood under them before, nothing else of the user's files.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from proxy.clientsetup.plan import Done, Edit, KeySet

Record = Mapping[str, Done]
"""What was done, by file."""


def record_of(edits: Sequence[Edit], earlier: Record) -> dict[str, Done]:
    """The record after these edits: an earlier one's files that are not among them stay in it."""
    return {**earlier, **{edit.path: edit.done for edit in edits}}


def write(record: Record) -> str:
    tree = {
        path: {"is_new": done.is_new, "keys": [_plain(item) for item in done.keys]} for path, done in record.items()
    }
    return json.dumps(tree, indent=1) + "\n"


def read(text: str) -> dict[str, Done]:
    """Raises ValueError for a text that `write` did not make."""
    try:
        files = json.loads(text).items()
        return {path: Done(tuple(map(_key_set, item["keys"])), bool(item["is_new"])) for path, item in files}
    except (AttributeError, KeyError, TypeError) as err:
        raise ValueError("expected a record of `tightlip setup`") from err


def _plain(item: KeySet) -> dict[str, Any]:
    plain: dict[str, Any] = {"keys": list(item.keys), "value": item.value}
    return {**plain, "before": item.before} if item.had else plain


def _key_set(item: Mapping[str, Any]) -> KeySet:
    return KeySet(tuple(item["keys"]), item["value"], "before" in item, item.get("before"))
