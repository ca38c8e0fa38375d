"""A bundle in force: proven, unpacked for the loaders, and the configuration that its members make.

Everything is proven anew each time, and what lies unpacked is compared with the proven bytes before it is read.
"""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from detectors import load_rules
from proxy.bundle.container import Bundle, read_bundle
from proxy.bundle.manifest import BundleError
from proxy.bundle.option import BUNDLED
from proxy.bundle.serial import Accepted, accept, last_accepted, named, refuse_older
from proxy.bundle.source import INDEXES, SINGLE, index_of
from proxy.bundle.trust import load_trust
from proxy.change import Change, submit
from proxy.config import Config
from proxy.setting import cache_folder

_FOLDER: Final = "bundles"
_KEPT: Final = 4
"""Unpacked bundles that stay: an older one may still be read while the next is taken."""


@dataclass(frozen=True, slots=True)
class Proven:
    """Which bundle was proven, and who signed it. `counts`: whether signatures are required, so that serials count."""

    which: Accepted
    signers: tuple[str, ...]
    expires: datetime
    counts: bool
    state_dir: Path

    def accept(self, now: datetime) -> None:
        """To be called before what was read is used: puts the serial on file, and a first acceptance on record.

        Raises BundleError.
        """
        if not self.counts or not accept(self.which, self.state_dir / _FOLDER):
            return
        change = Change(
            time=now.timestamp(),
            actor=", ".join(self.signers),
            kind="bundle.accept",
            subject=self.which.name,
            summary=f"serial {self.which.serial}",
            digest=self.which.digest,
            detail={"serial": self.which.serial, "signers": list(self.signers)},
        )
        try:
            submit(self.state_dir, change)
        except OSError as err:
            raise BundleError(f"{self.state_dir}: expected a folder to write to, found: {err.strerror}") from err


class InForce(NamedTuple):
    """A configuration, and the bundle that it comes from, if any."""

    config: Config
    bundle: Proven | None = None


def in_force(config: Config, now: datetime | None = None) -> InForce:
    """The configuration as its bundle makes it; itself without one. Raises ConfigError for one that may not be used."""
    if config.bundle is None:
        if config.require_signed:
            raise BundleError("bundle: expected one, since `require_signed` is on, found none")
        return InForce(config)
    bundle = read_bundle(config.bundle)
    try:
        signers = prove(bundle, config, now or datetime.now(UTC))
        _compare_indexes(bundle, config)
    except BundleError as err:
        raise BundleError(*(f"{config.bundle}: {problem}" for problem in err.problems)) from None
    proven = Proven(named(bundle), signers, bundle.manifest.expires, config.require_signed, config.state_dir)
    return InForce(opened(bundle, config, config.state_dir / _FOLDER), proven)


def opened(bundle: Bundle, config: Config, folder: Path) -> Config:
    """The configuration with the bundle's members, unpacked below `folder`, in the place of its own files.

    Raises ConfigError or RuleError.
    """
    changed = config.model_copy(update=_keys(bundle, unpack(bundle, folder)))
    for rule in load_rules(changed.rules, cache_dir=cache_folder(config)).rules:
        if rule.recognizer is not None and "#" in rule.recognizer:
            raise BundleError(f"rule {rule.id}: recognizer: expected a class that comes along, found one from a file")
    return changed


def prove(bundle: Bundle, config: Config, now: datetime) -> tuple[str, ...]:
    """The people who signed the bundle. Raises ConfigError unless it is what this configuration asks for, now."""
    check_validity(bundle, now)
    if not config.require_signed:
        return load_trust(config.trusted_keys).signers(bundle, 0, now) if config.trusted_keys else ()
    if config.trusted_keys is None:
        raise BundleError("trusted_keys: expected a trust file, since `require_signed` is on, found none")
    signers = load_trust(config.trusted_keys).signers(bundle, config.signatures, now)
    refuse_older(named(bundle), last_accepted(config.state_dir / _FOLDER))
    return signers


def check_validity(bundle: Bundle, now: datetime) -> None:
    manifest = bundle.manifest
    if now < manifest.starts:
        raise BundleError(f"starts: expected a bundle for now, found one from {manifest.starts.isoformat()} on")
    if now >= manifest.expires:
        raise BundleError(f"expires: expected a bundle for now, found one until {manifest.expires.isoformat()}")


def unpack(bundle: Bundle, folder: Path) -> Path:
    """The folder that holds the bundle's members and nothing else. Raises BundleError."""
    place = folder / bundle.digest
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        if not _holds(place, bundle.members):
            _write(place, bundle.members)
        os.utime(place)
        _sweep(folder)
    except OSError as err:
        raise BundleError(f"{place}: expected a folder to unpack to, found: {err.strerror}") from err
    return place


def _holds(place: Path, members: Mapping[str, bytes]) -> bool:
    """Whether the folder has exactly these files, none of them or of its folders a link."""
    found = set()
    for folder, folders, files in place.walk():
        if any((folder / name).is_symlink() for name in (*folders, *files)):
            return False
        found |= {(folder / name).relative_to(place).as_posix() for name in files}
    return (
        found == set(members)
        and place.is_dir()
        and not place.is_symlink()
        and all((place / name).read_bytes() == content for name, content in members.items())
    )


def _write(place: Path, members: Mapping[str, bytes]) -> None:
    """Puts a folder with these files there, in one step, in the place of whatever is there."""
    fresh = Path(tempfile.mkdtemp(dir=place.parent))
    try:
        for name, content in members.items():
            file = fresh / "new" / name
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.write_bytes(content)
        (fresh / "new").mkdir(exist_ok=True, mode=0o700)
        with contextlib.suppress(FileNotFoundError):
            place.rename(fresh / "old")
        (fresh / "new").rename(place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Removes what was unpacked longest ago, but for the last few."""
    places = sorted((path for path in folder.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for place in places[:-_KEPT]:
        if time.time() - place.stat().st_mtime > 60:  # not what another process is about to put there
            shutil.rmtree(place, ignore_errors=True)


def _keys(bundle: Bundle, place: Path) -> dict[str, Any]:
    """What the bundle makes of the configuration's keys; those that it has no members for are as if unset."""
    keys: dict[str, Any] = {key: Config.model_fields[key].default for key in BUNDLED}
    policies = tuple(str(place / name) if "/" in name else name for name in bundle.manifest.policy)
    keys["policy"] = policies[0] if len(policies) == 1 else policies
    tops = sorted({tuple(name.split("/")[:2]) for name in bundle.members})
    keys["rules"] = tuple(place / key / part for key, part in tops if key == "rules")
    for key in SINGLE:
        own = [name for name in bundle.members if name.startswith(f"{key}/")]
        if own:
            keys[key] = place / (own[0] if len(own) == 1 else key)
    return keys


def _compare_indexes(bundle: Bundle, config: Config) -> None:
    """Raises BundleError unless the indexes of own data that the configuration names are those of the bundle."""
    wanted = set(bundle.manifest.indexes)
    found = {index_of(path) for key in INDEXES for path in getattr(config, key)}
    for index in wanted - found:
        raise BundleError(f"indexes: expected {index.name}, as the bundle names it, under {' or '.join(INDEXES)}")
    for index in found - wanted:
        raise BundleError(f"indexes: expected only those that the bundle names, found {index.name}")
