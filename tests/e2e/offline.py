"""A day at work without a network: `python -m tests.e2e.offline FOLDER` starts a watched Tightlip, sends it everything
that can be read, and prints what came of it as JSON.

A process of its own, so that it can be run in a network namespace that has nothing but loopback. There the kernel
counts what found no route, whoever tried it and in whatever language.
"""

import base64
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.compiled import share_rules
from tests.e2e import values
from tests.e2e.clients import CHAT, MESSAGES, curl
from tests.e2e.lab import ROOT, Tightlip, configuration
from tests.fakevendor import FakeVendor, make_authority
from tests.proxy.attachments.making import readable

_SET_FLAGS, _IS_UP = 0x8914, 0x1  # SIOCSIFFLAGS, IFF_UP: netdevice(7)
WATCHED = Path(__file__).parent / "watched"
RECOGNIZERS = {
    "EmailRecognizer": r"[\w.]{2,40}@[\w.-]{4,40}",
    "PhoneRecognizer": r"\+[0-9]{1,3} [0-9 ]{6,14}",
    "UrlRecognizer": r"https://[\w./?=-]{4,80}",
    "IpRecognizer": r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}",
}
"""Presidio's that have something to look up: suffixes of domains, plans of numbers; and what calls each."""


def main(folder: Path) -> None:
    cut = leave_network()
    before = unrouted()
    authority = make_authority(folder)
    environment = watched(folder / "attempts.jsonl")
    with FakeVendor(authority) as vendor:
        own = {"names": {"model": str(pack(folder))}, "rules": [str(rules(folder))], "processes": 2}
        config = configuration(vendor.address, authority.ca, plain=vendor.plain_address, **own)
        tightlip = Tightlip(folder / "tightlip", config, environment)
        share_rules(tightlip.state)
        scanned = scan(tightlip, files(folder))  # first, for it waits as long as compiling the rules takes
        with tightlip:
            answers = {name: curl(tightlip, MESSAGES, body).status for name, body in documents().items()}
            answers |= {name: curl(tightlip, CHAT, body).status for name, body in talk().items()}
            answers["metrics"] = tightlip.get("/metrics")[0]
    entities = {finding["entity"] for decision in tightlip.decisions() for finding in decision["findings"]}
    told = {"cut": cut, "scan": scanned, "answers": answers, "entities": sorted(entities)}
    print(json.dumps({**told, "unrouted": unrouted() - before}))


def leave_network() -> bool:
    """Moves this process, and what it starts, to a network of nothing but loopback; False where that is denied."""
    user, group = os.getuid(), os.getgid()
    try:
        os.unshare(os.CLONE_NEWNET | (os.CLONE_NEWUSER if user else 0))
        if user:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh22x", b"lo", _IS_UP))
    except OSError:
        return False
    return True


def scan(tightlip: Tightlip, folder: Path) -> int:
    """The exit code of `tightlip scan` by the proxy's configuration."""
    file = folder.parent / "scan.yaml"
    file.write_text(json.dumps({"state_dir": str(tightlip.state), **tightlip.config}))
    command = [sys.executable, "-m", "proxy", "scan", "--config", str(file), str(folder)]
    environment = {**os.environ, **tightlip.environment}
    return subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, timeout=400).returncode


def watched(file: Path) -> dict[str, str]:
    """The environment of processes whose attempts to use the network fail, and are written to `file`."""
    path = [str(WATCHED), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {"PYTHONPATH": os.pathsep.join(path), "WATCHED_TO": str(file), "HOME": str(file.parent)}


def unrouted() -> int:
    """Packets and connections of this namespace for which the kernel had no route, so far."""
    lines = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip: ")]
    counts = dict(zip(lines[0], lines[1], strict=True))
    six = dict(line.split()[:2] for line in Path("/proc/net/snmp6").read_text().splitlines())
    return int(counts["OutNoRoutes"]) + int(six["Ip6OutNoRoutes"])


def pack(folder: Path) -> Path:
    """A spaCy pipeline that knows one name."""
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Amara Roe"}])  # type: ignore[attr-defined]
    pipeline.to_disk(folder / "pack")
    return folder / "pack"


def rules(folder: Path) -> Path:
    """Rules that let Presidio judge."""
    stanzas = [
        {"id": f"acme-{name.lower()}", "description": "What Presidio finds.", "category": "custom", "severity": "low"}
        | {"entity": f"ACME_{name.removesuffix('Recognizer').upper()}", "recognizer": name, "trigger": trigger}
        | {"examples": ["see the tests", "of the product"], "counterexamples": ["none", "nothing"]}
        for name, trigger in RECOGNIZERS.items()
    ]
    (folder / "rules").mkdir()
    (folder / "rules" / "presidio.yaml").write_text(json.dumps({"rules": stanzas}))  # JSON is YAML
    return folder / "rules"


def prose() -> str:
    """Something for every detector that might ask somebody else."""
    return " ".join(
        [
            "Please write to Amara Roe about the order we spoke of yesterday, she knows the details of it.",
            f"Her addresses are {values.email()}, {values.address()} and ada@mail.museum.example.co.uk.",
            "Call +44 20 7946 0958, +1 212 555 0142 or +49 30 901820; the page is https://shop.northwind-traders.co.uk/a?b=c",
            "and the machine 203.0.113.7, or 2001:db8::7. Account DE89 3704 0044 0532 0130 00, VAT DE136695976.",
        ]
    )


def talk() -> dict[str, bytes]:
    return {"chat": values.chat(prose()), "key": values.chat(f"use {values.aws_key()}, SSN {values.ssn()}")}


def documents() -> dict[str, bytes]:
    """A message with each kind of file that is read."""
    found: dict[str, bytes] = {}
    for name, file in readable(prose()).items():
        data = base64.b64encode(file).decode()
        source = {"type": "base64", "media_type": "application/octet-stream", "data": data}
        turn: dict[str, Any] = {"role": "user", "content": [{"type": "document", "source": source}]}
        found[name] = json.dumps({"model": "claude-fake", "max_tokens": 9, "messages": [turn]}).encode()
    return found


def files(folder: Path) -> Path:
    below = folder / "files"
    below.mkdir()
    for number, content in enumerate(readable(prose()).values()):
        (below / f"{number}.bin").write_bytes(content)
    (below / "notes.txt").write_text(prose())
    return below


if __name__ == "__main__":
    main(Path(sys.argv[1]))
