"""The operator's configuration: one frozen, validated object, and how file, environment and flags become it.

Later layers win: `tightlip.yaml`, then `TIGHTLIP_*` variables, then flags. Relative paths are relative to
the file that names them (for variables and flags: to the working folder). Every mistake is reported at once,
with its place. Nothing here opens sockets or creates folders.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from detectors.names.finder import PRESIDIO
from proxy.bundle.option import refused
from proxy.configfile import PREFIX, ConfigError, Key, Layers, read_env, read_file
from proxy.configsection import (
    READ_AGAIN,
    AddressText,
    AwsSigning,
    HostPattern,
    LimitConfig,
    NamesConfig,
    NetworkText,
    PolicyNames,
    Port,
    PrivateText,
    Section,
    ShadowConfig,
    Switch,
    TraceConfig,
    UpstreamConfig,
    VaultConfig,
)
from proxy.configtype import Address

DEFAULT_FILE = Path("tightlip.yaml")
PATH_KEYS = (
    *(("state_dir",), ("users",), ("groups",), ("upstream", "ca_file"), ("rules",), ("registry",), ("allow",)),
    ("classification",),
    *(("bundle",), ("trusted_keys",), ("shadow", "rules"), ("shadow", "bundle")),
    *(("dictionaries",), ("fingerprints",), ("own_key",)),
)
NAME_OR_PATH_KEYS = (("policy",), ("shadow", "policy"), ("names", "model"), ("language",))
"""A name of what comes along, or a path when there is a slash in it."""

PREFIXED_PATH_KEYS: dict[Key, str] = {("names", "model"): PRESIDIO}
"""What may stand before a path."""

NEEDS_RESTART = frozenset(
    {
        *("listen", "metrics", "state_dir", "users", "groups", "processes", "workers", "upstream", "allow_private"),
        *("websocket", "vault", "aws_signing", "portal", "base_urls", "base_url_origins", "advertise", "reload"),
        *("traces", "proxy_protocol", "trusted_balancers", "drain_seconds", "takeover_seconds"),
        *("metrics_users", "exemplars"),
    }
)
"""Keys whose parts are made once, at the start; a reload takes the others."""


def _before_path(key: Key, value: object) -> str | None:
    """What of a value stands before a path; None when it holds none."""
    prefix = PREFIXED_PATH_KEYS.get(key)
    if prefix is not None and str(value).startswith(prefix):
        return prefix
    return "" if key in PATH_KEYS or (key in NAME_OR_PATH_KEYS and "/" in str(value)) else None


def worker_count() -> int:
    """As many scan workers as usable cores, at most four: each holds its own engine in memory."""
    affinity = getattr(os, "sched_getaffinity", None)
    return min(len(affinity(0)) if affinity else os.cpu_count() or 1, 4)


def default_state_dir(env: Mapping[str, str]) -> Path:
    """`$XDG_STATE_HOME/tightlip`, or what the XDG base directory specification says without it."""
    base = env.get("XDG_STATE_HOME", "")
    if base and Path(base).is_absolute():  # the specification says to ignore relative ones
        return Path(base) / "tightlip"
    home = Path(env["HOME"]) if env.get("HOME") else Path.home()
    return home / ".local" / "state" / "tightlip"


class Config(Section):
    """Everything the operator decides. Keys stand behind those that their checks look at."""

    users: Path | None = None
    groups: Path | None = None
    trusted_balancers: tuple[NetworkText, ...] = ()
    proxy_protocol: Literal["off", "v1v2"] = "off"
    listen: AddressText = Field(default=Address("127.0.0.1", 8080), validate_default=True)
    metrics: AddressText = Field(default=Address("127.0.0.1", 9464), validate_default=True)
    state_dir: Path = Field(default_factory=lambda: default_state_dir(os.environ))
    policy: PolicyNames = "balanced"
    language: Annotated[str, Field(min_length=1)] = "en"
    rules: tuple[Path, ...] = ()
    dictionaries: tuple[Path, ...] = ()
    fingerprints: tuple[Path, ...] = ()
    own_key: Path | None = None
    registry: Path | None = None
    allow: Path | None = None
    classification: Path | None = None
    bundle: Path | None = None
    require_signed: bool = False
    trusted_keys: Path | None = None
    signatures: Annotated[int, Field(ge=1, le=8)] = 1
    limits: LimitConfig = LimitConfig()
    vault: VaultConfig = VaultConfig()
    aws_signing: AwsSigning = AwsSigning()
    shadow: ShadowConfig = ShadowConfig()
    processes: Annotated[int, Field(ge=1, le=64)] = 1
    workers: Annotated[int, Field(ge=1, le=64)] = Field(default_factory=worker_count)
    upstream: UpstreamConfig = UpstreamConfig()
    other_hosts: Literal["tunnel", "refuse"] = "tunnel"
    websocket: Literal["scan", "refuse"] = "scan"
    names: NamesConfig = NamesConfig()
    ocr: Literal["auto", "off"] = "auto"
    ports: tuple[Port, ...] = (443,)
    plain_ports: tuple[Port, ...] = (80,)
    allow_private: tuple[PrivateText, ...] = ()
    portal: Switch = "auto"
    base_urls: Switch = "auto"
    base_url_origins: tuple[str, ...] = ()
    advertise: AddressText | None = Field(default=None, validate_default=True)
    hosts: Mapping[HostPattern, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    reload: Literal["auto", "manual"] = "auto"
    drain_seconds: Annotated[float, Field(ge=0, le=3600)] = 20
    takeover_seconds: Annotated[float, Field(ge=0, le=86400)] = 300
    traces: TraceConfig = TraceConfig()
    metrics_users: Literal["off", "hashed", "named"] = "off"
    exemplars: bool = False

    @field_validator("proxy_protocol")
    @classmethod
    def _guard_proxy_protocol(cls, protocol: str, info: ValidationInfo) -> str:
        """Behind a balancer all the world may be let in, loopback or not."""
        if protocol != "off" and "users" in info.data and info.data["users"] is None:
            raise ValueError("expected `users` naming a users file, since a balancer's clients come from elsewhere")
        if protocol != "off" and info.data.get("trusted_balancers") == ():
            raise ValueError("expected `trusted_balancers` naming the networks that balancers connect from")
        return protocol

    @field_validator("listen")
    @classmethod
    def _guard_listen(cls, listen: Address, info: ValidationInfo) -> Address:
        if not listen.is_loopback and "users" in info.data and info.data["users"] is None:
            raise ValueError("expected a loopback address, or `users` naming a users file")
        return listen

    @field_validator("advertise")
    @classmethod
    def _guard_advertise(cls, advertise: Address | None, info: ValidationInfo) -> Address | None:
        listen = info.data.get("listen")
        if advertise is None and info.data.get("portal") == "on" and listen is not None and listen.is_wildcard:
            raise ValueError("expected HOST:PORT, since `portal` tells it and `listen` is every address")
        return advertise

    @property
    def reach(self) -> Address:
        """Where clients connect: `advertise`, or `listen`, by way of loopback when that is every address."""
        return self.advertise or (Address("127.0.0.1", self.listen.port) if self.listen.is_wildcard else self.listen)

    @property
    def policy_name(self) -> str:
        """What `policy` names, in one word."""
        return self.policy if isinstance(self.policy, str) else "+".join(self.policy)

    def is_on(self, switch: Switch) -> bool:
        """What `portal` or `base_urls` come to."""
        local = self.listen.is_loopback and self.proxy_protocol == "off"
        return switch == "on" or (switch == "auto" and local)

    @property
    def candidate(self) -> Self | None:
        """The configuration that `shadow` describes, or None when it names nothing."""
        return self.beside(self.shadow) if self.shadow != ShadowConfig() else None

    def beside(self, other: ShadowConfig) -> Self:
        """This configuration with what `other` names. To be asked of one that its own bundle was read into."""
        named = {key: value for key in ("policy", "rules") if (value := getattr(other, key)) is not None}
        unsigned = {"bundle": other.bundle, "require_signed": False, "trusted_keys": None}
        return self.model_copy(update={"shadow": ShadowConfig(), **unsigned, **named})

    @property
    def digest(self) -> str:
        """SHA-256 of the effective configuration, for records, without a parent proxy's credentials."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def kept_running(self, running: Self | None) -> tuple[Self, tuple[str, ...]]:
        """This configuration as far as a proxy that runs by `running` can take it, and the keys that it can't."""
        if running is None:
            return self, ()
        held = {name: getattr(running, name) for name in NEEDS_RESTART}
        held["limits"] = running.limits.model_copy(update=self.limits.model_dump(include=set(READ_AGAIN)))
        changed = sorted(name for name, value in held.items() if getattr(self, name) != value)
        return self.model_copy(update=held), tuple(changed)

    @classmethod
    def from_layers(cls, layers: Layers) -> Self:
        try:
            return cls.model_validate(layers.values)
        except ValidationError as err:
            raise ConfigError(*(layers.explain(problem, cls) for problem in err.errors())) from err


def load(path: Path | None, env: Mapping[str, str], overrides: Mapping[str, object]) -> Config:
    """The effective configuration; `ConfigError` lists everything that is wrong with it.

    `path` is the file the operator named, which must exist; None means `./tightlip.yaml` if there is one.
    `overrides` are flags by dotted key (`state_dir`, `limits.body`); None values are flags not given.
    """
    return Config.from_layers(_layers(path, env, overrides))


def _layers(path: Path | None, env: Mapping[str, str], overrides: Mapping[str, object]) -> Layers:
    file = path or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    flags = {tuple(key.split(".")): value for key, value in overrides.items() if value is not None}
    places = {key: "flag --" + "-".join(key).replace("_", "-") for key in flags}
    read = [read_file(file) if file is not None else ({}, {}), read_env(env, Config), (flags, places)]
    if problems := list(refused(read)):
        raise ConfigError(*problems)
    layers = Layers()
    for (values, places), file_of in zip(read, (file, None, None), strict=True):
        layers.add(values, places, base=file_of.absolute().parent if file_of else Path.cwd(), before_path=_before_path)
    layers.values.setdefault("state_dir", default_state_dir(env))
    return layers


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a configuration was read from, so that it can be read again: as for `load`, which see."""

    path: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    overrides: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path | None, env: Mapping[str, str], overrides: Mapping[str, object]) -> Self:
        """The same with what matters of the environment."""
        wanted = {"HOME", "XDG_STATE_HOME"}
        return cls(path, {k: v for k, v in env.items() if k in wanted or k.startswith(PREFIX)}, overrides)

    @property
    def file(self) -> Path:
        """The configuration file, whether it is there or not."""
        return (self.path or DEFAULT_FILE).absolute()

    def load(self) -> Config:
        return load(self.path, self.env, self.overrides)

    def place(self, *key: str) -> str:
        """Where a key's value stands, for mistakes that show only when it is used."""
        return _layers(self.path, self.env, self.overrides).place(*key)
