"""Frames whole, byte by byte, cut and one after the other, through both readers."""

import pickle
import socket
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy import frame

MESSAGES = st.recursive(
    st.none() | st.text(max_size=20) | st.binary(max_size=200), lambda inner: st.lists(inner, max_size=4), max_leaves=8
)


def packed(*messages: Any) -> bytes:
    return b"".join(piece for message in messages for piece in frame.pack(message))


def read_all(pieces: list[bytes]) -> list[Any]:
    arrived, found = bytearray(), []
    for piece in pieces:
        arrived += piece
        while (payload := frame.take(arrived)) is not None:
            found.append(pickle.loads(payload))
    assert not arrived
    return found


@given(st.lists(MESSAGES, max_size=4))
def test_what_is_packed_is_read(messages: list[Any]) -> None:
    assert read_all([packed(*messages)]) == messages


@given(MESSAGES)
def test_however_it_arrives(message: Any) -> None:
    pieces = [bytes([byte]) for byte in packed(message)]
    assert read_all(pieces) == [message]


def test_the_blocking_ends_talk_to_each_other() -> None:
    message = {"body": b"x" * 3_000_000, "n": 1}
    near, far = socket.socketpair()
    with near, far:
        one, other = frame.BlockingPipe(near), frame.BlockingPipe(far)
        sender = threading.Thread(target=one.send, args=(message,))
        sender.start()
        assert other.receive() == message
        sender.join()
        other.send(None)
        other.send(2)
        assert (one.receive(), one.receive()) == (None, 2)


@pytest.mark.parametrize("cut", [0, 3, 8, -1])
def test_the_blocking_reader_tells_a_closed_pipe(cut: int) -> None:
    near, far = socket.socketpair()
    with far:
        with near:
            near.sendall(packed("message")[:cut])
        with pytest.raises(EOFError):
            frame.BlockingPipe(far).receive()
