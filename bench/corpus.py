"""Request bodies as coding agents send them: system prompt, tool schemas, code read from files, tool results, chat.

The code is the standard library's own source, cut and salted from a seed: the same seed gives the same bytes, another
seed shares no message with it. No body is a copy of a real session's.
"""

import json
import random
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_MODULES = ("argparse", "ast", "dataclasses", "difflib", "doctest", "inspect", "pickle", "tarfile", "typing")
_WORDS = tuple(
    "the request handler should read each line before it is parsed and then return the rows that changed "
    "because the caller keeps an index of every file which was opened during this session please look at "
    "why the second test fails when the cache is cold and add a case for empty input without touching others".split()
)
_TOOL_SHARE = 0.12  # of the body: 36 KB of a 300 KB one, as seen with real agents
_FILE_CHARS = 6_000
_TOOLS = ("Read", "Grep", "Bash", "Edit", "Write", "Glob", "Task", "Fetch", "Notebook", "Search")


class Conversation:
    """A growing session. `body()` is the next request's content; `turn(n)` adds about n bytes of new text."""

    def __init__(self, seed: int, size_bytes: int) -> None:
        self._random = random.Random(seed)
        self._calls = 0
        tools = _tools(self._random, int(size_bytes * _TOOL_SHARE))
        system = f"You are a coding agent. Session {seed}. " + _prose_of(self._random, size_bytes // 40)
        head = {"model": "claude-bench", "max_tokens": 4096, "system": system, "tools": tools}
        self._head = json.dumps(head)[:-1] + ', "messages": ['
        self._messages: list[str] = [_dump({"role": "user", "content": _prose_of(self._random, 200)})]
        self._length = len(self._head) + len(self._messages[0])
        while self._length < size_bytes - 300:
            self.turn(min(_FILE_CHARS, size_bytes - self._length))

    def turn(self, new_bytes: int) -> None:
        """One tool call by the model and its result, then the user's next words, near enough to `new_bytes`."""
        self._calls += 1
        call = f"toolu_{self._random.getrandbits(80):020x}"
        room = max(64, new_bytes - 520)
        for message in (
            {"role": "assistant", "content": [_tool_use(self._random, call)]},
            {"role": "user", "content": [_tool_result(self._random, call, room, self._calls)]},
        ):
            text = _dump(message)
            self._messages.append(text)
            self._length += len(text) + 2

    def body(self) -> bytes:
        return (self._head + ", ".join(self._messages) + "]}").encode()


def bodies(seed: int, size_bytes: int) -> Iterator[bytes]:
    """First sights: every one a new conversation, of which nothing was sent before."""
    while True:
        yield Conversation(seed, size_bytes).body()
        seed += 1


def texts(seed: int, size_bytes: int) -> list[str]:
    """The string leaves of one body, for measuring the engine alone."""
    return leaves_of(Conversation(seed, size_bytes).body())


def leaves_of(body: bytes) -> list[str]:
    return list(leaves(json.loads(body)))


def prose(seed: int, chars: int) -> str:
    """Words, about so many characters of them."""
    return _prose_of(random.Random(seed), chars)


def leaves(value: Any) -> Iterator[str]:
    """Every string of a document, names of members left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)


def _tool_use(source: random.Random, call: str) -> dict[str, Any]:
    path = f"/srv/app/src/{source.choice(_WORDS)}/{source.choice(_WORDS)}.py"
    return {"type": "tool_use", "id": call, "name": source.choice(_TOOLS), "input": {"file_path": path}}


def _tool_result(source: random.Random, call: str, chars: int, number: int) -> dict[str, Any]:
    text = _code(source, chars) if number % 4 else _listing(source, chars)
    return {"type": "tool_result", "tool_use_id": call, "content": [{"type": "text", "text": text}]}


def _code(source: random.Random, chars: int) -> str:
    """Lines of a source file behind their numbers, as a Read tool shows them, salted from the seed."""
    lines = _library()
    start = source.randrange(len(lines))
    salt = f"{source.getrandbits(24):06x}"
    out, length = [], 0
    for number in range(1, len(lines)):
        line = lines[(start + number) % len(lines)].replace("self", f"self_{salt}")
        out.append(f"{number:>6}\t{line}  # {salt}{number}" if number % 3 == 0 else f"{number:>6}\t{line}")
        length += len(out[-1]) + 2  # the newline takes two bytes in JSON
        if length >= chars:
            break
    return "\n".join(out)[:chars]


def _listing(source: random.Random, chars: int) -> str:
    """Log lines and directory listings: digits, hashes, paths, timestamps; the false-alarm material of real life."""
    out, length = [], 0
    while length < chars:
        stamp = 1_700_000_000_000 + source.randrange(10**10)
        digest = f"{source.getrandbits(160):040x}"
        words = " ".join(source.choices(_WORDS, k=6))
        out.append(f"-rw-r--r-- 1 dev dev {source.randrange(10**6)} {stamp} {digest} src/{words.replace(' ', '_')}.py")
        length += len(out[-1]) + 2
    return "\n".join(out)[:chars]


def _tools(source: random.Random, chars: int) -> list[dict[str, Any]]:
    tools: list[dict[str, Any]] = []
    length = 0
    while length < chars:
        fields = {word: {"type": "string", "description": _prose_of(source, 90)} for word in source.sample(_WORDS, 4)}
        schema = {"type": "object", "properties": fields, "additionalProperties": False}
        name = f"{source.choice(_TOOLS)}{len(tools)}"
        tools.append({"name": name, "description": _prose_of(source, 900), "input_schema": schema})
        length += len(_dump(tools[-1]))
    return tools


def _prose_of(source: random.Random, chars: int) -> str:
    return " ".join(source.choices(_WORDS, k=max(3, chars // 6)))


def _dump(value: Any) -> str:
    return json.dumps(value)


@cache
def _library() -> list[str]:
    """Real code that is on every machine this runs on."""
    folder = Path(sysconfig.get_path("stdlib"))
    files = (folder / f"{name}.py" for name in _MODULES)
    return [line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
