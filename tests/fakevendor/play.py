"""Sends a reply as its step asks: late, paused, cut, hung or plain. Knows neither HTTP version."""

import asyncio
from typing import Protocol

from tests.fakevendor.reply import Reply
from tests.fakevendor.step import Step


class Sink(Protocol):
    """One response on one connection; the two HTTP versions each have one."""

    async def head(self, reply: Reply) -> None: ...
    async def chunk(self, data: bytes) -> None: ...
    async def end(self) -> None: ...
    def cut(self) -> None: ...


async def play(step: Step, reply: Reply, sink: Sink, gate: asyncio.Event) -> None:
    """Ends when the reply is out, or when the connection that owns this task is gone."""
    if step.delay_seconds:
        await asyncio.sleep(step.delay_seconds)
    if step.no_reply:
        return sink.cut()
    await sink.head(reply)
    for number, chunk in enumerate(reply.chunks):
        if number == step.pause_after:
            await gate.wait()
        if number == step.hang_after:
            await asyncio.Event().wait()
        if number == step.cut_after:
            return sink.cut()
        await sink.chunk(chunk)
    return await sink.end()
