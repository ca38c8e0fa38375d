"""Which strings of an event are read, and as pieces of which text."""

from typing import Any

import pytest

from proxy.formats import FORMATS, Channel, End, Writing
from proxy.restore.plan import Plan, plan_of

PLAN = Plan(
    (
        Channel("delta.text", name="text", key=("index",), events=frozenset({"delta"})),
        Channel("choices[#].text"),
        Channel("choices[#].calls[#].arguments", Writing.JSON),
        Channel("parts[*].text", name="part", unless="thought"),
        Channel("tree", Writing.TREE),
        Channel("list[*][*]", whole=True),
    ),
    (
        End(events=frozenset({"stop"}), key=("index",)),
        End(events=frozenset({"over"})),
        End(path="choices[#].finish"),
    ),
)


@pytest.mark.parametrize(
    ("event", "name", "expected"),
    [
        ({"index": 2, "delta": {"text": "a"}}, "delta", [(("delta", "text"), "a", ("text", 2))]),
        ({"delta": {"text": "a"}}, "delta", [(("delta", "text"), "a", ("text", None))]),
        ({"index": 2, "delta": {"text": "a"}}, "other", []),
        ({"delta": "text"}, "delta", []),
        ({"delta": {"text": 5}}, "delta", []),
        (
            {"choices": [{"text": "a"}, {"index": 7, "text": "b"}, "x"]},
            "",
            [
                (("choices", 0, "text"), "a", ("choices[#].text", 0)),
                (("choices", 1, "text"), "b", ("choices[#].text", 7)),
            ],
        ),
        (
            {"choices": [{"index": 1, "calls": [{"index": 3, "arguments": "{"}]}]},
            "",
            [(("choices", 0, "calls", 0, "arguments"), "{", ("choices[#].calls[#].arguments", 1, 3))],
        ),
        (
            {"parts": [{"text": "a", "thought": True}, {"text": "b", "thought": False}, {"text": "c"}]},
            "",
            [(("parts", 1, "text"), "b", ("part",)), (("parts", 2, "text"), "c", ("part",))],
        ),
        (
            {"tree": {"k": [1, "a", True, None, 1.5]}},
            "",
            [
                (("tree", "k", 0), "1", ("tree",)),
                (("tree", "k", 1), "a", ("tree",)),
            ],
        ),
        ({"list": [["a"], "b"]}, "", [(("list", 0, 0), "a", ("list[*][*]",))]),
        ({}, "", []),
    ],
)
def test_places(event: dict[str, Any], name: str, expected: list[tuple[object, ...]]) -> None:
    reading = PLAN.read(event, name)
    assert [(place.path, place.text, place.key) for place in reading.places] == expected
    assert reading.ends == []


@pytest.mark.parametrize(
    ("event", "name", "ends"),
    [
        ({"index": 2}, "stop", [(2,)]),
        ({"index": 2}, "over", [()]),
        ({"choices": [{"finish": None}, {"finish": "stop"}, {"index": 5, "finish": "stop"}]}, "", [(1,), (5,)]),
    ],
)
def test_ends(event: dict[str, Any], name: str, ends: list[tuple[object, ...]]) -> None:
    assert PLAN.read(event, name).ends == ends


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_no_place_has_two_channels(fmt: Any) -> None:
    """The second would be the only one."""
    names = {name for channel in fmt.replies for name in channel.events} | {""}
    for name in names:
        channels = {channel for channel in fmt.replies if not channel.events or name in channel.events}
        assert len(channels) == len({channel.path for channel in channels})
    assert plan_of(fmt).has_channels == bool(fmt.replies)
