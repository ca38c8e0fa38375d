"""Frames are counted alike however they are cut, and what a well-behaved client sends is within bounds."""

import h2.config
import h2.connection
import pytest
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)
from hypothesis import given
from hypothesis import strategies as st

from proxy.bound import Allowance, Bound
from proxy.intercept.framemeter import FrameMeter

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def meter(resets: int = 10, control_frames: int = 10) -> FrameMeter:
    return FrameMeter(Allowance(resets), Allowance(control_frames))


def frames(*each: Frame) -> bytes:
    return b"".join(frame.serialize() for frame in each)


@pytest.mark.parametrize(
    ("frame", "bound"),
    [
        (RstStreamFrame(1), Bound.RESETS),
        (PingFrame(0, opaque_data=b"12345678"), Bound.CONTROL_FRAMES),
        (SettingsFrame(0), Bound.CONTROL_FRAMES),
        (PriorityFrame(1), Bound.CONTROL_FRAMES),
        (WindowUpdateFrame(0, window_increment=1), Bound.CONTROL_FRAMES),
        (ContinuationFrame(1), Bound.CONTROL_FRAMES),
        (DataFrame(1, data=b""), Bound.CONTROL_FRAMES),
    ],
    ids=["reset", "ping", "settings", "priority", "window", "continuation", "empty data"],
)
def test_cheap_frames_run_out(frame: Frame, bound: Bound) -> None:
    watched = meter()
    assert watched.feed(_PREFACE + frames(*[frame] * 10), 1.0) is None
    assert watched.feed(frames(frame), 1.0) is bound


@pytest.mark.parametrize(
    "frame",
    [DataFrame(1, data=b"x" * 100), DataFrame(1, data=b"", flags=["END_STREAM"]), HeadersFrame(1, data=b"x")],
    ids=["data", "end", "headers"],
)
def test_what_carries_a_request_is_free(frame: Frame) -> None:
    assert meter().feed(_PREFACE + frames(*[frame] * 1000), 1.0) is None


def test_who_was_sent_much_may_widen_the_window_often() -> None:
    watched = meter()
    for _ in range(100):
        watched.sent(16_384)
    assert watched.feed(_PREFACE + frames(*[WindowUpdateFrame(0, window_increment=1)] * 800), 1.0) is None


def test_headers_are_open_until_their_last_frame_is_whole() -> None:
    watched = meter()
    begun = HeadersFrame(1, data=b"x" * 50)
    ended = ContinuationFrame(1, data=b"y" * 20, flags=["END_HEADERS"])
    stream = _PREFACE + frames(begun, ended)
    open_after = [
        at for at in range(len(stream)) if not watched.feed(stream[at : at + 1], 1.0) and watched.is_in_headers
    ]
    assert open_after == list(range(len(_PREFACE) + 8, len(stream) - 1))
    assert not watched.is_in_headers


@given(st.data())
def test_the_count_does_not_depend_on_the_cuts(data: st.DataObject) -> None:
    stream = _PREFACE + frames(
        SettingsFrame(0), HeadersFrame(1, data=b"x" * 30), DataFrame(1, data=b"x" * 300), *[RstStreamFrame(1)] * 3
    )
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=12)))
    watched = meter(resets=3, control_frames=2)
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        assert watched.feed(stream[begin:end], 1.0) is None
    assert watched.feed(frames(RstStreamFrame(1)), 1.0) is Bound.RESETS


def test_a_client_of_the_usual_kind_is_within_bounds() -> None:
    client = h2.connection.H2Connection(h2.config.H2Configuration())
    client.initiate_connection()
    names = [(":method", "POST"), (":scheme", "https"), (":authority", "a.example"), (":path", "/")]
    for stream in range(1, 200, 2):
        client.send_headers(stream, names)
        client.send_data(stream, b"x" * 300, end_stream=True)
    assert meter().feed(client.data_to_send(), 1.0) is None
