# ruff: noqa: E501
"""The rows of `docs/evasions.md`: what is disguised is found, or the scan says it doesn't know; innocents stay quiet."""

import base64
import hashlib
import json
import random
import re
from functools import cache
from pathlib import Path

import pytest

from detectors import Engine, bundled_rules, load_rules
from tests.compiled import rules_folder
from tests.detectors.rulebase import KEY
from tests.detectors.views import disguise

PAGE = Path(__file__).parents[3] / "docs" / "evasions.md"
_ROW = re.compile(r"^\| `([^`]+)` \| (found|refused|not found) \|", re.MULTILINE)
SHADOWED = {("xxd", "email"), ("hexdump", "mrn")}
"""Found as something else: four groups of the dump's digits happen to be a card number, which is told before these."""

_SOURCE = random.Random(11)


@cache
def engine() -> Engine:
    return Engine(load_rules([bundled_rules()], cache_dir=rules_folder()), KEY, cache_dir=rules_folder())


def rows() -> dict[str, str]:
    return dict(_ROW.findall(PAGE.read_text(encoding="utf-8")))


@cache
def entities(kind: str) -> frozenset[str]:
    return frozenset(finding.entity for finding in engine().scan(disguise.TEXTS[kind]).findings)


def test_the_page_has_a_row_for_every_disguise() -> None:
    assert set(rows()) == set(disguise.WHOLE) | set(disguise.INSIDE)


@pytest.mark.parametrize("name", [*disguise.WHOLE, *disguise.INSIDE])
def test_a_disguise_is_answered_as_the_page_says(name: str) -> None:
    told = rows()[name]
    for kind in (disguise.WHOLE | disguise.INSIDE)[name][1]:
        scan = engine().scan(disguise.disguised(name, kind))
        if told == "found":
            assert {finding.entity for finding in scan.findings} & entities(kind) or (name, kind) in SHADOWED, kind
        elif told == "refused":
            assert scan.incomplete is not None, kind


def innocents() -> dict[str, str]:
    noise = _SOURCE.randbytes(30_000)
    hashes = [hashlib.sha256(bytes([n])).hexdigest() for n in range(200)]
    return {
        "an image": f"![x](data:image/png;base64,{base64.b64encode(b'%PNG' + noise).decode()})",
        "wrapped noise": base64.encodebytes(noise).decode(),
        "hashes": "\n".join(f"{one}  file{n}.txt" for n, one in enumerate(hashes)),
        "integrity": "\n".join(f'"integrity": "sha512-{base64.b64encode(hashlib.sha512(bytes([n])).digest()).decode()}"' for n in range(60)),
        "Arabic": "في عام ٢٠٢٤ بلغ عدد السكان ٣٣٤٥٦٧٨ نسمة، وارتفع إلى ٣٥٠٠٠٠٠ في العام التالي. " * 20,
        "Hindi": "वर्ष २०२४ में जनसंख्या १४४१७१९८५२ थी और क्षेत्रफल ३२८७२६३ वर्ग किलोमीटर है। " * 20,
        "Japanese": "東京都の人口は約１４００万人です。電話番号は公開していません。（２０２４年）ー" * 20,
        "emoji": "👩\u200d💻👨\u200d👩\u200d👧\u200d👦🏳\ufe0f\u200d🌈 1\ufe0f\u20e3 2\ufe0f\u20e3 ❤\ufe0f" * 30,
        "mathematics": "∀𝑥∈ℝ: 𝑓(𝑥)=𝑥²+2𝑥−1 ⇒ ∂𝑓/∂𝑥=2𝑥+2, 𝑥₁₂ ≈ 3·10⁻⁸ " * 20,
        "a spaced heading": "C H A P T E R   O N E\n\nT H E   B E G I N N I N G\n",
        "pixels": str([_SOURCE.randrange(256) for _ in range(4000)]),
        "matrices": "\n".join(" ".join(str(_SOURCE.randrange(2)) for _ in range(24)) for _ in range(100)),
        "coloured logs": "\n".join(f"\x1b[32mINFO\x1b[0m step {n} of 200 done in \x1b[1m{n * 3}ms\x1b[0m" for n in range(200)),
        "escaped patterns": json.dumps(json.dumps(r"^\\d{3}\\.\\w+\\\\\\\\(?:\\x41|\\u0042)\\s*$" * 40)),
        "addresses of pages": "\n".join(f"https://host.dev/s?q=caf%C3%A9%20{n}&r=%2Fa%2Fb%3Fc%3D{n}" for n in range(100)),
        "a page": "<html>" + "<p>Some <b>bold</b> text&nbsp;&mdash; with <code>code_1</code>, 2<sup>nd</sup></p>\n" * 200,
        "counting": "one two three four five six seven eight nine " * 3,
        "art": "\n".join("|" + "-" * n + "+" + "=" * (60 - n) + "|" for n in range(60)),
    }  # fmt: skip


@pytest.mark.parametrize(("name", "text"), innocents().items())
def test_innocents_stay_quiet(name: str, text: str) -> None:
    scan = engine().scan(text)
    assert scan.findings == () and scan.incomplete is None
