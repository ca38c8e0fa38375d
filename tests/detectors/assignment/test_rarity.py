"""The rarity model: what it was trained on, what it tells apart, and what it costs to load."""

import zlib

import pytest

from detectors.assignment import rarity
from detectors.assignment.plausible import shannon
from tests.timing import assert_within
from training import rarity as training

CODE = (
    "get_user_by_name MAX_RETRY_COUNT application/json org.apache.commons.lang background-color-transparent "
    "test_login_fails_without_password utf8_general_ci src/main/java/Service HttpResponseRedirect node_modules "
    "authorization_code_grant_type ThreadPoolExecutor application.properties"
).split()


def test_code_is_common_and_chance_is_rare() -> None:
    assert all(rarity.rarity(word) < 0 for word in CODE)
    for name, values in training.secrets(each=40).items():
        long = [value for value in values if len(value) >= 20]
        found = sum(rarity.rarity(value) > 0 for value in long) / len(long)
        assert found > (0.75 if name == "hex" else 0.98), name


def test_it_beats_entropy_where_secrets_are_short() -> None:
    """The words are few, so the figures aren't; `python -m training.rarity --measure` has those."""
    values = [value for values in training.secrets(each=20).values() for value in values if 12 <= len(value) < 20]
    words = [word for word in CODE if len(word) >= 12]
    for score, least, most in ((rarity.rarity, 0.8, 1.0), (shannon, 0.0, 0.7)):
        threshold = max(map(score, words))
        assert least <= sum(score(value) > threshold for value in values) / len(values) <= most


def test_surprise_adds_up_and_never_fails() -> None:
    assert rarity.surprise("") == 0
    assert rarity.surprise("password") < rarity.surprise("xqzvkjwp")
    assert rarity.rarity("") < 0
    for value in ("\ud800", "é" * 40, "\0", "0" * 5000):
        assert isinstance(rarity.rarity(value), float)


def test_every_symbol_has_its_place() -> None:
    table = rarity.symbol_table()
    assert set(table.values()) == set(range(1, rarity.SYMBOLS - 1))
    assert len({table[ord(char)] for char in "abcxyzABCXYZ"}) == 12


def test_it_loads_in_a_moment() -> None:
    def load() -> None:
        rarity._table.cache_clear()
        rarity.surprise("a")

    assert_within(0.1, load)
    assert rarity.MODEL.stat().st_size < 200_000


def test_training_counts_what_it_reads() -> None:
    model = training.train(["abab", "abac"])
    assert len(model) == rarity.SYMBOLS**3 // 2
    table = rarity.symbol_table()
    a, b, c = (table[ord(char)] for char in "abc")
    bits = {symbol: _bits(model, a, b, symbol) for symbol in (a, c, table[ord("z")])}
    assert bits[a] <= bits[c] < bits[table[ord("z")]] or bits[a] < bits[table[ord("z")]]


def _bits(model: bytes, *symbols: int) -> int:
    state = 0
    for symbol in symbols:
        state = state << 6 | symbol
    return model[state // 2] & 15 if state % 2 else model[state // 2] >> 4


@pytest.mark.slow
def test_training_again_gives_the_same_model() -> None:
    words = training.tokens(training.sources())
    shipped = rarity.MODEL.read_bytes()
    if training.digest(words) != shipped[: rarity.STAMP_BYTES]:
        pytest.skip("other packages are installed than those it was trained on")
    assert training.train(words) == zlib.decompress(shipped[rarity.STAMP_BYTES :])
