"""`tightlip vendors`: names and flags."""

from typing import Annotated

import typer

from proxy.cli.option import AsJson, ConfigFile, load_config

vendors = typer.Typer(help="The registry of AI vendors: approval, agreements, regions.", no_args_is_help=True)


@vendors.command("list")
def vendors_list(
    approval: Annotated[
        str | None, typer.Option(help="Only those that are approved, restricted, prohibited or unreviewed.")
    ] = None,
    due: Annotated[
        bool, typer.Option("--due", help="Only those with something to see to; then the exit code is 1.")
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """List the vendors: approval, agreements as they stand now, what is due."""
    from proxy.cli.vendors import list_vendors

    form = "json" if json else "csv" if csv else "table"
    raise typer.Exit(list_vendors(load_config(config), approval, form, only_due=due))


@vendors.command("show")
def vendors_show(
    vendor: Annotated[str, typer.Argument(help="A vendor's id, or one of its hosts.")],
    json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show all that is known of one vendor."""
    from proxy.cli.vendors import show_vendor

    raise typer.Exit(show_vendor(load_config(config), vendor, as_json=json))
