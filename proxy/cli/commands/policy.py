"""`tightlip policy`: names, flags and help."""

from pathlib import Path
from typing import Annotated

import typer

from proxy.cli.option import AsJson, ConfigFile, load_config

policy = typer.Typer(help="Check, show and test policies.", no_args_is_help=True)


@policy.command("check")
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Packs or files (default: the one in use).")] = None,
    json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Tell every mistake in policies, with file and line. Exit code 0: none, 1: some."""
    from proxy.cli.policy import check_policies

    raise typer.Exit(check_policies(load_config(config), names or [], as_json=json))


@policy.command("show")
def show(
    name: Annotated[list[str] | None, typer.Argument(help="A pack or a file, or several (default: in use).")] = None,
    json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show what a policy comes to with all that it extends: every clause, where it stands and what it serves."""
    from proxy.cli.policy import show_policy

    show_policy(load_config(config), name or [], as_json=json)


@policy.command("schema")
def schema() -> None:
    """Print the JSON Schema of policy files, for editors."""
    from proxy.cli.policy import print_schema

    print_schema()


@policy.command("test")
def test(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders (default: the packs' own).")] = None,
    json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Run unit tests of policies. Exit code 0: all as expected, 1: not."""
    from proxy.cli.policytest import test_policies

    raise typer.Exit(test_policies(load_config(config), paths or [], as_json=json))
