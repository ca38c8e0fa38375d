"""The configuration's sections, and its types as pydantic reads and writes them. What they mean together: `config`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationInfo, field_validator

from detectors.names.finder import OWN
from proxy.configtype import (
    Address,
    Network,
    ParentProxy,
    PrivateTarget,
    parse_endpoint,
    parse_host_pattern,
    parse_names,
    parse_network,
    parse_private_target,
    parse_size,
)

MIB = 1024 * 1024

_ADDRESS = (BeforeValidator(Address.parse), PlainSerializer(str, return_type=str))
AddressText = Annotated[Address, *_ADDRESS]
Size = Annotated[int, BeforeValidator(parse_size), Field(gt=0)]
Port = Annotated[int, Field(ge=1, le=65535)]
PrivateText = Annotated[PrivateTarget, BeforeValidator(parse_private_target), PlainSerializer(str, return_type=str)]
NetworkText = Annotated[Network, BeforeValidator(parse_network), PlainSerializer(str, return_type=str)]
ParentText = Annotated[ParentProxy, BeforeValidator(ParentProxy.parse), PlainSerializer(str, return_type=str)]
Switch = Literal["auto", "on", "off"]
"""`auto` is on while only this machine can reach the proxy."""
PolicyNames = Annotated[str | tuple[str, ...], BeforeValidator(parse_names)]
"""One policy, or several that hold together."""
HostPattern = Annotated[str, BeforeValidator(parse_host_pattern)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


READ_AGAIN = frozenset({"body", "decoded", "ratio", "depth", "scan_seconds"})
"""The limits that a reload takes: what a request may cost. Those of connections and memory hold from the start."""


class LimitConfig(Section):
    """What one request may cost, and what all clients together may hold. Going over is never "the first N bytes".

    `docs/limits.md` gives the reasons of the defaults. `memory` None is what the machine or its cgroup leaves.
    """

    body: Size = 32 * MIB
    decoded: Size = 64 * MIB
    ratio: Annotated[int, Field(ge=10)] = 200
    depth: Annotated[int, Field(ge=8, le=1000)] = 200
    scan_seconds: Annotated[float, Field(gt=0, le=120)] = 5
    in_flight: Size = 512 * MIB
    memory: Size | None = None
    connections: Annotated[int, Field(ge=16, le=1_000_000)] = 4096
    client_connections: Annotated[int, Field(ge=1, le=1_000_000)] = 1024
    streams: Annotated[int, Field(ge=1, le=1000)] = 100
    resets: Annotated[int, Field(ge=1)] = 200
    control_frames: Annotated[int, Field(ge=100)] = 500
    headers: Size = 64 * 1024
    header_lines: Annotated[int, Field(ge=16, le=10_000)] = 256
    header_seconds: Annotated[float, Field(gt=0, le=3600)] = 30
    body_seconds: Annotated[float, Field(gt=0, le=3600)] = 30
    idle_seconds: Annotated[float, Field(ge=1, le=86_400)] = 600


class NamesConfig(Section):
    """What finds names in prose, and what that may cost: milliseconds of the processor in one request."""

    model: Annotated[str, Field(min_length=1)] = OWN
    milliseconds: Annotated[int, Field(ge=1, le=60_000)] = 250


class UpstreamConfig(Section):
    """How vendors are reached. `connect_to` maps a target to where to dial instead, as in curl."""

    connect_to: Mapping[AddressText, AddressText] = Field(default_factory=dict)
    ca_file: Path | None = None
    proxy: ParentText | None = None


class VaultConfig(Section):
    """Where pseudonyms are kept, and for how long. `key_command` prints the vault's key, 32 bytes in base64."""

    key_command: tuple[str, ...] = ()
    days: Annotated[int, Field(ge=1, le=3650)] = 30
    entries: Annotated[int, Field(ge=16, le=65536)] = 4096


class ShadowConfig(Section):
    """The candidate that judges beside the policy in force; what it doesn't name is as in force.

    A `bundle` takes the place of all that one holds, signed or not: nothing is let out by a candidate.
    """

    policy: PolicyNames | None = None
    rules: tuple[Path, ...] | None = None
    bundle: Path | None = None


class AwsSigning(Section):
    """The access key that takes the place of the client's in the signature of a redacted request to AWS.

    `command` prints one as AWS's `credential_process` does.
    """

    source: Literal["none", "environment", "profile", "command"] = "none"
    profile: Annotated[str, Field(min_length=1)] = "default"
    command: Annotated[tuple[str, ...], Field(validate_default=True)] = ()

    @field_validator("command")
    @classmethod
    def _guard_command(cls, command: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if (info.data.get("source") == "command") is not bool(command):
            raise ValueError("expected a command and its arguments, exactly when `source` is `command`")
        return command


class TraceConfig(Section):
    """Where traces go, as OTLP over HTTP: a collector's whole address; the share of requests; the service's name."""

    endpoint: Annotated[str, BeforeValidator(parse_endpoint)] | None = None
    sample: Annotated[float, Field(gt=0, le=1)] = 1.0
    service: Annotated[str, Field(min_length=1, max_length=64)] = "tightlip"
