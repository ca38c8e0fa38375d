"""`tightlip top`: names, flags and help; what it shows is in `proxy/cli/top/`."""

import sys
from typing import Annotated

import typer

from proxy.cli.option import AsJson, ConfigFile, StateDir, read_config


def top(
    metrics: Annotated[str | None, typer.Option(help="HOST:PORT of the proxy's /metrics.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Print one frame. Exit code 1: nothing answers.")] = False,
    interval: Annotated[float, typer.Option(min=0.2, max=60, help="Seconds between two looks.")] = 2.0,
    json: AsJson = False,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Watch the running proxy: requests, decisions, findings, latency, workers, and the latest decisions."""
    from proxy.cli.top.live import Watcher, show, show_lines, show_once

    loaded = read_config(config, state_dir=state_dir, metrics=metrics)
    watcher = Watcher(loaded.metrics, loaded.state_dir / "audit")
    if once or not (json or sys.stdout.isatty()):
        raise typer.Exit(show_once(watcher, as_json=json))
    raise typer.Exit(show_lines(watcher, interval) if json else show(watcher, interval))
