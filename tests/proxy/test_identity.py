"""Users and Proxy-Authorization: who gets in, at what cost, and what is never shown."""

import asyncio
import base64
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import structlog
from argon2 import PasswordHasher, Type

from proxy import identity
from proxy.configfile import ConfigError
from proxy.identity import Authenticator, add_user, load_users, remove_user
from proxy.profile import Identity
from proxy.userfile import train_user

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher()  # here, as for all tests
DAY = date(2026, 11, 21)
ADA = Identity("ada", frozenset({"research", "ml"}), frozenset({"maintainer"}), (("pci-basics", DAY),))


@pytest.fixture
def users(tmp_path: Path) -> Path:
    path = tmp_path / "users.yaml"
    add_user(path, "ada", PASSWORD, ["research", "ml"], ["maintainer"])
    train_user(path, "ada", "pci-basics", DAY)
    add_user(path, "bob@example.com", PASSWORD + "2")
    return path


def basic(name: str, password: str, scheme: str = "Basic") -> str:
    return f"{scheme} " + base64.b64encode(f"{name}:{password}".encode()).decode()


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def proofs(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry per password really verified: whether it was right."""
    made: list[bool] = []
    whole: Callable[..., Identity | None] = identity._verify

    def verify(*args: object) -> Identity | None:
        found = whole(*args)
        made.append(found is not None)
        return found

    monkeypatch.setattr(identity, "_verify", verify)
    return made


async def test_a_right_password_proves_the_user(users: Path) -> None:
    authenticator = Authenticator(users)
    assert await authenticator.check(basic("ada", PASSWORD)) == ADA
    assert await authenticator.check(basic("ada", PASSWORD, "bAsIc")) == ADA
    assert await authenticator.check(basic("bob@example.com", PASSWORD + "2")) == Identity("bob@example.com")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic ???",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        "Bearer abc",
        "Basic \udc80",
        "Basic é",
        basic("ada", "wrong password"),
        basic("ada", ""),
        basic("Ada", PASSWORD),
        basic("eve", PASSWORD),
        basic("ada", PASSWORD) + "x" * 2000,
        basic("ada", PASSWORD + "\0"),
    ],
)
async def test_anything_else_proves_nothing_and_raises_nothing(users: Path, header: str | None) -> None:
    assert await Authenticator(users).check(header) is None


async def test_what_was_proved_is_remembered_for_five_minutes(users: Path, clock: Clock, proofs: list[bool]) -> None:
    authenticator = Authenticator(users, clock=clock)
    for _ in range(5):
        assert await authenticator.check(basic("ada", PASSWORD))
    assert proofs == [True]
    clock.now += 301
    assert await authenticator.check(basic("ada", PASSWORD))
    assert proofs == [True, True]


async def test_many_connections_at_once_hash_once(users: Path, proofs: list[bool]) -> None:
    authenticator = Authenticator(users)
    found = await asyncio.gather(*(authenticator.check(basic("ada", PASSWORD), "10.0.0.1") for _ in range(32)))
    assert {one.name for one in found if one} == {"ada"}
    assert None not in found
    assert proofs == [True]


async def test_wrong_passwords_are_limited_per_address_even_in_parallel(
    users: Path, clock: Clock, proofs: list[bool]
) -> None:
    authenticator = Authenticator(users, clock=clock)
    guesses = [authenticator.check(basic("ada", f"guess number {n}"), "10.0.0.1") for n in range(40)]
    assert set(await asyncio.gather(*guesses)) == {None}
    assert proofs == [False] * identity.FAILURES
    assert await authenticator.check(basic("ada", PASSWORD), "10.0.0.1") is None
    assert await authenticator.check(basic("ada", PASSWORD), "10.0.0.2")
    assert await authenticator.check(basic("ada", PASSWORD), "10.0.0.1"), "a header proved elsewhere needs no try"
    clock.now += 61
    assert await authenticator.check(basic("bob@example.com", PASSWORD + "2"), "10.0.0.1")


async def test_right_passwords_are_not_limited(users: Path, clock: Clock) -> None:
    authenticator = Authenticator(users, clock=clock)
    for _ in range(10):
        assert await authenticator.check(basic("ada", PASSWORD), "10.0.0.1")
        clock.now += 301  # forgotten each time, so proved each time
    assert not authenticator._peers["10.0.0.1"].failures


async def test_leaving_early_does_not_save_a_try(users: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    loop, asked, answer = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def verify(*args: object) -> None:
        loop.call_soon_threadsafe(asked.set)
        answer.wait(5)

    whole = identity._verify
    monkeypatch.setattr(identity, "_verify", verify)
    monkeypatch.setattr(identity, "THREADS", identity.FAILURES)
    authenticator = Authenticator(users, clock=clock)
    for number in range(identity.FAILURES):
        task = asyncio.ensure_future(authenticator.check(basic("ada", f"guess {number}"), "10.0.0.1"))
        await asked.wait()
        asked.clear()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    answer.set()
    monkeypatch.setattr(identity, "_verify", whole)
    assert await authenticator.check(basic("ada", PASSWORD), "10.0.0.1") is None
    assert await authenticator.check(basic("ada", PASSWORD), "10.0.0.2")


async def test_an_unknown_user_costs_a_hash_too(users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []

    class Counting:
        def verify(self, hashed: str, password: str) -> bool:
            verified.append(hashed)
            return CHEAP.verify(hashed, password)

        def hash(self, password: str) -> str:
            return CHEAP.hash(password)

    monkeypatch.setattr(identity, "PasswordHasher", Counting)
    authenticator = Authenticator(users)
    await authenticator.check(basic("ada", "wrong password"))
    await authenticator.check(basic("eve", "wrong password"))
    known, unknown = (hashed.split("$")[:4] for hashed in verified)
    assert known == unknown


async def test_hashing_happens_off_the_event_loop(users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    monkeypatch.setattr(identity, "_verify", lambda *args: threads.append(threading.current_thread().name))
    await Authenticator(users).check(basic("ada", PASSWORD))
    assert threads[0].startswith("argon2")


async def test_a_changed_file_is_followed_and_forgets_what_was_proved(users: Path) -> None:
    authenticator = Authenticator(users)
    assert await authenticator.check(basic("ada", PASSWORD))
    remove_user(users, "ada")
    assert await authenticator.check(basic("ada", PASSWORD)) is None
    add_user(users, "carl", PASSWORD)
    assert await authenticator.check(basic("carl", PASSWORD)) == Identity("carl")


@pytest.mark.parametrize("content", ["users: [nonsense]", "{", "", None])
async def test_a_bad_file_keeps_the_last_good_users(users: Path, content: str | None) -> None:
    authenticator = Authenticator(users)
    damage(users, content)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            assert await authenticator.check(basic("ada", PASSWORD)) == ADA
    assert [line["event"] for line in logs] == ["users file refused, the last good one stays"]


async def test_a_connection_that_stays_open_follows_the_files(users: Path, tmp_path: Path) -> None:
    groups = tmp_path / "groups.yaml"
    groups.write_text("groups: {payments: [ada]}\nroles: {security: [ada]}\n")
    authenticator = Authenticator(users, groups)
    proved = await authenticator.check(basic("ada", PASSWORD))
    assert proved is not None
    assert proved.groups == {"research", "ml", "payments"}
    assert proved.roles == {"maintainer", "security"}
    assert await authenticator.renew(proved) == proved
    groups.write_text("groups: {}\n")
    renewed = await authenticator.renew(proved)
    assert renewed == ADA
    groups.write_text("groups: [nonsense]\n")
    assert await authenticator.renew(proved) == ADA, "the last good ones stay"
    groups.write_text("groups: {}\n\n")
    remove_user(users, "ada")
    assert await authenticator.renew(proved) is None
    add_user(users, "ada", PASSWORD)
    assert await authenticator.renew(proved) is None, "another password, so another proof"


def damage(path: Path, content: str | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_text(content)


def test_a_bad_file_at_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a users file"):
        Authenticator(tmp_path / "absent.yaml")


async def test_the_password_and_the_hashes_are_in_no_repr(users: Path) -> None:
    authenticator = Authenticator(users)
    await authenticator.check(basic("ada", PASSWORD))
    shown = (
        repr(vars(authenticator)) + repr(load_users(users)) + repr(await authenticator.check(basic("ada", PASSWORD)))
    )
    assert PASSWORD not in shown
    assert basic("ada", PASSWORD) not in shown
    assert load_users(users)[0].hash not in shown


def test_the_file_is_private_and_holds_argon2id(users: Path) -> None:
    assert users.stat().st_mode & 0o777 == 0o600
    assert [(user.name, user.groups, user.roles, user.training) for user in load_users(users)] == [
        ("ada", ("research", "ml"), ("maintainer",), (("pci-basics", DAY),)),
        ("bob@example.com", (), (), ()),
    ]
    assert all(user.hash.startswith("$argon2id$") for user in load_users(users))
    assert list(users.parent.iterdir()) == [users]


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("ada", PASSWORD, "expected a new name"),
        ("a b", PASSWORD, "expected a name of letters"),
        ("a:b", PASSWORD, "expected a name of letters"),
        ("", PASSWORD, "expected a name of letters"),
        ("eve", "short", "8 characters or more"),
    ],
)
def test_users_that_cannot_be_added_leave_the_file_alone(users: Path, name: str, password: str, said: str) -> None:
    before = users.read_bytes()
    with pytest.raises(ConfigError, match=said) as caught:
        add_user(users, name, password)
    assert password not in str(caught.value)
    assert users.read_bytes() == before


def test_someone_unknown_can_be_neither_removed_nor_trained(users: Path) -> None:
    with pytest.raises(ConfigError, match="found no 'eve'"):
        remove_user(users, "eve")
    with pytest.raises(ConfigError, match="found no 'eve'"):
        train_user(users, "eve", "pci-basics", DAY)


def test_a_course_taken_again_counts_longer_and_leaves_others_alone(users: Path) -> None:
    train_user(users, "ada", "hipaa", DAY)
    train_user(users, "ada", "pci-basics", date(2027, 11, 21))
    assert load_users(users)[0].training == (("hipaa", DAY), ("pci-basics", date(2027, 11, 21)))
    assert load_users(users)[1].training == ()


WEAK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=Type.I).hash(PASSWORD)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("people: []", "one key `users`"),
        ("users: {}", "one key `users`"),
        ("users: [{name: ada}]", "user 1: expected the keys"),
        ("users: [{name: ada, hash: x, role: y}]", "user 1: expected the keys"),
        ("users: [{name: 'a:b', hash: x}]", "user 1: expected a name"),
        ("users: [{name: ada, hash: s3cretvalue}]", "user 1: expected an argon2id hash"),
        (f"users: [{{name: ada, hash: '{WEAK}'}}]", "user 1: expected an argon2id hash"),
        (f"users: [{{name: ada, hash: '{CHEAP.hash(PASSWORD)}', groups: x}}]", "user 1: expected a list of groups"),
        (f"users: [{{name: ada, hash: '{CHEAP.hash(PASSWORD)}', roles: [a b]}}]", "user 1: expected a list of roles"),
        (f"users: [{{name: ada, hash: '{CHEAP.hash(PASSWORD)}', training: [x]}}]", "user 1: expected training as"),
        (
            f"users:\n- {{name: ada, hash: '{CHEAP.hash(PASSWORD)}', training: {{x: soon}}}}",
            "yaml:2: user 1: expected t",
        ),
        (f"users: [{2 * f'{{name: ada, hash: {chr(39)}{CHEAP.hash(PASSWORD)}{chr(39)}}},'}]", "found ada twice"),
    ],
)
def test_mistakes_in_the_file_are_told_without_quoting_hashes(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "users.yaml"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=said) as caught:
        load_users(path)
    assert "s3cretvalue" not in str(caught.value)
    assert "$argon2" not in str(caught.value)


def test_a_file_others_can_write_is_refused(users: Path) -> None:
    users.chmod(0o620)
    with pytest.raises(ConfigError, match="only its owner can write"):
        load_users(users)


def test_an_empty_list_is_a_valid_file(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    path.write_text("users:\n")
    path.chmod(0o600)
    assert load_users(path) == ()
