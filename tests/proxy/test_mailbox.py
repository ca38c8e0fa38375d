import pytest

from proxy.mailbox import KEEP_BYTES, Mailbox


@pytest.fixture
def mailbox() -> Mailbox:
    made = Mailbox.make(KEEP_BYTES * 2)
    if made is None:
        pytest.skip("no anonymous shared memory on this system")
    return made


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 10, bytes(range(256)) * 100, b"y" * (KEEP_BYTES + 1)])
def test_what_is_put_at_one_end_is_taken_at_the_other(mailbox: Mailbox, content: bytes) -> None:
    other = Mailbox(mailbox.descriptor, mailbox.capacity)
    for _ in range(2):
        count = mailbox.put(content)
        assert count == len(content)
        assert other.take(count) == content
        assert other.put(content[::-1]) == count
        assert mailbox.take(count) == content[::-1]


def test_what_does_not_fit_is_not_put(mailbox: Mailbox) -> None:
    assert mailbox.put(b"x" * (mailbox.capacity + 1)) is None
    assert mailbox.put(b"x" * mailbox.capacity) == mailbox.capacity
