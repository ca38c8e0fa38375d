"""What a rewritten conversation leaves of the vendor's prompt cache, which is keyed by the bytes a request begins with.

Forty turns, each resent with all that came before, every third with a value in it, some of them again.
"""

import itertools
import json
from typing import Any

import pytest

from proxy.pseudonym.pseudonymiser import Known
from tests.leak import CONTACT, draw
from tests.proxy.inspecting import fresh, request, sent

TURNS = 40
VALUES = [planted.sentence for planted in draw(2) if planted.kind not in CONTACT]


def _bodies(api: str) -> list[dict[str, Any]]:
    """The body of each turn, as a client sends them one after the other."""
    turns: list[dict[str, str]] = []
    bodies = []
    for number in range(TURNS):
        said = VALUES[(number * 2 // 3) % len(VALUES)] if number % 3 == 0 else "go on, and tell me what that does"
        turns.append({"role": "user", "content": f"Step {number}. {said}"})
        bodies.append({"model": "fake", "messages": list(turns)} | ({"max_tokens": 9} if api == "messages" else {}))
        turns.append({"role": "assistant", "content": f"I looked at step {number}. " + "It does this and that. " * 20})
    return bodies


def _shared(bodies: list[bytes]) -> float:
    """The share of each body's bytes that the next one begins with too, over all of them."""
    pairs = list(itertools.pairwise(bodies))
    return sum(_common(first, second) for first, second in pairs) / sum(len(first) for first, _ in pairs)


def _common(first: bytes, second: bytes) -> int:
    return next((at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first))


@pytest.mark.parametrize("policy", ["balanced", "pseudonyms"])
@pytest.mark.parametrize("api", ["chat", "messages"])
def test_a_rewritten_conversation_is_cached_like_a_plain_one(api: str, policy: str) -> None:
    inspector = fresh(policy)
    direct, forwarded, known = [], [], dict[str, str]()
    for body in _bodies(api):
        asked = request(json.dumps(body).encode(), api)
        verdict = inspector.inspect(asked, known=Known("ann", dict(known)))
        assert verdict.body is not None
        known |= {pseudonym.surrogate: pseudonym.value for pseudonym in verdict.pseudonyms}
        direct.append(asked.body)
        forwarded.append(sent(asked, verdict))
    assert _shared(forwarded) >= 0.99 * _shared(direct)
    assert _shared(direct) > 0.9
