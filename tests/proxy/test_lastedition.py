"""What a proxy ran by last: read back as it was kept, or not at all."""

from pathlib import Path

import pytest

from proxy.lastedition import Last, keep_last, read_last

LAST = Last("e1", {"rules": "ab"}, {"rule": {"one": "cd"}, "clause": {"b": "1", "a": "2"}})


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    keep_last(tmp_path / "edition.json", LAST)
    read = read_last(tmp_path / "edition.json")
    assert read == LAST
    assert list(read.inventory["clause"]) == ["b", "a"]
    assert (tmp_path / "edition.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"edition": "e"}',
        b'{"edition": 1, "digests": {}, "inventory": {}}',
        b'{"edition": "e", "digests": [], "inventory": {}}',
        b'{"edition": "e", "digests": {}, "inventory": []}',
        b'{"edition": "e", "digests": {}, "inventory": {"rule": []}}',
        b"[" * 100_000,
    ],
)
def test_what_makes_no_sense_is_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "edition.json").write_bytes(content)
    assert read_last(tmp_path / "edition.json") is None


def test_a_folder_that_can_not_be_written_costs_the_knowledge_alone(tmp_path: Path) -> None:
    keep_last(tmp_path / "none" / "edition.json", LAST)
    assert read_last(tmp_path / "none" / "edition.json") is None
