"""Sockets that are opened here: alone on their port, or several that share it."""

import asyncio
import socket

import pytest

from proxy.configfile import ConfigError
from proxy.configtype import Address
from proxy.intercept.listening import Listeners, open_sockets, shared_out

ANY = Address("127.0.0.1", 0)


def closing(*sets: list[socket.socket]) -> None:
    for one in (one for each in sets for one in each):
        one.close()


@pytest.mark.parametrize("processes", [1, 3])
def test_a_port_that_somebody_else_listens_on_is_refused_even_if_they_would_share_it(processes: int) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ConfigError, match="expected an address that is free"):
            open_sockets(Address("127.0.0.1", other.getsockname()[1]), processes)


def test_each_process_gets_a_socket_of_its_own_on_one_port() -> None:
    sets = open_sockets(ANY, 3)
    try:
        names = {one.getsockname() for each in sets for one in each}
        assert [len(each) for each in sets] == [1, 1, 1]
        assert len(names) == 1
    finally:
        closing(*sets)


def test_a_name_with_several_addresses_is_listened_on_at_one_port() -> None:
    (sockets,) = open_sockets(Address("localhost", 0))
    try:
        assert len({one.getsockname()[1] for one in sockets}) == 1
    finally:
        closing(sockets)


def test_a_name_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.invalid:1"):
        open_sockets(Address("nowhere.invalid", 1))


@pytest.mark.parametrize(("had", "wanted"), [(1, 1), (1, 3), (3, 1), (3, 3), (3, 2), (2, 3)])
def test_no_socket_of_another_proxy_is_left_out_and_no_process_has_none(had: int, wanted: int) -> None:
    sets = open_sockets(ANY, had)
    try:
        inherited = [one for each in sets for one in each]
        shared = shared_out(inherited, wanted)
        assert len(shared) == wanted
        assert all(shared)
        assert {one for each in shared for one in each} == set(inherited)
    finally:
        closing(*sets)


async def test_a_greeter_sees_a_connection_first_and_may_close_it() -> None:
    (sockets,) = open_sockets(ANY)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"handled " + await reader.read(10))
        await writer.drain()
        writer.close()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> asyncio.StreamWriter | None:
        return writer if await reader.readexactly(1) == b"+" else None

    listeners = Listeners(sockets, [greet])
    await listeners.serve(handle)
    try:
        answers = [await _said(listeners.address, said) for said in (b"+hello", b"-hello")]
    finally:
        listeners.close()
    assert answers == [b"handled hello", b""]


async def test_what_is_sent_leaves_at_once() -> None:
    (sockets,) = open_sockets(ANY)
    listeners = Listeners(sockets)
    waits: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        waits.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    try:
        await listeners.serve(handle)
        _, client = await asyncio.open_connection(*sockets[0].getsockname()[:2])
        assert await asyncio.wait_for(waits, 10) != 0
        client.close()
    finally:
        listeners.close()


async def test_who_comes_while_nobody_accepts_waits_and_once_it_is_closed_is_refused() -> None:
    (sockets,) = open_sockets(ANY)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(5)
        writer.write(b"handled")
        await writer.drain()
        writer.close()

    listeners = Listeners(sockets)
    await listeners.serve(handle)
    listeners.pause()
    waiting = asyncio.create_task(_said(listeners.address, b"hello"))
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    assert not done
    await listeners.serve(handle)
    assert await waiting == b"handled"
    listeners.close()
    with pytest.raises(ConnectionRefusedError):
        await _said(listeners.address, b"hello")


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"handled " + await reader.readexactly(5))
    await writer.drain()
    writer.close()


def _connected(address: Address, count: int) -> list[socket.socket]:
    """Connections that wait in the kernel: no turn of the loop passes."""
    return [socket.create_connection((address.host, address.port), 10) for _ in range(count)]


async def _answered(client: socket.socket) -> bytes:
    def ask() -> bytes:
        with client:
            try:
                client.sendall(b"hello")
                return client.recv(100)
            except ConnectionError as err:
                return str(err).encode()

    return await asyncio.to_thread(ask)


@pytest.mark.parametrize("turns", range(6))
async def test_whoever_has_connected_before_the_end_is_served_and_nobody_after_it(turns: int) -> None:
    """However far it got meanwhile: into the kernel's queue, out of it, or to its greeter."""
    (sockets,) = open_sockets(ANY)

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> asyncio.StreamWriter | None:
        return writer

    listeners = Listeners(sockets, [greet])
    await listeners.serve(_answer)
    clients = _connected(listeners.address, 5)
    for _ in range(turns):
        await asyncio.sleep(0)
    clients += _connected(listeners.address, 5)
    await listeners.end()
    assert await asyncio.gather(*map(_answered, clients)) == [b"handled hello"] * 10
    with pytest.raises(ConnectionRefusedError):
        await _said(listeners.address, b"hello")


@pytest.mark.parametrize("turns", range(6))
async def test_a_successor_accepts_what_waits(turns: int) -> None:
    (sockets,) = open_sockets(ANY)
    copies = [one.dup() for one in sockets]
    listeners, successor = Listeners(sockets), Listeners(copies)
    await listeners.serve(_answer)
    clients = _connected(listeners.address, 5)
    for _ in range(turns):
        await asyncio.sleep(0)
    last = _connected(listeners.address, 1)
    await listeners.end(has_successor=True)
    asking = [asyncio.create_task(_answered(client)) for client in (*clients, *last)]
    done, _ = await asyncio.wait(asking[5:], timeout=0.2)
    assert not done, "it is the successor's to accept"
    try:
        await successor.serve(_answer)
        assert await asyncio.gather(*asking) == [b"handled hello"] * 6
    finally:
        successor.close()


async def test_whoever_is_being_greeted_is_counted() -> None:
    (sockets,) = open_sockets(ANY)

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> asyncio.StreamWriter | None:
        return writer if await reader.readexactly(1) == b"+" else None

    listeners = Listeners(sockets, [greet])
    await listeners.serve(_answer)
    clients = _connected(listeners.address, 3)
    await listeners.end()
    assert listeners.greeting == 3
    for client, said in zip(clients, (b"+hello", b"-", b""), strict=True):
        client.sendall(said)
        client.shutdown(socket.SHUT_WR)
    deadline = asyncio.get_running_loop().time() + 60
    while listeners.greeting and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.01)
    assert listeners.greeting == 0
    for client in clients:
        client.close()


async def _said(address: Address, said: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        writer.write(said)
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()
