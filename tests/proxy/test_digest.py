"""Digests of bodies that grow: what hashlib says of them whole, whatever came before."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from proxy.digest import CHANGING_BYTES, LEAST_BYTES, Digests

HEAD = b"the same conversation " * 32
BODIES = st.lists(
    st.builds(
        lambda kind, size, tail: HEAD + bytes([kind]) * size + tail,
        st.integers(0, 1),
        st.integers(0, LEAST_BYTES + 2 * CHANGING_BYTES),
        st.binary(max_size=40),
    ),
    max_size=6,
)


@given(BODIES)
def test_is_what_hashing_it_whole_gives(bodies: list[bytes]) -> None:
    digests = Digests(capacity=3 * LEAST_BYTES)
    assert [digests.sha256(body) for body in bodies] == [hashlib.sha256(body).hexdigest() for body in bodies]


def test_a_body_that_goes_on_is_not_hashed_from_the_beginning() -> None:
    digests, body = Digests(), HEAD + bytes(1 << 20)
    digests.sha256(body)
    beginning, state = digests._known.get(next(iter(digests._known._entries))) or (b"", None)
    assert len(beginning) == len(body) - CHANGING_BYTES
    assert state is not None and state.hexdigest() == hashlib.sha256(beginning).hexdigest()


def test_one_that_is_cut_back_is_hashed_anew() -> None:
    digests, body = Digests(), HEAD + bytes(1 << 16)
    for size in (len(body), LEAST_BYTES, LEAST_BYTES - 1, len(HEAD), 0, len(body)):
        assert digests.sha256(body[:size]) == hashlib.sha256(body[:size]).hexdigest()
