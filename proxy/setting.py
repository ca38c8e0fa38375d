"""From the operator's configuration to what the parts are built from: paths, keys, limits, the gate."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from detectors import RuleSet, bundled_rules, load_rules
from detectors.lexiconfile import NameLexicon
from detectors.names.finder import make_finder
from detectors.names.named import Finder
from detectors.own.loading import with_own
from proxy.attachments import Bounds
from proxy.body import Limits
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.credential import CredentialSource
from proxy.gate import OWN_HOST, Gate
from proxy.key import installation_key, stored_key
from proxy.task import Settings
from proxy.vendor import Catalogue, load_catalogue
from proxy.waiver.store import exceptions_file

ATTACHMENT_SHARE = 0.4
"""Of a request's time, for opening one attachment; what is read out of it has to be scanned as well."""


def rule_folders(config: Config) -> tuple[Path, ...]:
    return (bundled_rules(), *config.rules)


def vendor_folders() -> tuple[Path, ...]:
    return (bundled_rules() / "vendors",)


def policy_folder() -> Path:
    return bundled_rules() / "policies"


def allow_files(config: Config) -> tuple[Path, ...]:
    bundled = sorted((bundled_rules() / "allow").glob("*.yaml"))
    return (*bundled, config.allow) if config.allow else tuple(bundled)


def catalogue_of(config: Config) -> Catalogue:
    """All vendors. A cache is used, and none is made: whoever only looks leaves nothing behind, root's least of all."""
    cache_dir = cache_folder(config) if (config.state_dir / "cache").exists() else None
    return load_catalogue(vendor_folders(), dict(config.hosts), config.registry, cache_dir)


def limits_of(config: Config) -> Limits:
    limits = config.limits
    return Limits(
        body_bytes=limits.body,
        decoded_bytes=limits.decoded,
        ratio=limits.ratio,
        depth=limits.depth,
        attachments=bounds_of(config),
    )


def bounds_of(config: Config) -> Bounds:
    """What opening an attachment may cost. Words in pictures are read where `tesseract` is on the PATH."""
    limits = config.limits
    return Bounds(
        unpacked_bytes=limits.decoded,
        ratio=limits.ratio,
        seconds=limits.scan_seconds * ATTACHMENT_SHARE,
        ocr_seconds=limits.scan_seconds / 2,
        ocr=shutil.which("tesseract") if config.ocr == "auto" else None,
    )


def worker_settings(config: Config) -> Settings:
    """What a scan worker is built from. Makes the state folder and the installation key when there are none."""
    return Settings(
        rules=rule_folders(config),
        policy=config.policy,
        policies=policy_folder(),
        vendors=vendor_folders(),
        hosts=dict(config.hosts),
        registry=config.registry,
        exceptions=exceptions_file(config.state_dir),
        allow=allow_files(config),
        dictionaries=config.dictionaries,
        fingerprints=config.fingerprints,
        own_key=own_key_of(config),
        classification=config.classification,
        limits=limits_of(config),
        key=installation_key(config.state_dir),
        cache_dir=cache_folder(config),
        names=config.names.model,
        names_seconds=config.names.milliseconds / 1000,
        language=config.language,
        resigns=config.aws_signing.source != "none",
    )


def finder_of(model: str, names: NameLexicon, place: str = "configuration") -> Finder | None:
    """What finds names, loaded, told of `names`; None when nothing does.

    Raises ConfigError that names the `place` of the key.
    """
    try:
        finder = make_finder(model, names)
        if finder is not None:
            finder.load()
    except ValueError as err:
        raise ConfigError(f"{place}: names.model: {err}") from err
    return finder


def own_key_of(config: Config) -> bytes:
    """What opens the indexes of own data: a key of their own, or the installation's. Raises ConfigError."""
    return stored_key(config.own_key) if config.own_key else installation_key(config.state_dir)


def rules_of(config: Config) -> RuleSet:
    """All that is found by: rules and indexes of own data. Raises RuleError or ConfigError."""
    rules = load_rules(rule_folders(config), cache_dir=cache_folder(config))
    if not (config.dictionaries or config.fingerprints):
        return rules
    return with_own(rules, config.dictionaries, config.fingerprints, own_key_of(config))


def keys_of(config: Config) -> CredentialSource | None:
    """Where the key comes from that redacted requests to AWS are signed with; None when they are blocked instead."""
    return CredentialSource(config.aws_signing) if config.aws_signing.source != "none" else None


def cache_folder(config: Config) -> Path | None:
    """Where compiled rules are kept, safe to delete; None when there is no such place, and all is made anew."""
    folder = config.state_dir / "cache"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def gate_of(config: Config, catalogue: Catalogue) -> Gate:
    return Gate(
        catalogue,
        tunnel_others=config.other_hosts == "tunnel",
        websockets=config.websocket == "scan",
        tls_ports=frozenset(config.ports),
        plain_ports=frozenset(config.plain_ports),
        allow_private=config.allow_private,
        mapped=frozenset(map(str, config.upstream.connect_to)),
        answers_itself=config.is_on(config.portal),
    )


def domains_of(config: Config, catalogue: Catalogue) -> Sequence[str]:
    """The DNS names that the CA must be able to speak for."""
    return (*catalogue.domains(), OWN_HOST)
