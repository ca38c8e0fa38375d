"""`tightlip rules`: names, flags and help."""

from pathlib import Path
from typing import Annotated

import typer

from proxy.cli.option import ConfigFile, load_config

rules = typer.Typer(help="Look at and prove the detection rules.", no_args_is_help=True)


@rules.command("check")
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Rule folders or files (default: those in use).")] = None,
    config: ConfigFile = None,
) -> None:
    """Prove every rule: examples found, counter-examples not, ids unique, patterns compile and are linear."""
    from proxy.cli.rules import check_rules

    raise typer.Exit(check_rules(load_config(config), paths or []))


@rules.command("list")
def list_(config: ConfigFile = None) -> None:
    """List the rules in use."""
    from proxy.cli.rules import list_rules

    list_rules(load_config(config))
