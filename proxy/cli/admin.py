"""The operator's small commands: configuration and CA. Printing only."""

from collections.abc import Callable
from datetime import UTC, datetime

from proxy import ca as authority
from proxy import userfile
from proxy.cabundle import write_bundle
from proxy.cli.actor import known_groups
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.groupfile import load_groups, unknown_members
from proxy.key import installation_key
from proxy.naming import vocabulary_of
from proxy.policy import Policy, load_policy
from proxy.policy.check import expired
from proxy.setting import allow_files, catalogue_of, domains_of, finder_of, policy_folder, rules_of
from proxy.waiver.load import Names, WaiverFiles, load_waivers
from proxy.waiver.store import exceptions_file
from proxy.wording import load_wording


def check_config(config: Config, place: Callable[..., str]) -> None:
    """Loads everything that the proxy would; a mistake in any of it is raised with its file and line.

    `place` tells where a key's value stands.
    """
    known = vocabulary_of(config)
    policy = load_policy(config.policy, policy_folder(), known)
    catalogue = catalogue_of(config)
    rules = rules_of(config)
    for line in expired(policy, datetime.now(UTC)):
        print(line)
    load_wording(config.language)
    _check_users(config)
    _check_waivers(config, policy, Names({rule.id for rule in rules.findable}, known.vendors, known_groups(config)))
    finder_of(config.names.model, rules.names, place("names", "model"))
    print(
        f"policy {policy.id}, {len(rules.rules)} rules, {len(catalogue.vendors)} vendors, state in {config.state_dir}"
    )


def ensure_ca(config: Config) -> authority.CA:
    """The CA in use, made now if there is none, with the bundle beside it up to date."""
    now = datetime.now(UTC)
    made = authority.ensure(config.state_dir, domains_of(config, catalogue_of(config)), now)
    write_bundle(config.state_dir, now, config.upstream.ca_file)
    return made


def print_ca_path(config: Config) -> None:
    print(ensure_ca(config).path)


def show_ca(config: Config) -> None:
    made = ensure_ca(config)
    now = datetime.now(UTC)
    print(f"file         {made.path}")
    print(f"subject      {made.certificate.subject.rfc4514_string()}")
    print(f"sha-256      {made.fingerprint}")
    print(f"valid until  {made.not_after:%Y-%m-%d} ({made.days_left(now)} days left)")
    print(f"can sign for {', '.join(made.domains)}")


def rotate_ca(config: Config) -> None:
    now = datetime.now(UTC)
    made = authority.rotate(config.state_dir, domains_of(config, catalogue_of(config)), now)
    bundle = write_bundle(config.state_dir, now, config.upstream.ca_file)
    print(f"new CA {made.path} (SHA-256 {made.fingerprint})")
    print(f"{bundle} holds the old one too for a while: hand it out, then restart the proxy.")


def _check_waivers(config: Config, policy: Policy, names: Names) -> None:
    """Exceptions, where there are any, and allowlists."""
    exceptions = exceptions_file(config.state_dir)
    exists = exceptions.exists()
    key = installation_key(config.state_dir) if exists else b""
    files = WaiverFiles(exceptions if exists else None, allow_files(config))
    load_waivers(files, key, policy.exceptions, datetime.now(UTC), names)


def _check_users(config: Config) -> None:
    """The users file and the groups file, each by itself, and that whoever is in a group is a user."""
    users = userfile.load_users(config.users) if config.users else ()
    if config.groups and (unknown := unknown_members(load_groups(config.groups), users)):
        raise ConfigError(*unknown)
