"""Both caches against a model: what they must still hold, and how much at most."""

from hypothesis import given
from hypothesis import strategies as st

from proxy.cache import GenerationCache, SizedCache

KEYS = st.lists(st.integers(0, 12), max_size=80)


@given(st.integers(1, 6), KEYS)
def test_what_was_put_in_the_last_insertions_survives(capacity: int, keys: list[int]) -> None:
    cache: GenerationCache[int, str] = GenerationCache(capacity)
    for done, key in enumerate(keys, 1):
        cache.put(key, f"v{key}")
        assert len(cache) <= 2 * capacity
        assert all(cache._young.get(k) or cache._old.get(k) for k in keys[max(0, done - capacity) : done])


@given(st.integers(1, 6), st.lists(st.tuples(st.booleans(), st.integers(0, 12)), max_size=80))
def test_a_value_is_the_last_one_put_or_none(capacity: int, steps: list[tuple[bool, int]]) -> None:
    cache: GenerationCache[int, int] = GenerationCache(capacity)
    last: dict[int, int] = {}
    for number, (is_put, key) in enumerate(steps):
        if is_put:
            cache.put(key, number)
            last[key] = number
        else:
            assert cache.get(key) in (None, last.get(key))


def test_what_is_used_outlives_what_is_not() -> None:
    cache: GenerationCache[str, int] = GenerationCache(3)
    cache.put("kept", 1)
    cache.put("lost", 2)
    for number in range(20):
        cache.put(f"n{number}", number)
        assert cache.get("kept") == 1
    assert cache.get("lost") is None


SIZED = st.lists(st.tuples(st.booleans(), st.integers(0, 8), st.integers(0, 7)), max_size=60)


@given(st.integers(0, 20), SIZED)
def test_a_sized_cache_is_the_longest_recently_used_run_that_fits(
    capacity: int, steps: list[tuple[bool, int, int]]
) -> None:
    cache: SizedCache[int, int] = SizedCache(capacity)
    model: dict[int, tuple[int, int]] = {}
    for number, (is_put, key, size) in enumerate(steps):
        if is_put:
            model.pop(key, None)
            model[key] = (number, size)
            while sum(used for _, used in model.values()) > capacity:
                del model[next(iter(model))]
            cache.put(key, number, size)
        else:
            if key in model:
                model[key] = model.pop(key)
            assert cache.get(key) == (model[key][0] if key in model else None)
        assert len(cache) == len(model)
