"""`tightlip bundle`: names, flags and help."""

from pathlib import Path
from typing import Annotated

import typer

from proxy.cli.option import AsJson, ConfigFile, load_config

bundle = typer.Typer(help="Rules and policy in one file that people sign.", no_args_is_help=True)
key = typer.Typer(help="Keys of those who sign.", no_args_is_help=True)
bundle.add_typer(key, name="key")

BundleFile = Annotated[Path, typer.Argument(help="The bundle.")]


@bundle.command("build")
def build(
    out: Annotated[Path, typer.Option("-o", "--out", help="The bundle to write, such as acme.tlb.")],
    folder: Annotated[
        Path | None, typer.Argument(help="A folder with policy.yaml, rules/ and so on (default: the configuration's).")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Its name (default: the file's).")] = None,
    serial: Annotated[int | None, typer.Option(help="Higher than all before (default: the time of creation).")] = None,
    created: Annotated[str | None, typer.Option(help="The time of creation (default: now).")] = None,
    starts: Annotated[str | None, typer.Option(help="From when on it is valid (default: its creation).")] = None,
    expires: Annotated[str | None, typer.Option(help="When its validity ends (default: a year later).")] = None,
    signatures: Annotated[int | None, typer.Option(help="How many people must sign it.")] = None,
    tests: Annotated[
        Path | None, typer.Option(help="Tests of the policy that must pass (default: tests/ in the folder).")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Pack everything that decides into one file, once the proxy would take it. Exit code 1: it would not."""
    from proxy.cli.bundle import build_bundle

    given = {"name": name, "serial": serial, "created": created, "starts": starts, "expires": expires}
    source = folder or load_config(config)
    raise typer.Exit(build_bundle(source, out, {**given, "signatures": signatures, "tests": tests}))


@key.command("new")
def key_new(
    file: Annotated[Path, typer.Argument(help="Where to put the private key.")],
    person: Annotated[str, typer.Option("--as", help="Whose it is: the name in trust files.")],
    days: Annotated[int, typer.Option(help="How long it is to be trusted.", min=1)] = 365,
    passphrase: Annotated[bool, typer.Option("--passphrase", help="Ask for one to encrypt it with.")] = False,
) -> None:
    """Make a key to sign with, and print its lines for trust files."""
    from proxy.cli.bundle import new_key

    new_key(file, person, days, encrypt=passphrase)


@bundle.command("sign")
def sign(
    file: BundleFile,
    key: Annotated[Path, typer.Option("--key", help="Your private key.")],
    person: Annotated[str, typer.Option("--as", help="Your name, as trust files have it.")],
) -> None:
    """Add your signature to a bundle."""
    from proxy.cli.bundle import sign_bundle

    sign_bundle(file, key, person)


@bundle.command("verify")
def verify(
    file: BundleFile,
    trust: Annotated[Path, typer.Option("--trust", help="The trust file: keys and whose they are.")],
    signatures: Annotated[int, typer.Option(help="How many people must have signed.", min=1)] = 1,
) -> None:
    """Tell whether a bundle is whole, valid now and signed by enough trusted people. Exit code 1: not."""
    from proxy.cli.bundle import verify_bundle

    raise typer.Exit(verify_bundle(file, trust, signatures))


@bundle.command("show")
def show(file: BundleFile, json: AsJson = False) -> None:
    """Show what a bundle says of itself, proven by nothing but its own digests."""
    from proxy.cli.bundle import show_bundle

    show_bundle(file, as_json=json)


@bundle.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="The one before.")],
    new: Annotated[Path, typer.Argument(help="The one after.")],
    json: AsJson = False,
) -> None:
    """Tell which rules, clauses, vendors and entries differ between two bundles. Exit code 1: some do."""
    from proxy.cli.bundle import compare_bundles

    raise typer.Exit(compare_bundles(old, new, as_json=json))
