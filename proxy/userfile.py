"""The users file: who may use the proxy, with argon2id hashes. Read, checked and replaced as a whole.

users:
  - name: ada
    hash: $argon2id$...
    groups: [research]
    roles: [maintainer]
    training: {pci-basics: 2027-06-30}
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from proxy.ca import write_file
from proxy.configfile import ConfigError
from proxy.profile import Training
from proxy.yamlreader import load

PASSWORD_CHARS = 8  # NIST SP 800-63B's floor
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
"""Of users, groups, roles and courses."""

NAME_RULE = "letters, digits and ._@+-"
_KEYS = {"name", "hash", "groups", "roles", "training"}


@dataclass(frozen=True, slots=True)
class User:
    """One line of the file. The hash is in no repr."""

    name: str
    hash: str = field(repr=False)
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    training: Training = ()


def load_users(path: Path) -> tuple[User, ...]:
    """All users, in the file's order. `ConfigError` names what is wrong, and never quotes a hash."""
    try:
        if path.stat().st_mode & 0o022:
            raise ConfigError(f"{path}: expected a file only its owner can write; run `chmod 600 {path}`")
        tree = load(path.read_text(encoding="utf-8"))
    except OSError as err:
        raise ConfigError(
            f"{path}: expected a users file, found: {err.strerror}; `tightlip users add` makes one"
        ) from err
    except (YAMLError, UnicodeDecodeError):
        raise ConfigError(f"{path}: expected YAML, found something else") from None
    if not isinstance(tree, dict) or set(tree) != {"users"} or not isinstance(tree["users"], list | None):
        raise ConfigError(f"{path}: expected the one key `users` with a list")
    entries = tree["users"] or []
    users = tuple(_parse_user(f"{path}:{_line(entries, n)}: user {n + 1}", entry) for n, entry in enumerate(entries))
    names = [user.name for user in users]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise ConfigError(f"{path}: expected every name once, found {', '.join(twice)} twice")
    return users


def add_user(
    path: Path, name: str, password: str, groups: Sequence[str] = (), roles: Sequence[str] = (), training: Training = ()
) -> None:
    """Add a user; `ConfigError` when the name is taken or not a name, or the password is too short."""
    for given in (name, *groups, *roles):
        if not NAME.fullmatch(given):
            raise ConfigError(f"{path}: expected a name of {NAME_RULE}, found {given!r}")
    if len(password) < PASSWORD_CHARS:
        raise ConfigError(f"{path}: expected a password of {PASSWORD_CHARS} characters or more")
    users = load_users(path) if path.exists() else ()
    if any(user.name == name for user in users):
        raise ConfigError(f"{path}: expected a new name, found {name}; remove that user first")
    _write_users(path, (*users, User(name, PasswordHasher().hash(password), tuple(groups), tuple(roles), training)))


def remove_user(path: Path, name: str) -> None:
    """Remove a user; `ConfigError` when there is none of that name."""
    users = load_users(path)
    gone = _named(path, users, name)
    _write_users(path, [user for user in users if user is not gone])


def train_user(path: Path, name: str, course: str, until: date) -> None:
    """Note that a user completed a course, which counts up to and with the day `until`; an earlier note is replaced."""
    if not NAME.fullmatch(course):
        raise ConfigError(f"{path}: expected a course of {NAME_RULE}, found {course!r}")
    users = load_users(path)
    trained = _named(path, users, name)
    training = tuple(sorted({**dict(trained.training), course: until}.items()))
    _write_users(path, [replace(user, training=training) if user is trained else user for user in users])


def _named(path: Path, users: Sequence[User], name: str) -> User:
    for user in users:
        if user.name == name:
            return user
    raise ConfigError(f"{path}: expected a user of that name, found no {name!r}")


def _line(entries: object, index: int) -> int:
    marks = getattr(entries, "lc", None)
    return int(marks.item(index)[0]) + 1 if marks is not None else 1


def _parse_user(where: str, entry: object) -> User:
    if not isinstance(entry, dict) or not {"name", "hash"} <= set(entry) <= _KEYS:
        raise ConfigError(f"{where}: expected the keys name, hash and perhaps groups, roles, training")
    name, hashed = entry["name"], entry["hash"]
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ConfigError(f"{where}: expected a name of {NAME_RULE}, found {name!r}")
    if not isinstance(hashed, str) or not _is_argon2id(hashed):
        raise ConfigError(f"{where}: expected an argon2id hash as `tightlip users add` writes it")
    groups, roles = (_parse_names(where, kind, entry.get(kind)) for kind in ("groups", "roles"))
    return User(name, hashed, groups, roles, _parse_training(where, entry.get("training")))


def _parse_names(where: str, kind: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(name, str) and NAME.fullmatch(name) for name in value):
        raise ConfigError(f"{where}: expected a list of {kind}, names of {NAME_RULE}")
    return tuple(value)


def _parse_training(where: str, value: object) -> Training:
    if value is None:
        return ()
    if not isinstance(value, dict) or not all(_is_course(course, until) for course, until in value.items()):
        raise ConfigError(f"{where}: expected training as a mapping, each course with its last day: 2027-06-30")
    return tuple(sorted(value.items()))


def _is_course(course: object, until: object) -> bool:
    named = isinstance(course, str) and NAME.fullmatch(course) is not None
    return named and isinstance(until, date) and not isinstance(until, datetime)


def _is_argon2id(hashed: str) -> bool:
    try:
        return extract_parameters(hashed).type is Type.ID
    except InvalidHashError:
        return False


def _write_users(path: Path, users: Sequence[User]) -> None:
    text = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.width = 4096
    yaml.dump({"users": [_entry(user) for user in users]}, text)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, text.getvalue().encode(), 0o600)
    except OSError as err:
        raise ConfigError(f"{path}: expected a writable file, found: {err.strerror}") from err


def _entry(user: User) -> dict[str, object]:
    more = {"groups": list(user.groups), "roles": list(user.roles), "training": dict(user.training)}
    return {"name": user.name, "hash": user.hash} | {key: value for key, value in more.items() if value}
