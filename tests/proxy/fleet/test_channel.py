"""The pipe between the processes, however the kernel cuts what goes through it."""

import asyncio
import itertools
import socket
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.fleet.channel import Channel

Sent = tuple[Any, bytes | None]
LARGE = bytes(range(256)) * 1200


def fed(channel: Channel, content: bytes, cuts: Sequence[int]) -> None:
    """Gives the channel what came, in pieces that end at `cuts`."""
    edges = sorted({0, *(cut % (len(content) + 1) for cut in cuts), len(content)})
    for start, end in itertools.pairwise(edges):
        while start < end:
            view = channel.get_buffer(-1)
            assert len(view)
            count = min(len(view), end - start)
            view[:count] = content[start : start + count]
            channel.buffer_updated(count)
            start += count


class Collecting(asyncio.WriteTransport):
    def __init__(self) -> None:
        super().__init__()
        self.content = b""

    def is_closing(self) -> bool:
        return False

    def writelines(self, pieces: Any) -> None:
        self.content += b"".join(pieces)


def on_the_wire(sent: Sequence[Sent]) -> bytes:
    channel, transport = Channel(lambda *_: None, lambda: None), Collecting()
    channel.connection_made(transport)
    for message, body in sent:
        channel.send(message, body)
    return transport.content


bodies = st.one_of(st.none(), st.binary(max_size=40), st.integers(0, len(LARGE)).map(lambda count: LARGE[:count]))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.text(max_size=30), bodies), max_size=6), st.lists(st.integers(0, 1 << 20), max_size=12))
def test_messages_come_through_whole_and_in_order(sent: list[Sent], cuts: list[int]) -> None:
    received: list[Sent] = []
    channel = Channel(lambda message, body: received.append((message, body)), lambda: None)
    fed(channel, on_the_wire(sent), cuts)
    assert received == sent


async def test_both_ends_speak_at_once_and_hear_when_the_other_is_gone() -> None:
    ours, theirs = socket.socketpair()
    heard: dict[str, list[Sent]] = {"here": [], "there": []}
    lost = asyncio.Event()
    here = await Channel.over(ours, lambda *sent: heard["here"].append(sent), lost.set)
    there = await Channel.over(theirs, lambda *sent: heard["there"].append(sent), lambda: None)
    for number in range(20):
        here.send(number, LARGE)
        there.send(-number)
    async with asyncio.timeout(10):
        while len(heard["here"]) < 20 or len(heard["there"]) < 20:
            await asyncio.sleep(0.001)
    assert heard["there"] == [(number, LARGE) for number in range(20)]
    assert heard["here"] == [(-number, None) for number in range(20)]
    there.close()
    async with asyncio.timeout(10):
        await lost.wait()
    assert not here.is_open
    here.send("nobody hears this")
