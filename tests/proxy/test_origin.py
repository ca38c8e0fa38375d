"""Which code a request is about: what recorded clients show, what others are known to write, and what is prose."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy import formats
from proxy.document import json_segments
from proxy.evidence import MAX_PATHS, Evidence
from proxy.origin import gather, header_evidence, split_hints
from proxy.segment import Label, Segment
from proxy.verdict import Headers
from tests.proxy.inspecting import catalogue

CASES = sorted((Path(__file__).parent.parent / "cases" / "origins").glob("*.json"))


def shown(text: str, label: Label = Label.PROMPT, field: str = "text") -> Evidence:
    return gather((Segment("/x", label, text, field, 0, 0),))


def lines(*pairs: tuple[str, str]) -> Headers:
    return tuple((name.encode(), value.encode()) for name, value in pairs)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_recorded_clients_show_where_they_work(path: Path) -> None:
    case: dict[str, Any] = json.loads(path.read_text())
    fmt = formats.identify("POST", case["host"], case["target"], catalogue().vendor_for(case["host"]))
    body = json.dumps(case["body"]).encode()
    evidence = gather(fmt.refine(list(json_segments(body, fmt.label))))
    expected = {name: set(values) for name, values in case["shows"].items()}
    assert evidence.repositories == expected["repositories"]
    assert evidence.folders == expected["folders"]
    assert evidence.paths >= expected["paths"]
    told = header_evidence(lines(*case["hints"]), {})
    assert told.repositories <= expected["repositories"]
    assert told.folders <= expected["folders"]


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("<env>\nWorking directory: /srv/ledger\nIs directory a git repo: Yes", {"/srv/ledger"}),
        ("- Additional working directories: /srv/ledger", {"/srv/ledger"}),
        ("# Current Working Directory (/srv/ledger) Files\n", {"/srv/ledger"}),
        ("<environment_context>\n  <cwd>/srv/ledger</cwd>", {"/srv/ledger"}),
        ("Workspace Path: C:\\Users\\ada\\ledger\n", {"~/ledger"}),
        ("The absolute path of the user's workspace is /home/ada/ledger.\n", {"~/ledger"}),
        (
            "I am working in a workspace with the following folders:\n- /srv/ledger\n- /srv/web\nAnd so on.",
            {"/srv/ledger", "/srv/web"},
        ),
        ("  - **Workspace Directories:**\n  - /srv/ledger\n  - /srv/web\n", {"/srv/ledger", "/srv/web"}),
        ("The user's workspace is opened at `/srv/ledger`.", {"/srv/ledger"}),
        ("Working directory: the folder that you are in", set()),
    ],
)
def test_clients_say_where_they_work_in_many_words(text: str, folders: set[str]) -> None:
    assert shown(text).folders == folders
    assert shown(text, Label.SYSTEM).folders == folders


LEDGER = {"github.com/acme/ledger"}


@pytest.mark.parametrize(
    ("text", "repositories"),
    [
        ("origin\tgit@github.com:acme/ledger.git (fetch)\norigin\tgit@github.com:acme/ledger.git (push)", LEDGER),
        ("origin  https://github.com/acme/ledger (fetch)", LEDGER),
        ("core.bare=false\nremote.origin.url=git@github.com:acme/ledger.git\n", LEDGER),
        ('[remote "origin"]\n\turl = git@github.com:acme/ledger.git\n', LEDGER),
        ('[remote "origin"]\n\tfetch = +refs/heads/*\n\turl = ssh://git@github.com/acme/ledger.git\n', LEDGER),
        ("Everything done\nTo github.com:acme/ledger.git\n   1..2 main -> main", LEDGER),
        ("See https://github.com/acme/ledger.git and git@github.com:acme/ledger.git for it.", set()),
    ],
)
def test_what_git_prints_names_the_repository(text: str, repositories: set[str]) -> None:
    assert shown(text, Label.TOOL_RESULT).repositories == repositories


def test_clients_name_the_repository() -> None:
    assert shown("* Git repository: Acme/Ledger\n").repositories == LEDGER
    assert shown("Repository: https://github.com/acme/ledger\n").repositories == LEDGER
    assert shown("Repository name: ledger\nOwner: acme\nCurrent branch: main").repositories == LEDGER
    assert shown(" - Is a git repository: true\n").repositories == set()


@pytest.mark.parametrize(
    ("field", "value", "paths"),
    [
        ("file_path", "/srv/ledger/src/a.py", {"/srv/ledger/src/a.py"}),
        ("filePath", "src\\a.py", {"src/a.py"}),
        ("uri", "file:///srv/ledger/a%20b.py", {"/srv/ledger/a b.py"}),
        ("content", "/srv/ledger/src/a.py is fine", set()),
        ("command", "cat src/a.py | grep x > /tmp/out", {"src/a.py", "/tmp/out"}),
        ("cmd", "curl https://example.com/a/b", set()),
    ],
)
def test_tool_arguments_name_paths(field: str, value: str, paths: set[str]) -> None:
    assert shown(value, Label.TOOL_ARGUMENT, field).paths == paths
    assert shown(json.dumps({field: value}), Label.TOOL_ARGUMENT, "arguments").paths == paths


def test_commands_change_folders_and_clone() -> None:
    evidence = shown("cd /srv/ledger && git clone git@github.com:acme/ledger.git", Label.TOOL_ARGUMENT, "command")
    assert evidence.folders == {"/srv/ledger"}
    assert evidence.repositories == LEDGER


@pytest.mark.parametrize(
    "text",
    [
        "src/settlement/fees.py",
        "src/settlement/fees.py:12:def fee():",
        "./src/settlement/fees.py\nsrc/x.py",
        "*** Update File: src/settlement/fees.py\n@@",
        "diff\n--- a/src/settlement/fees.py\n+++ b/src/settlement/fees.py\n",
        "<path>src/settlement/fees.py</path>\n<content>",
        "Here it is:\n\nsrc/settlement/fees.py\n```python\n",
    ],
)
def test_paths_that_stand_as_such(text: str) -> None:
    assert any(path.endswith("src/settlement/fees.py") for path in shown(text, Label.TOOL_RESULT).paths)


@pytest.mark.parametrize(
    "text",
    [
        "I think src/settlement/fees.py and /srv/ledger should be looked at, and/or removed.",
        "Is the working directory of the service relevant? See src/settlement/fees.py for it.",
        "    return left/right + up/down  # src/settlement/fees.py\n",
    ],
)
def test_a_path_in_prose_is_no_evidence(text: str) -> None:
    assert not shown(text)


def test_tool_schemas_and_ids_show_nothing() -> None:
    for label in (Label.TOOL_SCHEMA, Label.ID, Label.OPAQUE, Label.KEY):
        assert not shown("Working directory: /srv/ledger\n", label)


def test_headers_of_clients_and_of_the_operator() -> None:
    headers = lines(
        ("X-GitHub-Repository-NWO", "Acme/Ledger"),
        ("X-Repository", "git@gitlab.acme.com:pay/core.git"),
        ("X-Workspace", "C:\\code\\core"),
        ("X-Other", "git@github.com:acme/other.git"),
    )
    evidence = header_evidence(headers, {"x-repository": "repository", "x-workspace": "folder"})
    assert evidence.repositories == {*LEDGER, "gitlab.acme.com/pay/core"}
    assert evidence.folders == {"c:/code/core"}


def test_an_operators_headers_do_not_go_on() -> None:
    headers = lines(("X-Repository", "r"), ("X-GitHub-Repository-NWO", "n"), ("Accept", "a"))
    kept, hints = split_hints(headers, ["x-repository"])
    assert kept == headers[1:]
    assert hints == headers[:2]


def test_a_hundred_thousand_paths_are_cut_and_it_is_told() -> None:
    evidence = shown("\n".join(f"src/{number}/a.py" for number in range(100_000)), Label.TOOL_RESULT)
    assert len(evidence.paths) == MAX_PATHS
    assert evidence.is_cut


@given(
    st.text("/\\.:~ab \n\t`*[]()\"'{}<>=-+", max_size=200), st.sampled_from(Label), st.sampled_from(["cwd", "cmd", "x"])
)
def test_any_text_can_be_looked_at(text: str, label: Label, field: str) -> None:
    evidence = shown(text, label, field)
    assert all("\\" not in place and "\n" not in place for place in evidence.places)


HOSTILE = ("orkspace: /", "a/", "../", '[remote "', "(fetch) ", "```a:", " - /x\n", "{", "[", 'ath="a', "\\", "cd ")


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear_in_hostile_texts(piece: str) -> None:
    """A quadratic reader would take minutes for this and run into the tests' own limit."""
    for label, field in ((Label.PROMPT, "text"), (Label.TOOL_RESULT, "text"), (Label.TOOL_ARGUMENT, "command")):
        shown(piece * (400_000 // len(piece)), label, field)
