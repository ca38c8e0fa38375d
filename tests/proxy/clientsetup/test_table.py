"""The tables as a whole: each tool can be set up on each platform, is then read back as set up, and taken back."""

import pytest

from proxy.clientsetup.block import BlockError
from proxy.clientsetup.instruction import instructions
from proxy.clientsetup.reading import read_settings
from proxy.clientsetup.table import TOOLS
from proxy.clientsetup.tool import Change, Platform, Tool, Variables
from proxy.setting import vendor_folders
from proxy.vendor import load_catalogue
from tests.proxy.clientsetup.homes import VALUES, applied, environment_of, undone

CATALOGUE = load_catalogue(vendor_folders())
WAYS = [(tool, changes) for tool in TOOLS.values() for changes in (tool.changes, tool.base_url) if changes]
_ZED = ".config/zed/settings.json"
HOMES = [
    {},
    {".bashrc": "alias x=y\n", ".zshrc": "", ".config/fish/config.fish": "set x y\n"},
    {
        ".claude/settings.json": '{\n  // mine\n  "model": "opus"\n}\n',
        ".codex/config.toml": 'model = "gpt"\n\n[tools]\nweb = true\n',
        ".codex/.env": "OPENAI_ORG=x\n",
        ".config/Code/User/settings.json": '{\n\t"a": 1, // one\n}\n',
        _ZED: '// Zed\n{\n  "language_models": {\n    "openai": {}\n  }\n}\n',
        ".config/opencode/opencode.json": '{"provider": {"x": {}}}',
        ".curlrc": "silent\n",
    },
]


def _id(way: tuple[Tool, tuple[Change, ...]]) -> str:
    tool, changes = way
    return tool.id if changes is tool.changes else f"{tool.id} by base URL"


def test_there_are_the_tools_that_were_asked_for() -> None:
    assert len(TOOLS) >= 21
    assert all(tool.changes or tool.notes for tool in TOOLS.values())


@pytest.mark.parametrize("way", WAYS, ids=_id)
@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("files", HOMES)
def test_a_set_up_can_be_repeated_and_taken_back(way, platform: Platform, files: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    tool, changes = way
    once, known = applied(tool, files, platform=platform, changes=changes)
    twice, still = applied(tool, once, platform=platform, changes=changes, known=known)
    assert once != files
    assert (twice, still) == (once, known)
    # An object that is empty in the end goes, whoever made it.
    is_emptied = tool.id == "zed" and changes is tool.base_url and _ZED in files
    assert undone(tool, once, known) == (files | {_ZED: "// Zed\n{}\n"} if is_emptied else files)


@pytest.mark.parametrize("tool", [tool for tool in TOOLS.values() if tool.readable], ids=lambda tool: tool.id)
def test_a_set_up_is_read_back_as_such(tool: Tool) -> None:
    files, _ = applied(tool, {})
    reading = read_settings(tool, Platform.LINUX, files.get, environment_of(files))
    assert reading.proxy == VALUES.proxy
    assert reading.bypassed(tool.hosts) == ()
    assert tool.system or {VALUES.ca, VALUES.bundle} & {*reading.adds, reading.replaces}


@pytest.mark.parametrize("tool", [tool for tool in TOOLS.values() if tool.base_url], ids=lambda tool: tool.id)
def test_a_base_url_is_read_back_as_such(tool: Tool) -> None:
    files, _ = applied(tool, {}, changes=tool.base_url)
    reading = read_settings(tool, Platform.LINUX, files.get, environment_of(files))
    assert reading.proxy is None
    assert str(reading.base_url).startswith(f"{VALUES.origin}/v/")


@pytest.mark.parametrize("tool", [tool for tool in TOOLS.values() if tool.id != "git"], ids=lambda tool: tool.id)
def test_a_tools_hosts_are_vendors(tool: Tool) -> None:
    assert tool.hosts
    assert all(CATALOGUE.vendor_for(host) for host in tool.hosts)


@pytest.mark.parametrize("way", WAYS, ids=_id)
def test_instructions_leave_nothing_to_fill_in(way) -> None:  # type: ignore[no-untyped-def]
    tool, changes = way
    steps = list(instructions(tool, changes, VALUES, Platform.LINUX))
    text = "\n".join([step.where for step in steps] + [line for step in steps for line in step.lines])
    assert not [name for name in ("{proxy}", "{ca}", "{bundle}", "{origin}", "{config}", "{no_proxy}") if name in text]
    assert "credentials" not in text
    assert all(isinstance(change, Variables) or steps[0].lines for change in changes)


def test_a_setting_of_the_users_own_stops_a_set_up() -> None:
    with pytest.raises(BlockError, match=r"~/.codex/.env: HTTPS_PROXY: set already"):
        applied(TOOLS["codex"], {".codex/.env": "HTTPS_PROXY=http://corp:3128\n"})
