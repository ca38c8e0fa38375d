"""The examples of the pages on policy and vendors are files as they stand there: loaded, checked and run."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from proxy.classification import load_classification
from proxy.cli.policy import check_policies
from proxy.cli.policytest import test_policies as run_tests
from proxy.config import Config, load
from proxy.setting import vendor_folders
from proxy.vendor import load_catalogue
from tests.compiled import share_rules

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "docs" / "policy.md", ROOT / "docs" / "vendors.md"]
_FILE = re.compile(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```", re.DOTALL)
FILES = {name: body for page in PAGES for name, body in _FILE.findall(page.read_text())}
TESTS = sorted(name for name, body in FILES.items() if "\ntests:\n" in body)
POLICIES = sorted(name for name, body in FILES.items() if body.startswith("version: 1\nid: "))
REGISTRIES = sorted(name for name, body in FILES.items() if "\nvendors:\n" in f"\n{body}")
CLASSIFICATIONS = sorted(name for name in FILES if name.endswith("/classification.yaml"))
FRAMEWORKS = ("hipaa", "pci", "gdpr", "sox", "soc2")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All examples, each where the page says."""
    folder = tmp_path_factory.mktemp("examples")
    for name, body in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body)
    share_rules(folder / "state")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


def test_there_is_an_example_for_each_framework() -> None:
    assert set(FILES) == {*TESTS, *POLICIES, *REGISTRIES, *CLASSIFICATIONS, "acme/tightlip.yaml"}
    for framework in FRAMEWORKS:
        assert {f"{framework}/policy.yaml", f"{framework}/tests.yaml"} <= set(FILES)
        assert f"extends: [{framework}" in FILES[f"{framework}/policy.yaml"] or framework == "gdpr"


@pytest.mark.parametrize("name", TESTS)
def test_the_tests_of_an_example_are_as_expected(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_tests(Config(state_dir=folder / "state"), [folder / name], as_json=False) == 0, capsys.readouterr()
    assert FILES[name].count("- name:") >= 3


@pytest.mark.parametrize("name", POLICIES)
def test_an_examples_policy_has_no_mistakes(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    beside = {key: (folder / name).with_name(f"{key}.yaml") for key in ("registry", "classification")}
    config = Config(state_dir=folder / "state", **{key: file for key, file in beside.items() if file.exists()})
    assert check_policies(config, [str(folder / name)], as_json=False) == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", REGISTRIES)
def test_an_examples_registry_is_one(folder: Path, name: str) -> None:
    assert load_catalogue(vendor_folders(), registry=folder / name).approved()


@pytest.mark.parametrize("name", CLASSIFICATIONS)
def test_an_examples_classification_is_one(folder: Path, name: str) -> None:
    assert load_classification(folder / name) != load_classification(None)


def test_the_configuration_is_one(folder: Path) -> None:
    config = load(folder / "acme" / "tightlip.yaml", {"HOME": os.fspath(folder)}, {})
    assert str(config.policy).endswith("acme.yaml")
