"""`tightlip bundle`: everything that decides packed, signed, proven and compared. Printing and files only."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from proxy.bundle.build import Making, build, problems
from proxy.bundle.container import Bundle, read_bundle
from proxy.bundle.difference import differences
from proxy.bundle.force import check_validity
from proxy.bundle.keyfile import is_encrypted, make_key, read_key
from proxy.bundle.manifest import BundleError
from proxy.bundle.signature import key_id, sign
from proxy.bundle.source import base_digest, config_of
from proxy.bundle.trust import load_trust, public_text
from proxy.ca import write_file
from proxy.cli.policytest import ALL_RIGHT, TESTS_FOLDER, test_policies
from proxy.cli.prompt import ask_secret
from proxy.config import Config
from proxy.policy import PolicyError

FINE, NOT = 0, 1
VALID_DAYS: Final = 365

_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~"}


def build_bundle(source: Config | Path, out: Path, given: Mapping[str, Any]) -> int:
    """Writes the bundle of a configuration's files, or a folder's, unless the proxy would refuse it.

    `given` are flags by name; None for those not given.
    """
    config = config_of(source) if isinstance(source, Path) else source
    tests = given.get("tests") or (source / TESTS_FOLDER if isinstance(source, Path) else None)
    making = _making(out, given)
    try:
        bundle = build(config, making)
        found = list(problems(bundle, config))
    except PolicyError as err:
        found = [err.shown()]
    for problem in found:
        print(problem, file=sys.stderr)
    is_wrong = tests is not None and tests.exists() and test_policies(config, [tests], as_json=False) != ALL_RIGHT
    if found or is_wrong:
        print(f"{out}: not written", file=sys.stderr)
        return NOT
    _write(out, bundle)
    print(f"{out}: {_summary(bundle)}")
    return FINE


def new_key(path: Path, person: str, days: int, *, encrypt: bool) -> None:
    """Makes a key and prints the lines about it that belong into trust files."""
    key = make_key(path, ask_secret("Passphrase", twice=True) if encrypt else None)
    public = key.public_key()
    today = datetime.now(UTC).date()
    print(f"{path}: a new key, for {person} alone. For trust files:", file=sys.stderr)
    print(f'- id: "{key_id(public)}"')  # quoted, since one of digits alone would be a number
    print(f"  public: {public_text(public)}")
    print(f"  person: {json.dumps(person, ensure_ascii=False)}")
    print(f"  from: {today.isoformat()}")
    print(f"  until: {(today + timedelta(days=days)).isoformat()}")


def sign_bundle(path: Path, key_path: Path, signer: str) -> None:
    """Adds a signature to a bundle; nothing else of it changes."""
    bundle = read_bundle(path)
    key = read_key(key_path, ask_secret("Passphrase") if is_encrypted(key_path) else None)
    signature = sign(bundle.manifest.encoded(), key, signer, _now())
    _write(path, bundle.signed(signature))
    print(f"{path}: signed by {signer} with {signature.key}: {_summary(bundle)}")


def verify_bundle(path: Path, trust: Path, needed: int) -> int:
    """Tells whether a proxy with this trust file would take the bundle now, but for serials accepted before."""
    trusted = load_trust(trust)
    try:
        bundle = read_bundle(path)
        check_validity(bundle, _now())
        signers = trusted.signers(bundle, needed, _now())
    except BundleError as err:
        print(f"refused: {err}", file=sys.stderr)
        return NOT
    print(f"{path}: {_summary(bundle)}")
    print(f"signed by {', '.join(signers)}")
    if bundle.manifest.base != base_digest():
        print("note: it was built with another version's rules than those installed here", file=sys.stderr)
    return FINE


def show_bundle(path: Path, *, as_json: bool) -> None:
    """Prints what a bundle says of itself. Proves no signature."""
    bundle = read_bundle(path)
    if as_json:
        signatures = [signature.model_dump(mode="json") for signature in bundle.signatures]
        told = {**bundle.manifest.model_dump(mode="json"), "digest": bundle.digest, "claimed": signatures}
        print(json.dumps(told, indent=2))
        return
    manifest = bundle.manifest
    print(_summary(bundle))
    print(f"created  {_told(manifest.created)} by Tightlip {manifest.product}")
    print(f"valid    {_told(manifest.starts)} to {_told(manifest.expires)}")
    print(f"policy   {', '.join(manifest.policy)}")
    for member in manifest.members:
        print(f"member   {member.name}  {member.bytes} bytes  {member.sha256[:16]}")
    for index in manifest.indexes:
        print(f"index    {index.name}  {index.sha256[:16]}")
    for one in bundle.signatures:
        print(f"claims   to be signed by {one.signer} with {one.key} on {_told(one.signed)}: `bundle verify` proves it")


def compare_bundles(old: Path, new: Path, *, as_json: bool) -> int:
    """Prints what differs; 1 when anything does."""
    changes = differences(read_bundle(old), read_bundle(new))
    if as_json:
        print(json.dumps([asdict(change) for change in changes], indent=2))
    else:
        for change in changes:
            print(_SIGNS[change.how], change.kind, change.id)
    return NOT if changes else FINE


def _making(out: Path, given: Mapping[str, Any]) -> Making:
    created = _moment("--created", given.get("created")) or _now()
    return Making(
        name=given.get("name") or out.stem.lower(),
        serial=given.get("serial") or int(f"{created:%Y%m%d%H%M%S}"),
        created=created,
        starts=_moment("--starts", given.get("starts")) or created,
        expires=_moment("--expires", given.get("expires")) or created + timedelta(days=VALID_DAYS),
        signatures=given.get("signatures") or 0,
    )


def _moment(flag: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BundleError(f"{flag}: expected a date or a time such as 2027-01-31T12:00Z, found {text}") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _write(path: Path, bundle: Bundle) -> None:
    try:
        write_file(path, bundle.encoded(), 0o644)
    except OSError as err:
        raise BundleError(f"{path}: expected a place to write to, found: {err.strerror}") from err


def _summary(bundle: Bundle) -> str:
    manifest = bundle.manifest
    return f"bundle {manifest.name}, serial {manifest.serial}, {len(manifest.members)} members, digest {bundle.digest}"


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
