"""The container: one way to be read, and BundleError for every other."""

import hashlib
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.bundle.container import MAGIC, Bundle, decode, described, read_bundle
from proxy.bundle.manifest import BundleError, Manifest, canonical, read_manifest
from proxy.bundle.trust import Trust, load_trust
from tests.law import often
from tests.proxy.bundle.making import MEMBERS, NOW, bundle_of, signed, trust_file


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    return load_trust(trust_file(tmp_path))


WHOLE = signed(bundle_of(), "Ada Lovelace", "Bob").encoded()


def is_taken(data: bytes, trust: Trust) -> bool:
    """Whether a proxy that wants both signatures would take these bytes."""
    try:
        bundle = decode(data)
        trust.signers(bundle, 2, NOW)
    except BundleError:
        return False
    return True


def test_a_bundle_comes_back_as_it_was_written(trust: Trust) -> None:
    bundle = decode(WHOLE)
    assert dict(bundle.members) == MEMBERS
    assert bundle.encoded() == WHOLE
    assert is_taken(WHOLE, trust)


def test_a_signature_changes_nothing_else() -> None:
    plain, one = bundle_of(), signed(bundle_of(), "Bob")
    assert (plain.digest, plain.manifest, plain.members) == (one.digest, one.manifest, one.members)
    body = len(plain.encoded()) - len(b"[]")
    assert plain.encoded()[body:] == b"[]"
    head = struct.calcsize(f">{len(MAGIC)}s32sII")
    assert one.encoded()[head:body] == plain.encoded()[head:body]


@pytest.mark.parametrize("flip", [1, 0x20, 0x80])
def test_one_byte_edited_anywhere_is_refused(trust: Trust, flip: int) -> None:
    for position in range(len(WHOLE)):
        edited = bytearray(WHOLE)
        edited[position] ^= flip
        assert not is_taken(bytes(edited), trust), position


def test_one_byte_less_or_more_anywhere_is_refused(trust: Trust) -> None:
    for position in range(len(WHOLE)):
        assert not is_taken(WHOLE[:position] + WHOLE[position + 1 :], trust), position
        assert not is_taken(WHOLE[:position] + b" " + WHOLE[position:], trust), position


def test_every_beginning_is_refused(trust: Trust) -> None:
    assert [length for length in range(len(WHOLE)) if is_taken(WHOLE[:length], trust)] == []


@pytest.mark.parametrize("tail", [b"\n", b"\0", WHOLE, b"PK\5\6" + bytes(18)])
def test_what_comes_behind_is_refused(tail: bytes, trust: Trust) -> None:
    assert not is_taken(WHOLE + tail, trust)


def test_members_exchanged_are_refused(trust: Trust) -> None:
    bundle = signed(bundle_of({"policy/00/a.yaml": b"1234", "rules/00/b.yaml": b"5678"}), "Ada Lovelace", "Bob")
    data = bundle.encoded()
    assert is_taken(data, trust)
    at = data.index(b"12345678")
    assert not is_taken(data[:at] + b"56781234" + data[at + 8 :], trust)


@pytest.mark.parametrize(
    "members", [{}, {**MEMBERS, "rules/00/more.yaml": b"rules: []\n"}, {"policy/00/acme.yaml": b""}]
)
def test_signatures_do_not_go_with_other_members(members: dict[str, bytes], trust: Trust) -> None:
    other = bundle_of(members)
    moved = Bundle(other.manifest, other.members, signed(bundle_of(), "Ada Lovelace", "Bob").signatures)
    assert not is_taken(moved.encoded(), trust)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "/etc/passwd",
        "../a",
        "a/../b",
        "a/..",
        "a//b",
        "a/./b",
        "a/.b",
        "a\\b/c",
        "a/b\n",
        "a/b\0c",
        "a/é",
        "C:/a",
    ],
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises((BundleError, ValueError)):
        bundle_of({name: b""})


def manifest_with(**changes: object) -> bytes:
    return canonical({**bundle_of().manifest.model_dump(mode="json"), **changes})


A_MEMBER = {"name": "rules/00/a.yaml", "bytes": 0, "sha256": hashlib.sha256().hexdigest()}


@pytest.mark.parametrize(
    "data",
    [
        manifest_with(members=[A_MEMBER, A_MEMBER], policy=["balanced"]),
        manifest_with(members=[A_MEMBER, {**A_MEMBER, "name": "rules/00/A.yaml"}], policy=["balanced"]),
        manifest_with(members=[A_MEMBER, {**A_MEMBER, "name": "rules/00/a.yaml/b"}], policy=["balanced"]),
        manifest_with(members=[{**A_MEMBER, "bytes": -1}], policy=["balanced"]),
        manifest_with(members=[{**A_MEMBER, "bytes": 2**40}], policy=["balanced"]),
        manifest_with(members=[{**A_MEMBER, "link": "/etc"}], policy=["balanced"]),
        manifest_with(policy=["rules/00/none.yaml"]),
        manifest_with(format=2),
        manifest_with(serial=0),
        manifest_with(serial=2**63),
        manifest_with(serial="7"),
        manifest_with(created="2026-11-21T12:00:00+00:00"),
        manifest_with(created="2026-11-21T13:00:00+01:00"),
        manifest_with(expires="2026-11-21T12:00:00Z"),
        manifest_with(more=1),
        manifest_with() + b" ",
        manifest_with().replace(b'"serial":7', b'"serial":7,"serial":7'),
        manifest_with().replace(b'"serial":7', b'"serial": 7'),
        manifest_with().replace(b'"serial":7', b'"serial":7.0'),
        b"[" * 100_000,
        b"\xff",
        b"",
    ],
)
def test_a_manifest_has_one_form(data: bytes) -> None:
    assert read_manifest(manifest_with()) == bundle_of().manifest
    with pytest.raises(BundleError):
        read_manifest(data)


@given(st.binary(max_size=300))
def test_no_bytes_are_a_fault(data: bytes) -> None:
    with pytest.raises(BundleError):
        decode(data)


@often(300)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode), st.binary(max_size=100), st.integers(0, 200))
def test_no_bytes_behind_a_right_head_are_a_fault(manifest: bytes, rest: bytes, signatures: int) -> None:
    head = struct.pack(">18s32sII", MAGIC, hashlib.sha256(manifest).digest(), len(manifest), signatures)
    with pytest.raises(BundleError):
        decode(head + manifest + rest)


@often(300)
@given(st.data())
def test_no_manifest_of_the_right_shape_is_a_fault(data: st.DataObject) -> None:
    """Values of any JSON type in any place: read, or BundleError."""
    document = bundle_of().manifest.model_dump(mode="json")
    key = data.draw(st.sampled_from(sorted(document)))
    simple = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    document[key] = data.draw(st.recursive(simple, lambda inner: st.lists(inner, max_size=3)))
    try:
        assert isinstance(read_manifest(canonical(document)), Manifest)
    except BundleError as err:
        assert "manifest" in str(err)


@given(
    st.dictionaries(
        st.from_regex(r"rules/[0-9]{2}/[a-z]{1,8}\.yaml", fullmatch=True), st.binary(max_size=50), max_size=5
    )
)
def test_any_members_come_back(members: dict[str, bytes]) -> None:
    bundle = bundle_of(members)
    assert decode(bundle.encoded()) == bundle
    assert [member.name for member in described(members)] == sorted(members)


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "other.tlb").write_bytes(b"PK\3\4")
    for path, found in (
        (tmp_path, "no file"),
        (tmp_path / "none.tlb", "nothing"),
        (tmp_path / "other.tlb", "something"),
    ):
        with pytest.raises(BundleError, match=f"{path}: expected a bundle, found {found}"):
            read_bundle(path)
