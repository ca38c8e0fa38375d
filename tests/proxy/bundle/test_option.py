"""What a configuration may say beside a bundle, and that what requires signatures can't be overruled."""

from pathlib import Path

import pytest

from proxy.config import load
from proxy.configfile import ConfigError

SIGNED = "bundle: acme.tlb\nrequire_signed: true\ntrusted_keys: keys.yaml\nsignatures: 2\n"


def problems(folder: Path, text: str, env: dict[str, str] | None = None, **flags: str) -> list[str]:
    file = folder / "tightlip.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(file, {"HOME": str(folder), **(env or {})}, flags)
    return [problem.replace(f"{folder}/", "") for problem in caught.value.problems]


def test_it_is_said_in_one_place(tmp_path: Path) -> None:
    (tmp_path / "tightlip.yaml").write_text(SIGNED)
    config = load(tmp_path / "tightlip.yaml", {"HOME": str(tmp_path)}, {})
    assert (config.bundle, config.trusted_keys) == (tmp_path / "acme.tlb", tmp_path / "keys.yaml")
    assert (config.require_signed, config.signatures) == (True, 2)
    environment = {
        "HOME": "/h",
        "TIGHTLIP_BUNDLE": "/a.tlb",
        "TIGHTLIP_REQUIRE_SIGNED": "yes",
        "TIGHTLIP_TRUSTED_KEYS": "/k",
    }
    assert load(None, environment, {}).require_signed


@pytest.mark.parametrize("demand", ["", "require_signed: true\ntrusted_keys: keys.yaml\n"])
def test_no_other_source_stands_beside_a_bundle(tmp_path: Path, demand: str) -> None:
    text = f"{demand}bundle: acme.tlb\nrules: [own]\npolicy: balanced\n"
    line = text.count("\n") - 1
    assert problems(tmp_path, text) == [
        f"tightlip.yaml:{line}: rules: expected none beside `bundle`, which holds it, found one",
        f"tightlip.yaml:{line + 1}: policy: expected none beside `bundle`, which holds it, found one",
    ]


def test_neither_variables_nor_flags_overrule_it(tmp_path: Path) -> None:
    assert problems(tmp_path, SIGNED, policy="monitor") == [
        "flag --policy: policy: expected none beside `bundle`, which holds it, found one"
    ]
    assert problems(tmp_path, SIGNED, {"TIGHTLIP_POLICY": "monitor"}) == [
        "environment TIGHTLIP_POLICY: policy: expected none beside `bundle`, which holds it, found one"
    ]
    for key, value in (("BUNDLE", "/x.tlb"), ("REQUIRE_SIGNED", "false"), ("TRUSTED_KEYS", "/k"), ("SIGNATURES", "1")):
        (problem,) = problems(tmp_path, SIGNED, {f"TIGHTLIP_{key}": value})
        assert problem.startswith(f"environment TIGHTLIP_{key}: {key.lower()}: expected none, since tightlip.yaml:2")


def test_demanding_once_more_overrules_nothing_either(tmp_path: Path) -> None:
    again = {"TIGHTLIP_REQUIRE_SIGNED": "true", "TIGHTLIP_TRUSTED_KEYS": "/others"}
    assert [problem.partition(": expected")[0] for problem in problems(tmp_path, SIGNED, again)] == [
        "environment TIGHTLIP_REQUIRE_SIGNED: require_signed",
        "environment TIGHTLIP_TRUSTED_KEYS: trusted_keys",
    ]


@pytest.mark.parametrize("word", ["true", "True", "yes", "on", "'1'", "1"])
def test_it_takes_a_bundle_and_people_to_trust(tmp_path: Path, word: str) -> None:
    nothing = "" if word == "true" else "bundle:\ntrusted_keys: null\n"
    assert problems(tmp_path, f"require_signed: {word}\n{nothing}") == [
        "tightlip.yaml:1: require_signed: expected `bundle` beside it, found none",
        "tightlip.yaml:1: require_signed: expected `trusted_keys` beside it, found none",
    ]
