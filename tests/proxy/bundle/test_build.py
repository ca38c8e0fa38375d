"""Building: the same files give the same bytes, all that decides is in, what a proxy would refuse is not written."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from proxy.bundle.build import Making, build, problems
from proxy.bundle.container import decode
from proxy.bundle.force import opened
from proxy.bundle.manifest import BundleError
from proxy.bundle.source import SINGLE, config_of, sources_of
from proxy.config import Config
from tests.compiled import share_rules
from tests.proxy.bundle.making import NOW, POLICY, RULES

HEAD = "version: 1\nid: acme\ndescription: Acme's own.\n"
MAKING = Making("acme", 7, NOW, NOW, NOW + timedelta(days=30))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The operator's files, under the names that a folder's build looks for."""
    folder = tmp_path / "acme"
    (folder / "rules" / "secrets").mkdir(parents=True)
    (folder / "rules" / "context").mkdir()
    (folder / "rules" / "secrets" / "acme.yaml").write_bytes(RULES)
    (folder / "rules" / "context" / "health.yaml").write_text("words: [oncology board]\n")
    (folder / "rules" / "notes.txt").write_text("not a rule")
    (folder / "policy.yaml").write_bytes(POLICY)
    (folder / "allow.yaml").write_text("version: 1\nallow: []\n")
    (folder / "classification.yaml").write_text("version: 1\ncode: []\n")
    (folder / "registry.yaml").write_text("vendors:\n  openai: {approval: approved}\n")
    return folder


def files(folder: Path) -> dict[str, str]:
    return {file.relative_to(folder).as_posix(): file.read_text() for file in sorted(folder.rglob("*.yaml"))}


def test_the_same_files_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    folder.rename(again)
    first = build(config_of(again), MAKING).encoded()
    again.rename(folder)
    (folder / "policy.yaml").touch()
    assert build(config_of(folder), MAKING).encoded() == first
    assert build(config_of(folder), replace(MAKING, serial=8)).encoded() != first


def test_everything_that_decides_is_in_it_and_comes_out(folder: Path, tmp_path: Path) -> None:
    bundle = decode(build(config_of(folder), MAKING).encoded())
    assert sorted(bundle.members) == [
        "allow/allow.yaml",
        "classification/classification.yaml",
        "policy/00/policy.yaml",
        "registry/registry.yaml",
        "rules/00/context/health.yaml",
        "rules/00/secrets/acme.yaml",
    ]
    config = opened(bundle, Config(state_dir=tmp_path / "state"), tmp_path / "unpacked")
    assert files(config.rules[0]) == files(folder / "rules")
    for key in SINGLE:
        assert getattr(config, key).read_bytes() == (folder / f"{key}.yaml").read_bytes()


def test_indexes_of_own_data_are_named_and_not_packed(folder: Path) -> None:
    (folder / "customers.tldict").write_bytes(b"an index")
    config = config_of(folder).model_copy(update={"dictionaries": (folder / "customers.tldict",)})
    (index,) = build(config, MAKING).manifest.indexes
    assert (index.name, len(index.sha256)) == ("customers.tldict", 64)
    assert b"an index" not in build(config, MAKING).encoded()


def test_policies_that_are_extended_come_along(folder: Path) -> None:
    (folder / "base").mkdir()
    (folder / "policy.yaml").write_text(f"{HEAD}extends: [own.yaml, strict, base/all.yaml]\n")
    (folder / "base" / "all.yaml").write_text(f"{HEAD}extends: [more.yaml, monitor]\n")
    (folder / "base" / "more.yaml").write_text(HEAD)
    (folder / "own.yaml").write_bytes(POLICY)
    sources = sources_of(config_of(folder))
    assert sorted(name for name in sources.members if name.startswith("policy/")) == [
        "policy/00/base/all.yaml",
        "policy/00/base/more.yaml",
        "policy/00/own.yaml",
        "policy/00/policy.yaml",
    ]
    assert sources.policy == ("policy/00/policy.yaml",)


def test_what_lies_elsewhere_cannot_come_along(folder: Path) -> None:
    (folder.parent / "outside.yaml").write_bytes(POLICY)
    (folder / "policy.yaml").write_text(f"{HEAD}extends: [../outside.yaml]\n")
    with pytest.raises(BundleError, match=r"outside\.yaml: expected a file in or below"):
        sources_of(config_of(folder))


def test_a_name_that_no_bundle_can_hold_is_told(folder: Path) -> None:
    (folder / "rules" / "secrets" / "our keys.yaml").write_bytes(RULES)
    with pytest.raises(BundleError, match=r"our keys\.yaml: expected a name of letters"):
        sources_of(config_of(folder))


@pytest.mark.parametrize("name", ["none", "empty"])
def test_a_folder_with_nothing_in_it_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BundleError, match=f"{name}: expected"):
        config_of(tmp_path / name)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "rules/secrets/acme.yaml",
            "acme_dx_",
            "acme_dt_",
            "rules/00/secrets/acme.yaml:2: rule acme-token: counterexamples[1]",
        ),
        ("rules/secrets/acme.yaml", "keywords", "keywrds", "rules/00/secrets/acme.yaml:6: rule acme-token: keywrds"),
        ("registry.yaml", "approved", "fine", "registry/registry.yaml:2"),
    ],
)
def test_what_a_proxy_would_refuse_is_told_with_file_and_line(
    folder: Path, tmp_path: Path, file: str, old: str, new: str, expected: str
) -> None:
    config = config_of(folder).model_copy(update={"state_dir": share_rules(tmp_path / "state")})
    assert list(problems(build(config, MAKING), config)) == []
    (folder / file).write_text((folder / file).read_text().replace(old, new))
    found = list(problems(build(config, MAKING), config))
    assert found
    assert found[0].startswith(expected)
