"""The marked block: everything around it is the user's; shells and parsers read in it what was meant."""

import subprocess
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.clientsetup import block
from proxy.clientsetup.tool import Form

VALUES = {"HTTPS_PROXY": "http://a:b%40c@127.0.0.1:8080", "ODD": "a b'c\"d$HOME`e\\f#g"}
_TEXTS = st.text("ab #>\n<=", max_size=30).map(lambda text: text if not text or text.endswith("\n") else text + "\n")


@given(_TEXTS, st.booleans())
def test_a_block_is_taken_out_without_a_trace(text: str, first: bool) -> None:
    inside = block.put(text, "aider", "A=1\n", first=first)
    assert block.take(inside, "aider") == text
    assert block.put(inside, "aider", "A=1\n") == inside


@given(_TEXTS, _TEXTS)
def test_a_new_block_takes_the_place_of_the_old(before: str, behind: str) -> None:
    text = block.put(before, "codex", "A=1\n") + behind
    changed = block.put(text, "codex", "A=2\n")
    assert changed == text.replace("A=1", "A=2")


def test_blocks_of_several_tools_live_side_by_side() -> None:
    text = block.put(block.put("alias x=y\n", "aider", "A=1\n"), "codex", "B=2\n")
    assert block.take(block.take(text, "aider"), "codex") == "alias x=y\n"


def test_a_missing_line_end_is_added() -> None:
    assert block.put("alias x=y", "aider", "A=1\n").startswith("alias x=y\n# >>>")


@pytest.mark.parametrize("cut", ["# >>> tightlip setup aider >>>\n", "# <<< tightlip setup aider <<<\n"])
def test_a_damaged_block_is_left_alone(cut: str) -> None:
    whole = block.put("x\n", "aider", "A=1\n")
    for text in (whole.replace(cut, ""), whole + whole):
        with pytest.raises(block.BlockError, match="damaged"):
            block.take(text, "aider")
        with pytest.raises(block.BlockError, match="damaged"):
            block.put(text, "aider", "B=1\n")


def test_a_shell_reads_the_values() -> None:
    script = block.shell_lines(VALUES, "sh") + 'printf "%s\\n%s" "$HTTPS_PROXY" "$ODD"'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, timeout=10)
    assert done.stdout.split("\n") == list(VALUES.values())


def test_toml_reads_the_values_before_the_first_table() -> None:
    text = '# mine\n[table]\nHTTPS_PROXY = "other"\n'
    after = block.put(text, "codex", block.lines_of(Form.TOML, VALUES), first=True)
    block.check(Form.TOML, text, after, VALUES, "codex")
    assert tomllib.loads(after) == {**VALUES, "table": {"HTTPS_PROXY": "other"}}


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (Form.TOML, 'HTTPS_PROXY = "http://corp:3128"\n'),
        (Form.DOTENV, "HTTPS_PROXY=http://corp:3128\n"),
        (Form.DOTENV, "  export HTTPS_PROXY = 'http://corp:3128'\n"),
        (Form.CURLRC, "HTTPS_PROXY http://corp:3128\n"),
        (Form.CURLRC, "--HTTPS_PROXY: http://corp:3128\n"),
    ],
)
def test_what_the_user_set_is_not_set_twice(form: Form, text: str) -> None:
    after = block.put(text, "codex", block.lines_of(form, VALUES))
    with pytest.raises(block.BlockError, match="HTTPS_PROXY: set already"):
        block.check(form, text, after, VALUES, "codex")


def test_our_own_block_is_not_the_users() -> None:
    before = block.put("", "codex", "HTTPS_PROXY=http://old:1\n")
    block.check(Form.DOTENV, before, before, VALUES, "codex")


def test_broken_toml_is_not_touched() -> None:
    with pytest.raises(block.BlockError, match="expected TOML"):
        block.check(Form.TOML, "[table\n", "x", VALUES, "codex")


def test_values_are_read_back() -> None:
    for form in (Form.DOTENV, Form.CURLRC, Form.TOML):
        plain = {name: value for name, value in VALUES.items() if form is not Form.DOTENV or name != "ODD"}
        assert block.read(form, block.lines_of(form, plain)) == plain
    assert block.read(Form.DOTENV, "A=1\nA=2\n# B=3\nC=x # why\n") == {"A": "1", "C": "x"}
