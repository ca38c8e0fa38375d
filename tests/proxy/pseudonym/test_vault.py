"""The vault: what was kept comes back, to its user alone, and the file tells nothing to whoever has no key."""

import sqlite3
import stat
from pathlib import Path

import pytest

from proxy.pseudonym.pseudonymiser import Pseudonym
from proxy.pseudonym.vault import DAY_SECONDS, Vault, VaultLimits
from proxy.restore import Pair

KEY, OTHER_KEY = b"v" * 32, b"w" * 32
ONE = Pseudonym("person-00000001@example.com", "jane.roe" + "@contoso.com", True)
PAIR = Pair(ONE.surrogate, ONE.value)
TWO = Pseudonym("AKIAQR6RZRAEDEXAMPLE", "a secret", False)


class Clock:
    def __init__(self) -> None:
        self.day = 20_000

    def __call__(self) -> float:
        return self.day * DAY_SECONDS + 5.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "vault.db"


def test_what_was_kept_is_there_after_a_restart(file: Path) -> None:
    vault = Vault(file, KEY)
    assert vault.remember("ann", "openai", [ONE, TWO])
    vault.close()
    again = Vault(file, KEY)
    assert again.known("ann", "openai").values == {ONE.surrogate: ONE.value, TWO.surrogate: TWO.value}
    assert again.pairs("ann", "openai") == [PAIR]
    again.close()


@pytest.mark.parametrize(
    ("user", "vendor"), [("bob", "openai"), ("ann", "anthropic"), ("annopenai", ""), ("", "annopenai")]
)
@pytest.mark.parametrize("restarted", [False, True])
def test_nobody_gets_what_another_was_given(file: Path, user: str, vendor: str, restarted: bool) -> None:
    vault = Vault(file, KEY)
    vault.remember("ann", "openai", [ONE])
    if restarted:
        vault.close()
        vault = Vault(file, KEY)
    assert vault.pairs(user, vendor) == []
    assert vault.known(user, vendor).values == {}
    vault.close()


def test_the_file_tells_nothing(file: Path) -> None:
    vault = Vault(file, KEY)
    vault.remember("ann-with-a-name", "openai", [ONE, TWO])
    vault.close()
    content = b"".join(path.read_bytes() for path in file.parent.iterdir())
    for text in (ONE.surrogate, ONE.value, TWO.surrogate, TWO.value, "ann-with-a-name", "openai"):
        assert text.encode() not in content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_another_key_opens_nothing(file: Path) -> None:
    vault = Vault(file, KEY)
    vault.remember("ann", "openai", [ONE])
    vault.close()
    other = Vault(file, OTHER_KEY)
    assert other.pairs("ann", "openai") == []
    other.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE pseudonym SET box = zeroblob(60)",
        "UPDATE pseudonym SET box = (SELECT max(box) FROM pseudonym)",
        "UPDATE pseudonym SET name = randomblob(16)",
        "UPDATE pseudonym SET box = x''",
    ],
    ids=["content", "exchanged", "renamed", "empty"],
)
def test_rows_that_were_tampered_with_are_none(file: Path, change: str) -> None:
    vault = Vault(file, KEY)
    vault.remember("ann", "openai", [ONE, Pseudonym("other", "another", True)])
    vault.close()
    with sqlite3.connect(file) as connection:
        connection.execute(change)
    again = Vault(file, KEY)
    assert len(again.pairs("ann", "openai")) <= 1
    assert {one.surrogate: one.value for one in again.pairs("ann", "openai")}.items() <= {
        (ONE.surrogate, ONE.value),
        ("other", "another"),
    }
    again.close()


def test_a_stand_in_is_never_given_a_second_value(file: Path) -> None:
    vault = Vault(file, KEY)
    assert vault.remember("ann", "openai", [ONE])
    assert not vault.remember("ann", "openai", [TWO, Pseudonym(ONE.surrogate, "another", True)])
    assert vault.pairs("ann", "openai") == [PAIR]
    assert TWO.surrogate not in vault.known("ann", "openai").values
    assert vault.remember("ann", "openai", [ONE])
    vault.close()


def test_what_is_not_used_is_forgotten(file: Path) -> None:
    clock = Clock()
    vault = Vault(file, KEY, VaultLimits(days=3), clock)
    vault.remember("ann", "openai", [ONE, TWO])
    clock.day += 3
    vault.remember("ann", "openai", [TWO])
    vault.close()
    clock.day += 1
    vault = Vault(file, KEY, VaultLimits(days=3), clock)
    assert set(vault.known("ann", "openai").values) == {TWO.surrogate}
    vault.remember("bob", "openai", [ONE])
    vault.close()
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT COUNT(*) FROM pseudonym").fetchone() == (2,)


def test_a_user_has_so_many_and_all_together_so_many(file: Path) -> None:
    vault = Vault(file, KEY, VaultLimits(entries=5, total=8))
    many = [Pseudonym(f"s{n}", f"v{n}", True) for n in range(20)]
    for one in many:
        vault.remember("ann", "openai", [one])
    assert vault.pairs("ann", "openai") == [Pair(one.surrogate, one.value) for one in many[-5:]]
    vault.close()
    with sqlite3.connect(file) as connection:
        (count,) = connection.execute("SELECT COUNT(*) FROM pseudonym").fetchone()
    assert count <= 20
    again = Vault(file, KEY, VaultLimits(entries=5, total=8))
    assert len(again.pairs("ann", "openai")) == 5
    again.close()


def test_a_damaged_file_is_put_aside(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"this is no database" * 100)
    vault = Vault(file, KEY)
    assert vault.remember("ann", "openai", [ONE])
    vault.close()
    assert file.with_suffix(".damaged").exists()
    again = Vault(file, KEY)
    assert again.pairs("ann", "openai") == [PAIR]
    again.close()


def test_without_a_file_nothing_is_written(tmp_path: Path) -> None:
    vault = Vault(None, KEY)
    vault.remember("ann", "openai", [ONE])
    assert vault.pairs("ann", "openai") == [PAIR]
    vault.close()
    assert list(tmp_path.iterdir()) == []


def test_what_is_made_of_the_entries_is_made_once_for_each_change(file: Path) -> None:
    vault = Vault(file, KEY)
    assert vault.lexicon("ann", "openai") is None
    vault.remember("ann", "openai", [ONE])
    first = vault.lexicon("ann", "openai")
    known = vault.known("ann", "openai")
    vault.remember("ann", "openai", [ONE])
    assert first is not None
    assert vault.lexicon("ann", "openai") is first
    assert vault.known("ann", "openai") is known
    vault.remember("ann", "openai", [Pseudonym("another", "value", True)])
    assert vault.lexicon("ann", "openai") is not first
    assert set(vault.known("ann", "openai").values) == {ONE.surrogate, "another"}
    vault.close()
