"""The recorded conversations: as large as told, replayable, and free of the machine that recorded them."""

import json
import re

import pytest

from bench import agent, conversations
from bench.conversations.reword import reworded
from bench.corpus import leaves_of

NAMES = conversations.names()
_OUTSIDE = r"(?<![\w/.~$}-])"
_PLACE = re.compile(_OUTSIDE + r"/(?:root|tmp|home|Users)/[\w.-]+|" + _OUTSIDE + r"/[\w./-]*(?:node_modules|/\.cache)/")
_OF_INSTRUCTIONS = {"/home/user", "/Users/name", "/tmp/test"}
"""Examples in clients' own instructions."""


def test_there_are_some() -> None:
    assert len(NAMES) >= 1


@pytest.mark.parametrize("name", NAMES)
def test_a_conversation_grows_over_forty_turns(name: str) -> None:
    bodies = conversations.load(name).bodies
    assert len(bodies) == 40
    assert len(bodies[0]) < 60_000
    assert len(bodies[-1]) > 250_000
    assert all(len(before) < len(body) for before, body in zip(bodies[::2], bodies[1::2], strict=True))
    assert agent.resent_share(bodies) > 0.9


@pytest.mark.parametrize("name", NAMES)
def test_nothing_names_the_machine_that_recorded_it(name: str) -> None:
    texts = [text for body in conversations.load(name).bodies[-1:] for text in leaves_of(body)]
    found = {place for text in texts for place in _PLACE.findall(text)}
    assert {place for place in found if not place.startswith("/srv/shop")} - _OF_INSTRUCTIONS == set()


def test_a_replay_has_words_of_its_own_and_the_same_length() -> None:
    bodies = (b'{"a": "def f(self): return self.x"}',)
    first, other = list(agent._salted(bodies, 0)), list(agent._salted(bodies, 1))
    assert first == list(bodies)
    assert other != first
    assert len(other[0]) == len(first[0])


def test_instructions_get_other_words_and_nothing_else_changes() -> None:
    asked = {
        "system": [{"type": "text", "text": 'Do not "guess" values.\nUse 3 tools'}],
        "tools": [{"name": "Read", "description": "Reads files"}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Reads files, please"}]}],
    }
    body = json.dumps(asked, separators=(",", ":"))
    other = json.loads(reworded(body))
    assert len(reworded(body)) == len(body)
    assert other["messages"] == asked["messages"]
    assert other["tools"][0]["name"] == "Read"
    said = other["system"][0]["text"]
    assert "guess" not in said
    assert re.sub("[A-Za-z]", "a", said) == re.sub("[A-Za-z]", "a", 'Do not "guess" values.\nUse 3 tools')
