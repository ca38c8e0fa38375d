"""What a conversation's user has been told: kept apart by user and conversation, and bounded."""

from proxy.told import MAX_HASHES, NOTHING_TOLD, Told, ToldStore


def told(*fingerprints: str, segments: tuple[bytes, ...] = ()) -> Told:
    return Told(frozenset(fingerprints), frozenset(segments))


def test_nothing_is_told_at_first() -> None:
    assert ToldStore().recall("ann", "a") is NOTHING_TOLD


def test_what_was_told_adds_up() -> None:
    store = ToldStore()
    store.remember("ann", "a", told("f", segments=(b"1",)))
    store.remember("ann", "a", told("g", segments=(b"2",)))
    assert store.recall("ann", "a") == told("f", "g", segments=(b"1", b"2"))


def test_users_and_conversations_are_apart() -> None:
    store = ToldStore()
    store.remember("ann", "a", told("f"))
    assert store.recall("ben", "a") is NOTHING_TOLD
    assert store.recall("ann", "b") is NOTHING_TOLD
    assert store.recall("", "anna") is NOTHING_TOLD


def test_the_conversation_longest_unused_is_forgotten_first() -> None:
    store = ToldStore(capacity=2)
    for name in ("a", "b"):
        store.remember("ann", name, told(name))
    store.recall("ann", "a")
    store.remember("ann", "c", told("c"))
    assert [store.recall("ann", name).fingerprints for name in "abc"] == [{"a"}, frozenset(), {"c"}]


def test_remembering_again_counts_as_use() -> None:
    store = ToldStore(capacity=2)
    for name in ("a", "b", "a", "c"):
        store.remember("ann", name, told(name))
    assert store.recall("ann", "b") is NOTHING_TOLD
    assert store.recall("ann", "a") == told("a")


def test_one_conversation_is_bounded_and_keeps_the_newest() -> None:
    store = ToldStore()
    for turn in range(5):
        hashes = [f"{turn}/{number}" for number in range(MAX_HASHES // 2)]
        store.remember("ann", "a", Told(frozenset(hashes), frozenset(map(str.encode, hashes))))
        known = store.recall("ann", "a")
        assert len(known.fingerprints) <= MAX_HASHES
        assert len(known.segments) <= MAX_HASHES
        assert known.fingerprints >= set(hashes)


def test_one_telling_past_the_bound_is_cut() -> None:
    store = ToldStore()
    store.remember("ann", "a", Told(frozenset(map(str, range(MAX_HASHES + 10)))))
    assert len(store.recall("ann", "a").fingerprints) == MAX_HASHES
