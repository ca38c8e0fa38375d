"""Values of one row in strings of their own: found where they are members of one object, and nowhere else."""

import json
from typing import Any

import pytest

from detectors import Engine
from detectors.own.loading import with_own
from detectors.own.owned import load_own
from proxy import formats
from proxy.body import Limits
from proxy.scanner import Scanner
from tests.compiled import rules_folder
from tests.detectors.own.indexes import KEY, build
from tests.detectors.rulebase import make_rule, make_ruleset


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Scanner:
    file = tmp_path_factory.mktemp("own") / "made"
    build(file)
    rules = with_own(make_ruleset(make_rule()), [file], [], KEY)
    return Scanner(Engine(rules, KEY, cache_dir=rules_folder(), own=load_own(rules.own, KEY)), KEY, Limits())


def places(scanner: Scanner, document: Any) -> list[str]:
    reading = scanner.read_json(json.dumps(document).encode(), formats.GENERIC)
    return sorted(hit.segment.pointer for hit in reading.hits for _ in hit.findings)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"a": {"name": "Bukomo Bire", "city": "Ulm", "born": "1998-02-12"}}, ["/a/born", "/a/name"]),
        ([{"name": "Bukomo Bire", "born": "12.2.1998"}, {"name": "x"}], ["/0/born", "/0/name"]),
        ({"a": {"name": "Bukomo Bire"}, "b": {"born": "1998-02-12"}}, []),
        ({"a": {"name": "Bukomo Bire", "born": "1980-05-01"}}, []),
        ({"a": {"name": "Bukomo Bire, 1998-02-12", "number": "K-40000"}}, ["/a/name", "/a/name", "/a/number"]),
    ],
    ids=["members", "in a list", "two objects", "two rows", "what was found is told once"],
)
def test_members_of_one_object_are_one_record(scanner: Scanner, document: Any, expected: list[str]) -> None:
    assert places(scanner, document) == expected
