"""Flags that many commands share, and the configuration that they lead to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from proxy.config import Config

ConfigFile = Annotated[Path | None, typer.Option("--config", help="Configuration file (default ./tightlip.yaml).")]
StateDir = Annotated[Path | None, typer.Option(help="Where the CA, keys, audit log and caches live.")]
ActAs = Annotated[str | None, typer.Option("--as", help="Act as this user, whose password is asked for.")]
Reference = Annotated[str, typer.Argument(help="The reference that a message named, such as tl-ec8z43r3hz.")]
Findings = Annotated[
    list[int] | None, typer.Option("--finding", help="Only the finding of this number; may be repeated.")
]
Since = Annotated[str, typer.Option(help="From this day or moment on, UTC: 2026-11-01.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def read_config(path: Path | None, **overrides: object) -> "Config":
    """The configuration as written; `overrides` are flags, None where not given."""
    import os

    from proxy.config import load

    return load(path, os.environ, overrides)


def load_config(path: Path | None, **overrides: object) -> "Config":
    """The configuration that a command works by, its bundle in force."""
    config = read_config(path, **overrides)
    if config.bundle is None and not config.require_signed:
        return config
    from proxy.bundle.force import in_force

    return in_force(config).config
