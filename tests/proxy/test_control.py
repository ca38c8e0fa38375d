"""How a command finds the running proxy: by a lock that only the living hold, and a file that nobody else wrote."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from proxy import control
from proxy.configfile import ConfigError
from proxy.control import PID_FILE, Presence, ask, login, running_pid, take_answer, withdraw


def test_nobody_runs(tmp_path: Path) -> None:
    assert running_pid(tmp_path) is None


def test_the_running_one_is_found_until_it_ends(tmp_path: Path) -> None:
    with Presence(tmp_path):
        assert running_pid(tmp_path) == os.getpid()
        assert (tmp_path / PID_FILE).stat().st_mode & 0o777 == 0o600
    assert running_pid(tmp_path) is None


def test_a_process_that_was_killed_is_not_believed_to_run(tmp_path: Path) -> None:
    script = "import sys, pathlib, os, signal\nfrom proxy.control import Presence\n"
    script += f"Presence(pathlib.Path({str(tmp_path)!r}))\nos.kill(os.getpid(), signal.SIGKILL)"
    subprocess.run([sys.executable, "-c", script], check=False)
    assert (tmp_path / PID_FILE).read_text().strip().isdecimal()
    assert running_pid(tmp_path) is None


def test_there_is_one_for_each_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "LOCK_SECONDS", 0)
    with Presence(tmp_path), pytest.raises(ConfigError, match="expected no other proxy"):
        Presence(tmp_path)
    Presence(tmp_path).close()


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_is_not_believed(tmp_path: Path, mode: int) -> None:
    with Presence(tmp_path):
        (tmp_path / PID_FILE).chmod(mode)
        with pytest.raises(ConfigError, match="only its owner"):
            running_pid(tmp_path)


@pytest.mark.parametrize("content", ["", "none", "-1", "99999999"])
def test_a_file_without_the_id_of_a_process_is_told(tmp_path: Path, content: str) -> None:
    with Presence(tmp_path):
        (tmp_path / PID_FILE).write_text(content)
        with pytest.raises(ConfigError, match="expected the id of a process"):
            running_pid(tmp_path)


def test_a_link_is_no_file_of_ours(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("1")
    (tmp_path / PID_FILE).symlink_to(tmp_path / "other")
    with pytest.raises(ConfigError):
        running_pid(tmp_path)
    with pytest.raises(ConfigError):
        Presence(tmp_path)


def test_a_question_is_asked_once_and_answered_once(tmp_path: Path) -> None:
    with Presence(tmp_path) as presence:
        asked = {ask(tmp_path), ask(tmp_path)}
        questions = presence.questions()
        assert {question.id for question in questions} == asked
        assert {question.asker for question in questions} == {login(os.getuid())}
        assert presence.questions() == []
        for question in questions:
            assert take_answer(tmp_path, question.id) is None
            presence.answer(question, {"result": "taken"})
            assert take_answer(tmp_path, question.id) == {"result": "taken"}
            assert take_answer(tmp_path, question.id) is None


def test_a_question_taken_back_leaves_nothing(tmp_path: Path) -> None:
    with Presence(tmp_path) as presence:
        withdraw(tmp_path, ask(tmp_path))
        assert presence.questions() == []
    assert list((tmp_path / control.FOLDER).iterdir()) == []


def test_what_was_left_behind_is_swept_out(tmp_path: Path) -> None:
    with Presence(tmp_path):
        old, new = ask(tmp_path), ask(tmp_path)
    os.utime(tmp_path / control.FOLDER / f"{old}.ask", (1, 1))
    with Presence(tmp_path) as presence:
        assert [question.id for question in presence.questions()] == [new]


def test_without_a_folder_there_is_nobody_to_ask(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a folder"):
        ask(tmp_path)


def test_an_owner_without_a_name_is_a_number() -> None:
    assert login(4_000_000_001) == "uid 4000000001"
