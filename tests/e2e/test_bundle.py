"""A proxy that requires signatures: a signed bundle decides, and nothing else does."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from proxy.bundle.container import Bundle
from tests.e2e import values
from tests.e2e.clients import CHAT, curl
from tests.e2e.conftest import Lab
from tests.e2e.lab import DidNotStart, Tightlip
from tests.proxy.bundle.making import BOB, POLICY, bundle_of, signed, trust_file, trust_lines

pytestmark = pytest.mark.slow

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
BLOCK = {"policy/00/acme.yaml": POLICY}  # and no rules: those would have to be compiled
LOG = {"policy/00/acme.yaml": POLICY.replace(b"block", b"log")}


def bundle(serial: int, members: dict[str, bytes] = BLOCK) -> Bundle:
    return signed(bundle_of(members, serial=serial, start=START), "Bob")


@pytest.fixture
def tightlip(lab: Lab, tmp_path: Path) -> Tightlip:
    """Not started yet; it requires Bob's signature."""
    stanza = trust_lines("Bob", BOB, **{"from": "2001-01-01", "until": "9999-12-31"})
    asked = {"bundle": "acme.tlb", "require_signed": True, "trusted_keys": str(trust_file(tmp_path, stanza))}
    return lab.tightlip("signed", tmp_path, **asked)


def put(tightlip: Tightlip, content: Bundle | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encoded()
    fresh = tightlip.folder / "fresh.tlb"
    fresh.write_bytes(data)
    fresh.replace(tightlip.folder / "acme.tlb")


def ask(tightlip: Tightlip) -> int:
    return curl(tightlip, CHAT, values.chat(f"use {values.aws_key()}")).status


def loads(tightlip: Tightlip) -> list[dict[str, Any]]:
    return [record for record in tightlip.audit() if record["type"] == "load"]


def reload(tightlip: Tightlip) -> dict[str, Any]:
    """The record of a load that a signal asked for."""
    before = len(loads(tightlip))
    os.kill(tightlip.pid, signal.SIGHUP)
    deadline = time.monotonic() + 60
    while len(loads(tightlip)) == before:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return loads(tightlip)[-1]


def test_what_was_signed_decides_and_who_signed_is_on_record(tightlip: Tightlip) -> None:
    put(tightlip, bundle(7))
    with tightlip:
        assert ask(tightlip) == 400
        (decision,) = tightlip.decisions()
        assert (decision["policy"], decision["findings"][0]["clause"]) == ("acme", "keys")
        (change,) = [record for record in tightlip.audit() if record["type"] == "change"]
        assert (change["kind"], change["actor"], change["digest"]) == ("bundle.accept", "Bob", bundle(7).digest)
    with pytest.raises(DidNotStart, match="serial: expected 7 or more, as accepted here before, found 6"):
        put(tightlip, bundle(6))
        tightlip.start()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (bundle_of(BLOCK, start=START), "expected those of 1 person, found no signature"),
        (bundle_of(BLOCK, start=START, days=1).encoded(), "expires: expected a bundle for now"),
        (bundle(7).encoded()[:-1], "found less"),
        (bundle(7).encoded().replace(b"action: block", b"action: allow"), "expected what its digest says"),
    ],
    ids=["unsigned", "expired", "cut short", "edited"],
)
def test_what_is_not_proven_starts_nothing(tightlip: Tightlip, content: Bundle | bytes, expected: str) -> None:
    put(tightlip, content)
    with pytest.raises(DidNotStart, match=f"acme.tlb: .*{expected}"):
        tightlip.start()


def test_a_reload_takes_the_next_one_and_refuses_all_others(tightlip: Tightlip) -> None:
    """The last good edition stays, whatever lies in the bundle's place."""
    put(tightlip, bundle(7))
    with tightlip:
        put(tightlip, bundle(8, LOG))
        taken = reload(tightlip)
        assert (taken["result"], taken["actors"]) == ("taken", ["Bob"])
        assert ask(tightlip) == 200
        for other in (bundle(7), bundle(8), bundle_of(BLOCK, serial=9, start=START), bundle(9).encoded()[:-1], b""):
            put(tightlip, other)
            assert reload(tightlip)["result"] == "refused"
            assert ask(tightlip) == 200
        put(tightlip, bundle(9))
        assert reload(tightlip)["result"] == "taken"
        assert ask(tightlip) == 400
