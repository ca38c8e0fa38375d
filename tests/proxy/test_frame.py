"""Frames whole, byte by byte, cut and one after the other, through both readers."""

import asyncio
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


async def read_all(pieces: list[bytes], count: int) -> list[Any]:
    reader = asyncio.StreamReader()
    for piece in pieces:
        reader.feed_data(piece)
    reader.feed_eof()
    return [await frame.read(reader) for _ in range(count)]


@given(st.lists(MESSAGES, max_size=4))
def test_what_is_packed_is_read(messages: list[Any]) -> None:
    assert asyncio.run(read_all([packed(*messages)], len(messages))) == messages


@given(MESSAGES)
def test_however_it_arrives(message: Any) -> None:
    pieces = [bytes([byte]) for byte in packed(message)]
    assert asyncio.run(read_all(pieces, 1)) == [message]


@pytest.mark.parametrize("cut", [0, 1, 7, 8, 9, -1])
async def test_a_cut_frame_is_the_end(cut: int) -> None:
    with pytest.raises(EOFError):
        await read_all([packed("message")[:cut]], 1)


def test_the_blocking_ends_talk_to_each_other() -> None:
    message = {"body": b"x" * 3_000_000, "n": 1}
    near, far = socket.socketpair()
    with near, far:
        sender = threading.Thread(target=frame.send_blocking, args=(near, message))
        sender.start()
        assert frame.receive_blocking(far) == message
        sender.join()
        frame.send_blocking(far, None)
        assert frame.receive_blocking(near) is None


@pytest.mark.parametrize("cut", [0, 3, 8, -1])
def test_the_blocking_reader_tells_a_closed_pipe(cut: int) -> None:
    near, far = socket.socketpair()
    with far:
        with near:
            near.sendall(packed("message")[:cut])
        with pytest.raises(EOFError):
            frame.receive_blocking(far)
