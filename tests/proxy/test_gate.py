"""What is let in, read, tunnelled blind or refused, and which names may stand for which target."""

import pytest

from proxy.configtype import parse_private_target
from proxy.gate import Gate
from proxy.reason import Reason
from proxy.setting import vendor_folders
from proxy.vendor import load_catalogue

CATALOGUE = load_catalogue(vendor_folders())

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "[::1]",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "[::ffff:10.0.0.1]",
    "::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "4000::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "[2606:4700:4700::1111]", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"]


def gate(*allow: str, **changes: object) -> Gate:
    return Gate(CATALOGUE, allow_private=tuple(map(parse_private_target, allow)), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("host", PRIVATE)
@pytest.mark.parametrize(("port", "plain"), [(443, False), (80, True)])
def test_an_address_that_is_not_public_is_refused(host: str, port: int, plain: bool) -> None:
    assert gate().route(host, port, plain=plain).refusal is Reason.PRIVATE_TARGET


@pytest.mark.parametrize("host", PUBLIC)
def test_a_public_address_is_tunnelled_unread(host: str) -> None:
    route = gate().route(host, 443, plain=False)
    assert (route.vendor, route.refusal) == (None, None)


@pytest.mark.parametrize("host", ["localhost", "localhost.", "LOCALHOST", "localhost..", "x.localhost", "a.LocalHost."])
def test_local_names_are_refused(host: str) -> None:
    assert gate().route(host, 443, plain=False).refusal is Reason.PRIVATE_TARGET


@pytest.mark.parametrize(
    "host",
    [
        "api.openai.com",
        "API.OpenAI.com",
        "api.openai.com.",
        "eu.api.openai.com",
        "ａｐｉ.openai.com",
        "api。openai.com",
    ],
)
def test_a_vendor_is_known_however_its_name_is_written(host: str) -> None:
    vendor = gate().route(host, 443, plain=False).vendor
    assert vendor is not None
    assert vendor.id == "openai"


@pytest.mark.parametrize(
    "host", ["openai.com.example.org", "xapi.openai.com", "api.openai.com.evil.test", "notapi-openai.com", ""]
)
def test_a_name_that_only_looks_like_a_vendors_is_not_one(host: str) -> None:
    assert gate().route(host, 443, plain=False).vendor is None


def test_other_hosts_are_refused_when_they_may_not_be_tunnelled() -> None:
    closed = gate(tunnel_others=False)
    assert closed.route("example.org", 443, plain=False).refusal is Reason.HOST_REFUSED
    assert closed.route("1.1.1.1", 443, plain=False).refusal is Reason.HOST_REFUSED
    assert closed.route("api.openai.com", 443, plain=False).refusal is None


@pytest.mark.parametrize(
    ("port", "plain", "allowed"),
    [
        (443, False, True),
        (80, False, True),
        (80, True, True),
        (443, True, False),
        (22, False, False),
        (8443, False, False),
        (8080, True, False),
        (0, False, False),
    ],
)
@pytest.mark.parametrize("host", ["api.openai.com", "example.org", "1.1.1.1"])
def test_ports(host: str, port: int, plain: bool, allowed: bool) -> None:
    expected = None if allowed else Reason.PORT_NOT_ALLOWED
    assert gate().route(host, port, plain=plain).refusal is expected


def test_configured_ports_replace_the_standard_ones() -> None:
    moved = gate(tls_ports=frozenset({8443}), plain_ports=frozenset({8080}))
    assert moved.route("api.openai.com", 8443, plain=False).refusal is None
    assert moved.route("api.openai.com", 8080, plain=True).refusal is None
    assert moved.route("api.openai.com", 443, plain=False).refusal is Reason.PORT_NOT_ALLOWED


@pytest.mark.parametrize(
    ("allow", "host", "port", "refusal"),
    [
        ("10.1.0.0/16", "10.1.2.3", 443, None),
        ("10.1.0.0/16", "::ffff:10.1.2.3", 443, None),
        ("10.1.0.0/16", "64:ff9b::10.1.2.3", 443, None),
        ("10.1.0.0/16", "10.2.0.1", 443, Reason.PRIVATE_TARGET),
        ("10.1.0.0/16", "10.1.2.3", 8443, Reason.PORT_NOT_ALLOWED),
        ("fd00::/8", "[fd12::1]", 443, None),
        ("10.1.2.3:8443", "10.1.2.3", 8443, None),
        ("10.1.2.3:8443", "10.1.2.3", 443, Reason.PRIVATE_TARGET),
        ("10.1.2.3:8443", "10.1.2.4", 8443, Reason.PORT_NOT_ALLOWED),
        ("[::1]:8443", "[::1]", 8443, None),
        ("[::1]:8443", "::1", 8443, None),
        ("localhost:9443", "localhost", 9443, None),
        ("localhost:9443", "LOCALHOST.", 9443, None),
        ("localhost:9443", "localhost", 443, Reason.PRIVATE_TARGET),
        ("localhost:9443", "127.0.0.1", 9443, Reason.PORT_NOT_ALLOWED),
        ("llm.corp.example:8443", "llm.corp.example", 8443, None),
    ],
)
def test_what_the_operator_allows(allow: str, host: str, port: int, refusal: Reason | None) -> None:
    assert gate(allow).route(host, port, plain=False).refusal is refusal


@pytest.mark.parametrize(
    ("mapped", "host", "port", "allowed"),
    [
        ("api.openai.com:443", "API.openai.com.", 443, True),
        ("api.openai.com:9443", "api.openai.com", 9443, True),
        ("127.0.0.1:443", "127.0.0.1", 443, True),
        ("[::1]:443", "[::1]", 443, True),
        ("[::1]:443", "::1", 443, True),
        ("127.0.0.1:443", "127.0.0.1", 80, False),
        ("api.openai.com:9443", "api.openai.com", 9444, False),
    ],
)
def test_a_mapped_name_is_allowed_for_its_port(mapped: str, host: str, port: int, allowed: bool) -> None:
    route = gate(mapped=frozenset({mapped})).route(host, port, plain=False)
    assert (route.refusal is None) == allowed


def test_a_mapped_name_that_is_no_vendors_is_still_refused_when_others_are() -> None:
    closed = gate(mapped=frozenset({"example.org:443"}), tunnel_others=False)
    assert closed.route("example.org", 443, plain=False).refusal is Reason.HOST_REFUSED


@pytest.mark.parametrize(
    ("asked", "named", "agree"),
    [
        ("api.openai.com", "api.openai.com", True),
        ("api.openai.com", "API.OPENAI.COM.", True),
        ("api.openai.com", "api.anthropic.com", False),
        ("api.openai.com", "evil.test", False),
        ("api.openai.com", "eu.api.openai.com", False),
        ("evil.test", "api.openai.com", False),
        ("1.2.3.4", "example.org", True),
        ("1.2.3.4", "api.openai.com", False),
        ("1.2.3.4", "API.openai.com.", False),
        ("1.2.3.4", "ａｐｉ.openai.com", False),
        ("::ffff:1.2.3.4", "api.openai.com", False),
        ("[2606:4700::1]", "api.openai.com", False),
        ("2130706433", "example.org", False),
        ("0x7f.1", "example.org", False),
        ("api.openai.com", "", False),
    ],
)
def test_the_names_that_may_stand_for_a_target(asked: str, named: str, agree: bool) -> None:
    assert gate().agrees(asked, named) is agree


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0x7f.1", "127.0.0.1.nip.example"]
)
def test_unusual_spellings_of_addresses_are_names_which_the_resolver_judges(host: str) -> None:
    assert gate().allows_address(host, 443)


@pytest.mark.parametrize("host", ["tightlip.local", "TIGHTLIP.local."])
@pytest.mark.parametrize("tunnels", [True, False])
def test_a_name_of_our_own_is_neither_a_vendors_nor_passed_on(host: str, tunnels: bool) -> None:
    own = Gate(CATALOGUE, tunnel_others=tunnels, answers_itself=True)
    for port, plain in ((443, False), (80, True), (80, False)):
        route = own.route(host, port, plain=plain)
        assert (route.own, route.vendor, route.refusal, route.is_blind) == (True, None, None, False)
    assert own.route(host, 22, plain=False).refusal is Reason.PORT_NOT_ALLOWED


def test_without_a_portal_it_is_a_host_like_any_other() -> None:
    assert Gate(CATALOGUE).route("tightlip.local", 443, plain=False).is_blind
    assert Gate(CATALOGUE, tunnel_others=False).route("tightlip.local", 443, plain=False).refusal is Reason.HOST_REFUSED
