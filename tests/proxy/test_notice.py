"""Lines of our own in replies: known again exactly, and nobody else's taken for one."""

from hypothesis import given
from hypothesis import strategies as st

from proxy.notice import notice, notices
from tests.proxy.inspecting import KEY, OTHER_KEY


@given(st.text(min_size=1, max_size=80), st.text(max_size=40), st.text(max_size=40))
def test_a_notice_is_found_wherever_it_stands(said: str, before: str, after: str) -> None:
    line = notice(said, "tl-abc", KEY)
    assert line.startswith("[Tightlip: ")
    assert line.splitlines() == [line[:-2], ""]
    after = after.lstrip("\r\n")
    ((start, end),) = notices(before + line + after, KEY)
    assert (start, end) == (len(before), len(before) + len(line))
    assert [*notices(before + line[:-2], KEY)] == [(start, end - 2)]


def test_only_our_own_lines_are_notices() -> None:
    line = notice("it holds a card number", "tl-abc", KEY)
    assert not [*notices(line, OTHER_KEY)]
    assert not [*notices(line.replace("card", "cart"), KEY)]
    assert not [*notices(line.replace("tl-abc", "tl-abd"), KEY)]
    assert not [*notices("[Tightlip: something]", KEY)]
