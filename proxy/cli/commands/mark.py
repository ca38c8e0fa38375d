"""`tightlip mark`: names, flags and help; what it does is in `proxy/cli/mark.py`."""

from enum import StrEnum
from typing import Annotated

import typer

from proxy.cli.option import ActAs, ConfigFile, Findings, Reference, StateDir, load_config


class Said(StrEnum):
    TRUE = "true"
    FALSE = "false"


def mark(
    reference: Reference,
    said: Annotated[Said, typer.Argument(help="Whether it was right to find that.")],
    finding: Findings = None,
    note: Annotated[str, typer.Option(help="Why; on record, without any value.")] = "",
    act_as: ActAs = None,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Say whether what was found in a request was right: `tightlip rules stats` counts it."""
    from proxy.cli.mark import mark

    loaded = load_config(config, state_dir=state_dir)
    raise typer.Exit(mark(loaded, reference, said is Said.TRUE, finding or (), note, act_as))
