"""The highest serial that was ever accepted here, so that an older bundle, however well signed, stays refused.

One small file in the state folder, on disk before the bundle is used. Who can write there can forget it: the guard is
against what comes in through the bundle's place, not against the proxy's own account.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from proxy.auditsegment import sync_folder
from proxy.bundle.container import Bundle
from proxy.bundle.manifest import BundleError
from proxy.ca import write_file

_FILE: Final = "accepted.json"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A bundle by what is remembered of it."""

    name: str
    serial: int
    digest: str


def last_accepted(folder: Path) -> Accepted | None:
    """What `accept` wrote, or None before the first time. Raises BundleError for a file that can't be read."""
    file = folder / _FILE
    try:
        found = json.loads(file.read_bytes())
        accepted = Accepted(str(found["name"]), int(found["serial"]), str(found["digest"]))
    except FileNotFoundError:
        return None
    except OSError as err:
        raise BundleError(f"{file}: expected the last accepted serial, found: {err.strerror}") from err
    except (ValueError, TypeError, KeyError) as err:
        raise BundleError(f"{file}: expected the last accepted serial, found something else; restore the file") from err
    return accepted


def named(bundle: Bundle) -> Accepted:
    """The bundle as it would be remembered."""
    return Accepted(bundle.manifest.name, bundle.manifest.serial, bundle.digest)


def refuse_older(new: Accepted, last: Accepted | None) -> None:
    """Raises BundleError for a bundle older than the last one, another of the same serial, or of another name."""
    if last is None:
        return
    if new.name != last.name:
        raise BundleError(f"name: expected {last.name}, as accepted here before, found {new.name}")
    if new.serial < last.serial:
        raise BundleError(f"serial: expected {last.serial} or more, as accepted here before, found {new.serial}")
    if new.serial == last.serial and new.digest != last.digest:
        raise BundleError(f"serial: expected more than {last.serial}, which another bundle had, found the same")


def accept(new: Accepted, folder: Path) -> bool:
    """Puts a bundle on file, durably; whether it is another than the last. Raises BundleError, as `refuse_older`."""
    last = last_accepted(folder)
    refuse_older(new, last)
    if new == last:
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_file(folder / _FILE, json.dumps(asdict(new)).encode(), 0o600)
        sync_folder(folder)
    except OSError as err:
        raise BundleError(f"{folder}: expected a folder that can be written, found: {err.strerror}") from err
    return True
