"""The file of exceptions: whole or refused, by whoever it was changed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.configfile import ConfigError
from proxy.key import installation_key
from proxy.waiver.scope import Scope
from proxy.waiver.store import Exceptions, changing, exceptions_file, read_exceptions, seal_key, write_exceptions
from tests.proxy.waiver.contexts import KEY, granted

ONE = granted(Scope(vendor=("openai",), category=("pii",)))
OTHER = granted(Scope(rule=("us-ssn",)), id="ex-2")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    write_exceptions(tmp_path, Exceptions((ONE, OTHER)))
    return tmp_path


def read(state: Path) -> Exceptions:
    return read_exceptions(exceptions_file(state), installation_key(state))


def test_what_is_written_is_read(state: Path) -> None:
    assert read(state).all == (ONE, OTHER)
    assert exceptions_file(state).stat().st_mode & 0o777 == 0o600


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert read(tmp_path) == Exceptions()


def test_one_is_changed_in_its_place(state: Path) -> None:
    with changing(state) as exceptions:
        revoked = ONE.revoked("carol", ONE.steps[0].time, "ch-3", seal_key(KEY))
        write_exceptions(state, exceptions.with_one(revoked))
    assert read(state).all == (revoked, OTHER)


def _without_last_step(lines: list[bytes]) -> list[bytes]:
    entry = json.loads(lines[1])
    entry["steps"].pop()
    return [lines[0], json.dumps(entry, separators=(",", ":")).encode() + b"\n", *lines[2:]]


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[:-1],
        lambda lines: lines[1:],
        lambda lines: [lines[0], lines[2], lines[1]],
        lambda lines: [*lines, lines[1]],
        _without_last_step,
        lambda lines: [],
    ],
)
def test_a_file_changed_by_hand_is_refused(change: Callable[[list[bytes]], list[bytes]], state: Path) -> None:
    file = exceptions_file(state)
    file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))
    with pytest.raises(ConfigError, match=r"exceptions\.jsonl:1: expected the seal"):
        read(state)


@given(data=st.data())
def test_no_byte_can_be_changed(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    state = tmp_path_factory.mktemp("state")
    write_exceptions(state, Exceptions((ONE,)))
    content = bytearray(exceptions_file(state).read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    exceptions_file(state).write_bytes(bytes(content))
    with pytest.raises(ConfigError, match=":1: expected the seal"):
        read(state)


def test_another_installations_file_is_refused(state: Path) -> None:
    with pytest.raises(ConfigError, match="belongs to another installation"):
        read_exceptions(exceptions_file(state), KEY)


def test_a_file_that_others_can_write_is_refused(state: Path) -> None:
    exceptions_file(state).chmod(0o622)
    with pytest.raises(ConfigError, match="chmod 600"):
        read(state)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    exceptions_file(tmp_path).mkdir()
    with pytest.raises(ConfigError, match=":1: expected a readable file"):
        read(tmp_path)


@pytest.mark.parametrize("line", [b"{}", b"[]", b"no", b'{"id":1}', b'{"id":"a","scope":{"rule":"x"},"steps":[]}'])
def test_a_line_that_is_no_exception_is_told_with_its_line(line: bytes, state: Path) -> None:
    from proxy.waiver import store

    file, key = exceptions_file(state), seal_key(installation_key(state))
    rest = file.read_bytes().partition(b"\n")[2] + line + b"\n"
    file.write_bytes(store._head(rest, key) + b"\n" + rest)
    with pytest.raises(ConfigError, match=r"exceptions\.jsonl:4: expected an exception"):
        read(state)
