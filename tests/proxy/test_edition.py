"""An edition's name, and what it says to a request that is refused."""

from dataclasses import replace

from proxy.edition import standing_of
from proxy.verdict import Decision
from tests.proxy.inspecting import Desk, charter_of, chat, request
from tests.proxy.test_draft import again, folder, load_draft, origin

__all__ = ["folder"]


def test_its_name_is_of_all_that_decides(folder) -> None:  # type: ignore[no-untyped-def]
    first = load_draft(origin(folder))
    assert standing_of(first) == standing_of(again(folder, first))
    assert len(standing_of(first).edition) == 12
    names = {standing_of(first).edition}
    for change in (
        {"rules": replace(first.rules, digest="other")},
        {"charter": charter_of("strict")},
        {"config": first.config.model_copy(update={"other_hosts": "refuse"})},
    ):
        names.add(standing_of(replace(first, **change)).edition)
    assert len(names) == 4


def test_a_refusal_names_the_vendor_and_the_reason() -> None:
    verdict = Desk(None).edition.refuse(request(chat("hello")), "busy")
    assert (verdict.decision, verdict.reason, verdict.vendor) == (Decision.BLOCK, "busy", "openai")
