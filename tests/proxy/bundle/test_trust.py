"""Who is believed: enough people, by keys that are known, valid now and theirs; and trust files with mistakes."""

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from proxy.bundle.container import Bundle
from proxy.bundle.manifest import BundleError
from proxy.bundle.signature import sign
from proxy.bundle.trust import load_trust
from proxy.configfile import ConfigError
from tests.law import often
from tests.proxy.bundle.making import ADA, BOB, EVE, NOW, bundle_of, signed, trust_file, trust_lines

ONE, BOTH = ("Ada Lovelace",), ("Ada Lovelace", "Bob")


def signers(folder: Path, bundle: Bundle, needed: int, *stanzas: str, now: datetime = NOW) -> tuple[str, ...]:
    return load_trust(trust_file(folder, *stanzas)).signers(bundle, needed, now)


def test_enough_people_are_enough(tmp_path: Path) -> None:
    assert signers(tmp_path, bundle_of(), 0) == ()
    assert signers(tmp_path, signed(bundle_of(), *ONE), 1) == ONE
    assert signers(tmp_path, signed(bundle_of(), *BOTH), 2) == BOTH
    assert signers(tmp_path, signed(bundle_of(), *BOTH), 1) == BOTH


def test_signing_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    assert len(signed(bundle_of(), *ONE, *ONE).signatures) == 1


@pytest.mark.parametrize(
    ("bundle", "needed", "expected"),
    [
        (bundle_of(), 1, "expected those of 1 person, found no signature"),
        (signed(bundle_of(), "Bob"), 2, "expected those of 2 different people, found Bob"),
        (bundle_of(signatures=1), 0, "expected those of 1 person, found no signature"),
        (signed(bundle_of(signatures=2), "Bob"), 1, "expected those of 2 different people, found Bob"),
    ],
    ids=["unsigned", "one of two", "stripped", "one of two stripped"],
)
def test_too_few_are_refused(tmp_path: Path, bundle: Bundle, needed: int, expected: str) -> None:
    with pytest.raises(BundleError, match=expected):
        signers(tmp_path, bundle, needed)


@pytest.mark.parametrize("name", ["Ada Lovelace", "ada lovelace", " ADA  LOVELACE".strip(), "Ａda Lovelace"])
def test_one_person_with_two_keys_is_one_person(tmp_path: Path, name: str) -> None:
    stanzas = trust_lines("Ada Lovelace", ADA), trust_lines(name, EVE)
    both = signed(bundle_of(), *ONE).signed(sign(bundle_of().manifest.encoded(), EVE, name, NOW))
    assert signers(tmp_path, both, 1, *stanzas)
    with pytest.raises(BundleError, match=r"2 different people, found .*, with more keys than people"):
        signers(tmp_path, both, 2, *stanzas)


@pytest.mark.parametrize(
    ("stanza", "now", "expected"),
    [
        (trust_lines("Bob", BOB), NOW, "expected a key of the trust file, found"),
        (trust_lines("Ada Lovelace", ADA, revoked="true"), NOW, "is revoked"),
        (trust_lines("Ada Lovelace", ADA, **{"from": "2026-11-22"}), NOW, "is valid from 2026-11-22 on"),
        (trust_lines("Ada Lovelace", ADA, until="2026-11-20"), NOW, "was valid until 2026-11-20"),
        (trust_lines("Ada Lovelace", ADA, until="2026-11-21T12:00:00Z"), NOW, "was valid until 2026-11-21T12:00"),
        (trust_lines("Ada Byron", ADA), NOW, "expected Ada Byron, whose key"),
    ],
    ids=["unknown", "revoked", "too early", "too late", "too late by the minute", "another's name"],
)
def test_a_signature_that_counts_for_nothing_refuses_all(
    tmp_path: Path, stanza: str, now: datetime, expected: str
) -> None:
    """Also beside one that would do: a bundle says who vouches for it, or it says something untrue."""
    both = signed(bundle_of(), *BOTH)
    stanzas = [stanza] if "Bob" in stanza else [stanza, trust_lines("Bob", BOB)]
    with pytest.raises(BundleError, match=f"signature by Ada Lovelace: .*{expected}"):
        signers(tmp_path, both, 1, *stanzas, now=now)


def test_days_are_whole_days_in_utc(tmp_path: Path) -> None:
    stanza = trust_lines("Ada Lovelace", ADA, **{"from": "2026-11-21", "until": "2026-11-21"})
    ada = signed(bundle_of(), *ONE)
    day = datetime(2026, 11, 21, tzinfo=UTC)
    for moment in (day, day + timedelta(hours=23, minutes=59, seconds=59)):
        assert signers(tmp_path, ada, 1, stanza, now=moment) == ONE
    for moment in (day - timedelta(seconds=1), day + timedelta(days=1)):
        with pytest.raises(BundleError):
            signers(tmp_path, ada, 1, stanza, now=moment)


def test_a_key_may_be_valid_for_ever(tmp_path: Path) -> None:
    stanza = trust_lines("Ada Lovelace", ADA, until="9999-12-31")
    assert signers(tmp_path, signed(bundle_of(), *ONE), 1, stanza) == ONE


def test_times_with_an_offset_mean_that_moment(tmp_path: Path) -> None:
    stanza = trust_lines("Ada Lovelace", ADA, until="2026-11-21T14:00:00+02:00")
    ada = signed(bundle_of(), *ONE)
    assert signers(tmp_path, ada, 1, stanza, now=NOW - timedelta(seconds=1)) == ONE
    with pytest.raises(BundleError):
        signers(tmp_path, ada, 1, stanza, now=NOW)


@pytest.mark.parametrize("changed", ["key", "signer", "signed", "value"])
def test_all_of_a_signature_is_signed(tmp_path: Path, changed: str) -> None:
    ada = signed(bundle_of(), *ONE)
    (one,) = ada.signatures
    new = {"key": signed(bundle_of(), "Bob").signatures[0].key, "signer": "ada lovelace", "value": "0" * 128}
    other = one.model_copy(update={changed: new.get(changed, NOW + timedelta(seconds=1))})
    with pytest.raises(BundleError, match="does not fit it"):
        signers(tmp_path, Bundle(ada.manifest, ada.members, (other,)), 1)


def test_a_signature_of_the_manifest_alone_is_none(tmp_path: Path) -> None:
    """Signed without the context in front: what a key signs for other purposes means nothing here."""
    ada = signed(bundle_of(), *ONE)
    bare = ada.signatures[0].model_copy(update={"value": ADA.sign(ada.manifest.encoded()).hex()})
    with pytest.raises(BundleError, match="does not fit it"):
        signers(tmp_path, Bundle(ada.manifest, ada.members, (bare,)), 1)


@pytest.mark.parametrize(
    ("stanza", "expected"),
    [
        (trust_lines("Bob", BOB).replace("person", "persn"), r"keys.yaml:3: keys.0.persn: .*did you mean person\?"),
        (
            trust_lines("Bob", BOB).replace("ed25519:", "rsa:"),
            "keys.0.public: expected ed25519: and 32 bytes",
        ),
        (trust_lines("Bob", BOB).replace('id: "', 'id: "x'), "keys.yaml:3: keys.0.id: "),
        (trust_lines("Bob", BOB, until="soon"), "keys.yaml:3: keys.0.until"),
        (trust_lines("", BOB), "keys.yaml:3: keys.0.person"),
        (trust_lines("Bob\n", BOB), "keys.yaml:3: keys.0.person"),
        (trust_lines("Bob", BOB) + "\n" + trust_lines("Eve", BOB), "keys.yaml:8: id: expected each key once"),
        (
            "- id: '0000000000000000'\n" + trust_lines("Bob", BOB).partition("\n")[2],
            "keys.yaml:3: id: expected [0-9a-f]{16}, ",
        ),
        ("- [", "keys.yaml:4: expected YAML"),
        ("- 1", "keys.yaml:3: keys.0: "),
    ],
)
def test_a_mistake_in_a_trust_file_is_told_with_its_line(tmp_path: Path, stanza: str, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        load_trust(trust_file(tmp_path, stanza))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.just("0" * 16),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(often(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["version", "keys", "keys.0", "id", "public", "person", "from", "until", "revoked"]), VALUES)
def test_no_trust_file_is_a_fault(tmp_path: Path, where: str, value: object) -> None:
    """Read, or refused as the operator's mistake, whatever stands at any place of it."""
    stanza: dict[str, object] = YAML(typ="safe").load(trust_lines("Bob", BOB))[0]
    keys: object = [value if where == "keys.0" else {**stanza, **({where: value} if where in stanza else {})}]
    document = {"version": value if where == "version" else 1, "keys": value if where == "keys" else keys}
    with (tmp_path / "keys.yaml").open("w") as file:
        YAML(typ="safe").dump(document, file)
    with contextlib.suppress(ConfigError):
        load_trust(tmp_path / "keys.yaml")
