"""What the page on names says is so: its examples are files as they stand there, and packs do what its table tells."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from detectors.lexiconfile import NameLexicon
from detectors.names.kind import KINDS
from proxy.config import load
from proxy.policy import Action, load_policy
from proxy.setting import policy_folder

PAGE = (Path(__file__).parents[1] / "docs" / "names.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def blocks(key: str) -> list[str]:
    found = [block for block in BLOCKS if re.search(rf"^{key}:", block, re.MULTILINE)]
    assert found
    return found


def rows(header: str) -> list[list[str]]:
    """The cells of the rows below a table's header line."""
    lines = PAGE.split(header + "\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def packs(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_the_configuration_is_the_default(tmp_path: Path) -> None:
    (block,) = blocks("names")
    file = tmp_path / "tightlip.yaml"
    file.write_text(block)
    assert load(file, {"HOME": str(tmp_path)}, {}).names == load(None, {"HOME": str(tmp_path)}, {}).names


@pytest.mark.parametrize("block", blocks("nlp_engine_name"))
def test_presidio_takes_the_engines(block: str) -> None:
    from presidio_analyzer.input_validation import ConfigurationValidator
    from presidio_analyzer.nlp_engine import NerModelConfiguration

    content = YAML(typ="safe", pure=True).load(block)
    assert ConfigurationValidator.validate_nlp_configuration(content) == content
    NerModelConfiguration.from_dict(content.get("ner_model_configuration", {}))


def test_the_lexicon_is_one() -> None:
    (block,) = blocks("not_names")
    assert NameLexicon.model_validate(YAML(typ="safe", pure=True).load(block)).not_names


def test_the_policy_is_one(tmp_path: Path) -> None:
    (block,) = blocks("findings")
    file = tmp_path / "acme.yaml"
    file.write_text(block)
    assert load_policy(str(file), policy_folder()).id == "acme"


def test_packs_do_about_unread_names_what_the_table_says() -> None:
    told = {name: cells[1] for cells in rows("| pack | `names_budget` | why |") for name in packs(cells[0])}
    assert set(told) == {path.stem for path in policy_folder().glob("*.yaml")}
    for name, action in told.items():
        assert load_policy(name, policy_folder()).judge_incomplete("names_budget") is Action[action.strip("`").upper()]


def test_each_kind_of_name_is_told() -> None:
    told = {cells[0]: cells[1] for cells in rows("| rule | entity | what |")}
    for entity, kind in KINDS.items():
        assert told[f"`{kind.id}`"] == f"`{entity}`"
