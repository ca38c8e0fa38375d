"""The agent that each vendor's SDK is driven by: a prompt, two tools, a history that is kept between runs.

Not part of the tests' own process: it runs in the SDK's environment, as `python FILE PROMPT [--continue]` in the
project's folder, and knows nothing of a proxy. Each neighbour says how its SDK asks once.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

HISTORY = Path("history.json")
TOOLS = {
    "read_file": {"path": "The file to read."},
    "edit_file": {"path": "The file to edit.", "old": "The text to replace.", "new": "What to put there."},
}
_TURNS = 8


class Call(NamedTuple):
    """A tool call of the model."""

    id: str
    name: str
    arguments: dict[str, Any]


class Turn(NamedTuple):
    """One reply: `messages` join the history as they are, in the vendor's own form."""

    messages: list[Any]
    text: str
    calls: list[Call]


class Spoken(NamedTuple):
    """How an SDK is spoken to. All three deal in the vendor's own messages, which have to be JSON."""

    ask: Callable[[list[Any]], Turn]
    user: Callable[[str], Any]
    results: Callable[[list[tuple[Call, str]]], list[Any]]


def schema(name: str) -> dict[str, Any]:
    """A tool's arguments as JSON Schema."""
    fields = TOOLS[name]
    properties = {field: {"type": "string", "description": text} for field, text in fields.items()}
    return {"type": "object", "properties": properties, "required": list(fields)}


def main(spoken: Spoken) -> None:
    """Prints the model's last words. Whatever the SDK raises is printed and ends with 1, as a tool for people does."""
    history = json.loads(HISTORY.read_text()) if "--continue" in sys.argv else []
    history.append(spoken.user(sys.argv[1]))
    try:
        for _ in range(_TURNS):
            HISTORY.write_text(json.dumps(history))
            turn = spoken.ask(history)
            history += turn.messages
            if not turn.calls:
                print(turn.text)
                break
            history += spoken.results([(call, _use(call)) for call in turn.calls])
    except Exception as err:
        print(f"{type(err).__name__}: {err}", file=sys.stderr)
        sys.exit(1)
    finally:
        HISTORY.write_text(json.dumps(history))


def _use(call: Call) -> str:
    file = Path(call.arguments["path"])
    if call.name == "read_file":
        return file.read_text()
    old = file.read_text()
    file.write_text(old.replace(call.arguments["old"], call.arguments["new"]))
    return "edited" if file.read_text() != old else "that text is not in the file"
