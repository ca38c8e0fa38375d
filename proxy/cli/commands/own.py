"""`tightlip dictionary` and `tightlip fingerprint`: names and flags."""

from pathlib import Path
from typing import Annotated

import typer

from proxy.cli.option import AsJson, ConfigFile, StateDir, load_config

dictionary = typer.Typer(help="Indexes of your own customers' values.", no_args_is_help=True)
fingerprint = typer.Typer(help="Indexes of your own source code.", no_args_is_help=True)

Output = Annotated[Path, typer.Option("--output", "-o", help="Where to write the index.")]
Id = Annotated[str, typer.Option("--id", help="As what policy and records name it; like a rule's.")]
Category = Annotated[str, typer.Option(help="secret, pci, pii, phi or custom.")]
Severity = Annotated[str, typer.Option(help="low, medium, high or critical.")]
Key = Annotated[Path | None, typer.Option("--key", help="A key file of its own, made on first use.")]
Index = Annotated[Path, typer.Argument(help="An index.")]


@dictionary.command("build")
def dictionary_build(
    file: Annotated[Path, typer.Argument(help="A CSV file with a header line.")],
    columns: Annotated[str, typer.Option(help="HEADER:KIND[:NAME], separated by commas.")],
    output: Output,
    id: Id,
    alone: Annotated[str, typer.Option(help="Columns whose values are findings alone.")] = "",
    together: Annotated[
        list[str] | None, typer.Option(help="Columns whose values are a finding together; may be repeated.")
    ] = None,
    entity: Annotated[str, typer.Option(help="What a finding is called.")] = "CUSTOMER_RECORD",
    category: Category = "custom",
    severity: Severity = "high",
    near: Annotated[int, typer.Option(min=1, max=4000, help="Characters between values of a row.")] = 300,
    max_rows: Annotated[int, typer.Option(min=1, help="A value in more rows is no finding alone.")] = 5,
    region: Annotated[str, typer.Option(help="Country of numbers written without one, such as DE.")] = "",
    stop: Annotated[Path | None, typer.Option(help="A file of words that alone are no finding.")] = None,
    encoding: Annotated[str, typer.Option(help="Of the file.")] = "utf-8",
    delimiter: Annotated[str, typer.Option(help="Between columns (default: as the header has it).")] = "",
    key: Key = None,
    json: AsJson = False,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Turn a CSV of customers' values into an index that finds them in prompts and tells nothing without its key."""
    from proxy.cli.own import DictionaryWish, build_dictionary

    wish = DictionaryWish(
        file, columns, output, id, entity, category, severity, alone, tuple(together or ()), near, max_rows, region
    )
    loaded = load_config(config, state_dir=state_dir)
    raise typer.Exit(build_dictionary(loaded, wish, stop, encoding, delimiter, key, as_json=json))


@dictionary.command("show")
def dictionary_show(
    index: Index, key: Key = None, json: AsJson = False, config: ConfigFile = None, state_dir: StateDir = None
) -> None:
    """Show what an index is of: names and counts."""
    from proxy.cli.own import show

    raise typer.Exit(show(load_config(config, state_dir=state_dir), index, key, as_json=json))


@dictionary.command("check")
def dictionary_check(
    index: Index,
    text: Annotated[Path, typer.Argument(help="A text file; - reads standard input.")],
    key: Key = None,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Look a text up: where something was found, never what. Exit code 0: nothing, 1: something, 2: error."""
    from proxy.cli.own import check

    raise typer.Exit(check(load_config(config, state_dir=state_dir), index, text, key))


@fingerprint.command("build")
def fingerprint_build(
    folder: Annotated[Path, typer.Argument(help="A folder of source code.")],
    output: Output,
    id: Id,
    exclude_known: Annotated[
        list[Path] | None, typer.Option(help="Folders of code that others have too; may be repeated.")
    ] = None,
    entity: Annotated[str, typer.Option(help="What a finding is called.")] = "SOURCE_CODE",
    category: Category = "custom",
    severity: Severity = "high",
    least: Annotated[int, typer.Option(min=1, help="Different fingerprints that make a finding.")] = 4,
    key: Key = None,
    json: AsJson = False,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Turn source code into an index that finds fragments of it in prompts and tells nothing without its key."""
    from proxy.cli.own import SourceWish, build_source

    wish = SourceWish(folder, output, id, entity, category, severity, tuple(exclude_known or ()), least)
    raise typer.Exit(build_source(load_config(config, state_dir=state_dir), wish, key, as_json=json))


fingerprint.command("show")(dictionary_show)
fingerprint.command("check")(dictionary_check)
