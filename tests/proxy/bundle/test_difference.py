"""What differs between two bundles, told by ids."""

from proxy.bundle.difference import differences
from tests.proxy.bundle.making import MEMBERS, POLICY, RULES, bundle_of


def told(old: dict[str, bytes], new: dict[str, bytes]) -> list[str]:
    return [f"{change.how} {change.kind} {change.id}" for change in differences(bundle_of(old), bundle_of(new))]


def test_the_same_content_differs_in_nothing() -> None:
    commented = {name: b"# reviewed\n" + content for name, content in MEMBERS.items()}
    assert told(MEMBERS, commented) == []
    moved = {"policy/00/acme.yaml": POLICY, "rules/00/other/name.yaml": RULES}
    assert told(MEMBERS, moved) == []


def test_each_thing_goes_by_its_id() -> None:
    more = RULES + RULES.partition(b"rules:\n")[2].replace(b"acme-token", b"acme-other")
    new = {
        "policy/00/acme.yaml": POLICY.replace(b"block", b"redact").replace(b"Acme's own", b"Ours"),
        "registry/registry.yaml": b"vendors:\n  openai: {approval: approved}\n",
        "rules/00/acme.yaml": more,
    }
    assert told(MEMBERS, new) == [
        "changed clause clauses/keys",
        "changed policy/00/acme.yaml description",
        "added rule acme-other",
        "added vendor openai",
    ]
    assert told(new, MEMBERS)[-2:] == ["removed rule acme-other", "removed vendor openai"]


def test_a_pack_instead_of_a_file_is_a_difference() -> None:
    assert "added pack balanced" in told(MEMBERS, {"rules/00/acme.yaml": RULES})


def test_files_that_cannot_be_read_are_compared_as_they_are() -> None:
    deep = {"rules/00/a.yaml": b"[" * 400}
    assert told(deep, deep) == []
    assert told(deep, {"rules/00/a.yaml": b"\xff"}) == ["changed file rules/00/a.yaml"]


def test_aliases_within_aliases_take_no_time() -> None:
    lines = [b"a0: &a0 [x]"] + [b"a%d: &a%d [*a%d, *a%d]" % (n, n, n - 1, n - 1) for n in range(1, 60)]
    bomb = {"rules/00/a.yaml": b"\n".join(lines)}
    assert told(bomb, bomb) == []
    assert len(told(bomb, {"rules/00/a.yaml": b"\n".join(lines).replace(b"[x]", b"[y]")})) == 60
