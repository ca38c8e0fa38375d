"""What the operator's files say, read and checked as a whole: all of an edition that comes from files.

Either everything is right or an error names each mistake with its file and line; nothing is started or listened on.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from detectors import Engine, RuleError
from detectors.names import finder
from proxy.bundle.force import Proven, in_force
from proxy.charter import Charter, load_charter, sources
from proxy.config import Config, Origin
from proxy.configfile import ConfigError
from proxy.groupfile import NO_GROUPS, load_groups
from proxy.inventory import Inventory, take
from proxy.policy import PolicyError
from proxy.setting import finder_of, rules_of, worker_settings
from proxy.task import Sealed, Settings
from proxy.userfile import load_users
from proxy.vendor import CatalogueError
from proxy.watch import Watch

OPERATORS_ERRORS = (ConfigError, PolicyError, CatalogueError, RuleError)
"""What a mistake in the operator's files is told by. The text is for the operator: it quotes those files."""

_PLACE: Final = re.compile(r"(?P<place>(?:environment |flag )?[^\s:]+(?::[0-9]+)?|/[^:]+:[0-9]+): ")


@dataclass(frozen=True, slots=True)
class Draft:
    """`rules` is a RuleSet, `sealed` is `charter`; both sealed since workers need them as they are now.

    With a bundle, `config` is what it makes of the operator's; it is to be accepted before any of this is used.
    `watch` follows what all of it was read from, as it stood just before. `held` are keys of the configuration that
    were changed and need a restart: in `config` they stand as before.
    """

    config: Config
    settings: Settings
    rules: Sealed
    charter: Charter
    sealed: Sealed
    inventory: Inventory
    watch: Watch
    bundle: Proven | None = None
    held: tuple[str, ...] = ()
    candidate: "Draft | None" = None
    """Of what judges beside it and decides nothing."""

    @property
    def digests(self) -> Mapping[str, str]:
        """SHA-256 of each part, by its name in records."""
        bundle = {} if self.bundle is None else {"bundle": self.bundle.which.digest}
        candidate = {} if self.candidate is None else {"candidate": self.candidate.digest}
        names = {"names": self.settings.names_digest} if self.settings.names_digest else {}
        own = {"rules": self.rules.digest, **names, **self.charter.digests}
        return {**own, **bundle, **candidate, "config": self.config.digest}

    @property
    def digest(self) -> str:
        """SHA-256 of all that it judges by."""
        finds_by = f"{self.rules.digest} {self.settings.names_digest}"
        return hashlib.sha256(f"{finds_by} {self.charter.digest}".encode()).hexdigest()

    def finds_like(self, other: "Draft") -> bool:
        """Whether the workers of one serve the other."""
        return self.rules.digest == other.rules.digest and self.settings.finds_like(other.settings)


def load_draft(origin: Origin, running: Config | None = None, watch: Watch | None = None) -> Draft:
    """What configuration and files say now. Raises one of OPERATORS_ERRORS.

    A proxy that runs by `running` can't take all of another configuration. `watch` is told what to follow as soon as
    that is known, so that whoever gave it can wait for a mistake to be mended.
    """
    watch = Watch() if watch is None else watch
    watch.follow([origin.file])
    config, held = origin.load().kept_running(running)
    try:
        finder.check(config.names.model)
    except ValueError as err:
        raise ConfigError(f"{origin.place('names', 'model')}: names.model: {err}") from err
    draft = read_draft(config, watch, held)
    candidate = draft.config.candidate
    if candidate is None:
        return draft
    other = read_draft(candidate, watch)
    own = {
        name: digest for name, digest in other.digests.items() if name != "config" and draft.digests.get(name) != digest
    }
    inventory = {**draft.inventory, "candidate": own}
    return replace(draft, candidate=other, inventory=inventory)


def read_draft(config: Config, watch: Watch | None = None, held: tuple[str, ...] = ()) -> Draft:
    """What the files that `config` names say now. Raises one of OPERATORS_ERRORS."""
    watch = Watch() if watch is None else watch
    beside = (config.users, config.groups, config.bundle, config.trusted_keys)
    watch.follow([path for path in beside if path is not None])
    config, bundle = in_force(config)
    settings = worker_settings(config)
    watch.follow(sources(settings))
    settings = replace(settings, names_digest=_names_digest(config.names.model, watch))
    rules = rules_of(config)
    charter = load_charter(settings, rules.findable)
    watch.follow([Path(file) for file in charter.policy.files])
    users = load_users(config.users) if config.users else ()
    groups = load_groups(config.groups) if config.groups else NO_GROUPS
    inventory = take(config, rules, charter, users, groups, settings.names_digest)
    sealed = Sealed.of(rules, rules.digest), Sealed.of(charter, charter.digest)
    return Draft(config, settings, sealed[0], charter, sealed[1], inventory, watch, bundle, held)


def _names_digest(model: str, watch: Watch) -> str:
    """SHA-256 of what the model of names is read from, which is followed from now on; empty for what comes along."""
    paths, packages = finder.sources(model)
    if not (paths or packages):
        return ""
    watch.follow(paths)
    return hashlib.sha256("\n".join((watch.digest(paths), *packages)).encode()).hexdigest()


def compile_rules(draft: Draft, place: str) -> None:
    """Makes what workers then find in the cache, and proves that they can run the rules.

    Raises RuleError, or ConfigError for a model of names that can't be loaded; `place` is where that is configured.
    """
    settings = draft.settings
    rules = draft.rules.open()
    finder_of(settings.names, rules.names, place)
    Engine(rules, settings.key, cache_dir=settings.cache_dir)


def places(problems: str) -> tuple[str, ...]:
    """Of an error's text, where the mistakes are: files with their lines, or keys; nothing of what they say."""
    found = (_PLACE.match(line) for line in problems.splitlines())
    return tuple(dict.fromkeys(match["place"] for match in found if match is not None))
