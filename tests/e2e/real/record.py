"""`python -m tests.e2e.real.record [ID ...]`: what clients send, kept in tests/cases/clients for tests without clients.

The body is the one after a file was read, with a mark wherever the user's words and files stand. Tool definitions and
instructions are cut to what shows their shape, folders get a user's names; nothing else is changed.
"""

import json
import platform
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.e2e.lab import ROOT
from tests.e2e.real.catalogue import CLIENTS
from tests.e2e.real.client import Client
from tests.e2e.real.scenario import ANSWER, Lab, has_tools
from tests.e2e.real.stand import stand
from tests.fakevendor import Received, Step

CASES = ROOT / "tests" / "cases" / "clients"
PROMPT, RESULT, ARGUMENT = "PROMPT-STANDS-HERE", "RESULT-STANDS-HERE", "ARGUMENT-STANDS-HERE"
_SHAPES = (
    "claude-code", "codex", "gemini-cli", "copilot", "opencode", "cline", "continue", "qwen-code", "vibe", "aider",
    "openai-responses", "google-genai", "cohere", "boto3-bearer", "litellm",
)  # fmt: skip
_TOOLS = 3
_CHARS = 240


def main(wanted: list[str]) -> None:
    CASES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, stand(Path(folder)) as place:
        for client in CLIENTS:
            if client.id in (wanted or _SHAPES):
                request = _drive(place.lab(client, "plain"))
                kept = _kept(client, request, place.lab(client, "plain").folder)
                (CASES / f"{client.id}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
                print(f"{client.name}: {len(json.dumps(kept))} characters", flush=True)


def _drive(lab: Lab) -> Received:
    """The last request of a session whose prompt, file and tool call hold the marks."""
    session = lab.session()
    file = session.project / f"{ARGUMENT}.txt"
    file.write_text(f"first line\n{RESULT}\nlast line\n")
    asked = 0

    def model(request: Received) -> Step:
        nonlocal asked
        if lab.client.read is None or asked or not has_tools(request):
            return ANSWER
        asked += 1
        return Step(text=("Let me see.",), tool=lab.client.read_call(file, 1), reasoning="The file will tell.")

    lab.vendor.script(model)
    session.start(f"Look at the file. {PROMPT}", *(() if lab.client.read else (str(file),)))
    bodies = [request for request in lab.vendor.prompts if PROMPT.encode() in request.content]
    return [request for request in bodies if RESULT.encode() in request.content][-1]


def _kept(client: Client, request: Received, folder: Path) -> dict[str, Any]:
    text = request.content.decode()
    for path, name in ((folder / "project", "/srv/shop"), (folder / "home", "/var/lib/dev"), (ROOT, "/opt/tightlip")):
        text = text.replace(str(path), name)
        text = text.replace(re.sub(r"[/_.]", "-", str(path)), name.replace("/", "-"))
    text = text.replace(platform.release(), "6.8.0")
    return {
        "client": f"{client.name} {client.version}",
        "host": request.sni,
        "target": request.target,
        "body": _trimmed(json.loads(text)),
    }


def _trimmed(value: Any, name: str = "") -> Any:
    """Fewer tools, and long texts cut in their middle, but for sealed ones."""
    if isinstance(value, dict):
        return {key: below if "signature" in key.lower() else _trimmed(below, key) for key, below in value.items()}
    if isinstance(value, list):
        short = value[:_TOOLS] if name in ("tools", "functionDeclarations") else value
        return [_trimmed(below) for below in short]
    marked = isinstance(value, str) and any(mark in value for mark in (PROMPT, RESULT, ARGUMENT))
    if isinstance(value, str) and len(value) > _CHARS and not marked and name != "encrypted_content":
        return f"{value[: _CHARS // 2]} … {value[-_CHARS // 2 :]}"
    return value


if __name__ == "__main__":
    main(sys.argv[1:])
