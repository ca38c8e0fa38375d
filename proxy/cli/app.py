"""The command tree: names, flags and help. What a command does is in the module it imports."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from proxy.cli.commands.allow import allow
from proxy.cli.commands.bundle import bundle
from proxy.cli.commands.classify import classify
from proxy.cli.commands.comparison import replay, shadow
from proxy.cli.commands.exception import exceptions
from proxy.cli.commands.mark import mark
from proxy.cli.commands.own import dictionary, fingerprint
from proxy.cli.commands.policy import policy
from proxy.cli.commands.rules import rules
from proxy.cli.commands.top import top
from proxy.cli.commands.vendors import vendors
from proxy.cli.option import AsJson, ConfigFile, StateDir, load_config, read_config

app = typer.Typer(
    help="Outbound prompt DLP proxy: reads prompts on their way to AI vendors and blocks, redacts or logs per policy.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
config = typer.Typer(help="Look at the configuration.", no_args_is_help=True)
ca = typer.Typer(help="The certificate authority that clients must trust.", no_args_is_help=True)
users = typer.Typer(help="Who may use the proxy.", no_args_is_help=True)
app.add_typer(bundle, name="bundle")
app.add_typer(rules, name="rules")
app.add_typer(config, name="config")
app.add_typer(ca, name="ca")
app.add_typer(users, name="users")
app.add_typer(policy, name="policy")
app.add_typer(dictionary, name="dictionary")
app.add_typer(fingerprint, name="fingerprint")
app.add_typer(vendors, name="vendors")
app.command()(replay)
app.command()(mark)
app.command()(top)
app.command()(classify)
app.add_typer(shadow, name="shadow")
app.add_typer(exceptions, name="exception")
app.add_typer(allow, name="allow")


@app.command()
def run(
    config: ConfigFile = None,
    listen: Annotated[str | None, typer.Option(help="HOST:PORT to listen on.")] = None,
    metrics: Annotated[str | None, typer.Option(help="HOST:PORT of /metrics, /healthz and /readyz.")] = None,
    state_dir: StateDir = None,
    policy: Annotated[str | None, typer.Option(help="A policy pack's name, or a file.")] = None,
    takeover: Annotated[bool, typer.Option("--takeover", help="Take the running proxy's place, if one runs.")] = False,
    processes: Annotated[int | None, typer.Option(help="How many processes accept connections.")] = None,
) -> None:
    """Start the proxy."""
    import os

    from proxy.config import Origin
    from proxy.serve import serve

    flags: dict[str, object] = {"listen": listen, "metrics": metrics, "state_dir": state_dir, "policy": policy}
    flags["processes"] = processes
    serve(Origin.of(config, os.environ, flags), takeover=takeover)


@app.command()
def reload(
    timeout: Annotated[float, typer.Option(help="How many seconds to wait for the outcome.")] = 240,
    json: AsJson = False,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Have the running proxy read its files again, and tell what changed. Exit code 1: refused, 2: error."""
    from proxy.cli.reload import reload

    raise typer.Exit(reload(load_config(config, state_dir=state_dir).state_dir, timeout, as_json=json))


@app.command()
def scan(
    paths: Annotated[list[str] | None, typer.Argument(help="Files or folders; - reads standard input.")] = None,
    format: Annotated[str, typer.Option(help="text, json or sarif.")] = "text",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a line in, one out.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Tell what made each finding, and its score.")] = False,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Find sensitive values in files or text. Exit code 0: none, 1: findings, 2: error."""
    from proxy.cli.scan import scan_jsonl, scan_paths

    loaded = load_config(config, state_dir=state_dir)
    if jsonl:
        raise typer.Exit(scan_jsonl(loaded, explain=explain))
    if format not in ("text", "json", "sarif"):
        raise typer.BadParameter("expected text, json or sarif", param_hint="--format")
    raise typer.Exit(scan_paths(loaded, paths or ["-"], format, explain=explain))


@app.command()
def inspect(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One request a line in, one verdict a line out.")] = True,
    config: ConfigFile = None,
    state_dir: StateDir = None,
    policy: Annotated[str | None, typer.Option(help="A policy pack's name, or a file.")] = None,
) -> None:
    """Run requests through the live proxy's own pipeline, without a network."""
    from proxy.cli.inspect import inspect_jsonl

    raise typer.Exit(inspect_jsonl(load_config(config, state_dir=state_dir, policy=policy)))


@app.command()
def setup(
    tool: Annotated[str | None, typer.Argument(help="A tool's name, or `trust`; none lists them.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write it into the tool's own files.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what --apply wrote.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    base_url: Annotated[bool, typer.Option("--base-url", help="By its base URL, without a proxy setting.")] = False,
    proxy: Annotated[
        str | None, typer.Option(help="The proxy's address, http://[NAME:PASSWORD@]HOST:PORT, or -.")
    ] = None,
    mdm: Annotated[Path | None, typer.Option("--mdm", help="Write files for a fleet of machines there.")] = None,
    platform: Annotated[str | None, typer.Option(help="linux, macos or windows, if not this machine's.")] = None,
    home: Annotated[Path | None, typer.Option(help="Another home folder.")] = None,
    ca: Annotated[Path | None, typer.Option(help="The CA certificate of a proxy on another machine.")] = None,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Lead an AI client through the proxy: tell what to set, set it, take it back."""
    from proxy.cli.setup import Wish, set_up

    wish = Wish(tool, apply, undo, yes, base_url, proxy, mdm, platform, home, ca)
    raise typer.Exit(set_up(load_config(config, state_dir=state_dir), wish))


@app.command()
def doctor(
    client: Annotated[str | None, typer.Option("--client", help="A tool's name: check its way to the proxy.")] = None,
    json: AsJson = False,
    home: Annotated[Path | None, typer.Option(help="Another home folder.")] = None,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Check this machine and the running proxy, or one client's way to it. Exit code 0: fine, 1: not, 2: error."""
    from proxy.cli.doctor import examine, examine_client

    if client is None:
        raise typer.Exit(examine(read_config(config, state_dir=state_dir), home, as_json=json))
    raise typer.Exit(examine_client(client, home, as_json=json))


@app.command()
def explain(
    reference: Annotated[str, typer.Argument(help="The reference that a message named, such as tl-ec8z43r3hz.")],
    json: Annotated[bool, typer.Option("--json", help="The records as JSON.")] = False,
    config: ConfigFile = None,
    state_dir: StateDir = None,
) -> None:
    """Tell what is on record about one request: who, where to, what was found where, and which clause decided."""
    from proxy.cli.explain import explain

    raise typer.Exit(explain(load_config(config, state_dir=state_dir), reference, as_json=json))


@app.command()
def version() -> None:
    """Print the version."""
    from proxy import __version__

    typer.echo(f"tightlip {__version__}")


@config.command("check")
def config_check(config: ConfigFile = None) -> None:
    """Read configuration, policy, vendors and rules, and say what is wrong with them."""
    import os

    from proxy.cli.admin import check_config
    from proxy.config import Origin

    check_config(load_config(config), Origin.of(config, os.environ, {}).place)


@ca.command("path")
def ca_path(config: ConfigFile = None, state_dir: StateDir = None) -> None:
    """Print the path of the CA certificate, made now if there is none."""
    from proxy.cli.admin import print_ca_path

    print_ca_path(load_config(config, state_dir=state_dir))


@ca.command("show")
def ca_show(config: ConfigFile = None, state_dir: StateDir = None) -> None:
    """Show the CA certificate's name, fingerprint, validity and name constraints."""
    from proxy.cli.admin import show_ca

    show_ca(load_config(config, state_dir=state_dir))


@ca.command("rotate")
def ca_rotate(config: ConfigFile = None, state_dir: StateDir = None) -> None:
    """Make a new CA; the old one is kept beside it and stays in the bundle for a time."""
    from proxy.cli.admin import rotate_ca

    rotate_ca(load_config(config, state_dir=state_dir))


@users.command("add")
def users_add(
    name: str,
    group: Annotated[list[str] | None, typer.Option(help="A group the user is in; may be repeated.")] = None,
    role: Annotated[list[str] | None, typer.Option(help="A role the user has; may be repeated.")] = None,
    config: ConfigFile = None,
) -> None:
    """Add a user. The password is asked for, or read from standard input; to change it, remove the user first."""
    from proxy.cli.users import add_user

    add_user(load_config(config), name, group or [], role or [])


@users.command("train")
def users_train(
    name: str,
    course: Annotated[str, typer.Argument(help="The course, by the name that policy asks for.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Its last day, by UTC.")],
    config: ConfigFile = None,
) -> None:
    """Note that a user completed a training, and until when it counts."""
    from proxy.cli.users import train_user

    train_user(load_config(config), name, course, until.date())


@users.command("list")
def users_list(config: ConfigFile = None) -> None:
    """List the users with their groups, roles and training."""
    from proxy.cli.users import list_users

    list_users(load_config(config))


@users.command("remove")
def users_remove(name: str, config: ConfigFile = None) -> None:
    """Remove a user."""
    from proxy.cli.users import remove_user

    remove_user(load_config(config), name)
