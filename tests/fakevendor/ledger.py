"""What the vendor said in a conversation, to hold what clients give back against it.

Real vendors refuse a signature, a sealed blob or a call id that isn't theirs, and a model that is shown other
arguments than it wrote goes astray. The same reading finds these in replies and in requests, whatever the API.
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.fakevendor.reply import whole_reply
from tests.fakevendor.step import Received, Step

Word = tuple[str, ...]
_SEALED = ("signature", "encrypted_content", "thoughtSignature", "thought_signature")
_ARGUMENTS = ("input", "arguments", "args")


class Ledger:
    """`complaints` are what was refused, in words that show no content."""

    def __init__(self) -> None:
        self._said: set[Word] = set()
        self.complaints: list[str] = []

    def settle(self, request: Received, step: Step) -> Step:
        """The step to take: the one asked for, or a refusal when the request gives back what was never said."""
        try:
            body = request.json()
        except ValueError:
            return step
        foreign = [word for word in words(_conversation(body)) if word not in self._said]
        if foreign:
            kinds = sorted({word[0] for word in foreign})
            self.complaints.append(f"{request.path}: not as it was given: {', '.join(kinds)}")
            return Step(status=400, body=json.dumps({"error": {"message": self.complaints[-1]}}).encode())
        self._said.update(words(whole_reply(request, step)))
        return step


def words(value: Any) -> Iterator[Word]:
    """Everything in a document that only the vendor can have said: (kind, content ...)."""
    if isinstance(value, dict):
        for name in _SEALED:
            if value.get(name):
                yield "sealed", str(value.get("thinking", value.get("text", ""))), _plain(str(value[name]))
        if isinstance(value.get("function"), dict) and value.get("id"):
            yield "id", str(value["id"])
        yield from _call(value)
        for below in value.values():
            yield from words(below)
    elif isinstance(value, list):
        for below in value:
            yield from words(below)


def _plain(base64: str) -> str:
    """Google's SDK gives bytes back in the other alphabet of base64, and may."""
    return base64.replace("-", "+").replace("_", "/").rstrip("=")


def _call(value: dict[str, Any]) -> Iterator[Word]:
    """A tool call, if this is one: its id and its arguments, parsed, since clients may space them as they like."""
    name = next((name for name in _ARGUMENTS if name in value), None)
    if name is None or "name" not in value:
        return
    arguments = value[name]
    if isinstance(arguments, str):
        arguments = json.loads(arguments)
    yield "arguments", str(value["name"]), json.dumps(arguments, sort_keys=True)
    if identity := value.get("call_id") or value.get("toolUseId") or (value.get("id") if name == "input" else None):
        yield "id", str(identity)


def _conversation(body: Any) -> Any:
    """The part of a request that holds what was said: not the tools, whose schemas look like calls."""
    if not isinstance(body, dict):
        return None
    inner = body.get("request", body)
    return [inner.get(name) for name in ("messages", "input", "contents")]
