"""The examples of the pages on policy and vendors are files as they stand there: loaded, checked and run."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from detectors import bundled_rules, load_rules
from proxy.cli.policy import check_policies
from proxy.config import Config, load
from proxy.policy import load_policy
from proxy.policy.known import Known, rule_facts
from proxy.policy.proving import Laboratory, prove
from proxy.policy.trial import read_trials
from proxy.setting import policy_folder, vendor_folders
from proxy.vendor import load_catalogue
from tests.compiled import rules_folder

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "docs" / "policy.md", ROOT / "docs" / "vendors.md"]
_FILE = re.compile(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```", re.DOTALL)
FILES = {name: body for page in PAGES for name, body in _FILE.findall(page.read_text())}
FRAMEWORKS = ("hipaa", "pci", "gdpr", "sox", "soc2")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All examples, each where the page says."""
    folder = tmp_path_factory.mktemp("examples")
    for name, body in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


def named(name: str) -> list[str]:
    found = sorted(file for file in FILES if file.endswith(f"/{name}"))
    assert found
    return found


def test_there_is_an_example_for_each_framework() -> None:
    for framework in FRAMEWORKS:
        assert {f"{framework}/policy.yaml", f"{framework}/tests.yaml"} <= set(FILES)
        assert f"extends: [{framework}" in FILES[f"{framework}/policy.yaml"] or framework == "gdpr"


@pytest.mark.parametrize("name", named("tests.yaml"))
def test_the_tests_of_an_example_are_as_expected(folder: Path, name: str) -> None:
    trials = read_trials(folder / name)
    policy = load_policy([str((folder / name).parent / file) for file in trials.file.policy], policy_folder())
    rules = load_rules([bundled_rules()], cache_dir=rules_folder())
    laboratory = Laboratory(Known(rules=rule_facts(rules.rules)), lambda text: [], lambda *asked: pytest.fail("none"))
    assert [str(result) for result in prove(trials, policy, laboratory) if not result.is_right] == []
    assert len(trials.file.tests) >= 3


@pytest.mark.parametrize("name", [*named("policy.yaml"), "acme/acme.yaml"])
def test_an_examples_policy_has_no_mistakes(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    config = Config(state_dir=folder / "state")
    assert check_policies(config, [str(folder / name)], as_json=False) == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", named("registry.yaml"))
def test_an_examples_registry_is_one(folder: Path, name: str) -> None:
    assert load_catalogue(vendor_folders(), registry=folder / name).approved()


def test_the_configuration_is_one(folder: Path) -> None:
    config = load(folder / "acme" / "tightlip.yaml", {"HOME": os.fspath(folder)}, {})
    assert str(config.policy).endswith("acme.yaml")
