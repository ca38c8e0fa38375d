"""Every target over its kept inputs, those that once broke a law, and some changes of both."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.target import CORPUS, CRASHES, TARGETS, kept

EXAMPLES = 60
SEEDS = {name: [path.read_bytes() for folder in (CORPUS, CRASHES) for path in kept(name, folder)] for name in TARGETS}
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 5000), st.integers(0, 4), st.sampled_from([b"", b'"', b"\\", b"\n"]) | st.binary(max_size=9)
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param(name, path.read_bytes(), id=f"{name}-{path.name}")
        for name in TARGETS
        for path in kept(name, CRASHES)
    ],
)
def test_what_once_broke_a_law_does_so_no_more(name: str, data: bytes) -> None:
    TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
def test_kept_inputs_break_no_law(name: str) -> None:
    assert SEEDS[name], "a target with nothing to start from finds nothing"
    for data in SEEDS[name]:
        TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"\xff" * 40, b"{" * 400, b"[" * 400 + b"]" * 400],
    ids=["empty", "zero", "ones", "open", "deep"],
)
def test_the_shortest_and_the_deepest_break_no_law(name: str, data: bytes) -> None:
    TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=EXAMPLES)
@given(st.data(), CHANGES)
def test_changes_of_kept_inputs_break_no_law(
    name: str, draw: st.DataObject, changes: list[tuple[int, int, bytes]]
) -> None:
    data = bytearray(draw.draw(st.sampled_from(SEEDS[name])))
    for at, cut, put in changes:
        start = at % (len(data) + 1)
        data[start : start + cut] = put
    TARGETS[name](bytes(data))
