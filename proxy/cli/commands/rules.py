"""`tightlip rules`: names, flags and help."""

from pathlib import Path
from typing import Annotated

import typer

from proxy.cli.option import AsJson, ConfigFile, Since, StateDir, load_config

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


@rules.command("new")
def new(
    id: Annotated[str, typer.Argument(help="Its id, such as acme-deploy-token.")],
    description: Annotated[
        str | None, typer.Option(help="What it is, and what someone who has it could do (default: asked for).")
    ] = None,
    category: Annotated[str, typer.Option(help="secret, pci, pii, phi or custom.")] = "secret",
    entity: Annotated[str | None, typer.Option(help="The type of the value (default: from the id).")] = None,
    severity: Annotated[str, typer.Option(help="low, medium, high or critical.")] = "high",
    keyword: Annotated[
        list[str] | None, typer.Option(help="A word that stands near such values, when they begin in no common way.")
    ] = None,
    reference: Annotated[list[str] | None, typer.Option(help="Where the format is documented.")] = None,
    values: Annotated[
        Path | None, typer.Option(help="A file with values, one a line, or - (default: asked for, unseen).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The rule file (default: in the first folder of `rules`).")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Suggest a rule from a few values, prove it and write it; none of the values is kept. Exit code 1: not proved."""
    from proxy.cli.rulenew import Wanted, make_rule

    wanted = Wanted(id, description, category, entity, severity, keyword or (), reference or (), values, out)
    raise typer.Exit(make_rule(load_config(config), wanted))


@rules.command("test")
def test(
    words: Annotated[list[str] | None, typer.Argument(help="A rule's id (default: all), then files, or -.")] = None,
    clean: Annotated[
        str | None, typer.Option(help="A folder of code without such values, or `installed`: Python's packages.")
    ] = None,
    most: Annotated[float, typer.Option(help="How often a rule may fire in a million characters of it.")] = 1.0,
    config: ConfigFile = None,
) -> None:
    """Show what a rule hits and why, masked, and what it costs. Exit code 1: it fires on clean code too often."""
    from proxy.cli.ruletrial import try_rules

    raise typer.Exit(try_rules(load_config(config), words or [], clean, most))


@rules.command("docs")
def docs(
    folder: Annotated[Path, typer.Option("-o", "--out", help="The folder to write to.")],
    config: ConfigFile = None,
) -> None:
    """Write a reference of the rules in use: a page to search and print, and markdown."""
    from proxy.cli.rulebook import write_book

    write_book(load_config(config), folder)


@rules.command("stats")
def stats(since: Since = "", json: AsJson = False, config: ConfigFile = None, state_dir: StateDir = None) -> None:
    """Tell of each rule how often it hit, what came of it, and how much of what people marked was right."""
    from proxy.cli.mark import rule_stats

    raise typer.Exit(rule_stats(load_config(config, state_dir=state_dir), since, as_json=json))
