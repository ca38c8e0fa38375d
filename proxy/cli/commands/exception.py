"""`tightlip exception ...`: names, flags and help; what they do is in `proxy/cli/exception.py`."""

from typing import Annotated

import typer

from proxy.cli.option import ActAs, AsJson, ConfigFile, StateDir, load_config

exceptions = typer.Typer(
    help="Exceptions to the policy, asked for by one and approved by another.", no_args_is_help=True
)

Names = Annotated[list[str] | None, typer.Option(help="May be repeated; any of them.")]
Id = Annotated[str, typer.Argument(help="The exception's id, such as ex-7k3qv9.")]


@exceptions.command()
def request(
    reason: Annotated[str, typer.Option(help="Why it is needed; on record, without any value.")],
    until: Annotated[str, typer.Option(help="The last day (2027-03-31), or the moment of its end.")],
    user: Names = None,
    group: Names = None,
    vendor: Names = None,
    repository: Names = None,
    category: Names = None,
    entity: Names = None,
    rule: Names = None,
    fingerprint: Names = None,
    act_as: ActAs = None,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Ask for an exception. Without category, entity, rule or fingerprint it is for requests, and lets no value out."""
    from proxy.cli.exception import request
    from proxy.waiver.scope import Scope

    repositories = tuple(name.lower() for name in repository or ())
    scope = Scope(
        user=tuple(user or ()),
        group=tuple(group or ()),
        vendor=tuple(vendor or ()),
        repository=repositories,
        category=tuple(category or ()),
        entity=tuple(entity or ()),
        rule=tuple(rule or ()),
        fingerprint=tuple(fingerprint or ()),
    )
    raise typer.Exit(request(load_config(config, state_dir=state_dir), scope, reason, until, act_as))


@exceptions.command()
def approve(id: Id, act_as: ActAs = None, config: ConfigFile = None, state_dir: StateDir = None) -> None:
    """Approve what someone else asked for. It holds from then on, to its end."""
    from proxy.cli.exception import approve

    raise typer.Exit(approve(load_config(config, state_dir=state_dir), id, act_as))


@exceptions.command()
def revoke(id: Id, act_as: ActAs = None, config: ConfigFile = None, state_dir: StateDir = None) -> None:
    """End an exception, or turn a request for one down."""
    from proxy.cli.exception import revoke

    raise typer.Exit(revoke(load_config(config, state_dir=state_dir), id, act_as))


@exceptions.command("list")
def list_(
    all: Annotated[bool, typer.Option("--all", help="Those that have ended too.")] = False,
    json: AsJson = False,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """List exceptions with their state."""
    from proxy.cli.exception import show_all

    raise typer.Exit(show_all(load_config(config, state_dir=state_dir), ended=all, as_json=json))


@exceptions.command()
def show(id: Id, json: AsJson = False, config: ConfigFile = None, state_dir: StateDir = None) -> None:
    """Show one exception: what it is for, why, and who did what to it when."""
    from proxy.cli.exception import show

    raise typer.Exit(show(load_config(config, state_dir=state_dir), id, as_json=json))


@exceptions.command()
def check(config: ConfigFile = None, state_dir: StateDir = None) -> None:
    """Compare exceptions with the audit log. Exit code 0: as they are on record, 1: not."""
    from proxy.cli.exception import check

    raise typer.Exit(check(load_config(config, state_dir=state_dir)))
