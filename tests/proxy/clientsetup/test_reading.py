"""What a tool's settings come to, from its files and the environment."""

import pytest

from proxy.clientsetup.jsonc import JsoncError
from proxy.clientsetup.reading import Reading, is_bypassed, proxy_address, read_settings
from proxy.clientsetup.table import TOOLS
from proxy.clientsetup.tool import Platform


def read(tool: str, files: dict[str, str] | None = None, **environment: str) -> Reading:
    return read_settings(TOOLS[tool], Platform.LINUX, (files or {}).get, environment)


def test_without_settings_there_is_no_proxy() -> None:
    assert read("claude-code").proxy is None
    assert read("aider").base_url is None


def test_the_environment_serves_every_tool() -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        reading = read("claude-code", **{name: "http://x:1"})
        assert (reading.proxy, reading.place) == ("http://x:1", "the environment")
    assert read("claude-code", HTTP_PROXY="http://x:1").proxy is None


def test_a_settings_file_goes_before_the_environment() -> None:
    files = {".claude/settings.json": '{"env": {"HTTPS_PROXY": "http://file:1", "NO_PROXY": "*"}} // x'}
    reading = read("claude-code", files, HTTPS_PROXY="http://env:2", NO_PROXY="")
    assert (reading.proxy, reading.place) == ("http://file:1", "~/.claude/settings.json")
    assert reading.bypassed(("api.anthropic.com",)) == ("api.anthropic.com",)


def test_a_dotenv_file_goes_behind_it() -> None:
    files = {".codex/.env": "HTTPS_PROXY=http://file:1\nSSL_CERT_FILE='/b.pem'\n"}
    assert read("codex", files, HTTPS_PROXY="http://env:2").proxy == "http://env:2"
    assert read("codex", files).proxy == "http://file:1"
    assert read("codex", files).replaces == "/b.pem"
    assert read("codex", files, CODEX_CA_CERTIFICATE="/c.pem").replaces == "/c.pem"


def test_an_editor_has_its_own_setting_or_takes_the_environments() -> None:
    files = {".config/Code/User/settings.json": '{"http.proxy": "http://file:1"}'}
    assert read("vscode", files, HTTPS_PROXY="http://env:2").proxy == "http://file:1"
    assert read("vscode", {}, HTTPS_PROXY="http://env:2").proxy == "http://env:2"


def test_a_stale_body_hash_is_told() -> None:
    assert "cch=" in read("claude-code").missing[0]
    assert read("claude-code", CLAUDE_CODE_ATTRIBUTION_HEADER="0").missing == ()
    files = {".claude/settings.json": '{"env": {"CLAUDE_CODE_ATTRIBUTION_HEADER": "0"}}'}
    assert read("claude-code", files).missing == ()


def test_a_broken_file_is_named() -> None:
    with pytest.raises(JsoncError, match=r"~/.claude/settings.json: expected"):
        read("claude-code", {".claude/settings.json": "{"})


@pytest.mark.parametrize(
    "no_proxy",
    "*|api.openai.com|.openai.com|openai.com|*.openai.com|x, API.openai.com ,y|openai.com:443|a com".split("|"),
)
def test_what_could_be_a_bypass_is_one(no_proxy: str) -> None:
    assert is_bypassed(no_proxy, "api.openai.com")


@pytest.mark.parametrize(
    "no_proxy", ["", " ,, ", "localhost,127.0.0.1,::1", "penai.com", "openai.com.evil", ".", "10.0.0.0/8"]
)
def test_what_covers_other_hosts_is_none(no_proxy: str) -> None:
    assert not is_bypassed(no_proxy, "api.openai.com")


@pytest.mark.parametrize(
    ("proxy", "address"),
    [
        ("http://127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("http://ada:p%40ss@proxy.example:3128/", ("proxy.example", 3128)),
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("http://[::1]:8080", ("::1", 8080)),
        ("http://x", ("x", 80)),
        ("http://x:port", None),
        ("http://", None),
    ],
)
def test_addresses(proxy: str, address: tuple[str, int] | None) -> None:
    assert proxy_address(proxy) == address


def test_a_password_is_in_no_repr() -> None:
    assert "hush" not in repr(read("claude-code", HTTPS_PROXY="http://ada:hush@x:1"))
