"""What was told in a conversation is known to the successor, unless it knows better or can't read it."""

import base64
import pickle

import pytest

from proxy.codes import Codes
from proxy.handover.memory import packed, unpack
from proxy.justification import Offer
from proxy.repeat import Repeats
from proxy.told import NOTHING_TOLD, Told, ToldStore


def test_it_is_known_to_who_goes_on() -> None:
    old = ToldStore(), Codes(), Repeats()
    old[0].remember("ada", "c1", Told(warned=frozenset({"w"})))
    offer = Offer("K7QF", frozenset({"f1"}), "clause")
    old[1].offer("ada", "c1", offer)
    old[2].first("ada", "openai", frozenset({"f1"}), "r1")
    new = ToldStore(), Codes(), Repeats()
    unpack(packed(old), new)
    assert new[0].recall("ada", "c1").warned == {"w"}
    assert new[1].open("ada", "c1") == {offer}
    assert new[2].first("ada", "openai", frozenset({"f1"}), "r2") == "r1"


def test_what_is_newer_stays_and_what_is_older_is_forgotten_first() -> None:
    old, new = ToldStore(), ToldStore(3)
    for name in ("c1", "c2", "c3"):
        old.remember("ada", name, Told(warned=frozenset({"old"})))
    new.remember("ada", "c3", Told(warned=frozenset({"new"})))
    unpack(packed([old]), [new])
    new.remember("ada", "c4", Told(warned=frozenset({"new"})))
    assert [conversation for _, conversation in new.entries] == ["c2", "c3", "c4"]
    assert new.recall("ada", "c3").warned == {"new"}


@pytest.mark.parametrize(
    "text",
    [None, "%", base64.b64encode(b"junk").decode(), base64.b64encode(pickle.dumps(())).decode()],
    ids=["nothing", "no base64", "no pickle", "too few"],
)
def test_what_makes_no_sense_is_left_out(text: object) -> None:
    store = ToldStore()
    unpack(text, [store])
    assert store.recall("ada", "c1") == NOTHING_TOLD
