"""The audit log as commands read it: none yet is an empty one, and one that can't be read is the operator's to mend."""

from collections.abc import Iterator, Sequence

from proxy.auditsearch import Members, Recorded, find, records
from proxy.config import Config
from proxy.configfile import ConfigError


def all_of(config: Config, kind: str, *, since: str = "") -> Iterator[Members]:
    """Every record of a kind, oldest first; changes once each, though a crash may have recorded one twice.

    Raises ConfigError.
    """
    folder = config.state_dir / "audit"
    seen: set[str] = set()
    try:
        for record in records(folder, kind, since=since) if folder.is_dir() else ():
            change = record.get("change")
            if change is None or change not in seen:
                seen.update([change] if change is not None else ())
                yield record
    except OSError as err:
        raise _unreadable(config, err) from err


def recorded(config: Config, reference: str) -> Recorded | None:
    """What is on record of the request with this reference, or None. Raises ConfigError."""
    folder = config.state_dir / "audit"
    try:
        return find(folder, reference) if folder.is_dir() else None
    except OSError as err:
        raise _unreadable(config, err) from err


def must_find(config: Config, reference: str) -> Recorded:
    """As `recorded`, but ConfigError where there is none."""
    found = recorded(config, reference)
    if found is None:
        raise ConfigError(f"{config.state_dir / 'audit'}: expected a request {reference} on record, found none")
    return found


def findings_of(decision: Members, numbers: Sequence[int]) -> list[Members]:
    """The findings of these numbers, as `tightlip explain` counts them from 1; all without any. Raises ConfigError."""
    findings = list(decision.get("findings", ()))
    for number in numbers:
        if not 1 <= number <= len(findings):
            raise ConfigError(f"--finding: expected 1 to {len(findings)}, found {number}")
    return [findings[number - 1] for number in numbers] if numbers else findings


def _unreadable(config: Config, err: OSError) -> ConfigError:
    return ConfigError(f"{config.state_dir / 'audit'}: expected an audit log that can be read, found: {err.strerror}")
