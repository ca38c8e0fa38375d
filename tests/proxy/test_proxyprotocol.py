"""The PROXY protocol: addresses of real headers, and nothing for whatever is not one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.proxyprotocol import SIGNATURE, V1_BYTES, V2_BYTES, BadHeader, Endpoint, crc32c, missing, parse

SOURCE = bytes([192, 0, 2, 7])
ENDS = SOURCE + bytes([198, 51, 100, 1]) + (51234).to_bytes(2) + (8080).to_bytes(2)
SIX = bytes.fromhex("20010db8000000000000000000000007" * 2) + (51234).to_bytes(2) + (8080).to_bytes(2)
V1 = b"PROXY TCP4 192.0.2.7 198.51.100.1 51234 8080\r\n"


def v2(body: bytes, command: int = 0x21, family: int = 0x11) -> bytes:
    return SIGNATURE + bytes([command, family]) + len(body).to_bytes(2) + body


def tlv(kind: int, value: bytes) -> bytes:
    return bytes([kind]) + len(value).to_bytes(2) + value


def checked(body: bytes) -> bytes:
    """A header of version 2 that carries its checksum as the last extension."""
    empty = v2(body + tlv(0x03, bytes(4)))
    return empty[:-4] + crc32c(empty).to_bytes(4)


TAKEN: list[tuple[bytes, Endpoint | None]] = [
    (V1, ("192.0.2.7", 51234)),
    (b"PROXY TCP6 2001:db8::7 2001:db8::1 1 65535\r\n", ("2001:db8::7", 1)),
    (b"PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.8 1 2\r\n", ("192.0.2.7", 1)),
    (v2(ENDS), ("192.0.2.7", 51234)),
    (v2(SIX, family=0x21), ("2001:db8::7", 51234)),
    (v2(ENDS + tlv(0x05, b"id") + tlv(0xE0, b"x" * 300)), ("192.0.2.7", 51234)),
    (checked(ENDS), ("192.0.2.7", 51234)),
    (v2(b"", command=0x20, family=0), None),
    (v2(ENDS, command=0x20), None),
]
REFUSED = [
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"CONNECT api.openai.com:443 HTTP/1.1\r\n\r\n",
    b"proxy TCP4 192.0.2.7 198.51.100.1 51234 8080\r\n",
    b"PROXY UNKNOWN\r\n",
    b"PROXY UNKNOWN 192.0.2.7 198.51.100.1 51234 8080\r\n",
    b"PROXY TCP4 192.0.2.7 198.51.100.1 51234 8080\n",
    b"PROXY TCP4  192.0.2.7 198.51.100.1 51234 8080\r\n",
    b"PROXY TCP4 192.0.2.7 198.51.100.1 51234 8080 \r\n",
    b"PROXY TCP4 192.0.2.7 198.51.100.1 51234 65536\r\n",
    b"PROXY TCP4 192.0.2.7 198.51.100.1 051234 8080\r\n",
    b"PROXY TCP4 192.0.2.7 198.51.100.1 -1 8080\r\n",
    b"PROXY TCP4 192.0.2.007 198.51.100.1 51234 8080\r\n",
    b"PROXY TCP4 2001:db8::7 2001:db8::1 51234 8080\r\n",
    b"PROXY TCP6 192.0.2.7 198.51.100.1 51234 8080\r\n",
    b"PROXY TCP6 fe80::1%eth0 2001:db8::1 51234 8080\r\n",
    "PROXY TCP4 192.0.2.7 198.51.100.1 ٥ 8080\r\n".encode(),
    b"PROXY TCP4 localhost 198.51.100.1 51234 8080\r\n",
    V1 + b"GET",
    b"PROXY TCP6 " + b"0" * V1_BYTES + b"\r\n",
    v2(ENDS, command=0x11),
    v2(ENDS, command=0x22),
    v2(ENDS, family=0x00),
    v2(ENDS, family=0x12),
    v2(ENDS, family=0x21),
    v2(bytes(216), family=0x31),
    v2(ENDS[:-1]),
    v2(ENDS + b"\x05"),
    v2(ENDS + b"\x05\x00"),
    v2(ENDS + tlv(0x05, b"id")[:-1]),
    v2(ENDS + tlv(0x03, bytes(4))),
    v2(ENDS + tlv(0x03, b"")),
    checked(ENDS).replace(SOURCE, b"\xc0\x00\x02\x08"),
    v2(ENDS + tlv(0x04, bytes(V2_BYTES))),
]


@pytest.mark.parametrize(("header", "client"), TAKEN)
def test_a_header_names_the_client_or_the_balancer_itself(header: bytes, client: Endpoint | None) -> None:
    assert parse(header) == client


@pytest.mark.parametrize("header", REFUSED)
def test_what_is_not_exactly_a_header_is_refused_without_being_quoted(header: bytes) -> None:
    with pytest.raises(BadHeader) as told:
        parse(header)
    assert "192" not in str(told.value)


@pytest.mark.parametrize("header", [header for header, _ in TAKEN])
def test_a_cut_header_is_never_a_header(header: bytes) -> None:
    for end in range(len(header)):
        assert missing(header[:end]) > 0
        with pytest.raises(BadHeader):
            parse(header[:end])


@pytest.mark.parametrize("header", [header for header, _ in TAKEN])
def test_reading_what_is_missing_takes_no_byte_of_what_follows(header: bytes) -> None:
    stream, read = header + b"\x16\x03\x01 what follows\r\n", b""
    while more := missing(read):
        read = stream[: len(read) + more]
    assert read == header


@given(st.sampled_from([header for header, _ in TAKEN]), st.binary(min_size=1, max_size=20))
def test_bytes_behind_a_header_are_not_part_of_it(header: bytes, behind: bytes) -> None:
    with pytest.raises(BadHeader):
        parse(header + behind)


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda rest: b"PROXY " + rest)))
def test_noise_is_refused_or_waited_for_within_bounds(noise: bytes) -> None:
    try:
        more = missing(noise)
    except BadHeader:
        return
    assert more == 0 or len(noise) + more <= max(V1_BYTES, V2_BYTES)
    with pytest.raises(BadHeader):
        parse(noise)


@given(st.binary(max_size=300), st.integers(0, 255), st.integers(0, 255))
def test_a_header_of_version_2_with_any_body_gives_an_address_or_is_refused(
    body: bytes, command: int, family: int
) -> None:
    try:
        client = parse(v2(body, command, family))
    except BadHeader:
        return
    assert command in (0x20, 0x21)
    assert (client is None) is (command == 0x20)


@given(st.integers(0, 8 * (len(checked(ENDS)) - 12) - 1))
def test_a_flipped_bit_does_not_pass_the_checksum(bit: int) -> None:
    flipped = bytearray(checked(ENDS))
    flipped[12 + bit // 8] ^= 1 << bit % 8
    if bit in (8 * 0,):  # PROXY has become LOCAL, of which nothing is read
        assert parse(bytes(flipped)) is None
        return
    try:
        client = parse(bytes(flipped))
    except BadHeader:
        return
    assert client == ("192.0.2.7", 51234), "the checksum's own kind was flipped: an extension that is skipped"
    assert flipped[-7] != 0x03


def test_the_checksum_is_castagnolis() -> None:
    assert crc32c(b"123456789") == 0xE3069283
