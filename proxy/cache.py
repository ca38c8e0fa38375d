"""Bounded caches. One is cheap enough to ask thousands of times per request: two generations, no linked list.

A hit in the old generation moves to the young one; when the young one is full it becomes the old one and the former
old one is dropped, so whatever was used in the last `capacity` insertions survives.
"""

from collections import OrderedDict


class GenerationCache[K, V]:
    """Holds between `capacity` and twice `capacity` of the most recently used entries."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        value = self._young.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: K, value: V) -> None:
        if len(self._young) >= self._capacity:
            self._old = self._young
            self._young = {}
        self._young[key] = value

    def __len__(self) -> int:
        return len(self._young) + len(self._old)


class SizedCache[K, V]:
    """Holds the most recently used entries whose sizes, as told, add up to at most `capacity` (any unit)."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._entries: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, key: K) -> V | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: K, value: V, size: int) -> None:
        old = self._entries.pop(key, None)
        self._size += size - (old[1] if old else 0)
        self._entries[key] = (value, size)
        while self._size > self._capacity:
            _, (_, dropped) = self._entries.popitem(last=False)
            self._size -= dropped

    def __len__(self) -> int:
        return len(self._entries)
