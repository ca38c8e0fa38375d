"""Pseudonyms on the wire: the vendor sees another value, the client its own, in every API, stream and HTTP version."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e import values
from tests.e2e.clients import CHAT, GEMINI, MESSAGES, VERSIONS, curl
from tests.e2e.conftest import Lab
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor, Step, Tool

pytestmark = pytest.mark.slow

RESPONSES = "https://api.openai.com/v1/responses"
STREAMING_GEMINI = GEMINI.replace(":generateContent", ":streamGenerateContent") + "?alt=sse"
POLICY = """
id: giving
description: Everything gets a pseudonym.
default: pseudonymise
"""
EMAIL = re.compile(r"person-[0-9a-f]{8}@example\.com")


def bodies(text: str, stream: bool) -> dict[str, dict[str, Any]]:
    turn = {"role": "user", "content": text}
    return {
        CHAT: {"model": "m", "messages": [turn], "stream": stream},
        MESSAGES: {"model": "m", "max_tokens": 9, "messages": [turn], "stream": stream},
        RESPONSES: {"model": "m", "input": [turn], "stream": stream},
        (STREAMING_GEMINI if stream else GEMINI): {"contents": [{"role": "user", "parts": [{"text": text}]}]},
    }


APIS = list(bodies("", False)) + list(bodies("", True))[-1:]


@pytest.fixture(scope="module")
def giving(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tightlip]:
    file = tmp_path_factory.mktemp("policy") / "giving.yaml"
    file.write_text(POLICY)
    with lab.tightlip("giving", policy=str(file)) as tightlip:
        yield tightlip


def surrogate(giving: Tightlip, vendor: FakeVendor, url: str, value: str, version: str) -> str:
    """What the vendor sees for an address of mail."""
    stream = url == STREAMING_GEMINI
    curl(giving, url, json.dumps(bodies(f"write to {value}", stream)[url]).encode(), version)
    received = vendor.last.body.decode()
    assert value not in received
    found = EMAIL.search(received)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("url", APIS)
def test_text_comes_back_with_the_value(giving: Tightlip, vendor: FakeVendor, url: str, version: str) -> None:
    value = values.email()
    seen = surrogate(giving, vendor, url, value, version)
    vendor.script(Step(text=("I wrote to ", seen, ". Done.")))
    stream = url == STREAMING_GEMINI
    answer = curl(giving, url, json.dumps(bodies(f"again {value}", stream)[url]).encode(), version)
    assert value in answer.body.decode()
    assert seen not in answer.body.decode()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("url", [CHAT, MESSAGES, RESPONSES])
@pytest.mark.parametrize("cut", [1, 7, 12, 26])
def test_a_stream_that_cuts_it_comes_back_whole(
    giving: Tightlip, vendor: FakeVendor, url: str, version: str, cut: int
) -> None:
    value = values.email()
    seen = surrogate(giving, vendor, url, value, version)
    vendor.script(Step(text=("I wrote to ", seen[:cut], seen[cut:], ". Done.")))
    answer = curl(giving, url, json.dumps(bodies(f"again {value}", True)[url]).encode(), version)
    told = answer.body.decode()
    assert value in told
    assert "person-" not in told


@pytest.mark.parametrize("url", [CHAT, MESSAGES, RESPONSES])
@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_call_has_the_value(giving: Tightlip, vendor: FakeVendor, url: str, stream: bool) -> None:
    value = values.email()
    seen = surrogate(giving, vendor, url, value, "--http1.1")
    vendor.script(Step(tool=Tool("write", {"path": "a.txt", "content": f'to = "{seen}"\n'})))
    answer = curl(giving, url, json.dumps(bodies(f"again {value}", stream)[url]).encode(), "--http1.1")
    assert value in answer.body.decode()
    assert "person-" not in answer.body.decode()


def test_nothing_comes_back_to_another_vendor(giving: Tightlip, vendor: FakeVendor) -> None:
    value = values.email()
    seen = surrogate(giving, vendor, CHAT, value, "--http1.1")
    vendor.script(Step(text=(seen,)))
    answer = curl(
        giving, MESSAGES, json.dumps(bodies(f"again {values.email()}", False)[MESSAGES]).encode(), "--http1.1"
    )
    assert seen in answer.body.decode()
    assert value not in answer.body.decode()


def test_after_a_restart_it_comes_back_as_before(lab: Lab, vendor: FakeVendor, tmp_path: Any) -> None:
    file = tmp_path / "giving.yaml"
    file.write_text(POLICY)
    value = values.email()
    tightlip = lab.tightlip("restarted", folder=tmp_path / "home", policy=str(file))
    with tightlip:
        seen = surrogate(tightlip, vendor, CHAT, value, "--http1.1")
    with tightlip:
        vendor.script(Step(text=(seen,)))
        answer = curl(tightlip, CHAT, json.dumps(bodies("hello", False)[CHAT]).encode(), "--http1.1")
        assert value in answer.body.decode()
    traces = b"".join(
        path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file() and not path.is_symlink()
    )
    assert value.encode() not in traces
    assert seen.encode() not in traces
