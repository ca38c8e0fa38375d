"""Who runs a command that changes what is decided: a user who proved it by password, or else the login of the system.

With a users file only a user will do, so that the one who asks and the one who approves can be told apart even where
both reach the machine by the same login.
"""

import os
import pwd
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from proxy.cli.prompt import ask_secret
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.groupfile import NO_GROUPS, Groups, load_groups
from proxy.userfile import load_users

_LOGIN: Final = Path("/proc/self/loginuid")
_NO_LOGIN: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Actor:
    """`roles` are those and the groups of a user; a login of the system has none."""

    name: str
    roles: frozenset[str] = frozenset()

    def must_have(self, role: str | None, to: str) -> None:
        """Raises ConfigError without the role that the policy wants for something."""
        if role is not None and role not in self.roles:
            raise ConfigError(f"{self.name}: expected the role or group {role}, which the policy wants to {to}")


def identify(config: Config, name: str | None) -> Actor:
    """Who acts. Raises ConfigError for who can't prove it; a password is asked for, or read from standard input."""
    if config.users is None:
        if name is not None:
            raise ConfigError("--as: expected `users` in the configuration, naming a users file")
        return Actor(_login())
    if name is None:
        raise ConfigError("--as: expected a user's name, since the configuration has `users`")
    user = next((one for one in load_users(config.users) if one.name == name), None)
    password = ask_secret(f"Password of {name}")
    try:
        PasswordHasher().verify(user.hash if user else PasswordHasher().hash("nobody's"), password)
    except (Argon2Error, InvalidHashError):
        user = None
    if user is None:
        raise ConfigError(f"--as {name}: expected a user of {config.users} and the right password")
    groups = _groups(config)
    return Actor(user.name, groups.groups_of(user) | groups.roles_of(user))


def known_groups(config: Config) -> Collection[str] | None:
    """Every group that a user is in, or None without a users file."""
    groups = _groups(config)
    users = load_users(config.users) if config.users else ()
    return {group for user in users for group in groups.groups_of(user)} if config.users else None


def known_users(config: Config) -> Collection[str] | None:
    return {user.name for user in load_users(config.users)} if config.users else None


def _groups(config: Config) -> Groups:
    return load_groups(config.groups) if config.groups else NO_GROUPS


def _login() -> str:
    """The name of who logged in, where the kernel keeps that whatever `sudo` does; or else of the process's user."""
    number = os.getuid()
    try:
        logged_in = int(_LOGIN.read_text())
        number = logged_in if logged_in != _NO_LOGIN else number
    except (OSError, ValueError):
        pass
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid-{number}"
