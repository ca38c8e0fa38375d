"""The page on metrics is what the code says."""

from pathlib import Path

import pytest

from proxy.metrics.catalogue import FAMILIES
from proxy.metrics.document import page
from proxy.metrics.instrument import Family

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == page(), "run `python -m proxy.metrics > docs/metrics.md`"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_family_tells_what_it_is_and_what_to_watch_it_for(family: Family) -> None:
    assert family.name.startswith("tightlip_")
    assert family.help.endswith(".")
    assert family.watch
    assert not family.watch.endswith(".")
    assert all(label.told for label in family.labels)
    assert family.name.endswith(f"_{family.unit}") if family.unit else not family.name.endswith(("_seconds", "_bytes"))
