"""A bundle in force: what its members make of the configuration, and everything that is refused instead."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from detectors import load_rules
from proxy.bundle.container import Bundle
from proxy.bundle.force import InForce, Proven, in_force
from proxy.bundle.manifest import BundleError
from proxy.bundle.source import index_of
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.policy import load_policy
from proxy.setting import policy_folder
from tests.proxy.bundle.making import MEMBERS, NOW, RULES, bundle_of, signed, trust_file

Making = Callable[..., Config]
PEOPLE = ("Ada Lovelace", "Bob")


@pytest.fixture
def config(tmp_path: Path) -> Making:
    def make(bundle: Bundle, **more: Any) -> Config:
        """A configuration that asks for one signature, unless told otherwise."""
        (tmp_path / "acme.tlb").write_bytes(bundle.encoded())
        keys = {"require_signed": True, "trusted_keys": trust_file(tmp_path), **more}
        return Config(state_dir=tmp_path / "state", bundle=tmp_path / "acme.tlb", **keys)

    return make


def proven(found: InForce) -> Proven:
    assert found.bundle is not None
    return found.bundle


def test_its_members_take_the_place_of_the_configurations_files(config: Making) -> None:
    found = in_force(config(signed(bundle_of(), *PEOPLE), signatures=2), NOW)
    assert proven(found).signers == PEOPLE
    assert load_policy(found.config.policy, policy_folder()).id == "acme"
    assert [rule.id for rule in load_rules(found.config.rules).rules] == ["acme-token"]


def test_without_a_bundle_nothing_changes() -> None:
    plain = Config(policy="strict")
    assert in_force(plain).config is plain


def test_requiring_signatures_without_a_bundle_lets_nothing_decide() -> None:
    with pytest.raises(BundleError, match="bundle: expected one"):
        in_force(Config(require_signed=True))


def test_what_it_does_not_hold_is_as_if_unset(config: Making) -> None:
    found = in_force(config(signed(bundle_of({"rules/00/a.yaml": RULES}), *PEOPLE)), NOW)
    assert found.config.policy == "balanced"
    assert [path.name for path in found.config.rules] == ["00"]


def test_unsigned_ones_do_where_no_signature_is_asked_for(config: Making) -> None:
    plain = config(bundle_of(), require_signed=False, trusted_keys=None)
    assert proven(in_force(plain, NOW)).signers == ()
    assert in_force(plain, NOW).config.policy.endswith("/acme.yaml")


@pytest.mark.parametrize(
    ("bundle", "more", "expected"),
    [
        (bundle_of(), {}, "signatures: expected those of 1 person, found no signature"),
        (signed(bundle_of(), "Bob"), {"signatures": 2}, "2 different people, found Bob"),
        (signed(bundle_of(), "Bob"), {"trusted_keys": None}, "trusted_keys: expected a trust file"),
        (signed(bundle_of(signatures=2), "Bob"), {"require_signed": False}, "2 different people, found Bob"),
    ],
    ids=["unsigned", "too few", "nobody trusted", "one stripped"],
)
def test_what_is_not_proven_is_refused(config: Making, bundle: Bundle, more: dict[str, Any], expected: str) -> None:
    with pytest.raises(BundleError, match=f"acme.tlb: .*{expected}"):
        in_force(config(bundle, **more), NOW)


@pytest.mark.parametrize(("days", "expected"), [(-1, "starts"), (30, "expires"), (31, "expires")])
def test_out_of_its_time_it_is_refused(config: Making, days: int, expected: str) -> None:
    """Signatures or not."""
    for signing in (True, False):
        with pytest.raises(BundleError, match=f"{expected}: expected a bundle for now"):
            in_force(config(signed(bundle_of(), *PEOPLE), require_signed=signing), NOW + timedelta(days=days))


def test_an_older_one_is_refused_for_ever(config: Making) -> None:
    old, new = (signed(bundle_of(serial=serial), *PEOPLE) for serial in (7, 8))
    proven(in_force(config(old), NOW)).accept(NOW)
    proven(in_force(config(old), NOW)).accept(NOW)  # the same again, at the next start
    proven(in_force(config(new), NOW)).accept(NOW)
    with pytest.raises(BundleError, match="serial: expected 8 or more, as accepted here before, found 7"):
        in_force(config(old), NOW)
    assert proven(in_force(config(old, require_signed=False), NOW)).which.serial == 7


def test_what_was_only_looked_at_is_not_accepted(config: Making) -> None:
    in_force(config(signed(bundle_of(serial=8), *PEOPLE)), NOW)
    proven(in_force(config(signed(bundle_of(serial=7), *PEOPLE)), NOW)).accept(NOW)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (bundle_of({"rules/00/a.yaml": RULES}), "serial: expected more than 7, which another bundle had"),
        (bundle_of(name="other", serial=9), "name: expected acme, as accepted here before, found other"),
    ],
)
def test_another_one_of_the_same_serial_or_another_name_is_refused(
    config: Making, other: Bundle, expected: str
) -> None:
    proven(in_force(config(signed(bundle_of(), *PEOPLE)), NOW)).accept(NOW)
    with pytest.raises(BundleError, match=expected):
        in_force(config(signed(other, *PEOPLE)), NOW)


def test_accepting_is_on_disk_and_on_record(config: Making, tmp_path: Path) -> None:
    found = in_force(config(signed(bundle_of(), *PEOPLE)), NOW)
    for _ in range(2):
        proven(found).accept(NOW)
    accepted = tmp_path / "state" / "bundles" / "accepted.json"
    assert accepted.stat().st_mode & 0o777 == 0o600
    (change,) = (tmp_path / "state" / "changes").iterdir()
    text = change.read_text()
    assert all(word in text for word in ("bundle.accept", "serial 7", "Ada Lovelace, Bob", bundle_of().digest))


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"name": "acme", "serial": "x", "digest": ""}', b"\xff"])
def test_a_broken_memory_is_no_memory_of_nothing(config: Making, tmp_path: Path, content: bytes) -> None:
    asked = config(signed(bundle_of(), *PEOPLE))
    proven(in_force(asked, NOW)).accept(NOW)
    (tmp_path / "state" / "bundles" / "accepted.json").write_bytes(content)
    with pytest.raises(BundleError, match=r"accepted\.json: expected the last accepted serial"):
        in_force(asked, NOW)


def edit(place: Path) -> None:
    (place / "rules/00/acme.yaml").write_bytes(RULES.replace(b"{32}", b"{99}"))


def add(place: Path) -> None:
    (place / "rules/00/more.yaml").write_text("rules: []\n")


def remove(place: Path) -> None:
    (place / "policy/00/acme.yaml").unlink()


def link(place: Path) -> None:
    elsewhere = place.parent.parent / "elsewhere"
    (place / "rules").rename(elsewhere)
    (place / "rules").symlink_to(elsewhere)


@pytest.mark.parametrize("tamper", [edit, add, remove, link])
def test_what_lies_unpacked_is_not_trusted(config: Making, tamper: Callable[[Path], None], tmp_path: Path) -> None:
    asked = config(signed(bundle_of(), *PEOPLE))
    in_force(asked, NOW)
    place = tmp_path / "state" / "bundles" / bundle_of().digest
    tamper(place)
    in_force(asked, NOW)
    assert {file.relative_to(place).as_posix(): file.read_bytes() for file in place.rglob("*.yaml")} == MEMBERS
    assert not (place / "rules").is_symlink()
    assert place.parent.stat().st_mode & 0o777 == 0o700


def test_only_the_last_few_stay_unpacked(config: Making, tmp_path: Path) -> None:
    folder = tmp_path / "state" / "bundles"
    for serial in range(1, 8):
        in_force(config(signed(bundle_of(serial=serial), *PEOPLE)), NOW)
        for place in folder.iterdir():
            os.utime(place, (serial, serial))
    assert len(list(folder.iterdir())) == 4


def test_rules_that_lean_on_files_outside_are_refused(config: Making) -> None:
    leaning = RULES.replace(b"  pattern", b"  recognizer: own/recognizers.yaml#Acme\n  trigger")
    with pytest.raises(BundleError, match="rule acme-token: recognizer: expected a class that comes along"):
        in_force(config(signed(bundle_of({"rules/00/a.yaml": leaning}), *PEOPLE)), NOW)


def test_indexes_of_own_data_are_those_that_the_bundle_names(config: Making, tmp_path: Path) -> None:
    named, other = tmp_path / "customers.tldict", tmp_path / "ledger.tlprint"
    named.write_bytes(b"an index")
    other.write_bytes(b"another")
    plain = bundle_of()
    manifest = plain.manifest.model_copy(update={"indexes": (index_of(named),)})
    bundle = signed(Bundle(manifest, plain.members), *PEOPLE)
    assert proven(in_force(config(bundle, dictionaries=(named,)), NOW)).signers == PEOPLE
    for keys, expected in (
        ({}, r"expected customers\.tldict, as the bundle names it, under dictionaries or fingerprints"),
        (
            {"dictionaries": (named,), "fingerprints": (other,)},
            r"only those .* names, found ledger\.tlprint",
        ),
    ):
        with pytest.raises(BundleError, match=expected):
            in_force(config(bundle, **keys), NOW)
    named.write_bytes(b"an index of others")
    with pytest.raises(BundleError, match=r"indexes: expected .*customers\.tldict"):
        in_force(config(bundle, dictionaries=(named,)), NOW)


def test_a_bundle_that_is_gone_is_told(config: Making, tmp_path: Path) -> None:
    asked = config(bundle_of())
    (tmp_path / "acme.tlb").unlink()
    with pytest.raises(ConfigError, match=r"acme\.tlb: expected a bundle, found nothing"):
        in_force(asked, NOW)
