"""An operator's YAML as ruamel's tree with lines: whatever is wrong is a YAMLError, and of a value with its line.

ruamel lets errors of Python's own through, for `2026-02-31` as for a list in ten thousand others, and takes a few lines
whose aliases unfold to more than memory holds.
"""

from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
from ruamel.yaml.error import YAMLError

MAX_VALUES: Final = 200_000
"""Counted with what aliases stand for. No file of ours has a tenth of it."""

_PYTHONS_OWN: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)

_WITHOUT_LINES: Final = (":omap", ":set", ":pairs")
"""Tags of collections that are read into something without lines."""


class _Constructor(RoundTripConstructor):
    def construct_document(self, node: Any) -> Any:
        _refuse_endless(node)
        return super().construct_document(node)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        if str(node.tag).endswith(_WITHOUT_LINES):
            raise ConstructorError(None, None, "a kind of value that no file here has", node.start_mark)
        try:
            return super().construct_object(node, deep)
        except _PYTHONS_OWN as err:
            raise ConstructorError(None, None, "a value that can't be read", node.start_mark) from err


def load(text: str) -> Any:
    """The document in `text`. Raises YAMLError: a MarkedYAMLError where the line is known."""
    yaml = YAML(typ="rt")
    yaml.Constructor = _Constructor
    try:
        return yaml.load(text)
    except _PYTHONS_OWN as err:
        raise YAMLError("a document that can't be read") from err


def _refuse_endless(root: Any) -> None:
    """Before anything is made of it: an error's message would show a value unfolded, too."""
    left, nodes = MAX_VALUES, [root]
    while nodes:
        value = nodes.pop().value
        items = value if isinstance(value, list) else ()
        held = [one for item in items for one in (item if isinstance(item, tuple) else (item,))]
        left -= len(held)
        if left < 0:
            raise YAMLError(f"more than {MAX_VALUES} values")
        nodes += held
