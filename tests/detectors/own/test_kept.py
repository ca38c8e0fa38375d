"""The file of an index: whole and with its key, or refused; and telling nothing without it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import RuleError
from detectors.own import dictionarybuild, kept
from detectors.own.dictionary import Dictionaries
from detectors.own.secret import Secret
from tests.detectors.own.indexes import KEY, ROWS, build, plan, prints
from tests.law import often


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("kept") / "made"
    build(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged") / "file.tldict"


def refused(file: Path, content: bytes) -> str:
    """Why the content is refused."""
    file.unlink(missing_ok=True)
    file.write_bytes(content)
    with pytest.raises(RuleError) as raised:
        kept.read(file, Secret(KEY))
    assert str(file) in str(raised.value)
    return str(raised.value)


def test_a_byte_changed_anywhere_is_refused(content: bytes, file: Path) -> None:
    for at in range(len(content)):
        refused(file, content[:at] + bytes([content[at] ^ (1 << at % 8)]) + content[at + 1 :])


def test_a_file_cut_short_or_made_longer_is_refused(content: bytes, file: Path) -> None:
    for size in range(0, len(content), 7):
        refused(file, content[:size])
    assert "changed or cut short" in refused(file, content[:-1])
    assert "changed or cut short" in refused(file, content + b"\0")


@often(200)
@given(st.binary(max_size=300), st.booleans())
def test_any_other_file_is_refused(file: Path, other: bytes, with_magic: bool) -> None:
    refused(file, kept.MAGIC + other if with_magic else other)


@often(100)
@given(st.data())
def test_parts_of_an_index_put_together_otherwise_are_refused(content: bytes, file: Path, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), min_size=1, max_size=4, unique=True)))
    parts = [content[low:high] for low, high in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    mixed = b"".join(data.draw(st.permutations(parts)))
    if mixed != content:
        refused(file, mixed)


def test_another_key_is_told_as_such(content: bytes, file: Path) -> None:
    file.write_bytes(content)
    with pytest.raises(RuleError, match="made with another"):
        kept.read(file, Secret(bytes(32)))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="No such file"):
        kept.read(tmp_path / "none", Secret(KEY))


def test_without_the_key_an_index_tells_its_id_and_sizes_alone(content: bytes) -> None:
    lowered = content.lower()
    for row in ROWS:
        for value in row:
            for part in value.lower().replace("@", " ").replace("-", " ").split():
                assert part.encode() not in lowered or len(part) < 4, "a value shows"
    for name in (b"born", b"email", b"phone"):
        assert name not in content
    size = int.from_bytes(content[8:12], "little")
    header = json.loads(content[12 : 12 + size])
    assert set(header) == {"kind", "id", "entity", "category", "severity", "mark", "sealed", "tags", "digest"}


def test_another_key_gives_other_tags(tmp_path: Path) -> None:
    both = []
    for key in (KEY, bytes(32)):
        secret = Secret(key)
        dictionarybuild.build(plan(), [ROWS], secret, tmp_path / "x")
        both.append({bytes(part) for part in kept.read(tmp_path / "x", secret).tags if part})
    assert not both[0] & both[1]


def test_only_its_owner_can_read_an_index(tmp_path: Path) -> None:
    build(tmp_path / "made")
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="a place that an index can be written to"):
        build(tmp_path / "none" / "made")


def test_an_empty_index_is_an_index(tmp_path: Path) -> None:
    build(tmp_path / "made", [["", "", "", "", ""]])
    made = Dictionaries(Secret(KEY), [kept.read(tmp_path / "made", Secret(KEY))])
    assert not list(made.find("Bukomo Bire, 1998-02-12, K-40000, bukomo.bire@mail.example"))
    assert not list(prints(tmp_path, [""]).find("def something(else): pass" * 50))
