"""`tightlip users`: who may use the proxy. Printing only.

Apart from the other small commands, whose imports are slow and of no use to these.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from proxy import userfile
from proxy.cli.prompt import ask_secret
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.groupfile import NO_GROUPS, load_groups
from proxy.key import installation_key
from proxy.userhash import hashing_key, user_hash


def add_user(config: Config, name: str, groups: Sequence[str], roles: Sequence[str]) -> None:
    file = _users_file(config)
    userfile.add_user(file, name, ask_secret("Password", twice=True), groups, roles)
    print(f"{name} can use the proxy now; see `tightlip users list`")


def train_user(config: Config, name: str, course: str, until: date) -> None:
    userfile.train_user(_users_file(config), name, course, until)
    print(f"{name} counts as trained in {course} up to and with {until}")


def list_users(config: Config) -> None:
    """One line a user: the name, then `group`, `role` and `training` with what belongs to each.

    Where metrics show a hash of the name, it is told as well.
    """
    groups = load_groups(config.groups) if config.groups else NO_GROUPS
    for user in userfile.load_users(_users_file(config)):
        lists = {
            "groups": sorted(groups.groups_of(user)),
            "roles": sorted(groups.roles_of(user)),
            "training": [f"{course} until {until}" for course, until in user.training],
        }
        if config.metrics_users == "hashed":
            lists["in metrics"] = [user_hash(user.name, hashing_key(installation_key(config.state_dir)))]
        print(user.name, *(f"{kind}: {', '.join(names)}" for kind, names in lists.items() if names), sep="  ")


def remove_user(config: Config, name: str) -> None:
    userfile.remove_user(_users_file(config), name)


def _users_file(config: Config) -> Path:
    if config.users is None:
        raise ConfigError("users: expected the path of the users file in the configuration, found none")
    return config.users
