"""What the metrics tell of an edition, of users and of exceptions: where that stands is known here, and no more.

Glue between what is in force and `proxy.metrics`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from proxy import __version__, metrics
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.edition import Edition
from proxy.identity import Authenticator
from proxy.key import installation_key
from proxy.registry import ends
from proxy.vendor import Catalogue
from proxy.waiver.exception import PolicyException, State
from proxy.waiver.store import exceptions_file, read_exceptions

LATELY: Final = timedelta(days=7)
"""How long an exception that has expired is still counted: long enough for a weekly look."""

_STATES: Final = {State.PENDING: "requested", State.APPROVED: "in_force", State.EXPIRED: "expired"}

_log = structlog.get_logger()


def judging(config: Config) -> None:
    """For the process that judges, once. Raises ConfigError without a key."""
    key = installation_key(config.state_dir)
    metrics.tell_users(config.metrics_users, key)
    metrics.keep_exemplars(config.exemplars)
    metrics.observe_exceptions(Census(config.state_dir, key).count)


def accepting(config: Config, authenticator: Authenticator | None) -> None:
    """For a process that accepts connections, once."""
    metrics.keep_exemplars(config.exemplars)
    metrics.observe_groups(lambda: authenticator.groups if authenticator else ())


def taken(edition: Edition) -> None:
    """That edition is in force from now on."""
    standing = edition.standing
    metrics.describe(__version__, standing.edition, standing.policy, standing.policy_digest, standing.rules_digest)
    bundle = edition.expires.timestamp() if edition.expires else None
    metrics.expire(bundle, dict(_agreements(edition.charter.catalogue)))


def _agreements(catalogue: Catalogue) -> Iterator[tuple[tuple[str, str], float]]:
    for vendor in catalogue.vendors:
        for name, agreement in vendor.agreements.items():
            if agreement.until is not None and agreement.status != "none":
                yield (vendor.id, name), ends(agreement.until).timestamp()


@dataclass(slots=True)
class Census:
    """How many exceptions there are. Their file is read again only when it changed."""

    state_dir: Path
    key: bytes = field(repr=False)
    _stamp: tuple[int, int, int] | None = None
    _all: tuple[PolicyException, ...] = ()

    def count(self) -> Mapping[str, int]:
        """By state, now: those revoked and those that expired long ago left out."""
        self._read()
        now = datetime.now(UTC)
        counts = dict.fromkeys(_STATES.values(), 0)
        for one in self._all:
            state = one.state(now) if one.steps else State.REVOKED
            if state in _STATES and now < one.until + LATELY:
                counts[_STATES[state]] += 1
        return counts

    def _read(self) -> None:
        file = exceptions_file(self.state_dir)
        try:
            status = file.stat()
        except OSError:
            self._stamp, self._all = None, ()
            return
        stamp = status.st_mtime_ns, status.st_ino, status.st_size
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._all = read_exceptions(file, self.key).all
        except ConfigError:  # a reload refuses it too and says why; what was counted last stays
            _log.error("the exceptions could not be counted", file=file)
