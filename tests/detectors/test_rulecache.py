"""The cache folder: what nobody uses goes, what somebody uses stays, and a folder of others' is left as it is."""

import os
import time
from pathlib import Path

import pytest

from detectors import rulecache
from detectors.rulecache import KEPT_SECONDS, read_cached, store_cached


def write(path: Path, age_seconds: float) -> Path:
    path.write_bytes(b"old")
    long_ago = time.time() - age_seconds
    os.utime(path, (long_ago, long_ago))
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_sweeps_out_the_unused_of_its_kind(tmp_path: Path) -> None:
    write(tmp_path / "plans-a.json", KEPT_SECONDS + 60)
    write(tmp_path / "plans-b.json.17.partial", KEPT_SECONDS + 60)
    write(tmp_path / "plans-c.json", KEPT_SECONDS - 60)
    write(tmp_path / "rules-1-a.json", KEPT_SECONDS + 60)
    store_cached(tmp_path / "plans-d.json", b"new")
    assert names(tmp_path) == ["plans-c.json", "plans-d.json", "rules-1-a.json"]
    assert (tmp_path / "plans-d.json").read_bytes() == b"new"


def test_what_is_read_counts_as_used(tmp_path: Path) -> None:
    path = write(tmp_path / "plans-a.json", KEPT_SECONDS + 60)
    assert read_cached(path) == b"old"
    store_cached(tmp_path / "plans-b.json", b"new")
    assert names(tmp_path) == ["plans-a.json", "plans-b.json"]


def test_a_file_that_another_process_removed_first_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = write(tmp_path / "plans-a.json", KEPT_SECONDS + 60)
    monkeypatch.setattr(Path, "glob", lambda *_: [gone, tmp_path / "plans-never.json"])
    gone.unlink()
    store_cached(tmp_path / "plans-b.json", b"new")
    assert names(tmp_path) == ["plans-b.json"]


def test_a_file_that_may_only_be_read_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "plans-a.json", 60)

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "utime", refuse)
    assert read_cached(path) == b"old"


def test_what_was_shipped_serves_until_there_is_one_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped, ours = tmp_path / "shipped", tmp_path / "ours"
    shipped.mkdir()
    write(shipped / "plans-a.json", 0)
    monkeypatch.setattr(rulecache, "SHIPPED", shipped)
    assert read_cached(ours / "plans-a.json") == b"old"
    store_cached(ours / "plans-a.json", b"new")
    assert read_cached(ours / "plans-a.json") == b"new"
    assert names(shipped) == ["plans-a.json"]
    with pytest.raises(FileNotFoundError):
        read_cached(ours / "plans-b.json")
