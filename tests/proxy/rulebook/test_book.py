"""The book of rules: every rule once, nothing loaded from elsewhere, nothing of a rule taken for markup."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from detectors import RuleSet, bundled_rules, load_rules
from detectors.names.kind import KINDS, NAME_RULES
from detectors.rule import Rule
from detectors.ruleset import digest
from detectors.template import expand
from proxy.policy import Policy, load_policy
from proxy.rulebook.entry import TITLES, Entry, entries
from proxy.rulebook.page import html
from proxy.rulebook.sheet import sheets
from tests.compiled import rules_folder

PACKS = ("balanced", "monitor", "strict")
HOSTILE = Rule.model_validate(
    {
        "id": "hostile",
        "description": '<script>alert(1)</script> | `a` [b](c) & "d"\n# title',
        "category": "custom",
        "entity": "HOSTILE",
        "keywords": ["</script>", "<!--"],
        "pattern": "```[<>]{3}",
        "references": ["javascript:alert(1)", 'https://x.example/"><b>'],
        "examples": ["<b>${digits:4}</b>", "```"],
        "counterexamples": ["a", "b"],
    }
)


@pytest.fixture(scope="module")
def policies() -> dict[str, Policy]:
    return {name: load_policy(name, bundled_rules() / "policies") for name in PACKS}


@pytest.fixture(scope="module")
def every(policies: dict[str, Policy]) -> list[Entry]:
    ruleset = load_rules([bundled_rules()], cache_dir=rules_folder())
    return entries(ruleset, bundled_rules(), policies)


@pytest.fixture
def hostile(policies: dict[str, Policy]) -> list[Entry]:
    return entries(RuleSet((HOSTILE,), digest((HOSTILE,)), {"hostile": "/own/rules.yaml:1"}), bundled_rules(), policies)


class Reader(HTMLParser):
    """Collects tags and their attributes, and the text of `details`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_rule_is_in_it_once(every: list[Entry]) -> None:
    rules = {rule.id for rule in load_rules([bundled_rules()], cache_dir=rules_folder()).rules}
    assert [entry.rule.id for entry in every if not entry.is_own] == [entry.rule.id for entry in every]
    shown = [given["id"] for tag, given in Reader(html(every, "d", "1")).tags if tag == "details"]
    assert sorted(map(str, shown)) == sorted(f"rule-{rule}" for rule in rules)
    written = "\n".join(sheets(every, "d", "1").values())
    assert sorted(re.findall(r"^## (.+)$", written, re.MULTILINE)) == sorted(rules)


def test_kinds_of_names_are_in_it_as_shipped_rules_of_no_file(policies: dict[str, Policy]) -> None:
    found = entries(RuleSet((), "d"), bundled_rules(), policies, KINDS.values())
    assert [entry.rule.id for entry in found] == sorted(NAME_RULES)
    assert {(entry.place, entry.is_own) for entry in found} == {("names.model", False)}
    assert "shipped" in html(found, "d", "1")
    published = next(entry for entry in found if entry.rule.entity == "PUBLIC_PERSON")
    assert {ruling.action.label for ruling in published.rulings.values()} == {"log"}


def test_nothing_comes_from_elsewhere(every: list[Entry]) -> None:
    page = Reader(html(every, "d", "1"))
    assert {tag for tag, _ in page.tags} & {"img", "link", "iframe", "object", "embed", "form", "base"} == set()
    assert [given for _, given in page.tags if "src" in given or "style" in given or "onclick" in given] == []
    links = {str(given["href"]) for tag, given in page.tags if tag == "a"}
    assert links
    assert all(link.startswith("https://") for link in links)
    assert "url(" not in html(every, "d", "1").split("</style>")[0]


def test_what_policies_do_is_what_they_would(every: list[Entry]) -> None:
    entry = next(entry for entry in every if entry.rule.id == "aws-access-key-id")
    assert {name: ruling.action.label for name, ruling in entry.rulings.items()} == {
        "balanced": "redact",
        "monitor": "log",
        "strict": "block",
    }


def test_examples_are_invented(every: list[Entry]) -> None:
    for entry in every[::50]:
        assert entry.examples[0] == expand(entry.rule.examples[0], entry.rule.id, 0)
    entry = next(entry for entry in every if entry.rule.id == "aws-access-key-id")
    assert entry.examples[0] not in "".join(sheets(every, "d", "1").values())
    assert entry.rule.examples[0] in sheets(every, "d", "1")["secret.md"]


def test_nothing_of_a_rule_becomes_markup(hostile: list[Entry]) -> None:
    plain = html([], "d", "1")
    page = html(hostile, "d", "1")
    assert page.count("<script") == plain.count("<script") == 1
    assert "<b>1" not in page
    read = Reader(page)
    assert HOSTILE.description in read.text
    assert {str(given["href"]) for tag, given in read.tags if tag == "a"} == {'https://x.example/"><b>'}
    sheet = sheets(hostile, "d", "1")["custom.md"]
    assert "<script>" not in sheet.replace("\\<script\\>", "")
    assert "````\n```[<>]{3}\n````" in sheet
    assert sheet.count("\n# ") == 0


def test_the_search_finds_words_by_their_beginning(hostile: list[Entry]) -> None:
    (details,) = [given for tag, given in Reader(html(hostile, "d", "1")).tags if tag == "details"]
    assert str(details["data-text"]).startswith(" hostile hostile script alert 1 script a b c d title")
    assert details["data-grade"] == "high"


def test_own_rules_are_told_from_shipped_ones(hostile: list[Entry]) -> None:
    assert [(entry.is_own, entry.place) for entry in hostile] == [(True, "rules.yaml")]
    assert "your own" in html(hostile, "d", "1")


def test_the_same_rules_give_the_same_book(every: list[Entry], policies: dict[str, Policy]) -> None:
    ruleset = load_rules([bundled_rules()], cache_dir=rules_folder())
    again = entries(RuleSet(ruleset.rules[::-1], "d", ruleset.origins), bundled_rules(), policies)
    assert html(again, "d", "1") == html(every, "d", "1")
    assert set(sheets(every, "d", "1")) == {"README.md", *(f"{entry.rule.category}.md" for entry in every)}
    assert set(TITLES) >= {entry.rule.category for entry in every}


def test_a_rule_base_elsewhere_is_the_operators(tmp_path: Path, policies: dict[str, Policy]) -> None:
    ruleset = load_rules([bundled_rules() / "pci"], cache_dir=rules_folder())
    assert all(entry.is_own for entry in entries(ruleset, tmp_path, policies))
