"""What the documentation says is so: commands, keys, metrics, links and transcripts are held against the product."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel
from ruamel.yaml import YAML

from detectors import Category, Engine, bundled_rules, load_rules
from detectors.checks.table import CHECKS, complete
from detectors.rulecheck import check
from proxy.cli.app import app
from proxy.config import NEEDS_RESTART, Config, load
from proxy.policy import load_policy
from proxy.setting import policy_folder
from tests.compiled import rules_folder, share_rules
from tests.e2e import values
from tests.e2e.lab import ROOT, Tightlip, configuration
from tests.fakevendor import FakeVendor, make_authority

README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
PACKAGING = [ROOT / "Dockerfile", ROOT / "docker-compose.yml", *sorted((ROOT / "deploy").rglob("*.yml"))]

_FENCED = re.compile(r"^```[a-z]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"(?<![\w./-])tightlip +([a-z][^\n`|<>#;]*)")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"(?<![\w/.-])(?:tests|proxy|detectors|deploy|bench)/[\w./-]*")
_ONE_SPAN = re.compile(r"`([^`]+)`")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _code(page: Path) -> Iterator[str]:
    text = page.read_text()
    yield from _FENCED.findall(text)
    yield from _SPAN.findall(_FENCED.sub("", text))


COMMAND: Any = typer.main.get_command(app)


def refused(words: list[str]) -> str | None:
    """Why the command line would not take these words after `tightlip`, or None. Nothing is run."""
    command = COMMAND
    path = "tightlip"
    while (below := _below(command)) and words:
        if words[0] not in below and words[0] != "--help" and getattr(command, "meant", None) is not None:
            words = [command.meant, *words]
        if words[0] not in below:
            return f"{path}: no command {words[0]}"
        path, command, words = f"{path} {words[0]}", below[words[0]], words[1:]
    try:
        command.make_context(path, list(words))
    except Exception as err:
        kinds = {kind.__name__ for kind in type(err).__mro__}  # typer brings a click of its own, or uses the installed
        if "UsageError" not in kinds:
            raise
        # Without what it needs it was only named in passing.
        return None if "MissingParameter" in kinds else f"{path}: {err}"
    return None


def _below(command: Any) -> dict[str, Any]:
    """A group's commands by name; empty for a command."""
    return getattr(command, "commands", {})


def test_unknown_commands_and_flags_would_be_noticed() -> None:
    assert refused(["run", "--listen", "127.0.0.1:0"]) is None
    assert refused(["dance"]) == "tightlip: no command dance"
    assert refused(["ca", "burn"]) == "tightlip ca: no command burn"
    assert "--fast" in str(refused(["run", "--fast"]))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_exists(page: Path) -> None:
    found = [match.strip() for code in _code(page) for match in _COMMAND.findall(code)]
    problems = [problem for words in found if (problem := refused(shlex.split(words))) is not None]
    assert problems == []


def test_the_readme_names_every_command() -> None:
    shown = README.read_text()
    names = [
        f"tightlip {name}" + (f" {below}" if below else "")
        for name, command in COMMAND.commands.items()
        for below in _below(command) or [""]
    ]
    assert [name for name in names if name not in shown] == ["tightlip version"]


def _keys(model: type[BaseModel], at: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _keys(kind, f"{at}{name}.")
        else:
            yield at + name


def _table(text: str, header: str) -> list[list[str]]:
    """The cells of the rows below a table's header line."""
    body = text.split(header + "\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in body]


def test_the_configuration_table_has_every_key_with_its_default(tmp_path: Path) -> None:
    rows = {_SPAN.findall(row[0])[0]: row[1] for row in _table(README.read_text(), "| key | default | meaning |")}
    assert sorted(rows) == sorted(_keys(Config))
    told = {key: found[1] for key, cell in rows.items() if (found := _ONE_SPAN.fullmatch(cell))}
    assert set(rows) - set(told) == {"state_dir", "workers"}  # described in words
    tree: dict[str, Any] = {}
    for key, default in told.items():
        *above, last = key.split(".")
        section = tree.setdefault(above[0], {}) if above else tree
        section[last] = YAML(typ="safe", pure=True).load(default)
    file = tmp_path / "tightlip.yaml"
    file.write_text(json.dumps(tree))
    environment = {"HOME": str(tmp_path)}
    assert load(file, environment, {}) == Config(state_dir=load(file, environment, {}).state_dir)


def test_the_keys_that_need_a_restart_are_told() -> None:
    text = (ROOT / "docs" / "reload.md").read_text()
    told = text.split("\n## What needs a restart\n", 1)[1].split(" itself.", 1)[0]
    assert set(_SPAN.findall(told)) == NEEDS_RESTART


def test_every_environment_variable_is_known(tmp_path: Path) -> None:
    text = "".join(page.read_text() for page in [*PAGES, *PACKAGING])
    names = set(re.findall(r"\bTIGHTLIP_[A-Z_]+[A-Z]", text))
    assert names
    load(None, {"HOME": str(tmp_path), **dict.fromkeys(names, "")}, {})  # raises for one that is not


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        ({"policy": "./nothing.yaml"}, "nothing.yaml': expected a pack"),
        ({"rules": ["nothing"]}, "nothing"),
        ({"users": "nothing.yaml"}, "nothing.yaml: expected a users file"),
        (
            {"names": {"model": "no_such_pack"}},
            "tightlip.yaml:1: names.model: expected an installed spaCy pack, found no 'no_such_pack'; to install it: "
            "python -m pip install no_such_pack",
        ),
        ({"hosts": {"llm.example.com": "nobody"}}, "expected a vendor's id, found nobody"),
        ({"limits": {"body": "much"}}, "tightlip.yaml:1: limits.body: expected a size"),
    ],
)
def test_config_check_tells_what_would_stop_a_start(tmp_path: Path, mistake: dict[str, Any], expected: str) -> None:
    (tmp_path / "tightlip.yaml").write_text(json.dumps({"state_dir": str(share_rules(tmp_path / "state")), **mistake}))
    command = [sys.executable, "-m", "proxy", "config", "check"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert expected in done.stderr
    assert "fault" not in done.stderr


def test_the_example_policy_is_one(tmp_path: Path) -> None:
    (example,) = [code for code in _FENCED.findall(README.read_text()) if code.startswith("id: ")]
    file = tmp_path / "acme.yaml"
    file.write_text(example)
    assert load_policy(str(file), policy_folder()).id == "acme"


def test_the_policy_packs_are_all_told() -> None:
    packs = {path.stem for path in (bundled_rules() / "policies").glob("*.yaml")}
    rows = _table(README.read_text(), "| pack | findings | what can't be read |")
    assert {_SPAN.findall(row[0])[0] for row in rows} == packs


# What is said of the rules.

OF_NO_VENDOR = frozenset(
    """
    app automation browser business chat code data here hex incident incoming iot ldap line lookup mobile open otp
    payment platform power saml search server sign sk subscription support
    """.split()
)
"""First words of rules' ids that name a kind of service, or say too little."""
NOT_BY_VENDOR = frozenset("config-file database generic header network private-key wallet".split())


@pytest.fixture(scope="module")
def counts() -> dict[str, int]:
    """Of the shipped rules: all, those of each category, vendors of secrets, kinds of identifier, their countries."""
    ruleset = load_rules([bundled_rules()], cache_dir=rules_folder())
    secrets = [rule for rule in ruleset.rules if rule.category is Category.SECRET]
    files = {rule.id: Path(ruleset.origins[rule.id].rpartition(":")[0]).stem for rule in secrets}
    national = [rule for rule in ruleset.rules if rule.category is not Category.SECRET and rule.id[2:3] == "-"]
    return {
        "rules": len(ruleset.rules),
        **{f"`{category}`": sum(rule.category is category for rule in ruleset.rules) for category in Category},
        "vendors": len({i.partition("-")[0] for i, file in files.items() if file not in NOT_BY_VENDOR} - OF_NO_VENDOR),
        "kinds of identifier": len({rule.entity for rule in national}),
        "countries": len({rule.id[:2] for rule in national} - {"eu", "yu"}),
    }


def test_the_numbers_of_rules_and_kinds_hold(counts: dict[str, int]) -> None:
    """At least as many as told, and not so many more that the page is old."""
    readme = README.read_text()
    told = {row[0]: int(row[1].removeprefix("over ")) for row in _table(readme, "| category | rules | kinds |")}
    for text in (readme, (ROOT / "CHANGELOG.md").read_text()):
        for number, what in re.findall(r"[Oo]ver ([\d,]+) (rules|vendors|kinds of identifier|countries)", text):
            told[f"{what} {number}"] = int(number.replace(",", ""))
    assert len(told) >= 7
    have = {name: counts[name.rpartition(" ")[0] if name[-1].isdigit() else name] for name in told}
    assert {name: have[name] for name, least in told.items() if not least <= have[name] <= 1.5 * least} == {}


def test_every_check_is_told_and_whether_it_completes_examples() -> None:
    text = (ROOT / "docs" / "rules.md").read_text().split("\n## Checks\n", 1)[1].split("\n## ", 1)[0]
    rows = _table(text, "| check | proves | template |")
    told = {word for code in _SPAN.findall(text) for word in code.split()}
    assert set(CHECKS) - told == set()
    assert {name for row in rows for name in _SPAN.findall(row[0])} <= set(CHECKS)
    completing = {name for row in rows if row[2] == "yes" for name in _SPAN.findall(row[0])}
    assert completing == {name for name in CHECKS if _completes(name)}


def _completes(name: str) -> bool:
    try:
        complete(name, "")
    except ValueError as err:
        return "expected one of" not in str(err)
    except Exception:  # it can, but not this
        return True
    return True


def test_the_first_example_of_a_rule_proves_itself(tmp_path: Path) -> None:
    codes = _FENCED.findall((ROOT / "docs" / "rules.md").read_text())
    file = tmp_path / "acme.yaml"
    file.write_text(next(code for code in codes if code.startswith("rules:")))
    assert check([file], cache_dir=rules_folder()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        '{"donorNumber": "%s"}',
        "DONOR_NUMBER=%s",
        "id,donor_number\n1,%s\n",
        "| id | Donor number |\n|---|---|\n| 1 | %s |",
        "INSERT INTO donor (id, donor_number) VALUES (1, '%s');",
        "<donorNumber>%s</donorNumber>",
        "Donor number: %s",
        "MSH|^~\\&|LAB|N|E|N|20260214||ORU^R01|1|P|2.5\rZDN|1|a|b|%s|c",
    ],
    ids=["json", "environment", "csv", "markdown", "sql", "xml", "note", "hl7"],
)
def test_the_fields_of_the_readme_are_found_in_every_format(tmp_path: Path, text: str) -> None:
    (fields,) = re.findall(r"`(fields: .*?)`", README.read_text())
    rule = {"id": "donor", "description": "A donor's number.", "category": "phi", "entity": "DONOR_NUMBER"}
    rule |= YAML(typ="safe", pure=True).load(fields) | {"examples": ["1", "2"], "counterexamples": ["3", "4"]}
    (tmp_path / "donor.yaml").write_text(json.dumps({"rules": [rule]}))
    engine = Engine(load_rules([tmp_path]), bytes(32))
    value = "D4820193"
    whole = text % value
    assert [whole[found.start : found.end] for found in engine.scan(whole).findings] == [value]


def test_every_file_of_the_detectors_has_its_line() -> None:
    """Or its name begins with another's that has one: a file that grew too long was cut in two."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    told = {word for row in _table(text, "| role | files of `detectors/` |") for word in _SPAN.findall(row[1])}
    files = {path.stem for path in (ROOT / "detectors").rglob("*.py")} - {"__init__"}
    assert [name for name in sorted(files) if not name.startswith(tuple(told))] == []


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(_FENCED.sub("", page.read_text())):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_files_that_are_named_exist(page: Path) -> None:
    named = {path for code in _SPAN.findall(page.read_text()) for path in _PATH.findall(code)}
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", [*PAGES, *PACKAGING], ids=_name)
def test_nothing_of_a_writers_desk_is_left(page: Path) -> None:
    """No machine's folders, no tracker's numbers, no notes to oneself."""
    text = page.read_text()
    desk = [f"{ROOT}/", "/home/", "/Users/"]
    assert [folder for folder in desk if folder in text] == []
    assert re.findall(r"(?i)\b(?:issue|ticket|session) #?\d+|(?<![\w&(])#\d+\b|\b(?:TODO|FIXME|XXX)\b", text) == []


@pytest.mark.slow
def test_no_page_holds_what_the_product_looks_for() -> None:
    engine = Engine(load_rules([bundled_rules()], cache_dir=rules_folder()), bytes(32), cache_dir=rules_folder())
    grave = (Category.SECRET, Category.PCI)
    for page in [*PAGES, *PACKAGING]:
        found = engine.scan(page.read_text()).findings
        assert [finding.rule for finding in found if finding.category in grave] == [], page


# What a run gives.


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeVendor]:
    with FakeVendor(make_authority(tmp_path_factory.mktemp("vendor"))) as vendor:
        yield vendor


def _transcript(name: str) -> str:
    found = re.search(rf"<!-- transcript: {name} -->\n```\w*\n(.*?)\n```\n", README.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def _ask(vendor: FakeVendor, folder: Path, policy: str) -> tuple[str, str]:
    """The answer, head and body, to the README's prompt under a policy; and the metrics page after it."""
    prompt = _transcript("prompt").replace("$AWS_KEY", values.aws_key())
    config = configuration(vendor.address, vendor.authority.ca, policy=policy)
    share_rules(folder / "state")
    with Tightlip(folder, config) as tightlip:
        curl = ["curl", "-si", "--suppress-connect-headers", "--proxy", f"http://{tightlip.listen}"]
        curl += ["--cacert", str(tightlip.state / "ca" / "bundle.pem"), "-H", "content-type: application/json"]
        sent = subprocess.run(
            [*curl, "https://api.anthropic.com/v1/messages", "-d", prompt], capture_output=True, text=True, timeout=30
        )
        return sent.stdout, tightlip.get("/metrics")[1]


def _settled(text: str) -> str:
    """Without what differs from run to run."""
    text = re.sub(r"tl-[a-z0-9]{10}", "tl-REFERENCE", text.replace("\r", ""))
    lines = re.sub(r":[0-9a-f]{6}\]", ":NAME]", text).strip().splitlines()
    return "\n".join(line.rstrip() for line in lines)


@pytest.mark.slow
def test_the_block_of_the_readme_is_what_a_run_gives(vendor: FakeVendor, tmp_path: Path) -> None:
    vendor.reset()
    answer, _ = _ask(vendor, tmp_path, "strict")
    assert _settled(answer) == _settled(_transcript("block"))
    assert vendor.requests == []


@pytest.mark.slow
def test_the_redaction_of_the_readme_is_what_the_vendor_gets(vendor: FakeVendor, tmp_path: Path) -> None:
    vendor.reset()
    _, page = _ask(vendor, tmp_path, "balanced")
    assert _settled(vendor.last.body.decode()) == _settled(_transcript("redaction"))
    series = set(re.findall(r"^# TYPE (tightlip_\w+) ", page, re.MULTILINE))
    assert set(re.findall(r"tightlip_[a-z_]+[a-z]", README.read_text())) <= series
    assert set(re.findall(r"^### `(tightlip_\w+)`", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE)) == series
