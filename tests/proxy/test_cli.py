"""The commands as they are called: what they print, and the exit codes that scripts lean on."""

import base64
import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from proxy.cli import main
from tests.compiled import share_rules

KEY = "AKIA" + "QYLPMN5HHHFPZAM2"
CARD = "4556" + "7375" + "8689" + "9855"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return share_rules(tmp_path_factory.mktemp("state"))


Done = subprocess.CompletedProcess[str]


def tightlip(state: Path, *arguments: str, given: str = "", cwd: Path | None = None) -> Done:
    """The command in this very process: one of its own would take two seconds to import what it needs."""
    out, err, read = (io.TextIOWrapper(io.BytesIO(content), "utf-8") for content in (b"", b"", given.encode()))
    with (
        patch.dict(os.environ, {"TIGHTLIP_STATE_DIR": str(state)}),
        patch.object(sys, "argv", ["tightlip", *arguments]),
        patch.object(sys, "stdin", read),
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    for stream in (out, err):
        stream.seek(0)
    assert isinstance(ended.value.code, int)
    return Done(arguments, ended.value.code, out.read(), err.read())


def process(state: Path, *arguments: str, given: str = "") -> Done:
    """The command as a shell runs it."""
    environment = {**os.environ, "TIGHTLIP_STATE_DIR": str(state)}
    command = [sys.executable, "-m", "proxy", *arguments]
    return subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=110, env=environment, check=False
    )


def lines(done: Done) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "deploy.env").write_text(f"REGION=eu\n  AWS_ACCESS_KEY_ID={KEY}\n")
    (folder / "clean.py").write_text("import os\n\nprint(os.environ['API_KEY'])\n")
    (folder / "picture.png").write_bytes(b"\x89PNG\0\0")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text(KEY)
    return folder


def test_scan_names_the_place_and_hides_the_value(state: Path, leaky: Path) -> None:
    done = tightlip(state, "scan", str(leaky))
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert f"{leaky}/deploy.env:2:21: high aws-access-key-id (secret, AWS_ACCESS_KEY): AKIA" in line
    assert KEY not in done.stdout + done.stderr
    assert "picture.png: binary, not read" in done.stderr


def test_scan_leaves_the_state_folder_out(tmp_path: Path) -> None:
    own = tmp_path / "below" / "state"
    for folder in (own, tmp_path / "other"):
        share_rules(folder)
        (folder / "note.txt").write_text(KEY)
    (line,) = tightlip(own, "scan", ".", cwd=tmp_path).stdout.splitlines()
    assert line.startswith("other/note.txt:1:1: ")


def test_scan_as_json(state: Path, leaky: Path) -> None:
    (found,) = json.loads(tightlip(state, "scan", "--format", "json", str(leaky)).stdout)
    assert (found["rule"], found["category"], found["entity"]) == ("aws-access-key-id", "secret", "AWS_ACCESS_KEY")
    assert (found["line"], found["column"], found["severity"]) == (2, 21, "high")
    assert KEY not in json.dumps(found)


def test_scan_as_sarif(state: Path, leaky: Path) -> None:
    document = json.loads(tightlip(state, "scan", "--format", "sarif", str(leaky)).stdout)
    (run,) = document["runs"]
    (result,) = run["results"]
    assert document["version"] == "2.1.0"
    assert result["ruleId"] in {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 21}


@pytest.mark.parametrize(
    ("arguments", "given", "code"),
    [
        ((), "nothing here", 0),
        (("-",), "nothing here", 0),
        (("-",), f"card {CARD}", 1),
        (("no-such-file",), "", 2),
        (("--format", "xml", "-"), "", 2),
        (("--no-such-flag",), "", 2),
    ],
)
def test_exit_codes_of_scan(state: Path, arguments: tuple[str, ...], given: str, code: int) -> None:
    assert tightlip(state, "scan", *arguments, given=given).returncode == code


@pytest.mark.slow
def test_a_shell_gets_the_same(state: Path) -> None:
    done, within = (run(state, "scan", "-", given=f"card {CARD}") for run in (process, tightlip))
    assert (done.returncode, done.stdout, done.stderr) == (1, within.stdout, within.stderr)
    assert CARD[:4] in done.stdout


@pytest.mark.slow  # compiles every rule: there is no folder for a cache
@pytest.mark.timeout(300)
def test_scan_needs_no_state_folder(tmp_path: Path) -> None:
    taken = tmp_path / "a-file"
    taken.write_text("")
    assert tightlip(taken / "below", "scan", "-", given=KEY).returncode == 1


def test_scan_of_lines_answers_each_in_order(state: Path) -> None:
    texts = ["clean", f"\u00e9 \U0001f600 key {KEY}.", "", f"card {CARD}"]
    given = "".join(json.dumps({"id": str(number), "text": text}) + "\n" for number, text in enumerate(texts))
    answers = lines(tightlip(state, "scan", "--jsonl", given=given))
    assert [answer["id"] for answer in answers] == ["0", "1", "2", "3"]
    assert [answer["incomplete"] for answer in answers] == [False] * 4
    assert [len(answer["findings"]) for answer in answers] == [0, 1, 0, 1]
    (found,) = answers[1]["findings"]
    assert set(found) == {"rule", "category", "entity", "start", "end", "score", "verified", "severity"}
    assert texts[1][found["start"] : found["end"]] == KEY


def test_scan_of_lines_survives_a_bad_one(state: Path) -> None:
    done = tightlip(state, "scan", "--jsonl", given='{"id": 1}\nnot json\n{"id": 2, "text": "x"}\n')
    first, second, third = lines(done)
    assert (first["incomplete"], second["incomplete"], third) == (
        True,
        True,
        {"id": 2, "incomplete": False, "findings": []},
    )
    assert done.returncode == 2


def line(number: int, content: object, url: str = "https://api.openai.com/v1/chat/completions") -> str:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    item = {
        "id": number,
        "method": "POST",
        "url": url,
        "headers": [["content-type", "application/json"]],
        "body_b64": base64.b64encode(body).decode(),
        "user": None,
    }
    return json.dumps(item) + "\n"


def said(*texts: str) -> dict[str, object]:
    return {"model": "m", "messages": [{"role": "user", "content": text} for text in texts]}


@pytest.mark.slow
def test_inspect_is_the_live_pipeline(state: Path) -> None:
    requests = [
        said("hello"),
        said(f"key {KEY}"),
        b'{"a": 1, "a": 2}',
    ]
    given = "".join(line(number, content) for number, content in enumerate(requests))
    clean, redacted, refused = lines(process(state, "inspect", "--jsonl", given=given))
    assert (clean["decision"], clean["response_b64"]) == ("allow", None)
    assert base64.b64decode(clean["body_b64"]) == json.dumps(requests[0]).encode()
    assert redacted["decision"] == "redact"
    assert b"key [AWS_ACCESS_KEY:" in base64.b64decode(redacted["body_b64"])
    assert [(f["pointer"], f["start"], f["end"], f["action"]) for f in redacted["findings"]] == [
        ("/messages/0/content", 4, 24, "redact")
    ]
    assert (refused["decision"], refused["reason"], refused["status"]) == ("block", "duplicate_key", 400)
    assert refused["body_b64"] is None
    assert json.loads(base64.b64decode(refused["response_b64"]))["error"]["code"] == "dlp_blocked"


@pytest.mark.slow
def test_inspect_blocks_once_and_lets_the_conversation_go_on(state: Path) -> None:
    bad = f"key {KEY}"
    given = line(0, said(bad)) + line(1, said(bad)) + line(2, said(bad, "two plus two?"))
    answers = lines(process(state, "inspect", "--jsonl", "--policy", "strict", given=given))
    assert [answer["decision"] for answer in answers] == ["block", "block", "redact"]
    assert KEY not in base64.b64decode(answers[0]["response_b64"]).decode()


@pytest.mark.slow
def test_inspect_of_other_hosts_and_bad_lines(state: Path) -> None:
    given = line(0, said(KEY), "https://example.com/") + "nonsense\n" + line(2, said("x"), "https://127.0.0.1/")
    other, bad, private = lines(process(state, "inspect", "--jsonl", given=given))
    assert (other["decision"], other["reason"]) == ("allow", "not_intercepted")
    assert bad["id"] is None and "expected" in bad["error"]
    assert (private["decision"], private["reason"]) == ("block", "private_target")


def test_rules_check_points_at_the_mistake(state: Path, tmp_path: Path) -> None:
    rule = """\
rules:
- id: acme-token
  description: A token of Acme.
  category: secret
  entity: ACME_TOKEN
  keywords: [acme]
  pattern: 'acme_[a-z]{10}'
  examples: ['acme_${lower:10}', 'acme_${lower:9}']
  counterexamples: ['acme_1', 'acme']
"""
    file = tmp_path / "acme.yaml"
    file.write_text(rule)
    done = tightlip(state, "rules", "check", str(tmp_path))
    assert done.returncode == 1
    assert f"{file}:2: rule acme-token: examples" in done.stdout
    assert done.stderr == "1 problem\n"


def test_small_commands(state: Path, tmp_path: Path) -> None:
    assert tightlip(state, "version").stdout.startswith("tightlip 0.")
    assert "aws-access-key-id" in tightlip(state, "rules", "list").stdout
    assert tightlip(state, "ca", "path").stdout.strip() == str(state / "ca" / "tightlip-ca.pem")
    assert "api.openai.com" in tightlip(state, "ca", "show").stdout
    before = (state / "ca" / "tightlip-ca.pem").read_bytes()
    assert tightlip(state, "ca", "rotate").returncode == 0
    assert (state / "ca" / "tightlip-ca.pem").read_bytes() != before
    unknown = tmp_path / "tightlip.yaml"
    unknown.write_text("listn: 127.0.0.1:1\n")
    done = tightlip(state, "config", "check", "--config", str(unknown))
    assert done.returncode == 2
    assert f"{unknown}:1: listn" in done.stderr


def test_users_come_and_go(state: Path, tmp_path: Path) -> None:
    (tmp_path / "tightlip.yaml").write_text("users: users.yaml\n")
    flags = ("--group", "dev", "--role", "lead")
    added = tightlip(state, "users", "add", "ada", *flags, given="correct horse battery\n", cwd=tmp_path)
    assert added.returncode == 0, added.stderr
    assert tightlip(state, "users", "train", "ada", "hipaa", "--until", "2027-01-31", cwd=tmp_path).returncode == 0
    listed = tightlip(state, "users", "list", cwd=tmp_path).stdout.strip()
    assert listed == "ada  groups: dev  roles: lead  training: hipaa until 2027-01-31"
    assert "battery" not in (tmp_path / "users.yaml").read_text()
    assert tightlip(state, "users", "remove", "ada", cwd=tmp_path).returncode == 0
    assert tightlip(state, "users", "list", cwd=tmp_path).stdout.strip() == ""


def test_scan_explains_itself_without_the_value(state: Path, leaky: Path) -> None:
    told = tightlip(state, "scan", "--explain", str(leaky)).stdout
    assert "+0.90  pattern: aws-access-key-id" in told
    assert "keyword: akia" in told
    assert "=0.90  score" in told
    assert KEY not in told


def test_lines_are_explained_too(state: Path) -> None:
    given = json.dumps({"id": 1, "text": f"key {KEY}"}) + "\n"
    (answer,) = lines(tightlip(state, "scan", "--jsonl", "--explain", given=given))
    (finding,) = answer["findings"]
    assert finding["view"] == []
    assert sum(part["weight"] for part in finding["evidence"]) == pytest.approx(finding["score"])
    assert KEY not in json.dumps(answer)
