"""The groups file: who is in what, and every mistake with its line."""

from pathlib import Path

import pytest

from proxy.configfile import ConfigError
from proxy.groupfile import NO_GROUPS, load_groups, unknown_members
from proxy.userfile import User

ADA = User("ada", "", groups=("own",), roles=("lead",))


def written(folder: Path, text: str) -> Path:
    path = folder / "groups.yaml"
    path.write_text(text)
    return path


def test_groups_of_both_files_count(tmp_path: Path) -> None:
    groups = load_groups(written(tmp_path, "groups: {payments: [ada, bob], other: [bob]}\nroles: {security: [ada]}\n"))
    assert groups.groups_of(ADA) == {"own", "payments"}
    assert groups.roles_of(ADA) == {"lead", "security"}
    assert NO_GROUPS.groups_of(ADA) == {"own"}


def test_a_member_who_is_no_user_is_told_with_the_line(tmp_path: Path) -> None:
    path = written(tmp_path, "groups:\n  payments: [ada, adda]\n")
    assert unknown_members(load_groups(path), [ADA]) == [f"{path}:2: expected a user's name, found adda"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: expected the keys `groups` and `roles`"),
        ("people: {}", ":1: expected the keys `groups` and `roles`"),
        ("groups: [ada]", ":1: groups: expected names"),
        ("groups:\n  payments: ada", ":2: groups.payments: expected a list of users"),
        ("groups: {}\nroles:\n  security: [1]", ":3: roles.security: expected a list of users"),
        ("roles:\n  two words: [ada]", ":2: roles.two words: expected a list of users"),
        ("groups: {a: [x], a: [y]}", ":1: expected YAML, found"),
        ("groups: {", "expected YAML, found"),
        ("\x00", ":1: expected YAML"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_groups(written(tmp_path, text))
    assert said in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a groups file"):
        load_groups(tmp_path / "absent.yaml")
