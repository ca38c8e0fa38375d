"""What every client is put through. Each scenario is one session; it raises Failed when it did not go as it must.

The vendor's script tells a conversation's own calls from side calls (titles, routing) by their tools, and answers as
a model would. What a failure says holds no value.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.e2e import values
from tests.e2e.lab import Tightlip
from tests.e2e.real.client import Client
from tests.e2e.real.session import Said, Session
from tests.fakevendor import FakeVendor, Received, Step

ANSWER = Step(text=("Two and two ", "make four."))
_QUESTION = "What is two plus two?"
_PLACEHOLDER = re.compile(rb"\[[A-Z][A-Z0-9_]*:[0-9a-f]{6}\]")
_WORDING = "Tightlip stopped this request"
_WORDING_END = re.compile(r"tl-\w+\b.*?\(policy [\w-]+\)\.")
_LEAD_CHARS = 60
_TAIL_CHARS = 12


class Failed(Exception):
    """What was expected and did not happen."""


@dataclass(frozen=True, slots=True)
class Lab:
    """A vendor and a proxy in front of it, for one scenario of one client in a folder of its own.

    `since` is how many decisions the proxy had taken before, for other clients.
    """

    client: Client
    vendor: FakeVendor
    tightlip: Tightlip
    folder: Path
    since: int = 0

    def session(self) -> Session:
        return Session(self.client, self.folder, self.tightlip)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is worth telling of a scenario that went well; `attempts` is how often one request was sent."""

    attempts: int = 0
    shown: str = ""
    code: int | None = 0
    note: str = ""


def plain(lab: Lab) -> Outcome:
    """A turn and a second one in the same session, unchanged by the proxy."""
    lab.vendor.script(ANSWER)
    session = lab.session()
    _answered(session.start(_QUESTION))
    _expect(_arrived(lab.vendor, _QUESTION), "the prompt did not arrive")
    _answered(session.go_on("And three plus three?"))
    last = [request for request in _prompts(lab.vendor) if b"three plus three" in request.content]
    kept = any(_QUESTION.encode() in request.content for request in last)
    _expect(kept or not lab.client.resume, "the second turn lost the first")
    return Outcome()


def redaction(lab: Lab) -> Outcome:
    """A secret in the prompt: the vendor gets a placeholder, also when the next turn sends it again."""
    value = values.aws_key()
    lab.vendor.script(ANSWER)
    session = lab.session()
    said = session.start(f"Is {value} a good name for a key?")
    if lab.client.signed:
        _refused(said)
        _nothing_arrived(lab.vendor, [value])
        return Outcome(note="refused: a signed request can't be rewritten")
    _answered(said)
    _answered(session.go_on(_QUESTION))
    _nothing_arrived(lab.vendor, [value])
    seen = {found for request in _prompts(lab.vendor) for found in _PLACEHOLDER.findall(request.content)}
    _expect(len(seen) == 1, f"{len(seen)} placeholders for one value")
    return Outcome()


def tool_loop(lab: Lab) -> Outcome:
    """A file with a secret, a card number and an SSN, read by the client's own tool because the model asks for it."""
    session = lab.session()
    planted = [values.aws_key(), values.card(), values.ssn()]
    file = _plant(session, planted)
    ledger = lab.vendor.hold_to_its_words()
    script = Reads(lab.client, file)
    lab.vendor.script(script)
    said = session.start("Which region is in deploy.txt?", *script.arguments)
    if lab.client.signed:
        _refused(said)
        _nothing_arrived(lab.vendor, planted)
        return Outcome(note="refused: a signed request can't be rewritten")
    _answered(said)
    _expect(script.calls > 0 or lab.client.read is None, "the tool was never called")
    _expect(_arrived(lab.vendor, script.marker), "the file's harmless part did not arrive")
    _answered(session.go_on(_QUESTION))
    _nothing_arrived(lab.vendor, planted)
    last = [request for request in _prompts(lab.vendor) if script.marker.encode() in request.content][-1]
    _expect(len(set(_PLACEHOLDER.findall(last.content))) == len(planted), "not every value has its placeholder")
    _expect(not ledger.complaints, f"replayed otherwise than said: {ledger.complaints[:1]}")
    return Outcome()


def block(lab: Lab) -> Outcome:
    """Under the strict policy: told once and readably, not sent again by itself, and the session can go on."""
    value = values.aws_key()
    lab.vendor.script(ANSWER)
    session = lab.session()
    return _blocked(lab, session, session.start(f"Is {value} a good name for a key?"), [value])


def tool_block(lab: Lab) -> Outcome:
    """The same for a file that the client reads in the middle of its work."""
    session = lab.session()
    value = values.aws_key()
    script = Reads(lab.client, _plant(session, [value]))
    lab.vendor.script(script)
    return _blocked(lab, session, session.start("Which region is in deploy.txt?", *script.arguments), [value])


def pseudonym(lab: Lab) -> Outcome:
    """A card in the prompt, an address in a file: the vendor sees stand-ins, the answer and the edited file values."""
    session = lab.session()
    card, address = values.card(), values.address()
    file = session.project / "order.txt"
    file.write_text(f"card=CARD_HERE\nowner={address}\nport=8080\n")
    ledger = lab.vendor.hold_to_its_words()
    script = Edits(lab.client, file)
    lab.vendor.script(script)
    said = session.start(f"Put the card {card} into order.txt", *script.arguments)
    if lab.client.signed:
        _refused(said, "credit card number")
        _nothing_arrived(lab.vendor, [card, address])
        return Outcome(note="refused: a signed request can't be rewritten")
    _answered(said)
    _nothing_arrived(lab.vendor, [card, address])
    _expect(script.card not in ("", card), "the vendor saw no stand-in")
    _expect(f"for {address} with {card}" in _flat(said.text), "the answer shown has not the values")
    _expect(f"card={card}" in file.read_text(), "the file that the model edited has not the value")
    _answered(session.go_on(_QUESTION))
    _nothing_arrived(lab.vendor, [card, address])
    _expect(not ledger.complaints, f"replayed otherwise than said: {ledger.complaints[:1]}")
    return Outcome()


SCENARIOS: dict[str, tuple[str, Callable[[Lab], Outcome]]] = {
    "plain": ("balanced", plain),
    "redaction": ("balanced", redaction),
    "tool loop": ("balanced", tool_loop),
    "block": ("strict", block),
    "block in a tool result": ("strict", tool_block),
    "pseudonym": ("pseudonyms", pseudonym),
}
"""Each with the policy it runs under, in the report's order."""


class Reads:
    """A model that asks for a file, once, and then answers. Clients without tools are given the file by name."""

    def __init__(self, client: Client, file: Path) -> None:
        self._client = client
        self._file = file
        self.calls = 0
        self.marker = "eu-west-1"
        self.arguments: tuple[str, ...] = () if client.read else (str(file),)

    def __call__(self, request: Received) -> Step:
        called = self._client.read is None or self.calls > 0 or not has_tools(request)
        if called:
            return Step(text=ANSWER.text, reasoning="Two and two.")
        self.calls += 1
        return Step(text=("Let me see. ",), tool=self._client.read_call(self._file, self.calls), reasoning="A file.")


class Edits:
    """A model that reads a file, puts the card that it was told into it, and says so, in small pieces."""

    def __init__(self, client: Client, file: Path) -> None:
        self._client = client
        self._file = file
        self._number = 0
        self._address = ""
        self.card = ""
        self.arguments: tuple[str, ...] = () if client.read else (str(file),)

    def __call__(self, request: Received) -> Step:
        if not (self._client.read is None or has_tools(request)):
            return ANSWER
        if told := re.search(rb"Put the card (\S+) into", request.content):
            self.card = told[1].decode()
        if read := re.search(rb"owner=([^\s\\\"]+)", request.content):
            self._address = read[1].decode()
        if not self.card:
            return ANSWER
        self._number += 1
        if self._client.edit is None or self._number > 2:
            text = f"Done for {self._address} with {self.card}: two and two make four.\n{self._written()}"
            return Step(text=tuple(text[at : at + 5] for at in range(0, len(text), 5)), reasoning="Two and two.")
        if self._number == 1:
            call = self._client.read_call(self._file, 1)
        else:
            call = self._client.edit_call(self._file, "CARD_HERE", self.card, 2)
        return Step(text=("Let me see. ",), tool=call, reasoning=f"Step {self._number}.")

    def _written(self) -> str:
        """The edit as aider reads it out of an answer, for it has no tools."""
        if self._client.edit is not None or self._number > 1:
            return ""
        edit = f"<<<<<<< SEARCH\ncard=CARD_HERE\n=======\ncard={self.card}\n>>>>>>> REPLACE"
        return f"\n{self._file.name}\n```\n{edit}\n```\n"


def has_tools(request: Received) -> bool:
    """Whether this is a call of the conversation itself: side calls offer no tools, and a warm-up wants no answer."""
    offered = re.search(rb'"(tools|toolConfig)"\s*:\s*[\[{]\s*["{]', request.content) is not None
    return offered and b'"generate":false' not in request.content


def _plant(session: Session, planted: Sequence[str]) -> Path:
    names = ("AWS_ACCESS_KEY_ID", "CARD_NUMBER", "EMPLOYEE_SSN")
    lines = [f"{name}={value}" for name, value in zip(names, planted, strict=False)]
    file = session.project / "deploy.txt"
    file.write_text("\n".join(["REGION=eu-west-1", *lines, "PORT=8080", ""]))
    return file


def _blocked(lab: Lab, session: Session, said: Said, planted: Sequence[str]) -> Outcome:
    quote = _refused(said)
    _expect(not any(value in quote for value in planted), "the block shows the value")
    _nothing_arrived(lab.vendor, planted)
    blocks = [
        record
        for record in lab.tightlip.decisions()[lab.since :]
        if record["decision"] == "block" and record["findings"]
    ]
    attempts = max(Counter(record["request_sha256"] for record in blocks).values(), default=0)
    _expect(attempts == 1, f"the same request was sent {attempts} times")
    asked = len(lab.vendor.requests)
    again = session.go_on(f"Never mind. {_QUESTION}")
    if lab.client.signed:
        _refused(again)
        return Outcome(attempts, quote, said.code, "a signed history can't be rewritten: start a new session")
    _answered(again)
    _nothing_arrived(lab.vendor, planted)
    _expect(len(lab.vendor.requests) > asked, "the next turn did not reach the vendor")
    return Outcome(attempts, quote, said.code)


def _answered(said: Said) -> None:
    _expect("make four." in _flat(said.text), "no answer was shown")
    _expect(said.code == 0, f"it ended with {said.code}")


def _refused(said: Said, what: str = "AWS access key") -> str:
    """The block as it was shown, from its line's start, with what changes from run to run left out."""
    before, found, after = said.text.partition(_WORDING)
    _expect(bool(found), "the block was not shown")
    ahead = before.rpartition("\n")[2]
    lead = _flat(ahead) + " " * ahead.endswith(" ")
    if len(lead) > _LEAD_CHARS:
        lead = "… " + lead[-_LEAD_CHARS:].partition(" ")[2]
    shown = _flat(lead + found + after)
    _expect(what in shown, "what was found is not told")
    end = _WORDING_END.search(shown)
    _expect(end is not None, "the reference is not told")
    assert end is not None
    return re.sub(r"tl-[a-z0-9]+", "tl-…", shown[: end.end() + _TAIL_CHARS])


def _nothing_arrived(vendor: FakeVendor, planted: Sequence[str]) -> None:
    for request in vendor.requests:
        text = request.content + request.head
        _expect(not any(value.encode() in text for value in planted), f"a value reached {request.path}")


def _arrived(vendor: FakeVendor, text: str) -> bool:
    return any(text.encode() in request.content for request in _prompts(vendor))


def _prompts(vendor: FakeVendor) -> list[Received]:
    """Requests of conversations, over HTTP and as messages of a WebSocket."""
    return [request for request in vendor.requests if _has_turns(request)]


def _has_turns(request: Received) -> bool:
    """Telemetry comes to the same hosts, as lines of JSON or none."""
    try:
        body = request.json()
    except ValueError:
        return False
    return isinstance(body, dict) and any(name in body for name in ("messages", "input", "contents"))


def _flat(text: str) -> str:
    """Clients wrap and indent: one line, as it is read."""
    return " ".join(text.split())


def _expect(held: bool, otherwise: str) -> None:
    if not held:
        raise Failed(otherwise)
