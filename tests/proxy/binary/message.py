"""Protobuf messages as plain lists of (number, value), written by rules of their own: what the tests compare with."""

from dataclasses import dataclass

from hypothesis import strategies as st

Value = int | float | str | bytes | list["Field"]
Field = tuple[int, "Value | Group"]


@dataclass(frozen=True)
class Group:
    fields: list[Field]


def varint(number: int) -> bytes:
    digits = []
    while True:
        number, low = divmod(number, 128)
        digits.append(low + (128 if number else 0))
        if not number:
            return bytes(digits)


def write(fields: list[Field], places: dict[tuple[int, int], tuple[int, ...]] | None = None) -> bytes:
    """The message's bytes; into `places` goes where each string's bytes stand, and its indexes down the tree."""
    out = b""
    for at, (number, value) in enumerate(fields):
        inner: dict[tuple[int, int], tuple[int, ...]] = {}
        match value:
            case int():
                piece, lead = varint(number * 8) + varint(value), 0
            case float():
                raw = int(value).to_bytes(8, "little")
                piece, lead = varint(number * 8 + 1) + raw, 0
            case Group():
                start = varint(number * 8 + 3)
                piece, lead = start + write(value.fields, inner) + varint(number * 8 + 4), len(start)
            case _:
                raw = _raw(value, inner)
                start = varint(number * 8 + 2) + varint(len(raw))
                piece, lead = start + raw, len(start)
        if places is not None:
            offset = len(out) + lead
            places |= {(a + offset, b + offset): (at, *path) for (a, b), path in inner.items()}
        out += piece
    return out


def _raw(value: str | bytes | list[Field], inner: dict[tuple[int, int], tuple[int, ...]]) -> bytes:
    if isinstance(value, list):
        return write(value, inner)
    raw = value.encode() if isinstance(value, str) else value
    if isinstance(value, str):
        inner[(0, len(raw))] = ()
    return raw


def replaced(fields: list[Field], path: tuple[int, ...], text: str) -> list[Field]:
    """The message with another string at `path`."""
    at, rest = path[0], path[1:]
    number, value = fields[at]
    new: Value | Group = text
    if rest and isinstance(value, Group):
        new = Group(replaced(value.fields, rest, text))
    elif rest:
        assert isinstance(value, list)
        new = replaced(value, rest, text)
    return [*fields[:at], (number, new), *fields[at + 1 :]]


NUMBERS = st.integers(1, 40) | st.integers(1, 2**29 - 1)
TEXTS = st.text(max_size=12) | st.text("ab cde-é漢😀", min_size=20, max_size=200)
SCALARS = st.integers(0, 2**64 - 1) | st.integers(0, 2**64 - 2048).map(float) | TEXTS | st.binary(max_size=19)
MESSAGES: st.SearchStrategy[list[Field]] = st.recursive(
    st.lists(st.tuples(NUMBERS, SCALARS), max_size=4),
    lambda inner: st.lists(st.tuples(NUMBERS, SCALARS | inner | inner.map(Group)), max_size=4),
    max_leaves=12,
)
