"""Files that are followed: content decides, rest is waited for, and nothing that happens to a file is an error."""

import os
from pathlib import Path

import pytest

from proxy.watch import Watch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules" / "own").mkdir(parents=True)
    (tmp_path / "rules" / "own" / "one.yaml").write_text("rules: []")
    (tmp_path / "policy.yaml").write_text("id: a")
    return tmp_path


@pytest.fixture
def watch(folder: Path) -> Watch:
    watch = Watch()
    watch.follow([folder / "policy.yaml", folder / "rules", folder / "not-yet.yaml"])
    return watch


def rested(watch: Watch) -> list[str]:
    """What is told at the second look, the first of which told nothing."""
    assert watch.changed() == ()
    return [path.name for path in watch.changed()]


def test_nothing_changed_is_nothing_told(watch: Watch) -> None:
    assert rested(watch) == []


def test_a_change_is_told_once(watch: Watch, folder: Path) -> None:
    (folder / "policy.yaml").write_text("id: b")
    assert rested(watch) == ["policy.yaml"]
    assert rested(watch) == []


def test_a_date_is_no_change(watch: Watch, folder: Path) -> None:
    os.utime(folder / "policy.yaml", (1, 1))
    (folder / "rules" / "own" / "one.yaml").write_text("rules: []")
    assert rested(watch) == []
    (folder / "policy.yaml").write_text("id: b")
    assert rested(watch) == ["policy.yaml"]


def test_a_file_that_is_being_written_is_waited_for(watch: Watch, folder: Path) -> None:
    for text in ("id", "id: ", "id: b"):
        (folder / "policy.yaml").write_text(text)
        assert watch.changed() == ()
    assert [path.name for path in watch.changed()] == ["policy.yaml"]


def test_a_change_and_back_is_none(watch: Watch, folder: Path) -> None:
    (folder / "policy.yaml").write_text("id: b")
    watch.changed()
    (folder / "policy.yaml").write_text("id: a")
    assert rested(watch) == []


@pytest.mark.parametrize("name", ["not-yet.yaml", "rules/two.yaml", "rules/own/three.yaml", "rules/new/four.yaml"])
def test_what_comes_is_told(watch: Watch, folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("x")
    assert rested(watch) == [Path(name).name]


def test_what_goes_is_told(watch: Watch, folder: Path) -> None:
    (folder / "policy.yaml").unlink()
    (folder / "rules" / "own" / "one.yaml").unlink()
    assert rested(watch) == ["policy.yaml", "one.yaml"]
    (folder / "policy.yaml").write_text("id: a")
    assert rested(watch) == ["policy.yaml"]


def test_a_folder_in_the_place_of_a_file_is_told(watch: Watch, folder: Path) -> None:
    (folder / "policy.yaml").unlink()
    (folder / "policy.yaml").mkdir()
    assert rested(watch) == ["policy.yaml"]
    assert rested(watch) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_file_that_can_not_be_read_is_told(watch: Watch, folder: Path) -> None:
    (folder / "policy.yaml").chmod(0)
    assert rested(watch) == ["policy.yaml"]


def test_a_link_is_what_it_leads_to(folder: Path) -> None:
    """As Kubernetes exchanges the files of a mounted ConfigMap: all at once, by one link."""
    for version in ("v1", "v2"):
        (folder / version).mkdir()
        (folder / version / "policy.yaml").write_text(f"id: {version}")
    mounted = folder / "mounted"
    mounted.mkdir()
    (mounted / "..data").symlink_to(folder / "v1")
    (mounted / "policy.yaml").symlink_to("..data/policy.yaml")
    watch = Watch()
    watch.follow([mounted])
    (mounted / "..next").symlink_to(folder / "v2")
    (mounted / "..next").rename(mounted / "..data")
    assert rested(watch) == ["policy.yaml"]


@pytest.mark.parametrize("name", ["rules/.one.yaml.swp", "rules/one.yaml~", "rules/.git/index"])
def test_files_of_editors_are_nobodys_business(watch: Watch, folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("x")
    assert rested(watch) == []


def test_following_more_forgets_nothing(watch: Watch, folder: Path) -> None:
    (folder / "policy.yaml").write_text("id: b")
    (folder / "more.yaml").write_text("x")
    watch.follow([folder / "more.yaml"])
    assert [path.name for path in watch.changed()] == ["policy.yaml"]
    (folder / "more.yaml").write_text("y")
    assert rested(watch) == ["more.yaml"]


def test_what_another_has_seen_is_taken_over(watch: Watch, folder: Path) -> None:
    (folder / "more.yaml").write_text("x")
    other = Watch()
    other.follow([folder / "more.yaml"])
    (folder / "more.yaml").write_text("y")
    watch.join(other)
    assert rested(watch) == ["more.yaml"]


def test_in_doubt_a_file_that_came_back_as_it_was_is_told(watch: Watch, folder: Path) -> None:
    (folder / "policy.yaml").unlink()  # while others read it, between two looks
    watch.doubt()
    (folder / "policy.yaml").write_text("id: a")
    assert rested(watch) == ["policy.yaml"]
    assert rested(watch) == []


def test_doubt_alone_changes_nothing(watch: Watch) -> None:
    watch.doubt()
    assert rested(watch) == []
