"""JSON texts of every kind, and what the reader makes of one; for the tests of the reader and of the splitter."""

import json
from typing import Any

from hypothesis import strategies as st

from proxy.jsontext import Leaf, leaves
from proxy.reason import Reason, RequestError

TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
TREES = st.recursive(
    SCALARS | st.text('ab"\\\n{}[],:é', min_size=100, max_size=200),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=30,
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """JSON texts in the many ways of writing one."""
    tree = draw(TREES)
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\r\n", "\t: ")]))
    indent = draw(st.sampled_from([None, 0, 2]))
    text = json.dumps(tree, ensure_ascii=draw(st.booleans()), separators=separators, indent=indent)
    blank = draw(st.sampled_from(["", " ", "\n\t"]))
    return (blank + text + blank).encode(errors="surrogatepass")


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def outcome(data: bytes, **where: Any) -> list[Leaf] | Reason:
    try:
        return list(leaves(data, **where))
    except RequestError as err:
        return err.reason
