"""`python -m bench.conversations.record [ID ...]`: drives clients through a scripted afternoon, keeps what they send.

The fake vendor plays a model that has files read and, now and then, edited, and sums up after every ninth call; the
client does what it is told with its own tools, on a project made of sources of permissively licensed packages. It goes
through a Tightlip that only watches. What names this machine is replaced by neutral names of the same length.
"""

import hashlib
import importlib.util
import platform
import re
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.conversations import Recording, save
from bench.conversations.reword import reworded
from tests.compiled import share_rules
from tests.e2e.lab import ROOT, Tightlip, configuration
from tests.e2e.real.catalogue import CLIENTS
from tests.e2e.real.client import Client
from tests.e2e.real.install import folder_of, install
from tests.e2e.real.scenario import has_tools
from tests.e2e.real.session import Session
from tests.fakevendor import FakeVendor, Received, Step, Tool, make_authority

DRIVEN: Final = ("claude-code", "codex-http", "gemini-cli")
_NOT_TO_PASS_ON: Final = ("claude-code",)
"""Clients whose licences keep their instructions to themselves; the others' are Apache-2.0."""
PROMPTS: Final = (
    "Please read through the client's package and tell me how a request travels from the public call to the socket.",
    "Now look at how errors come back, and mark every module that you have read while you are there.",
    "Where could a timeout be lost on the way? Go on with the modules that are left.",
    "Last part: check whether the names are used alike everywhere, and sum up what you would change first.",
)
_CALLS: Final = 9  # between a prompt and its answer, which makes ten requests a prompt
_EDIT_EVERY: Final = 6
_PACKAGES: Final = ("httpx", "httpcore", "h11", "click", "anyio")
_FILE_BYTES: Final = (3_000, 9_500)
_HEADER: Final = "# module {} of the client, as released\n"
_NAMES: Final = "/srv/shop/client-library/working-copy/of-the-afternoon/that-was-recorded"
_ID: Final = re.compile(
    r"\b[0-9a-f]{64}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32}\b"
)


class Model:
    """Reads file after file, edits some, and answers when a prompt's calls are done."""

    def __init__(self, client: Client, files: list[Path]) -> None:
        self._client = client
        self._files = files
        self._asked = self._called = 0
        self.heard: list[Received] = []

    def __call__(self, request: Received) -> Step:
        if not has_tools(request):
            return Step(text=("A client library.",))
        self.heard.append(request)
        self._asked += 1
        reasoning = f"Step {self._asked}: on to the next."
        if self._asked % (_CALLS + 1) == 0:
            words = tuple(f"{word} " for word in _summary(self._asked).split())
            return Step(text=words, number=self._asked, reasoning=reasoning)
        self._called += 1
        file = self._files[self._called - self._called // _EDIT_EVERY - 1]
        said = ("Next is ", f"{file.name}, ", "which the last one calls.")
        return Step(text=said, tool=self._tool(file), number=self._asked, reasoning=reasoning)

    def _tool(self, file: Path) -> Tool:
        if self._called % _EDIT_EVERY:
            return self._client.read_call(file, self._called)
        old = file.read_text().splitlines()[0]
        return self._client.edit_call(file, old, f"{old}, seen", self._called)


def record(client: Client, folder: Path) -> Recording:
    """One conversation of 40 requests."""
    install(client.package)
    with FakeVendor(make_authority(folder)) as vendor:
        more = {"policy": "monitor", "websocket": client.websocket, "other_hosts": "refuse"}
        config = configuration(vendor.address, vendor.authority.ca, **more)
        share_rules(folder / "proxy" / "state")
        with Tightlip(folder / "proxy", config) as tightlip:
            session = Session(client, folder / client.id, tightlip)
            model = Model(client, list(_project(session.project)))
            vendor.script(model)
            for prompt in PROMPTS:
                said = session.start(prompt) if prompt is PROMPTS[0] else session.go_on(prompt)
                if said.code != 0:
                    raise RuntimeError(f"{client.name} ended with {said.code}: {said.text[-500:]}")
    first = model.heard[0]
    bodies = tuple(_neutral(request.content, folder) for request in model.heard)
    if client.id in _NOT_TO_PASS_ON:
        bodies = tuple(reworded(body.decode()).encode() for body in bodies)
    name = client.name.partition(",")[0]
    return Recording(f"{name} {client.version}", str(first.sni), first.target, first.protocol, bodies)


def _project(folder: Path) -> Iterator[Path]:
    """The sample tree: sources of packages that the tests need anyway, each under a line of its own."""
    wanted = len(PROMPTS) * _CALLS
    for package in _PACKAGES:
        found = importlib.util.find_spec(package)
        assert found is not None and found.submodule_search_locations
        root = Path(found.submodule_search_locations[0])
        for file in sorted(root.rglob("*.py")):
            if wanted and _FILE_BYTES[0] <= file.stat().st_size <= _FILE_BYTES[1]:
                copy = folder / "src" / package / file.relative_to(root)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_text(_HEADER.format(wanted) + file.read_text())
                wanted -= 1
                yield copy


def _summary(number: int) -> str:
    return f"So far {number} steps. " + (
        "The public functions make a client for one call, the client merges its settings into the request, and the "
        "transport turns both into what the connection pool takes. The pool picks a connection that can take it or "
        "opens one, and only there does a socket appear. Errors are mapped on the way back, once, where the transport "
        "ends. I would keep that border and move the two helpers that cross it. "
    )


def _neutral(body: bytes, folder: Path) -> bytes:
    """The body with this machine's names replaced by others of the same length."""
    text = body.decode()
    for name, other in _replacements(folder):
        text = text.replace(name, other)
    text = _ID.sub(lambda found: _other_id(found[0]), text)
    return text.encode()


def _replacements(folder: Path) -> Iterator[tuple[str, str]]:
    """The longest first, each also as clients write a folder into a file's name."""
    installed = {folder_of(client.package).parent for client in CLIENTS}
    for path in sorted({folder, folder.resolve(), ROOT, Path.home(), *installed}, key=lambda path: -len(str(path))):
        name = str(path)
        other = (_NAMES * 4)[: len(name)].rstrip("/-").ljust(len(name), "s")
        yield name, other
        yield re.sub(r"[/_.]", "-", name), re.sub(r"[/_.]", "-", other)
    yield platform.release(), "6.8.0-50-generic-of-another-machine".ljust(80, "0")[: len(platform.release())]
    if len(socket.gethostname()) > 3:
        yield socket.gethostname(), "workstation-of-the-afternoon".ljust(80, "0")[: len(socket.gethostname())]


def _other_id(found: str) -> str:
    """Of the same shape; the same every time, so that what belongs together still does."""
    digits = iter(hashlib.sha256(found.encode()).hexdigest())
    return "".join(one if one == "-" else next(digits) for one in found)


def main(wanted: list[str]) -> None:
    for client in CLIENTS:
        if client.id in (wanted or DRIVEN):
            with tempfile.TemporaryDirectory() as folder:
                recording = record(client, Path(folder))
            file = save(client.id, recording)
            sizes = f"{len(recording.bodies[0])} to {len(recording.bodies[-1])} bytes, {file.stat().st_size} compressed"
            print(f"{recording.client}: {len(recording.bodies)} requests, {sizes}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
