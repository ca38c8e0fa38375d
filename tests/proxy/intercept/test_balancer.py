"""Behind a balancer: whose address a connection goes under, and which connections are closed unread."""

import asyncio
import contextlib
from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from proxy.configtype import Network
from proxy.intercept import balancer
from proxy.intercept.balancer import Balancers
from proxy.proxyprotocol import SIGNATURE

HERE = (ip_network("127.0.0.0/8"),)
V1 = b"PROXY TCP4 192.0.2.7 198.51.100.1 51234 8080\r\n"
V2 = SIGNATURE + b"\x21\x11\x00\x0c" + bytes([192, 0, 2, 7, 198, 51, 100, 1]) + (51234).to_bytes(2) + (8080).to_bytes(2)
LOCAL = SIGNATURE + b"\x20\x00\x00\x00"
REQUEST = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"


async def seen(
    sent: Sequence[bytes], trusted: Sequence[Network] = HERE, *, ends: bool = True
) -> tuple[str, bytes] | None:
    """The address that a connection goes on under and what it says after the header; None when it was closed."""
    greet = Balancers(trusted)
    result: asyncio.Future[tuple[str, bytes] | None] = asyncio.get_running_loop().create_future()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        going_on = await greet(reader, writer)
        if going_on is None:
            result.set_result(None)
        else:
            said = await reader.read()
            going_on.write(b"heard")
            await going_on.drain()
            going_on.close()
            result.set_result((going_on.get_extra_info("peername")[0], said))
        writer.close()

    async with asyncio.timeout(20), await asyncio.start_server(accepted, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answer = b""
        with contextlib.suppress(OSError):  # whoever is refused may be gone before all was said
            for part in sent:
                writer.write(part)
                await writer.drain()
            if ends:
                writer.write_eof()
            answer = await reader.read()
        outcome = await result
        assert answer == (b"" if outcome is None else b"heard")
        writer.close()
        return outcome


@pytest.mark.parametrize("header", [V1, V2], ids=["v1", "v2"])
async def test_a_connection_goes_on_under_its_clients_address_with_every_byte(header: bytes) -> None:
    assert await seen([header + REQUEST]) == ("192.0.2.7", REQUEST)
    assert await seen([bytes([byte]) for byte in header] + [REQUEST]) == ("192.0.2.7", REQUEST)


async def test_a_balancers_own_connection_stays_its_own() -> None:
    assert await seen([LOCAL + REQUEST]) == ("127.0.0.1", REQUEST)


@pytest.mark.parametrize("sent", [REQUEST, b"PROXY UNKNOWN\r\n" + REQUEST, V1[:-9], V2[:-1], b""])
async def test_without_a_whole_header_it_is_closed(sent: bytes) -> None:
    assert await seen([sent]) is None


@pytest.mark.parametrize("sent", [b"", V1[:9], V2[:20]], ids=["nothing", "v1 begun", "v2 begun"])
async def test_a_header_is_not_waited_for_for_ever(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(balancer, "HEADER_SECONDS", 0.05)
    assert await seen([sent], ends=False) is None


@pytest.mark.parametrize("sent", [V1 + REQUEST, REQUEST, LOCAL])
async def test_nobody_but_a_balancer_is_let_in_whatever_it_says(sent: bytes) -> None:
    assert await seen([sent], trusted=(ip_network("10.0.0.0/8"), ip_network("::1/128"))) is None


async def test_a_balancer_is_known_by_its_ipv4_address_on_an_ipv6_socket() -> None:
    class Writer:
        def get_extra_info(self, name: str) -> object:
            return ("::ffff:10.1.2.3", 1, 0, 0)

    reader = asyncio.StreamReader()
    reader.feed_data(LOCAL)
    writer = Writer()
    assert await Balancers((ip_network("10.0.0.0/8"),))(reader, writer) is writer  # type: ignore[arg-type, comparison-overlap]
