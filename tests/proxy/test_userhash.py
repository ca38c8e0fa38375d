"""Users in metrics: told apart, the same every time, and nothing without the key."""

from proxy.userhash import hashing_key, user_hash


def test_a_hash_is_of_the_name_and_of_the_installation() -> None:
    key, other = hashing_key(b"k" * 32), hashing_key(b"o" * 32)
    names = ["ada", "Ada", "bob@example.com"]
    assert user_hash("ada", key) == user_hash("ada", key)
    assert len({user_hash(name, one) for name in names for one in (key, other)}) == 6
    assert all(len(user_hash(name, key)) == 12 for name in names)
    assert key != b"k" * 32
