"""The groups file: who is in which group and has which role, kept apart from the passwords. Read as a whole.

groups:
  payments: [ada, grace]
roles:
  security: [ada]
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from proxy.configfile import ConfigError
from proxy.userfile import NAME, NAME_RULE, User
from proxy.yamlreader import load

_KEYS: Final = ("groups", "roles")

Members = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Groups:
    """The members of each group and role. `places` maps a member to the line that first names it, for `check`."""

    groups: Members = field(default_factory=dict)
    roles: Members = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    def groups_of(self, user: User) -> frozenset[str]:
        return frozenset(user.groups) | _holding(self.groups, user.name)

    def roles_of(self, user: User) -> frozenset[str]:
        return frozenset(user.roles) | _holding(self.roles, user.name)


NO_GROUPS: Final = Groups()


def load_groups(path: Path) -> Groups:
    """What the file says. `ConfigError` lists everything that is wrong with it, each with its line."""
    try:
        tree = load(path.read_text(encoding="utf-8"))
    except OSError as err:
        raise ConfigError(f"{path}: expected a groups file, found: {err.strerror}") from err
    except MarkedYAMLError as err:
        line = err.problem_mark.line + 1 if err.problem_mark else 1
        raise ConfigError(f"{path}:{line}: expected YAML, found: {err.problem or err.context}") from None
    except (YAMLError, UnicodeDecodeError):
        raise ConfigError(f"{path}:1: expected YAML, found something else") from None
    if not isinstance(tree, CommentedMap) or not set(tree) <= set(_KEYS):
        raise ConfigError(f"{path}:1: expected the keys `groups` and `roles`, each with names and their members")
    problems: list[str] = []
    places: dict[str, str] = {}
    groups, roles = (_members(path, tree, key, problems, places) for key in _KEYS)
    if problems:
        raise ConfigError(*problems)
    return Groups(groups, roles, places)


def unknown_members(groups: Groups, users: Iterable[User]) -> list[str]:
    """A problem for each member that is no user: perhaps misspelt, and so in no group at all."""
    names = {user.name for user in users}
    return [
        f"{place}: expected a user's name, found {member}"
        for member, place in groups.places.items()
        if member not in names
    ]


def _members(path: Path, tree: CommentedMap, key: str, problems: list[str], places: dict[str, str]) -> Members:
    section = tree.get(key)
    if section is None:
        return {}
    if not isinstance(section, CommentedMap):
        problems.append(f"{path}:{tree.lc.key(key)[0] + 1}: {key}: expected names, each with a list of members")
        return {}
    found: dict[str, frozenset[str]] = {}
    for name, members in section.items():
        place = f"{path}:{section.lc.key(name)[0] + 1}"
        if not _is_name(name) or not isinstance(members, list) or not all(map(_is_name, members)):
            problems.append(f"{place}: {key}.{name}: expected a list of users, names of {NAME_RULE}")
            continue
        found[str(name)] = frozenset(members)
        places.update((member, place) for member in members if member not in places)
    return found


def _is_name(value: object) -> bool:
    return isinstance(value, str) and NAME.fullmatch(value) is not None


def _holding(members: Members, name: str) -> frozenset[str]:
    return frozenset(group for group, names in members.items() if name in names)
