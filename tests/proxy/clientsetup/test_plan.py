"""What an undo takes back and what it leaves: the user's later edits win."""

import json

from proxy.clientsetup import record
from proxy.clientsetup.plan import undo
from proxy.clientsetup.table import TOOLS
from proxy.clientsetup.tool import Values
from tests.proxy.clientsetup.homes import VALUES, applied, undone

CLAUDE = TOOLS["claude-code"]
FILE = ".claude/settings.json"


def test_a_value_that_stood_there_comes_back() -> None:
    before = {FILE: '{"env": {"HTTPS_PROXY": "http://corp:3128", "MINE": "1"}}'}
    after, known = applied(CLAUDE, before)
    assert json.loads(after[FILE])["env"]["HTTPS_PROXY"] == VALUES.proxy
    assert undone(CLAUDE, after, known) == before


def test_it_still_comes_back_after_a_second_set_up_with_another_address() -> None:
    before = {FILE: '{"env": {"HTTPS_PROXY": "http://corp:3128"}}'}
    once, known = applied(CLAUDE, before)
    other = Values("http://127.0.0.1:9999", VALUES.ca, VALUES.bundle)
    twice, known = applied(CLAUDE, once, values=other, known=known)
    assert json.loads(twice[FILE])["env"]["HTTPS_PROXY"] == other.proxy
    assert undone(CLAUDE, twice, known) == before


def test_what_the_user_changed_since_stays_and_is_told() -> None:
    after, known = applied(CLAUDE, {})
    mine = after[FILE].replace(VALUES.proxy, "http://mine:1").replace("{\n", '{\n  "model": "opus",\n', 1)
    taken = undo(CLAUDE, FILE, mine, known[FILE])
    assert taken.kept == ("env.HTTPS_PROXY",)
    assert json.loads(taken.after or "") == {"model": "opus", "env": {"HTTPS_PROXY": "http://mine:1"}}


def test_what_the_user_removed_since_is_not_put_back() -> None:
    before = {FILE: '{"env": {"HTTPS_PROXY": "http://corp:3128"}}'}
    _, known = applied(CLAUDE, before)
    assert undo(CLAUDE, FILE, '{"a": 1}', known[FILE]).after == '{"a": 1}'


def test_lines_around_a_block_survive_an_undo() -> None:
    after, known = applied(TOOLS["aider"], {".bashrc": "alias x=y\n"})
    edited = {".bashrc": "# new\n" + after[".bashrc"] + "alias z=w\n"}
    assert undone(TOOLS["aider"], edited, known) == {".bashrc": "# new\nalias x=y\nalias z=w\n"}


def test_a_password_is_in_no_repr() -> None:
    values = Values("http://ada:pass" + "word@127.0.0.1:8080", "/ca", "/bundle")
    _, known = applied(CLAUDE, {}, values=values)
    assert "password" not in repr(values) + repr(known)


def test_with_a_password_the_base_url_carries_it_in_a_header() -> None:
    values = Values("http://ada:p%40ss@127.0.0.1:8080", "/ca", "/bundle")
    after, _ = applied(CLAUDE, {}, values=values, changes=CLAUDE.base_url)
    headers = json.loads(after[FILE])["env"]["ANTHROPIC_CUSTOM_HEADERS"]
    assert headers == "x-tightlip-authorization: Basic YWRhOnBAc3M="
    without, _ = applied(CLAUDE, {}, changes=CLAUDE.base_url)
    assert list(json.loads(without[FILE])["env"]) == ["ANTHROPIC_BASE_URL"]


def test_a_record_is_read_as_it_was_written() -> None:
    before = {FILE: '{"env": {"HTTPS_PROXY": null, "NO_PROXY": "x"}}', ".bashrc": ""}
    _, known = applied(CLAUDE, before)
    assert record.read(record.write(known)) == known
