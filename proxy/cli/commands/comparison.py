"""`tightlip replay` and `tightlip shadow`: what a change would do. Names, flags and help."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from proxy.cli.option import AsJson, ConfigFile, StateDir, load_config

if TYPE_CHECKING:
    from proxy.cli.replay import FailOn, Span
    from proxy.config import Config

shadow = typer.Typer(help="What the candidate that runs beside the active policy would do.", no_args_is_help=True)

Since = Annotated[str, typer.Option(help="From when on: 30d, 12h, 2026-09-01, 2026-09-01T08:00 (UTC).")]
Until = Annotated[str, typer.Option(help="Until when, the same way.")]
Audit = Annotated[Path | None, typer.Option("--audit", help="Another folder of audit segments.")]


def replay(
    policy: Annotated[str | None, typer.Option(help="The candidate: a policy pack's name, or a file.")] = None,
    rules: Annotated[list[Path] | None, typer.Option(help="The candidate's rules beside the bundled ones.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="The candidate as a bundle, in the place of both.")] = None,
    requests: Annotated[
        Path | None, typer.Option(help="Captured requests, one a line as `tightlip inspect` takes them; - for stdin.")
    ] = None,
    recorded: Annotated[
        bool, typer.Option("--recorded", help="Against what was decided then, not what would be now.")
    ] = False,
    since: Since = "",
    until: Until = "",
    audit: Audit = None,
    fail_on: Annotated[str, typer.Option(help="Exit code 1 at: change, stricter, looser or never.")] = "change",
    json: AsJson = False,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Tell what another policy or other rules would have decided. Exit code 0: the same, 1: other, 2: error."""
    from proxy.cli.replay import replay_records, replay_requests
    from proxy.configsection import ShadowConfig

    active = load_config(config, state_dir=state_dir)
    candidate = ShadowConfig(policy=policy, rules=tuple(rules) if rules else None, bundle=bundle)
    stop_at = _fail_on(fail_on)
    if requests is not None:
        raise typer.Exit(replay_requests(active, candidate, requests, fail_on=stop_at, as_json=json))
    span = _span(audit, since, until, active)
    raise typer.Exit(replay_records(active, candidate, span, recorded=recorded, fail_on=stop_at, as_json=json))


@shadow.command("report")
def shadow_report(
    since: Since = "",
    until: Until = "",
    candidate: Annotated[str, typer.Option(help="A candidate's policy digest, or its beginning.")] = "",
    audit: Audit = None,
    fail_on: Annotated[str, typer.Option(help="Exit code 1 at: change, stricter, looser or never.")] = "never",
    json: AsJson = False,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Tell what the candidate would have decided otherwise on the traffic that it saw."""
    from proxy.cli.shadow import report

    span = _span(audit, since, until, load_config(config, state_dir=state_dir))
    raise typer.Exit(report(span, digest=candidate, fail_on=_fail_on(fail_on), as_json=json))


def _span(audit: Path | None, since: str, until: str, config: "Config") -> "Span":
    from proxy.cli.replay import Span, moment

    now = datetime.now(UTC)
    since, until = (moment(text, now) if text else "" for text in (since, until))
    return Span(audit or config.state_dir / "audit", since, until)


def _fail_on(name: str) -> "FailOn":
    from proxy.cli.replay import FailOn

    if name not in list(FailOn):
        raise typer.BadParameter("expected change, stricter, looser or never", param_hint="--fail-on")
    return FailOn(name)
