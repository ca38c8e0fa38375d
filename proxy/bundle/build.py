"""A bundle from the operator's files: packed, then read and proven as the proxy would before anyone gets it.

The same files and the same `Making` give the same bytes, wherever and whenever.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from detectors import bundled_rules
from detectors.rulecheck import check
from proxy import __version__
from proxy.bundle.container import MAX_BYTES, Bundle, described
from proxy.bundle.force import opened
from proxy.bundle.manifest import BundleError, Manifest, told
from proxy.bundle.source import base_digest, sources_of
from proxy.config import Config
from proxy.draft import OPERATORS_ERRORS, read_draft
from proxy.setting import cache_folder


@dataclass(frozen=True, slots=True)
class Making:
    """What a manifest says that no file does; `signatures` is how many people are to sign."""

    name: str
    serial: int
    created: datetime
    starts: datetime
    expires: datetime
    signatures: int = 0


def build(config: Config, making: Making) -> Bundle:
    """The bundle of everything that decides under `config`. Raises ConfigError for what can't be in one."""
    sources = sources_of(config)
    try:
        manifest = Manifest(
            format=1,
            name=making.name,
            serial=making.serial,
            created=making.created,
            starts=making.starts,
            expires=making.expires,
            product=__version__,
            base=base_digest(),
            signatures=making.signatures,
            policy=sources.policy,
            members=described(sources.members),
            indexes=sources.indexes,
        )
    except ValidationError as err:
        raise BundleError(f"manifest: {told(err)}") from None
    bundle = Bundle(manifest, sources.members)
    if len(bundle.encoded()) > MAX_BYTES:
        raise BundleError(f"bundle: expected {MAX_BYTES >> 20} MiB at most, found more")
    return bundle


def problems(bundle: Bundle, config: Config) -> Iterator[str]:
    """What a proxy with this configuration would refuse in the bundle, and rules in it that don't prove themselves."""
    with tempfile.TemporaryDirectory(prefix="tightlip-") as folder:
        try:
            unpacked = opened(bundle, config.model_copy(update={"bundle": None}), Path(folder))
            read_draft(unpacked)
            beside = (bundled_rules(),)
            found = check(unpacked.rules, beside=beside, cache_dir=cache_folder(config)) if unpacked.rules else ()
        except OPERATORS_ERRORS as err:
            found = str(err).splitlines()
        yield from (line.replace(f"{folder}/{bundle.digest}/", "") for line in found)
