"""Memory that the front process and one worker share, so that bodies needn't be copied through a socket.

One side writes while the other waits, in turns that the frames on the pipe give; so there is nothing to lock. It is
anonymous memory, never a file. Where the system has no such thing, bodies travel in the frames.
"""

import mmap
import os
from typing import Self

KEEP_BYTES = 4 << 20
"""What one body leaves behind is kept for the next up to this size; more is given back."""


class Mailbox:
    """`capacity` bytes; only what is used takes memory."""

    def __init__(self, descriptor: int, capacity: int) -> None:
        self.descriptor = descriptor
        self.capacity = capacity
        self._memory = mmap.mmap(descriptor, capacity)

    @classmethod
    def make(cls, capacity: int) -> Self | None:
        """A new one, or None where the system can't."""
        if not hasattr(os, "memfd_create"):
            return None
        descriptor = os.memfd_create("tightlip")
        os.ftruncate(descriptor, capacity)
        return cls(descriptor, capacity)

    def put(self, content: bytes) -> int | None:
        """The number of bytes to `take` at the other end; None when they don't fit."""
        if len(content) > self.capacity:
            return None
        self._memory[: len(content)] = content
        return len(content)

    def take(self, count: int) -> bytes:
        """The bytes that were put, copied out."""
        content = self._memory[:count]
        if count > KEEP_BYTES:
            self._memory.madvise(mmap.MADV_REMOVE)
        return content

    def close(self) -> None:
        self._memory.close()
        os.close(self.descriptor)
