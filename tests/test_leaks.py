"""How much leaves: over 500 values, each planted into a body that a real client sent, under the packs as they ship.

One value a request, so that no other finding covers up for one that was missed.
"""

import itertools

import pytest

from proxy.verdict import Decision
from tests.leak import CONTACT, PLACES, Planted, draw, plant, read, request, shapes
from tests.proxy.inspecting import sent, shared

OF_EACH_KIND = 25
VALUES = list(draw(OF_EACH_KIND))
SHAPES = shapes()


def _leaks(policy: str, values: list[Planted]) -> list[str]:
    """What arrived at the vendor, as "kind in place of client"."""
    inspector, leaked = shared(policy), []
    homes = itertools.cycle(itertools.product(SHAPES, PLACES))
    for planted, (name, place) in zip(values, homes, strict=False):
        asked = request(SHAPES[name], plant(SHAPES[name]["body"], place, planted.sentence))
        if planted.value not in read(asked.body):
            raise AssertionError(f"{planted.kind} was not planted into {place} of {name}")
        verdict = inspector.inspect(asked)
        if verdict.decision is not Decision.BLOCK and planted.value in read(sent(asked, verdict)):
            leaked.append(f"{planted.kind} in {place} of {name}")
    return leaked


def test_there_is_enough_to_leak() -> None:
    assert len(VALUES) >= 500
    assert len({planted.value for planted in VALUES}) == len(VALUES)
    assert len(SHAPES) >= 8


def test_nothing_leaves_under_strict() -> None:
    assert _leaks("strict", VALUES) == []


def test_nothing_but_contact_data_leaves_under_balanced() -> None:
    assert _leaks("balanced", [planted for planted in VALUES if planted.kind not in CONTACT]) == []


@pytest.mark.parametrize("name", SHAPES)
def test_what_clients_send_passes_as_it_is(name: str) -> None:
    """A body without a value: no finding in the clients' own instructions, schemas, ids and seals stops a request."""
    asked = request(SHAPES[name], SHAPES[name]["body"])
    for policy in ("balanced", "strict"):
        verdict = shared(policy).inspect(asked)
        found = [(finding.entity, finding.pointer) for finding in verdict.findings]
        assert verdict.decision in (Decision.ALLOW, Decision.LOG), found
        assert sent(asked, verdict) == asked.body
