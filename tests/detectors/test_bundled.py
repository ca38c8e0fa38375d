"""The bundled rules as one: both first passes agree on them, and no text takes superlinear time."""

import base64
import os
import subprocess
import sys

import pytest

from detectors import Engine, bundled_rules, load_rules, prefilter
from detectors.template import expand
from tests.compiled import rules_folder
from tests.detectors.rulebase import KEY
from tests.timing import assert_proportional, repeated

pytestmark = pytest.mark.slow

RULES = load_rules([bundled_rules()], cache_dir=rules_folder())

HOSTILE = [
    "\\",
    "\\n",
    "\\u0041",
    "%25",
    "%",
    "&amp;",
    "&#65;",
    "=3D",
    "=\n",
    "5",
    "U",
    "A\n",
    "AKIA",
    "a\u200b",
    "\u0430",
    "\u6f22",
    "\ud800",
    "password=",
    'password="',
    "token ",
    "api_key: ",
    "a@b.",
    "1 ",
    "4111 ",
    "4111111111111111 ",
    "(415) 555-2671 ",
    "93.184.216.34 ",
    "jane@contoso.org ",
    "-----BEGIN PRIVATE KEY-----",
    "H4sIAAAAAAAA",
    "ghp_",
    "://a:b@",
    "[A_B:000000]",
    base64.b64encode(b"some text").decode() + " ",
    base64.b64encode(bytes(range(256))).decode(),
    b"some text".hex(),
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = Engine(RULES, KEY, cache_dir=rules_folder())
    engine.warm()
    return engine


@pytest.mark.timeout(600)
def test_both_first_passes_agree_on_every_rules_example(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is found and one that isn't: without Vectorscan thousands of expressions are tried one by one."""
    monkeypatch.setattr(prefilter, "hyperscan", None)
    plain = Engine(RULES, KEY)
    for rule in RULES.rules:
        templates = rule.examples + rule.counterexamples
        for index in {0, min(len(rule.examples), len(templates) - 1)}:
            text = expand(templates[index], rule.id, index)
            assert plain.scan(text) == engine.scan(text), (rule.id, index)


@pytest.mark.parametrize("unit", HOSTILE, ids=ascii)
def test_time_is_linear(engine: Engine, unit: str) -> None:
    quarter, whole = (repeated(unit, chars) for chars in (25_000, 100_000))
    assert_proportional(engine.scan, quarter, whole)


def test_what_the_first_pass_looks_for_is_the_same_in_every_process() -> None:
    """Else its compiled form, made by one worker, would be no other's, and findings might differ."""
    code = (
        "import detectors.engine as e, hashlib, sys; from pathlib import Path; from detectors import *\n"
        "def show(expressions, cache):\n"
        "    print(hashlib.sha256(repr(expressions).encode()).hexdigest())\n"
        "    raise SystemExit\n"
        "e.make_prefilter = show; Engine(load_rules([bundled_rules()], cache_dir=Path(sys.argv[1])), b'k')"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code, str(rules_folder())],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
