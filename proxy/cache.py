"""A bounded cache cheap enough to ask thousands of times per request: two generations instead of a linked list.

A hit in the old generation moves to the young one; when the young one is full it becomes the old one and the former
old one is dropped, so whatever was used in the last `capacity` insertions survives.
"""


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
