"""Loading rules: everything wrong is told at once, with file and line; what is right loads the same every time."""

from pathlib import Path

import pytest

from detectors import RuleError, bundled_rules, load_rules
from tests.compiled import rules_folder

GOOD = """\
rules:
  - id: {id}
    description: A token.
    category: secret
    entity: TEST_TOKEN
    pattern: 'tok-[a-z]{{8}}'
    examples: [tok-abcdefgh, x tok-abcdefgh]
    counterexamples: [tok-abc, tok]
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def problems(*paths: Path) -> list[str]:
    with pytest.raises(RuleError) as caught:
        load_rules(paths)
    return [problem.replace(str(paths[0]), "") for problem in caught.value.problems]


def test_a_rule_base_is_read_from_its_rule_folders_only(tmp_path: Path) -> None:
    write(tmp_path, "secrets/a.yaml", GOOD.format(id="a"))
    write(tmp_path, "custom/deep/b.yaml", GOOD.format(id="b"))
    write(tmp_path, "policies/p.yaml", "not: rules")
    write(tmp_path, "secrets/notes.txt", "nothing")
    assert [rule.id for rule in load_rules([tmp_path]).rules] == ["b", "a"]


def test_any_other_folder_and_a_single_file_do_too(tmp_path: Path) -> None:
    one = write(tmp_path, "one.yaml", GOOD.format(id="a"))
    write(tmp_path, "more/two.yaml", GOOD.format(id="b"))
    assert [rule.id for rule in load_rules([one]).rules] == ["a"]
    assert [rule.id for rule in load_rules([one, tmp_path]).rules] == ["a", "b"]  # one.yaml once


def test_a_lexicon_beside_rules_is_read_as_one(tmp_path: Path) -> None:
    write(tmp_path, "one.yaml", GOOD.format(id="a"))
    write(tmp_path, "context/health.yaml", "words: [gout]\n")
    found = load_rules([tmp_path])
    assert ([rule.id for rule in found.rules], found.health.words) == (["a"], ("gout",))


def test_what_is_said_of_names_is_joined_and_in_the_digest(tmp_path: Path) -> None:
    rules = write(tmp_path, "a/one.yaml", GOOD.format(id="a")).parent
    before = load_rules([rules]).digest
    write(tmp_path, "a/context/names.yaml", "public_figures: [Ada  Lovelace, Straße Müller]\nnot_names: [Jenkins]\n")
    other = write(tmp_path, "b/context/names.yaml", "not_names: [Ada Lovelace, Redis]\n").parent.parent
    cache = tmp_path / "cache"
    cache.mkdir()
    first, second = load_rules([rules, other], cache_dir=cache), load_rules([rules, other], cache_dir=cache)
    assert first.names == second.names
    assert first.names.public_figures == {"strasse müller"}
    assert first.names.not_names == {"jenkins", "redis", "ada lovelace"}
    assert len({before, load_rules([rules]).digest, first.digest}) == 3
    assert first.digest == second.digest


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("public_figures:\n- Ada Lovelace\n- 42\n", ":3: rule ?: lexicon, expected the lists `public_figures` and"),
        (
            "not_names: Redis\n",
            ":1: rule ?: lexicon, expected the lists `public_figures` and `not_names`, found at not",
        ),
        ("# what\nnot_names:\n- ok\n-  '-'\n", ":4: rule ?: lexicon, expected"),
        ("# what\nnot_names:\n- ok\n-  '--'\n", "found at not_names.1: Value should have a letter"),
        ("not_names: [Ada]\nfigures: [x]\n", ":2: rule ?: lexicon, expected"),
        ("not_names: [Ada]\npublic_figures: [ada]\n", "'ada' should stand in one list, not in both"),
        ("not_names: [", ":1: rule ?: lexicon, expected YAML, found"),
        ("- x\n", ":1: rule ?: lexicon, expected the lists"),
    ],
)
def test_what_is_wrong_with_it_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    write(tmp_path, "one.yaml", GOOD.format(id="a"))
    path = write(tmp_path, "context/names.yaml", text)
    with pytest.raises(RuleError) as caught:
        load_rules([tmp_path])
    (problem,) = caught.value.problems
    assert problem.startswith(str(path))
    assert told in problem


def test_the_digest_is_of_the_content(tmp_path: Path) -> None:
    first = write(tmp_path, "x/1.yaml", GOOD.format(id="a") + GOOD.format(id="b").partition("\n")[2])
    second = write(tmp_path, "y/1.yaml", GOOD.format(id="b") + "# a comment\n")
    third = write(tmp_path, "y/2.yaml", GOOD.format(id="a"))
    assert load_rules([first]).digest == load_rules([second, third]).digest
    assert load_rules([first]).digest != load_rules([third]).digest


def test_origins_tell_where_a_rule_stands(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", "# first line\n" + GOOD.format(id="a"))
    assert load_rules([path]).origins == {"a": f"{path}:3"}


FAULTS = [
    ("not YAML", "rules: [", ":1: rule ?: YAML, expected a readable document, found"),
    ("a list", "- id: a", ":1: rule ?: document, expected a mapping with the single key `rules`"),
    ("empty", "", ":1: rule ?: document, expected a mapping"),
    ("more keys", "rules: []\nother: 1", ":1: rule ?: document, expected a mapping with the single key"),
    ("a stanza that isn't one", "rules: [x]", ":1: rule ?: stanza, expected a mapping, found a scalar"),
    ("unknown key", GOOD.format(id="a") + "    patern: x\n", ":9: rule a: patern, expected Extra inputs"),
    ("missing key", GOOD.format(id="a").replace("    entity: TEST_TOKEN\n", ""), ":2: rule a: entity, expected Field"),
    ("bad value", GOOD.format(id="a").replace("secret", "secrets"), ":4: rule a: category, expected Input should be"),
    ("bad id", GOOD.format(id="A_b"), ":2: rule A_b: id, expected String should match"),
    ("a key twice", GOOD.format(id="a") + "    entity: X\n", ":9: rule a: entity, expected once, found twice"),
    ("no matcher", GOOD.format(id="a").replace("    pattern: 'tok-[a-z]{8}'\n", ""), "found neither"),
    ("two matchers", GOOD.format(id="a") + "    recognizer: X\n", "one of pattern and recognizer, found both"),
    (
        "a recognizer without trigger",
        GOOD.format(id="a").replace("pattern: 'tok-[a-z]{8}'", "recognizer: X"),
        ":6: rule a: trigger, expected with a recognizer, found none",
    ),
]


@pytest.mark.parametrize(("what", "text", "expected"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_fault_names_its_place(tmp_path: Path, what: str, text: str, expected: str) -> None:
    (problem,) = problems(write(tmp_path, "a.yaml", text))
    assert expected in problem


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", GOOD.format(id="a") + "    patern: x\n    other: y\n")
    write(tmp_path, "b.yaml", "rules: [")
    write(tmp_path, "c.yaml", GOOD.format(id="c"))
    write(tmp_path, "d.yaml", GOOD.format(id="c"))
    assert len(problems(tmp_path)) == 4


def test_a_missing_path_is_a_fault(tmp_path: Path) -> None:
    assert "expected a rule file or folder, found nothing" in problems(tmp_path / "nowhere")[0]


def test_the_cache_gives_the_same_rules_and_problems(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    path = write(tmp_path / "r", "a.yaml", GOOD.format(id="a"))
    plain, first = load_rules([path]), load_rules([path], cache_dir=cache)
    assert load_rules([path], cache_dir=cache) == first == plain
    (kept,) = cache.iterdir()
    kept.write_bytes(kept.read_bytes()[:40])  # torn by a crash
    assert load_rules([path], cache_dir=cache) == plain
    path.write_text(GOOD.format(id="b"))
    assert [rule.id for rule in load_rules([path], cache_dir=cache).rules] == ["b"]


def test_an_unwritable_cache_only_costs_time(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", GOOD.format(id="a"))
    assert load_rules([path], cache_dir=path / "not-a-folder").rules


def test_the_bundled_rules_load() -> None:
    assert (bundled_rules() / "secrets").is_dir()
    assert "generic-assignment" in {rule.id for rule in load_rules([bundled_rules()], cache_dir=rules_folder()).rules}
