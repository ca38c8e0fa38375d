"""Posts and comments of a forum, as praw's tests recorded them; the labels were made here by reading.

Two sets of them: of developers' boards, and of all others. Names are rare, so a part of each is drawn from posts with a
capital within a sentence, or two in a row. `labels/` has, for each
post, the digest of its text and the places of persons' names in it, never the text itself. OTHER is what has a name
in it but names no person: a title, an eponym, a band, a nickname; found or not, it counts neither way.
"""

import base64
import gzip
import hashlib
import html
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bench.accuracy.public.fetch import pypi

PACKAGE: Final = "praw==8.0.3"
LABELS: Final = Path(__file__).parent / "labels"
SETS: Final = {"forum": (75, 75, 150), "developers": (75, 75, 8)}
"""How many posts are drawn from all, from those with a capital within a sentence, and from those with two in a row."""

DEVELOPERS: Final = frozenset(
    {"redditdev", "programming", "cscareerquestions", "changelog", "modnews", "cssnews", "RDDT"}
)
SHOWN: Final = 600
"""Characters of a post, cut at a space."""

_SEED: Final = 20261121
_LEAST: Final = 150
_SHAPES: Final = tuple(map(re.compile, ("", "(?<=[a-z,] )[A-Z][a-z]{2,}", "(?<=[a-z,] )[A-Z][a-z]+ [A-Z][a-z]+")))
_MADE: Final = re.compile(r"I am a bot|\*gadzooks|&lt;|<!--|<USERNAME>|__Total__|u/AutoModerator|AutoMod|\[deleted\]")
"""What programs posted, and what is markup."""


def cases(name: str) -> Iterator[dict[str, Any]]:
    """Raises NotObtainable; ValueError for a post that has no labels."""
    labels = json.loads((LABELS / f"{name}.json").read_text())
    for text in posts(name):
        known = labels.get(digest(text))
        if known is None:
            raise ValueError(f"{name}: post {digest(text)}, expected labels for it, found none")
        yield {
            "id": digest(text)[:8],
            "text": text,
            "spans": [
                {"start": start, "end": end, "type": kind} for kind, places in known.items() for start, end in places
            ],
        }


def posts(name: str) -> list[str]:
    """The texts of a set, in the order in which they were drawn."""
    found = sorted(
        {
            text
            for board, text in _recorded(pypi(PACKAGE, source=True))
            if (board in DEVELOPERS) == (name == "developers")
        },
        key=digest,
    )
    chance = random.Random(_SEED)
    drawn: list[str] = []
    for shape, times in zip(_SHAPES, SETS[name], strict=True):
        rest = [text for text in found if shape.search(text) and text not in drawn]
        drawn += chance.sample(rest, min(len(rest), times))
    return drawn


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _recorded(folder: Path) -> Iterator[tuple[str, str]]:
    """Board and text of every post in the recorded replies."""
    for file in sorted(folder.glob("tests/**/cassettes/*.json")):
        tape = json.loads(file.read_text())
        for exchange in tape.get("interactions", tape.get("http_interactions", ())):
            try:
                reply = json.loads(_body(exchange["response"]["body"]))
            except ValueError:
                continue
            yield from _posts(reply)


def _body(body: dict[str, Any]) -> str:
    if "base64_string" not in body:
        return str(body.get("string", ""))
    content = base64.b64decode(body["base64_string"])
    return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode(errors="replace")


def _posts(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for child in node:
            yield from _posts(child)
    elif isinstance(node, dict):
        for key in ("body", "selftext"):
            text, board = node.get(key), node.get("subreddit")
            if isinstance(text, str) and isinstance(board, str) and len(text) >= _LEAST and not _MADE.search(text):
                yield board, _cut(html.unescape(text))
        for child in node.values():
            yield from _posts(child)


def _cut(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    return text if len(text) <= SHOWN else text[: text.rfind(" ", 0, SHOWN)].rstrip()
