"""Two editions that disagree about everything, for tests that exchange one for the other while requests run."""

import json
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proxy.control import ask, take_answer
from tests.e2e.lab import Tightlip

ENTITIES = ("AWS_ACCESS_KEY", "CREDIT_CARD_TEST")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: which entity its policy blocks, letting the other pass, and what its registry says of OpenAI."""

    policy: str
    blocks: str
    approval: str

    def write(self, folder: Path) -> None:
        """Puts policy and registry where the proxy looks, each file whole."""
        clauses = [{"id": f"{self.policy}-stops", "when": {"entity": [self.blocks]}, "action": "block"}]
        policy = {"version": 1, "id": self.policy, "description": "", "findings": clauses, "default": "log"}
        replace_file(folder / "policy.yaml", policy)
        replace_file(folder / "registry.yaml", {"vendors": {"openai": {"approval": self.approval}}})


A = Side("side-a", ENTITIES[0], "approved")
B = Side("side-b", ENTITIES[1], "restricted")
RULE = {
    "id": "acme-door-code",
    "description": "A code of ours that opens doors.",
    "category": "custom",
    "entity": "ACME_DOOR_CODE",
    "severity": "high",
    "keywords": ["acme"],
    "pattern": "ACME-[0-9]{8}",
    "references": ["https://example.com"],
    "examples": ["ACME-12345678", "ACME-12345679"],
    "counterexamples": ["ACME-1", "ACME-2"],
}


def keys(folder: Path, **more: Any) -> dict[str, Any]:
    """The configuration that reads what `Side.write` writes."""
    return {"policy": str(folder / "policy.yaml"), "registry": str(folder / "registry.yaml"), **more}


def write_rules(folder: Path, number: int) -> None:
    """A rule base of one rule, another one for each number."""
    folder.mkdir(exist_ok=True)
    replace_file(folder / "own.yaml", {"rules": [{**RULE, "description": f"A code of ours, version {number}."}]})


def reload(tightlip: Tightlip, seconds: float = 240) -> Mapping[str, Any]:
    """What `tightlip reload --json` prints, without a process of its own."""
    question = ask(tightlip.state)
    os.kill(tightlip.pid, signal.SIGHUP)
    deadline = time.monotonic() + seconds
    while (answer := take_answer(tightlip.state, question)) is None:
        assert time.monotonic() < deadline, "no answer"
        time.sleep(0.01)
    return answer


def loads(tightlip: Tightlip) -> list[dict[str, Any]]:
    return [record for record in tightlip.audit() if record["type"] == "load"]


def replace_file(path: Path, content: Any) -> None:
    partial = path.with_name(f".{path.name}.new")
    partial.write_text(json.dumps(content))  # JSON is YAML
    partial.replace(path)
