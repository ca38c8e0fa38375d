"""The loop that dials: names that resolve to what is not public, and the operator's own mapping."""

import asyncio
import socket
from typing import Any

import pytest

from proxy.configtype import parse_private_target
from proxy.gate import Gate
from proxy.resolve import AddressInfo, GuardedLoop
from proxy.setting import vendor_folders
from proxy.vendor import load_catalogue

CATALOGUE = load_catalogue(vendor_folders())


def info(address: str, port: int) -> AddressInfo:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return (family, socket.SOCK_STREAM, 6, "", (address, port, 0, 0) if ":" in address else (address, port))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What each name resolves to, in place of the system's resolver. Numbers are left to the system."""
    table: dict[str, list[str]] = {}
    system = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in table:
            return [info(address, int(port)) for address in table[name]]
        return system(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return table


def resolve(
    host: Any, port: Any, *allow: str, connect_to: dict[str, str] | None = None, parent: str | None = None
) -> list[tuple[str, int]]:
    gate = Gate(CATALOGUE, allow_private=tuple(map(parse_private_target, allow)))
    loop = GuardedLoop(gate, connect_to or {}, parent)
    try:
        found = loop.run_until_complete(loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    finally:
        loop.close()
    return [(entry[4][0], entry[4][1]) for entry in found]


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0x7f.1", "0", "0xa9fea9fe", "169.254.43518"]
)
def test_numeric_spellings_of_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(OSError, match="not public"):
        resolve(host, 443)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:10.0.0.1", "64:ff9b::a00:1"]
)
@pytest.mark.parametrize("host", ["rebind.example", "api.openai.com", "rebind.example."])
def test_a_name_that_resolves_to_a_private_address_is_refused(
    names: dict[str, list[str]], host: str, address: str
) -> None:
    names[host] = [address]
    with pytest.raises(OSError, match="not public"):
        resolve(host, 443)


def test_only_the_public_addresses_of_a_name_are_dialled(names: dict[str, list[str]]) -> None:
    names["mixed.example"] = ["10.0.0.1", "1.1.1.1", "::1", "2606:4700::1"]
    assert resolve("mixed.example", 443) == [("1.1.1.1", 443), ("2606:4700::1", 443)]


def test_a_name_in_bytes_is_judged_too(names: dict[str, list[str]]) -> None:
    names["rebind.example"] = ["127.0.0.1"]
    with pytest.raises(OSError, match="not public"):
        resolve(b"rebind.example", "443")


@pytest.mark.parametrize("host", ["llm.corp.example", "LLM.corp.example", "llm.corp.example."])
def test_a_named_host_is_dialled_wherever_it_is(names: dict[str, list[str]], host: str) -> None:
    names[host] = ["10.1.2.3"]
    assert resolve(host, 8443, "llm.corp.example:8443") == [("10.1.2.3", 8443)]
    with pytest.raises(OSError, match="not public"):
        resolve(host, 443, "llm.corp.example:8443")


@pytest.mark.parametrize(("allow", "allowed"), [("10.1.0.0/16", True), ("10.2.0.0/16", False), ("10.1.2.3:443", True)])
def test_a_name_within_what_is_allowed_by_address(names: dict[str, list[str]], allow: str, allowed: bool) -> None:
    names["llm.corp.example"] = ["10.1.2.3"]
    if allowed:
        assert resolve("llm.corp.example", 443, allow) == [("10.1.2.3", 443)]
    else:
        with pytest.raises(OSError, match="not public"):
            resolve("llm.corp.example", 443, allow)


@pytest.mark.parametrize(("target", "expected"), [("127.0.0.1:9443", "127.0.0.1"), ("[::1]:9443", "::1")])
@pytest.mark.parametrize("host", ["api.openai.com", "API.OpenAI.com", "api.openai.com.", b"api.openai.com"])
def test_connect_to_changes_the_address_alone(host: Any, target: str, expected: str) -> None:
    assert resolve(host, 443, connect_to={"api.openai.com:443": target}) == [(expected, 9443)]


def test_connect_to_holds_for_its_port_only(names: dict[str, list[str]]) -> None:
    names["api.openai.com"] = ["1.1.1.1"]
    assert resolve("api.openai.com", 80, connect_to={"api.openai.com:443": "127.0.0.1:9443"}) == [("1.1.1.1", 80)]


def test_the_parent_proxy_may_be_private(names: dict[str, list[str]]) -> None:
    names["proxy.corp.example"] = ["10.9.9.9"]
    assert resolve("proxy.corp.example", 3128, parent="proxy.corp.example:3128") == [("10.9.9.9", 3128)]
    with pytest.raises(OSError, match="not public"):
        resolve("proxy.corp.example", 3129, parent="proxy.corp.example:3128")


def test_the_error_says_where_to_allow_it(names: dict[str, list[str]]) -> None:
    names["rebind.example"] = ["127.0.0.1"]
    with pytest.raises(OSError, match=r"rebind\.example:443 .*allow_private"):
        resolve("rebind.example", 443)


def test_a_connection_goes_where_the_loop_says() -> None:
    """What asyncio itself dials, not only what the method returns."""

    async def talk() -> bytes:
        async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"here")
            writer.close()

        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        assert isinstance(loop, GuardedLoop)
        loop._connect_to["api.openai.com:443"] = f"127.0.0.1:{port}"
        async with server:
            reader, writer = await asyncio.open_connection("api.openai.com", 443)
            said = await reader.read()
            writer.close()
            with pytest.raises(OSError, match="not public"):
                await asyncio.open_connection("0x7f.1", port)
        return said

    with asyncio.Runner(loop_factory=lambda: GuardedLoop(Gate(CATALOGUE), {})) as runner:
        assert runner.run(talk()) == b"here"
