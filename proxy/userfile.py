"""The users file: who may use the proxy, with argon2id hashes. Read, checked and replaced as a whole.

users:
  - name: ada
    hash: $argon2id$...
    groups: [research]
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from proxy.ca import write_file
from proxy.configfile import ConfigError

PASSWORD_CHARS = 8  # NIST SP 800-63B's floor
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
_KEYS = {"name", "hash", "groups"}


@dataclass(frozen=True, slots=True)
class User:
    """One line of the file. The hash is in no repr."""

    name: str
    hash: str = field(repr=False)
    groups: tuple[str, ...] = ()


def load_users(path: Path) -> tuple[User, ...]:
    """All users, in the file's order. `ConfigError` names what is wrong, and never quotes a hash."""
    try:
        if path.stat().st_mode & 0o022:
            raise ConfigError(f"{path}: expected a file only its owner can write; run `chmod 600 {path}`")
        tree = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except OSError as err:
        raise ConfigError(
            f"{path}: expected a users file, found: {err.strerror}; `tightlip users add` makes one"
        ) from err
    except (YAMLError, UnicodeDecodeError):
        raise ConfigError(f"{path}: expected YAML, found something else") from None
    if not isinstance(tree, dict) or set(tree) != {"users"} or not isinstance(tree["users"], list | None):
        raise ConfigError(f"{path}: expected the one key `users` with a list")
    users = tuple(_parse_user(path, number, entry) for number, entry in enumerate(tree["users"] or [], 1))
    names = [user.name for user in users]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise ConfigError(f"{path}: expected every name once, found {', '.join(twice)} twice")
    return users


def add_user(path: Path, name: str, password: str, groups: Sequence[str] = ()) -> None:
    """Add a user; `ConfigError` when the name is taken or not a name, or the password is too short."""
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{path}: expected a name of letters, digits and ._@+-, found {name!r}")
    if len(password) < PASSWORD_CHARS:
        raise ConfigError(f"{path}: expected a password of {PASSWORD_CHARS} characters or more")
    users = load_users(path) if path.exists() else ()
    if any(user.name == name for user in users):
        raise ConfigError(f"{path}: expected a new name, found {name}; remove that user first")
    _write_users(path, (*users, User(name, PasswordHasher().hash(password), tuple(groups))))


def remove_user(path: Path, name: str) -> None:
    """Remove a user; `ConfigError` when there is none of that name."""
    users = load_users(path)
    left = tuple(user for user in users if user.name != name)
    if len(left) == len(users):
        raise ConfigError(f"{path}: expected a user of that name, found no {name!r}")
    _write_users(path, left)


def _parse_user(path: Path, number: int, entry: object) -> User:
    where = f"{path}: user {number}"
    if not isinstance(entry, dict) or not {"name", "hash"} <= set(entry) <= _KEYS:
        raise ConfigError(f"{where}: expected the keys name, hash and perhaps groups")
    name, hashed, groups = entry["name"], entry["hash"], entry.get("groups") or []
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigError(f"{where}: expected a name of letters, digits and ._@+-, found {name!r}")
    if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
        raise ConfigError(f"{where}: expected a list of groups")
    if not isinstance(hashed, str) or not _is_argon2id(hashed):
        raise ConfigError(f"{where}: expected an argon2id hash as `tightlip users add` writes it")
    return User(name, hashed, tuple(groups))


def _is_argon2id(hashed: str) -> bool:
    try:
        return extract_parameters(hashed).type is Type.ID
    except InvalidHashError:
        return False


def _write_users(path: Path, users: Sequence[User]) -> None:
    entries = [
        {"name": user.name, "hash": user.hash} | ({"groups": list(user.groups)} if user.groups else {})
        for user in users
    ]
    text = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.width = 4096
    yaml.dump({"users": entries}, text)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, text.getvalue().encode(), 0o600)
    except OSError as err:
        raise ConfigError(f"{path}: expected a writable file, found: {err.strerror}") from err
