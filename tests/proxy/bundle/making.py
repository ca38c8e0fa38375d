"""Bundles, keys and trust files for tests."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from proxy.bundle.container import Bundle, described
from proxy.bundle.manifest import Manifest
from proxy.bundle.signature import key_id, sign
from proxy.bundle.trust import public_text

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADA, BOB, EVE = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3))
PEOPLE = {"Ada Lovelace": ADA, "Bob": BOB}

POLICY = b"id: acme\ndescription: Acme's own.\nclauses:\n- id: keys\n  when: {category: [secret]}\n  action: block\n"
RULES = b"""rules:
- id: acme-token
  description: A token of Acme's. Deploys.
  category: secret
  entity: ACME_TOKEN
  keywords: [acme_dt_]
  pattern: '(?<![A-Za-z0-9])acme_dt_[A-Za-z0-9]{32}(?![A-Za-z0-9_])'
  examples: ['acme_dt_${alnum:32}', '"acme_dt_${alnum:32}"']
  counterexamples: ['acme_dt_${alnum:12}', 'acme_dx_${alnum:32}']
"""
MEMBERS = {"policy/00/acme.yaml": POLICY, "rules/00/acme.yaml": RULES}


def bundle_of(
    members: Mapping[str, bytes] = MEMBERS,
    *,
    serial: int = 7,
    name: str = "acme",
    signatures: int = 0,
    start: datetime = NOW,
    days: int = 30,
) -> Bundle:
    """An unsigned bundle, valid for so many days."""
    manifest = Manifest(
        format=1,
        name=name,
        serial=serial,
        created=start,
        starts=start,
        expires=start + timedelta(days=days),
        product="1",
        base="0" * 64,
        signatures=signatures,
        policy=tuple(name for name in members if name.startswith("policy/")) or ("balanced",),
        members=described(members),
    )
    return Bundle(manifest, dict(members))


def signed(bundle: Bundle, *people: str) -> Bundle:
    for person in people:
        bundle = bundle.signed(sign(bundle.manifest.encoded(), PEOPLE[person], person, NOW))
    return bundle


def trust_lines(person: str, key: Ed25519PrivateKey, **more: object) -> str:
    """The stanza of a trust file; `until` and others as given."""
    public = key.public_key()
    said = {"id": key_id(public), "public": public_text(public), "person": person}
    dates = {"from": "2026-01-01", "until": "2026-12-31", **more}
    return "\n  ".join(
        [f"- id: {json.dumps(said['id'])}", *(f"{k}: {json.dumps(said[k])}" for k in ("public", "person"))]
        + [f"{key}: {value}" for key, value in dates.items()]
    )


def trust_file(folder: Path, *stanzas: str) -> Path:
    """A trust file with these stanzas; of Ada and Bob without any."""
    file = folder / "keys.yaml"
    shown = stanzas or tuple(trust_lines(person, key) for person, key in PEOPLE.items())
    file.write_text("\n".join(["version: 1", "keys:", *shown]) + "\n")
    return file
