"""The load generator against the bench's own vendor, with no proxy but one that only tunnels."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench import server
from bench.client import SPEAKERS, Busy, Http1, Target
from bench.load import Cell, measure
from bench.stream import measure as streams
from tests.fakevendor import make_authority


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("vendor")
    with server.fake_vendor(folder) as address:
        yield address, folder / "fake-ca.pem"


@asynccontextmanager
async def tunnel(vendor: tuple[str, Path]) -> AsyncIterator[Target]:
    """What a CONNECT leads to the vendor through."""
    host, _, port = vendor[0].rpartition(":")

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        there = await asyncio.open_connection(host, int(port))
        await asyncio.gather(copy(reader, there[1]), copy(there[0], writer))

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            writer.write(data)
        writer.close()

    listening = await asyncio.start_server(lead, "127.0.0.1", 0)
    async with listening:
        yield Target("127.0.0.1", listening.sockets[0].getsockname()[1], str(vendor[1]))


@pytest.mark.slow
@pytest.mark.parametrize("protocol", SPEAKERS)
async def test_every_request_is_answered_and_timed(vendor: tuple[str, Path], protocol: str) -> None:
    async with tunnel(vendor) as target:
        cell = Cell(300_000, "resent", protocol, 3, 2, 2, {"direct": target})
        result = (await measure(cell))["direct"]
    assert len(result["seconds"]) == 3 * 2 * 2
    assert min(result["seconds"]) > 0
    assert sum(result["refused"]) == 0


async def test_tokens_of_a_stream_are_timed_by_one_clock(vendor: tuple[str, Path]) -> None:
    async with tunnel(vendor) as target:
        rows = await streams({"direct": target}, 1, "nobody")
    assert len(rows) == 4
    for row in rows:
        seconds = row["targets"]["direct"]
        assert len(seconds["ways"]) == 39
        assert 0 <= min(seconds["ways"]) <= max(seconds["ways"]) < 60
        assert seconds["first"] >= seconds["first_way"]


async def test_who_is_told_to_come_again_does(tmp_path: Path) -> None:
    """And the time of both counts."""
    authority = make_authority(tmp_path)
    answers = [b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"] * 2

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"{}"):
            writer.write(answers.pop(0))

    context: ssl.SSLContext = authority.server_context(("http/1.1",))
    listening = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    address = f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening, tunnel((address, authority.ca)) as target:
        connection = await Http1.open(target)
        await connection.insist(b"{}")
        assert connection.refused == 1
        with pytest.raises(Busy):
            await connection.request(b"{}")
        connection.close()
