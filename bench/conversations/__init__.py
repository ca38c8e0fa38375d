"""Conversations that real agents held with the fake vendor, request by request, as they were sent.

`record` makes them anew, README.md says how they came to be; here they are read.
"""

import json
import lzma
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Recording:
    """`bodies` are those of one conversation's requests, in order, without Content-Encoding."""

    client: str
    host: str
    target: str
    protocol: str
    bodies: tuple[bytes, ...]


def names() -> tuple[str, ...]:
    """Those that there are."""
    return tuple(sorted(file.name.removesuffix(".jsonl.xz") for file in FOLDER.glob("*.jsonl.xz")))


def load(name: str) -> Recording:
    head, *bodies = lzma.decompress((FOLDER / f"{name}.jsonl.xz").read_bytes()).splitlines()
    told = json.loads(head)
    return Recording(told["client"], told["host"], told["target"], told["protocol"], tuple(bodies))


def save(name: str, recording: Recording) -> Path:
    """One line says what it is, and each body is a line. Raises ValueError for a body of several lines."""
    told = {name: getattr(recording, name) for name in ("client", "host", "target", "protocol")}
    lines = [json.dumps(told).encode(), *recording.bodies]
    if any(line.splitlines() != [line] for line in lines):
        raise ValueError("body, expected a single line, found several")
    file = FOLDER / f"{name}.jsonl.xz"
    file.write_bytes(lzma.compress(b"\n".join(lines), preset=9 | lzma.PRESET_EXTREME))
    return file
