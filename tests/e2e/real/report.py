"""`python -m tests.e2e.real.report [ID ...]`: runs the clients that are installed and writes what came of it.

docs/clients.json holds the results, docs/clients.md is made from them and from nothing else; a test holds that. With
ids, only their rows are run anew. `--page` makes the page from the results as they are.
"""

import datetime
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.e2e.lab import ROOT
from tests.e2e.real.catalogue import CLIENTS
from tests.e2e.real.client import Client
from tests.e2e.real.install import is_installed
from tests.e2e.real.scenario import SCENARIOS, Failed
from tests.e2e.real.stand import Stand, stand

RESULTS = ROOT / "docs" / "clients.json"
PAGE = ROOT / "docs" / "clients.md"

_HEAD = """\
# Clients

What real clients did behind Tightlip, made by `python -m tests.e2e.real.report` from a run on {date}; the results as
data are in [clients.json](clients.json). Each client ran unchanged, from npm or PyPI, with a home folder of its own
and the variables that the README names, through `tightlip run` with real TLS, against a vendor on loopback that
speaks its API. No real vendor was asked. `make clients` installs and runs them all.

- **plain**: a turn and a second one in the same session.
- **redaction**: an AWS key in the prompt, sent twice. The vendor saw one placeholder and never the key.
- **tool loop**: the model had a file read that holds a key, a card number and an SSN; then another turn. The vendor
  answers 400 if a signature, a sealed blob, a call id or a tool argument comes back otherwise than it was given.
- **block**: the policy `strict` and a key in the prompt. The reason was shown, the request was sent once, and the
  session went on without the value.
- **in a tool result**: the same for a key in a file that is read in the middle of the work.
- **pseudonym**: a card in the prompt, an e-mail address in a file that is read. The vendor saw stand-ins; the answer
  that was shown and the file that the model edited hold the values.

"""

_NOT_DRIVEN = """
## Not driven

| client | why |
|---|---|
| Codex CLI over WebSocket | here the upgrade is refused and it goes on over HTTP/2; its frames have own tests |
| Codex CLI, Gemini CLI, Claude Code, signed in | the sign-in needs the vendor; the same formats are driven with keys |
| Claude Code on Bedrock and Vertex | these formats are driven with boto3 and held by the tests of formats |
| Cursor, Windsurf, JetBrains AI, Copilot in editors, Zed | they have windows, or don't come from npm or PyPI |
| Tabnine, Amazon Q, Kiro, Cody | they don't come from npm or PyPI |
| Augment, Amp, Kilo | they need an account before the first prompt |
"""


def main(arguments: Sequence[str]) -> None:
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"clients": {}}
    if "--page" not in arguments:
        wanted = [client for client in CLIENTS if not arguments or client.id in arguments]
        with tempfile.TemporaryDirectory() as folder, stand(Path(folder)) as place:
            for client in wanted:
                results["clients"][client.id] = {**_described(client), "results": dict(_run(client, place))}
        order = [client.id for client in CLIENTS]
        results = {
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "clients": {name: results["clients"][name] for name in order if name in results["clients"]},
        }
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(render(results))


def render(results: Mapping[str, Any]) -> str:
    """The page."""
    lines = ["| client | version | speaks | " + " | ".join(_columns()) + " |", "|---" * (3 + len(SCENARIOS)) + "|"]
    lines += [_row(client) for client in results["clients"].values()]
    return (
        _HEAD.format(date=results["date"]) + "\n".join([*lines, "", *_blocks(results), *_notes(results)]) + _NOT_DRIVEN
    )


def _columns() -> Iterator[str]:
    for name in SCENARIOS:
        yield name.removeprefix("block ") if name != "block" else name


def _row(client: Mapping[str, Any]) -> str:
    cells = [_cell(client["results"].get(name)) for name in SCENARIOS]
    return "| " + " | ".join([client["name"], client["version"], client["transport"], *cells]) + " |"


def _cell(result: Mapping[str, Any] | None) -> str:
    if result is None:
        return "not run"
    if not result["worked"]:
        return "**no**"
    return "refused" if result["note"].startswith("refused") else "yes"


def _blocks(results: Mapping[str, Any]) -> Iterator[str]:
    """How a block looks to the user of each client, quoted up to where the wording is the same for all."""
    yield "## What is shown on a block"
    yield ""
    yield "The beginning of what each printed; `…` stands for the sentences that follow in all of them."
    yield ""
    yield "| client | times sent | ends with | shown |"
    yield "|---|---|---|---|"
    for client in results["clients"].values():
        result = client["results"].get("block")
        if result and result["worked"]:
            yield f"| {client['name']} | {result['attempts']} | {result['code']} | `{_quote(result['shown'])}` |"
    yield ""


def _quote(shown: str) -> str:
    lead, found, rest = shown.partition("Take it out")
    after = rest.partition("(policy strict).")[2] if found else ""
    return (lead + ("…" if found else "") + after).replace("|", "\\|").replace("`", "'")


def _notes(results: Mapping[str, Any]) -> Iterator[str]:
    notes = [
        f"- {client['name']}, {name}: {text}"
        for client in results["clients"].values()
        for name, result in client["results"].items()
        if (text := result["reason"] or result["note"])
    ]
    notes += [f"- {client['name']}: {client['note']}" for client in results["clients"].values() if client["note"]]
    if notes:
        yield "## Notes"
        yield ""
        yield from notes


def _described(client: Client) -> dict[str, str]:
    return {"name": client.name, "version": client.version, "transport": client.transport, "note": client.note}


def _run(client: Client, place: Stand) -> Iterator[tuple[str, dict[str, Any]]]:
    if not is_installed(client.package):
        print(f"{client.name}: not installed", flush=True)
        return
    for name in SCENARIOS:
        try:
            yield name, {"worked": True, "reason": "", **asdict(place.run(client, name))}
            print(f"{client.name}: {name}: worked", flush=True)
        except Failed as err:
            yield name, {"worked": False, "reason": str(err), "attempts": 0, "shown": "", "code": None, "note": ""}
            print(f"{client.name}: {name}: {err}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
