"""Both ends of the bench's HTTP/2, held against each other and against a real implementation."""

import h2.config
import h2.connection
import h2.events
import pytest

from bench import frames
from bench.client import Target, block_of
from bench.frames import Framing


def exchange(one: Framing, other: Framing, cut: int) -> list[frames.Frame]:
    """Everything that `other` is shown until both have nothing left to write, fed in pieces of `cut` bytes."""
    seen: list[frames.Frame] = []
    while (out := one.take_out()) or (back := other.take_out()):
        for at in range(0, len(out), cut):
            seen += other.feed(out[at : at + cut])
        for _ in one.feed(other.take_out() if out else back):
            pass
    return seen


@pytest.mark.parametrize("cut", [1, 9, 10_000])
@pytest.mark.parametrize("size", [0, 1, 65_535, 200_000])
def test_a_body_arrives_whole_however_it_is_cut(size: int, cut: int) -> None:
    client, vendor = Framing(), Framing()
    body = bytes(number % 251 for number in range(size))
    client.send(1, b"\x88", body)
    seen = exchange(client, vendor, cut)
    assert b"".join(frame.payload for frame in seen if frame.type == frames.DATA) == body
    assert [frame.flags & frames.END_STREAM for frame in seen][-1]


def test_a_body_waits_for_windows_of_a_real_implementation() -> None:
    """h2's first windows are 65,535 bytes, and it widens them only when it is asked to."""
    server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    server.initiate_connection()
    client, body = Framing(frames.PREFACE), b"x" * 200_000
    client.send(1, block_of(Target("127.0.0.1", 1, "")), body)
    received, out = 0, client.take_out()
    while out:
        for event in server.receive_data(out):
            if isinstance(event, h2.events.DataReceived):
                received += len(event.data or b"")
                assert event.flow_controlled_length is not None
                server.acknowledge_received_data(event.flow_controlled_length, 1)
        for _ in client.feed(server.data_to_send()):
            pass
        out = client.take_out()
    assert received == len(body)


def test_headers_are_what_a_real_implementation_reads() -> None:
    server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
    client = Framing(frames.PREFACE)
    client.send(1, block_of(Target("127.0.0.1", 1, "", path="/v1/messages")), b"{}")
    (headers,) = [e.headers for e in server.receive_data(client.take_out()) if isinstance(e, h2.events.RequestReceived)]
    assert dict(headers or ())[":path"] == "/v1/messages"


@pytest.mark.parametrize("status", ["200", "204", "503"])
def test_the_status_is_read_off_the_block(status: str) -> None:
    server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    client, ours = h2.connection.H2Connection(), Framing()
    client.initiate_connection()
    client.send_headers(1, [(":method", "GET"), (":path", "/"), (":scheme", "https"), (":authority", "a")])
    server.receive_data(client.data_to_send())
    server.send_headers(1, [(":status", status)])
    (block,) = [f.payload for f in ours.feed(server.data_to_send()) if f.type == frames.HEADERS]
    assert frames.status_is_200(block) == (status == "200")
    assert frames.status_is_200(b"\x3f\xe1\x1f" + block) == (status == "200"), "a change of the table's size before it"
