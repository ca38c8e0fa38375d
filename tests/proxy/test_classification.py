"""Classes of code: which rules hold, what is unknown, that more evidence takes nothing away, every mistake's line."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.classification import NO_CLASSIFICATION, Classification, load_classification
from proxy.configfile import ConfigError
from proxy.evidence import Evidence

TEXT = """\
version: 1
schemes: {export: [itar, free]}
headers: {x-repository: repository}
code:
- repository: github.com/acme/ledger-*
  path: ["src/settlement/**"]
  classes: {pci: cde, risk: [critical, high]}
- repository: [github.com/acme/*]
  classes: {pci: connected}
- folder: ["/home/*/oss/**"]
  classes: {pci: out_of_scope, export: free}
- path: "**/*.itar"
  classes: {export: itar}
"""


def loaded(folder: Path, text: str = TEXT) -> Classification:
    path = folder / "classification.yaml"
    path.write_text(text)
    return load_classification(path)


@pytest.fixture(scope="module")
def classification(tmp_path_factory: pytest.TempPathFactory) -> Classification:
    return loaded(tmp_path_factory.mktemp("classification"))


LEDGER, WEB, OTHER = "github.com/acme/ledger-core", "github.com/acme/web", "github.com/other/thing"


@pytest.mark.parametrize(
    ("evidence", "pci"),
    [
        ((), {"unknown"}),
        ((Evidence(frozenset({LEDGER})),), {"connected"}),
        ((Evidence(frozenset({LEDGER}), paths=frozenset({"/srv/ledger/SRC/Settlement/a.py"})),), {"cde", "connected"}),
        ((Evidence(frozenset({LEDGER})), Evidence(paths=frozenset({"src/settlement/a.py"}))), {"cde", "connected"}),
        ((Evidence(frozenset({LEDGER}), frozenset({"/srv/ledger/src/settlement"})),), {"cde", "connected"}),
        ((Evidence(paths=frozenset({"src/settlement/a.py"})),), {"unknown"}),
        ((Evidence(frozenset({WEB}), paths=frozenset({"src/settlement/a.py"})),), {"connected"}),
        ((Evidence(frozenset({OTHER})),), {"unknown"}),
        ((Evidence(frozenset({WEB, OTHER})),), {"connected", "unknown"}),
        ((Evidence(folders=frozenset({"~/oss/tool"})),), {"out_of_scope"}),
        ((Evidence(folders=frozenset({"~/oss"})),), {"out_of_scope"}),
        ((Evidence(folders=frozenset({"~/ossuary"})),), {"unknown"}),
        ((Evidence(frozenset({OTHER}), frozenset({"~/oss/tool"})),), {"out_of_scope", "unknown"}),
        ((Evidence(frozenset({WEB}), is_cut=True),), {"connected", "unknown"}),
    ],
)
def test_a_request_has_every_class_of_its_code(
    classification: Classification, evidence: tuple[Evidence, ...], pci: set[str]
) -> None:
    assert classification.classes(evidence)["pci"] == pci


def test_each_scheme_stands_for_itself(classification: Classification) -> None:
    evidence = Evidence(frozenset({LEDGER}), paths=frozenset({"src/settlement/a.py", "docs/b.itar"}))
    assert classification.classes((evidence,)) == {
        "pci": {"cde", "connected"},
        "risk": {"critical", "high"},
        "export": {"itar", "unknown"},
    }


def test_without_a_file_nothing_is_classified() -> None:
    assert not NO_CLASSIFICATION
    assert NO_CLASSIFICATION.classes((Evidence(frozenset({LEDGER})),)) == {}


PIECES = st.builds(
    Evidence,
    st.frozensets(st.sampled_from([LEDGER, WEB, OTHER])),
    st.frozensets(st.sampled_from(["/srv/ledger/src/settlement", "~/oss/x", "~/work"])),
    st.frozensets(st.sampled_from(["src/settlement/a.py", "x.itar", "README.md"])),
    st.booleans(),
)


@given(st.lists(PIECES, max_size=4), st.lists(PIECES, max_size=3))
def test_more_evidence_never_takes_a_class_away(
    classification: Classification, some: list[Evidence], more: list[Evidence]
) -> None:
    before, after = classification.classes(some), classification.classes([*more, *some])
    assert all(before[scheme] - {"unknown"} <= after[scheme] for scheme in before)
    assert before == classification.classes(reversed(some)), "order says nothing"


@given(st.lists(PIECES, max_size=4))
def test_how_evidence_is_split_into_turns_says_nothing(classification: Classification, pieces: list[Evidence]) -> None:
    whole = Evidence(
        frozenset().union(*(piece.repositories for piece in pieces)),
        frozenset().union(*(piece.folders for piece in pieces)),
        frozenset().union(*(piece.paths for piece in pieces)),
        any(piece.is_cut for piece in pieces),
    )
    assert classification.classes(pieces) == classification.classes([whole])


def test_it_crosses_to_workers_as_it_is(classification: Classification) -> None:
    again = pickle.loads(pickle.dumps(classification))
    assert again.digest == classification.digest != ""
    assert again.headers == {"x-repository": "repository"}
    assert again.classes((Evidence(frozenset({LEDGER})),))["pci"] == {"connected"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: expected a mapping"),
        ("version: 2", ":1: version"),
        ("version: 1\nkode: []", ":2: kode"),
        ("version: 1\ncode:\n- classes: {pci: cde}", ":3: code.0: expected at least one of repository, path"),
        ("version: 1\ncode:\n- path: a\n  classes: {pci: cd}", ":4: code.0.classes.pci: expected one of cde"),
        (
            "version: 1\ncode:\n- path: a\n  classes: {pzi: cde}",
            ":4: code.0.classes: expected a scheme, found pzi",
        ),
        ("version: 1\ncode:\n- path: a\n  classes: {}", ":4: code.0.classes"),
        ("version: 1\ncode:\n- path: a**b\n  classes: {pci: cde}", ":3: code.0.path"),
        ("version: 1\ncode:\n- folder: []\n  classes: {pci: cde}", ":3: code.0.folder"),
        ("version: 1\nschemes:\n  pci: [in, out]", ":3: schemes.pci: expected a name of your own"),
        ("version: 1\nschemes:\n  own: [unknown]", ":3: schemes.own: expected other classes"),
        ("version: 1\nheaders:\n  authorization: path", ":3: headers.authorization"),
        ("version: 1\nheaders:\n  x-a: folders", ":3: headers.x-a"),
        ("version: 1\nversion: 1", ":2: expected YAML"),
        ("version: 1\ncode: [", "expected YAML"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text)
    assert said in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a readable file"):
        load_classification(tmp_path / "absent.yaml")
