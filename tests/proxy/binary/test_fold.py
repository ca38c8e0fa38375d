"""Messages in hex digits within others, as Cursor's clients send them over HTTP/1.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.binary.fold import fold, unfold
from tests.proxy.binary.message import MESSAGES, Field, write

INNER: list[Field] = [(1, [(1, "a text that is long enough to be none of the ids"), (2, 1)])]


def spelt(message: list[Field], upper: bool = False) -> str:
    digits = write(message).hex()
    return digits.upper() if upper else digits


@given(MESSAGES, st.booleans(), st.lists(st.tuples(st.integers(1, 9), st.text(max_size=5)), max_size=3))
def test_unfolded_messages_are_folded_again(inner: list[Field], upper: bool, around: list[Field]) -> None:
    message = write([*around, (1, spelt(INNER, upper)), (2, spelt(inner, upper)), *around])
    unfolded, folds = unfold(message)
    assert fold(unfolded, folds) == message
    assert write([(1, INNER)]) in unfolded


def test_an_edit_of_what_was_unfolded_is_folded() -> None:
    message = write([(1, spelt(INNER)), (2, "x"), (2, spelt(INNER, True))])
    unfolded, folds = unfold(message)
    assert unfolded == write([(1, INNER), (2, "x"), (2, INNER)])
    edited: list[Field] = [(1, "another text")]
    assert fold(write([(1, edited), (2, "x"), (2, edited)]), folds) == write(
        [(1, spelt(edited)), (2, "x"), (2, spelt(edited, True))]
    )


@pytest.mark.parametrize(
    "text",
    [
        "0f9a2c317a944a0e9f432f1b6c1a7d55",  # an id
        "4111111111111111" * 4,  # digits alone
        spelt(INNER)[:-1],
        spelt(INNER) + "0",
        spelt(INNER) + "zz",
        spelt(INNER, True)[:20] + spelt(INNER)[20:],
        "ff" * 40,  # no message
        write([(1, 1)] * 40).hex(),  # one that holds nothing
    ],
)
def test_other_texts_stay(text: str) -> None:
    message = write([(1, text)])
    assert unfold(message) == (message, [])


@given(st.binary(max_size=60))
def test_what_is_no_message_stays(data: bytes) -> None:
    unfolded, folds = unfold(data)
    assert folds or unfolded == data


def test_messages_of_very_many_fields_stay() -> None:
    message = write([(1, spelt(INNER)), *[(2, "x")] * 1000])
    assert unfold(message) == (message, [])
    message = write([(1, spelt([(2, "x")] * 1001))])
    assert unfold(message) == (message, [])


def test_a_field_that_is_gone_is_noticed() -> None:
    _, folds = unfold(write([(1, "x"), (1, spelt(INNER))]))
    with pytest.raises(ValueError, match="missing"):
        fold(write([(1, "x")]), folds)
