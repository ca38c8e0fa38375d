"""The doctor on what decides: bundle, policy, rules, people, agreements, exceptions, and the candidate beside them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from detectors import RuleError, load_rules
from proxy.bundle.force import InForce, in_force
from proxy.cli.finding import Check, Level
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.groupfile import load_groups, unknown_members
from proxy.key import stored_key
from proxy.policy import PolicyError, load_policy
from proxy.setting import catalogue_of, policy_folder
from proxy.userfile import load_users
from proxy.vendor import CatalogueError
from proxy.waiver.exception import State
from proxy.waiver.store import exceptions_file, read_exceptions

_WARN_DAYS: Final = 30
_SOON: Final = timedelta(days=7)
_SHOWN: Final = 5


def bundle(in_use: InForce) -> Iterator[Check]:
    bundle = in_use.bundle
    if bundle is None:
        return
    days = (bundle.expires - datetime.now(UTC)).days
    signers = f"signed by {', '.join(bundle.signers)}" if bundle.signers else "its signatures are not asked for"
    told = f"{bundle.which.name}, serial {bundle.which.serial}, {signers}, valid for {days} days"
    advice = "Build and sign the next one: without, the proxy won't start." if days < _WARN_DAYS else ""
    yield Check("policy bundle", Level.WARN if advice else Level.GOOD, told, advice)


def policy(config: Config) -> Iterator[Check]:
    try:
        loaded = load_policy(config.policy, policy_folder())
        catalogue = catalogue_of(config)
    except (PolicyError, CatalogueError) as err:
        yield Check("policy", Level.FAIL, str(err), "Mend the file; tightlip config check tells all of it.")
        return
    yield Check("policy", Level.GOOD, f"{loaded.id}, {len(catalogue.vendors)} vendors")


def rules(config: Config) -> Iterator[Check]:
    """Those of one's own. The shipped ones are proved by the running proxy's readiness."""
    if not config.rules:
        return
    try:
        count = len(load_rules(config.rules).rules)
    except RuleError as err:
        yield Check("rules", Level.FAIL, str(err), "Mend the file; tightlip rules check tells all of it.")
        return
    yield Check("rules", Level.GOOD, f"{count} of your own can be read")


def people(config: Config) -> Iterator[Check]:
    """The users file and the groups file."""
    if config.users is None:
        return
    try:
        users = load_users(config.users)
        unknown = unknown_members(load_groups(config.groups), users) if config.groups else []
        mode = config.users.stat().st_mode & 0o777
    except (ConfigError, OSError) as err:
        yield Check("users", Level.FAIL, str(err), "Mend the file: nobody can be let in by it.")
        return
    if unknown:
        yield Check("users", Level.FAIL, "; ".join(unknown), "Add the user, or take the name out of the group.")
    elif mode & 0o077:
        yield Check("users", Level.WARN, f"others may read {config.users}", f"chmod 600 {config.users}")
    elif not users:
        yield Check("users", Level.WARN, "there is no user: nobody gets through", "tightlip users add NAME")
    else:
        yield Check("users", Level.GOOD, f"{len(users)} users")


def agreements(config: Config) -> Iterator[Check]:
    """What of the registry somebody has to see to. A mistake in it is told by the policy's check."""
    if config.registry is None:
        return
    try:
        vendors = catalogue_of(config).vendors
    except CatalogueError:
        return
    now = datetime.now(UTC)
    due = [f"{vendor.id}: {what}" for vendor in vendors for what in vendor.due(now)]
    if due:
        yield Check("registry", Level.WARN, _some(due), "Renew what ends; tightlip vendors list --due tells all.")
    else:
        yield Check("registry", Level.GOOD, "no agreement or review is due within 30 days")


def exceptions(config: Config) -> Iterator[Check]:
    """Exceptions that end within a week, and those that wait for somebody."""
    file, key = exceptions_file(config.state_dir), config.state_dir / "key"
    if not file.exists() or not key.exists():
        return
    try:
        found = read_exceptions(file, stored_key(key)).all
    except ConfigError as err:
        yield Check("exceptions", Level.FAIL, str(err), "Put the file back from the backup: no reload takes this one.")
        return
    now = datetime.now(UTC)
    ending = [one.id for one in found if one.state(now) is State.APPROVED and one.until - now < _SOON]
    pending = [one.id for one in found if one.state(now) is State.PENDING]
    if ending:
        advice = "Who still needs it asks anew: tightlip exception show ID tells who."
        yield Check("exceptions", Level.WARN, f"end within a week: {_some(ending)}", advice)
    if pending:
        yield Check("exceptions", Level.WARN, f"wait for approval: {_some(pending)}", "tightlip exception approve ID")
    if not ending and not pending:
        standing = sum(one.state(now) is State.APPROVED for one in found)
        yield Check("exceptions", Level.GOOD, f"{standing} in force, none ends within a week")


def candidate(config: Config) -> Iterator[Check]:
    """The candidate of `shadow`: it is not judged by when it can't be read, and nobody would notice."""
    beside = config.candidate
    if beside is None:
        return
    try:
        beside = in_force(beside).config
        loaded = load_policy(beside.policy, policy_folder())
    except (ConfigError, PolicyError) as err:
        yield Check("shadow", Level.WARN, str(err), "Mend it: it judges nothing until then.")
        return
    yield Check("shadow", Level.GOOD, f"candidate {loaded.id}; tightlip shadow report tells what it would do")


def _some(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
