"""Measuring with one thread for arrays."""

import subprocess
import sys

import pytest

from bench import thread
from tests.e2e.lab import ROOT


def test_the_module_starts_anew_once(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def execve(_: str, command: list[str], environment: dict[str, str]) -> None:
        started.append(command)
        for name, value in thread.ONE.items():
            monkeypatch.setenv(name, environment[name])
            assert value == environment[name]

    for name in thread.ONE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(thread.os, "execve", execve)
    monkeypatch.setattr(sys, "argv", ["names", "--quick"])
    for _ in range(2):
        thread.take_one("bench.names")
    assert started == [[sys.executable, "-m", "bench.names", "--quick"]]


def test_arguments_are_judged_before() -> None:
    command = [sys.executable, "-m", "bench.names", "--nothing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "unrecognized arguments: --nothing" in done.stderr
