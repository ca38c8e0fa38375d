"""`tightlip bundle` from a folder of files to a proven bundle, as a release would call it."""

import subprocess
from pathlib import Path

import pytest

from tests.compiled import share_rules
from tests.proxy.bundle.making import POLICY, RULES
from tests.proxy.test_cli import tightlip

pytestmark = pytest.mark.slow


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "acme" / "rules").mkdir(parents=True)
    (tmp_path / "acme" / "rules" / "acme.yaml").write_bytes(RULES)
    (tmp_path / "acme" / "policy.yaml").write_bytes(POLICY)
    share_rules(tmp_path / "state")
    return tmp_path


def call(place: Path, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return tightlip(place / "state", *words, given=given, cwd=place)


def make_keys(place: Path) -> None:
    stanzas = [
        call(place, "bundle", "key", "new", f"{name}.key", "--as", name, *more, given="a passphrase\n").stdout
        for name, more in (("ada", ()), ("bob", ("--passphrase",)))
    ]
    (place / "keys.yaml").write_text("version: 1\nkeys:\n" + "".join(stanzas))


def test_from_files_to_a_signed_bundle_that_decides(place: Path) -> None:
    make_keys(place)
    built = call(place, "bundle", "build", "acme", "-o", "acme.tlb", "--signatures", "2")
    assert (built.returncode, built.stderr) == (0, "")
    verify = ("bundle", "verify", "acme.tlb", "--trust", "keys.yaml")
    assert "refused: signatures: expected those of 2 different people, found no" in call(place, *verify).stderr
    assert call(place, "bundle", "sign", "acme.tlb", "--key", "ada.key", "--as", "ada").returncode == 0
    assert call(place, *verify).returncode == 1
    signed = call(place, "bundle", "sign", "acme.tlb", "--key", "bob.key", "--as", "bob", given="a passphrase\n")
    assert signed.returncode == 0
    assert call(place, *verify).stdout.endswith("signed by ada, bob\n")
    said = "bundle: acme.tlb\nrequire_signed: true\ntrusted_keys: keys.yaml\nsignatures: 2\n"
    (place / "tightlip.yaml").write_text(said)
    assert call(place, "config", "check").stdout.startswith("policy acme, ")
    assert "acme-token" in call(place, "rules", "list").stdout
    overruled = call(place, "inspect", "--policy", "monitor")
    assert (overruled.returncode, overruled.stderr) == (
        2,
        "tightlip: flag --policy: policy: expected none beside `bundle`, which holds it, found one\n",
    )


def test_a_bundle_that_would_be_refused_is_not_written(place: Path) -> None:
    (place / "acme" / "policy.yaml").write_bytes(POLICY.replace(b"block", b"blck"))
    built = call(place, "bundle", "build", "acme", "-o", "acme.tlb")
    assert built.returncode == 1
    assert built.stderr.startswith("acme/policy.yaml:6")
    assert not (place / "acme.tlb").exists()


def test_a_policy_whose_tests_fail_is_not_written(place: Path) -> None:
    (place / "acme" / "tests").mkdir()
    tests = place / "acme" / "tests" / "acme.yaml"
    case = "- name: Tokens stop\n  finding: {rule: acme-token}\n  expect: {decision: log}\n"
    case = f"policy: ../policy.yaml\ntests:\n{case}"
    tests.write_text(case)
    built = call(place, "bundle", "build", "acme", "-o", "acme.tlb")
    assert built.returncode == 1
    assert "Tokens stop: expected log, found block by keys" in built.stdout + built.stderr
    assert not (place / "acme.tlb").exists()
    tests.write_text(case.replace("log", "block"))
    assert call(place, "bundle", "build", "acme", "-o", "acme.tlb").returncode == 0


def test_what_is_new_is_told(place: Path) -> None:
    for name in ("one", "two"):
        assert call(place, "bundle", "build", "acme", "-o", f"{name}.tlb", "--name", "acme").returncode == 0
        (place / "acme" / "policy.yaml").write_bytes(POLICY.replace(b"block", b"log"))
    assert (place / "one.tlb").read_bytes() != (place / "two.tlb").read_bytes()
    done = call(place, "bundle", "diff", "one.tlb", "two.tlb")
    assert (done.returncode, done.stdout) == (1, "~ clause clauses/keys\n")
    assert call(place, "bundle", "diff", "one.tlb", "one.tlb").returncode == 0
    assert "policy   policy/00/policy.yaml\n" in call(place, "bundle", "show", "one.tlb").stdout
