"""A new entry in an allowlist that people keep: written behind the others, everything else staying as they wrote it."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from proxy.configfile import ConfigError
from proxy.waiver.allowlist import read_allowlist

_EMPTY: Final = "version: 1\nallow: []\n"
_WIDTH: Final = 4096


def with_entry(file: Path, entry: Mapping[str, Any]) -> bytes:
    """The content of an allowlist with one more entry; of a new one where there is none.

    Raises ConfigError when the file can't be used as it is, or has an entry of that id.
    """
    problems: list[str] = []
    taken = {placed.entry.id for placed in read_allowlist([file], problems)} if file.exists() else set()
    if problems:
        raise ConfigError(*problems)
    if entry["id"] in taken:
        raise ConfigError(f"{file}: expected a new id, found {entry['id']}; change or remove that entry first")
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    tree = yaml.load(file.read_text(encoding="utf-8") if file.exists() else _EMPTY)
    entries = tree.get("allow")
    if not entries:
        entries = CommentedSeq()
        tree["allow"] = entries
    column = entries.lc.col if entries.lc.data else 0
    yaml.indent(mapping=2, sequence=2 + column, offset=column)
    entries.append(_node(entry))
    text = io.StringIO()
    yaml.dump(tree, text)
    return text.getvalue().rstrip("\n").encode() + b"\n"


def _node(entry: Mapping[str, Any]) -> CommentedMap:
    """Lists on one line, as people write short ones."""
    node = CommentedMap(entry)
    for key, value in entry.items():
        if isinstance(value, list):
            node[key] = CommentedSeq(value)
            node[key].fa.set_flow_style()
    return node
