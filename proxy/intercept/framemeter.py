"""Counts the frames of an HTTP/2 connection before anybody takes the trouble to read them. Pure.

A frame of nine bytes costs its receiver as much as one of sixteen thousand. RFC 9113, sections 4.1, 6 and 10.5.
"""

from dataclasses import dataclass

from proxy.bound import Allowance, Bound

_PREFACE_BYTES = 24
_HEAD_BYTES = 9
_DATA, _HEADERS, _RST_STREAM, _WINDOW_UPDATE, _CONTINUATION = 0x0, 0x1, 0x3, 0x8, 0x9
_END_STREAM, _END_HEADERS = 0x1, 0x4
_SMALL_DATA_BYTES = 32
"""Less in a frame that does not end its stream is not how anybody sends a body."""

_UPDATE_BYTES = 1024
"""A client may widen its window once for so many bytes that it was sent; the keenest does it for 4,096."""


@dataclass(slots=True)
class FrameMeter:
    """What one client's frames have cost so far."""

    resets: Allowance
    control_frames: Allowance
    _updates: int = 0
    _skip: int = _PREFACE_BYTES
    _head: bytes = b""
    _type: int = -1
    _is_block_open: bool = False
    _resets: int = 0
    _controls: int = 0

    @property
    def is_in_headers(self) -> bool:
        """Whether a request's headers have begun and not ended."""
        return self._is_block_open or (self._skip > 0 and self._type in (_HEADERS, _CONTINUATION))

    def sent(self, size: int) -> None:
        """So many bytes went to the client, which will say that it may be sent more."""
        self._updates += 2 + size // _UPDATE_BYTES

    def feed(self, data: bytes, now: float) -> Bound | None:
        """Counts what begins in `data`; what the client has now had too much of, if anything."""
        self._resets = self._controls = 0
        self._walk(data)
        if not self.resets.spend(self._resets, now):
            return Bound.RESETS
        return None if self.control_frames.spend(self._controls, now) else Bound.CONTROL_FRAMES

    def _walk(self, data: bytes) -> None:
        at, end = min(self._skip, len(data)), len(data)
        self._skip -= at
        while at < end:
            wanted = _HEAD_BYTES - len(self._head)
            self._head += data[at : at + wanted]
            at += wanted
            if len(self._head) < _HEAD_BYTES:
                return
            length = int.from_bytes(self._head[:3])
            self._begin(self._head[3], self._head[4], length)
            self._head = b""
            self._skip = max(length - (end - at), 0)
            at += length

    def _begin(self, kind: int, flags: int, length: int) -> None:
        self._type = kind
        if kind in (_HEADERS, _CONTINUATION):
            self._is_block_open = not flags & _END_HEADERS
        if kind == _RST_STREAM:
            self._resets += 1
        elif kind == _WINDOW_UPDATE and self._updates:
            self._updates -= 1
        elif kind == _DATA:
            self._controls += length < _SMALL_DATA_BYTES and not flags & _END_STREAM
        elif kind != _HEADERS:
            self._controls += 1
