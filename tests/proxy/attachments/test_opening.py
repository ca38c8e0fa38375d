"""Text out of files of every kind: found wherever a file can hold it, and never quiet about what was not read."""

import pytest

from proxy.attachments import Opened, open_attachment
from tests.proxy.attachments.making import readable, unread

WORDS = "a line of words 4711-0815 for the test"


def said(opened: Opened) -> str:
    return "\n".join(part.text for part in opened.parts)


@pytest.mark.parametrize("kind", readable(WORDS))
def test_a_file_that_is_read_to_its_end(kind: str) -> None:
    opened = open_attachment(readable(WORDS)[kind])
    assert WORDS in said(opened)
    assert opened.incomplete == ()


@pytest.mark.parametrize("kind", unread(WORDS))
def test_a_file_of_which_some_is_left_unread(kind: str) -> None:
    opened = open_attachment(unread(WORDS)[kind])
    assert WORDS in said(opened)
    assert opened.incomplete == ("attachment",)
