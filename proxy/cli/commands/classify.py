"""`tightlip classify`: names, flags and help; what it does is in `proxy/cli/classify.py`."""

from pathlib import Path
from typing import Annotated

import typer

from proxy.cli.option import AsJson, ConfigFile, load_config


def classify(
    file: Annotated[Path | None, typer.Argument(help="A request's body, or a line of `inspect`; - reads it.")] = None,
    url: Annotated[str, typer.Option(help="Where a body goes to, which tells what its fields are.")] = "",
    repository: Annotated[list[str] | None, typer.Option(help="A remote, or host/owner/name.")] = None,
    path: Annotated[list[str] | None, typer.Option(help="A file's path.")] = None,
    folder: Annotated[list[str] | None, typer.Option(help="A working folder.")] = None,
    json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Tell which code a request shows it is about, which rules of `classification` hold, and the classes they give."""
    from proxy.cli.classify import Stated, classify

    stated = Stated(tuple(repository or ()), tuple(path or ()), tuple(folder or ()))
    raise typer.Exit(classify(load_config(config), file, url, stated, as_json=json))
