"""Files that hold one model each: the same from the cache as from the files, and never older than these."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from proxy import modelfile
from proxy.modelfile import read_models
from proxy.setting import vendor_folders
from proxy.vendor import load_catalogue


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    size: int = 1


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    for number in range(3):
        (tmp_path / f"{number}.yaml").write_text(f"# a thing\nid: t{number}\n")
    return sorted(tmp_path.glob("*.yaml"))


def read(files: list[Path], cache: Path, problems: list[str] | None = None) -> list[tuple[Thing, str]]:
    """As another process would."""
    modelfile._parsed.cache_clear()
    return read_models(Thing, files, [] if problems is None else problems, cache)


def test_the_cache_says_what_the_files_say(files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    found = read(files, cache)
    assert found == [(Thing(id=f"t{number}"), f"{file}:2") for number, file in enumerate(files)]
    monkeypatch.delattr(modelfile, "parse_document")  # the second time nothing is parsed
    assert read(files, cache) == found


def test_a_changed_file_is_read_anew(files: list[Path], tmp_path: Path) -> None:
    read(files, tmp_path / "cache")
    files[1].write_text("id: other\nsize: 2\n")
    assert read(files, tmp_path / "cache")[1][0] == Thing(id="other", size=2)


@pytest.mark.parametrize("torn", [b"", b"{", b"[]", b'[[{"id": 7}, "1"]]', b'[[{"id": "t0"}, "1"]]', b"7"])
def test_a_torn_cache_is_none(files: list[Path], tmp_path: Path, torn: bytes) -> None:
    found = read(files, tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_bytes(torn)
    assert read(files, tmp_path / "cache") == found


def test_mistakes_are_told_each_time(files: list[Path], tmp_path: Path) -> None:
    files[1].write_text("id: other\nsise: 2\n")
    for _ in range(2):
        problems: list[str] = []
        assert len(read(files, tmp_path / "cache", problems)) == 2
        assert [problem.partition(" sise")[0] for problem in problems] == [f"{files[1]}:2:"]
    assert not (tmp_path / "cache").exists()


def test_a_file_that_is_gone_is_told(files: list[Path], tmp_path: Path) -> None:
    files[2].unlink()
    problems: list[str] = []
    read(files, tmp_path / "cache", problems)
    assert problems == [f"{files[2]}:1: expected a readable file, found No such file or directory"]


def test_the_catalogue_is_the_same_from_the_cache(tmp_path: Path) -> None:
    catalogues = [load_catalogue(vendor_folders(), cache_dir=tmp_path) for _ in range(2)]
    assert catalogues[0].digest == catalogues[1].digest == load_catalogue(vendor_folders()).digest
    assert len(list(tmp_path.iterdir())) == 1
