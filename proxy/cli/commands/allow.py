"""`tightlip allow ...`: names, flags and help; what they do is in `proxy/cli/allow.py`."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from proxy.cli.option import ActAs, AsJson, ConfigFile, Findings, Reference, Since, StateDir, load_config


class _ReferenceFirst(TyperGroup):
    """`tightlip allow REF` is short for `tightlip allow add REF`."""

    meant = "add"
    """The command that is meant where none is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = args and (args[0] in self.commands or args[0] in self.get_help_option_names(ctx))
        return super().parse_args(ctx, args if named or not args else [self.meant, *args])


allow = typer.Typer(
    cls=_ReferenceFirst, help="Values and findings that count as none: the allowlist.", no_args_is_help=True
)


@allow.command()
def add(
    reference: Reference,
    reason: Annotated[str, typer.Option(help="Why it is no finding; on record, without any value.")],
    until: Annotated[str, typer.Option(help="The last day (2027-03-31), or the moment of its end.")],
    finding: Findings = None,
    act_as: ActAs = None,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Take what a block found for no finding from now on, where the policy permits it."""
    from proxy.cli.allow import allow

    loaded = load_config(config, state_dir=state_dir)
    raise typer.Exit(allow(loaded, reference, finding or (), reason, until, act_as))


@allow.command("list")
def list_(
    unused: Annotated[
        bool, typer.Option("--unused", help="Only those that let nothing pass; exit code 1: some.")
    ] = False,
    since: Since = "",
    json: AsJson = False,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """List the entries, how often each was used and when last."""
    from proxy.cli.allow import show_all

    raise typer.Exit(show_all(load_config(config, state_dir=state_dir), unused=unused, since=since, as_json=json))


@allow.command()
def check(config: ConfigFile = None, state_dir: StateDir = None) -> None:
    """Prove the allowlists: rules known, patterns narrow, examples matched and counter-examples not."""
    from proxy.cli.allow import check

    raise typer.Exit(check(load_config(config, state_dir=state_dir)))
