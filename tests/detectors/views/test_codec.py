"""Views: what was encoded is found again, its span covers what it was encoded as, and nothing is unbounded."""

import base64
import gzip
import html
import json
import quopri
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.prefilter import make_prefilter
from detectors.views.codec import GATES, Budget, View, views
from detectors.views.escape import SPLICES
from detectors.views.splice import SplicedView
from tests.compiled import rules_folder
from tests.detectors.rulebase import found, make_engine, make_rule

ENGINE = make_engine(make_rule())
TOKEN = "tok-" + "qwertyui"
LINE = f"the first line, {TOKEN}, and more"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


ENCODINGS: dict[str, Callable[[str], str]] = {
    "json string": json.dumps,
    "json in json": lambda text: json.dumps(json.dumps(text)),
    "json in json in json": lambda text: json.dumps(json.dumps(json.dumps(text))),
    "unicode escapes": lambda text: "".join(f"\\u{ord(c):04x}" for c in text),
    "long unicode escapes": lambda text: "".join(f"\\U{ord(c):08X}" for c in text),
    "brace escapes": lambda text: "".join(f"\\u{{{ord(c):x}}}" for c in text),
    "hex escapes": lambda text: "".join(f"\\x{ord(c):02x}" for c in text),
    "octal escapes": lambda text: "".join(f"\\{ord(c):03o}" for c in text),
    "percent": lambda text: urllib.parse.quote(text, safe=""),
    "percent, every byte": lambda text: "".join(f"%{ord(c):02X}" for c in text),
    "percent twice": lambda text: urllib.parse.quote(urllib.parse.quote(text, safe=""), safe=""),
    "html": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "html, hexadecimal": lambda text: "".join(f"&#x{ord(c):X};" for c in text),
    "html entities around": lambda text: html.escape(f'<a href="{text}">'),
    "quoted-printable": lambda text: quopri.encodestring(f"{'é=' * 9}{text}".encode()).decode(),
    "quoted-printable, wrapped": lambda text: text[:22] + "=\r\n" + text[22:],
    "base64": b64,
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 of base64": lambda text: b64(b64(text)),
    "base64 after a glued prefix": lambda text: "prefix_" + b64(text),
    "base64 in a data URL": lambda text: "data:text/plain;base64," + b64(text),
    "base64 in wrapped lines": lambda text: base64.encodebytes((text * 5).encode()).decode(),
    "base64 in indented lines": lambda text: base64.encodebytes((text * 5).encode()).decode().replace("\n", "\n    "),
    "base64 in escaped lines": lambda text: json.dumps(base64.encodebytes((text * 5).encode()).decode()),
    "base64 of text in Latin-1": lambda text: base64.b64encode(f"größer: {text}".encode("latin-1")).decode(),
    "base64 of gzip": lambda text: base64.b64encode(gzip.compress(text.encode())).decode(),
    "hex": lambda text: text.encode().hex(),
    "upper-case hex": lambda text: text.encode().hex().upper(),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if c > " " else c for c in text),
    "mathematical letters": lambda text: "".join(chr(0x1D41A + ord(c) - 97) if c.isalpha() else c for c in text),
    "zero-width characters between": "\u200b".join,
    "soft hyphens between": "\u00ad".join,
    "variation selectors between": "\ufe0f".join,
    "bidi marks between": "\u202e".join,
    "tag characters": lambda text: "".join(chr(0xE0000 + ord(c)) for c in text),
    "look-alikes": lambda text: text.replace("o", "\u043e").replace("e", "\u0435").replace("i", "\u0456"),
    "another dash": lambda text: text.replace("-", "\u2011"),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_what_was_encoded_is_found(name: str) -> None:
    encoded = ENCODINGS[name](LINE)
    for text in (encoded, f"some words before\n{encoded}\nand after", f"é{'x ' * 3000}{encoded} {'y ' * 3000}"):
        assert any(rule == "test-token" for rule, _ in found(ENGINE, text)), text


@pytest.mark.parametrize("name", [name for name in ENCODINGS if "base64" not in name and "hex" not in name])
def test_a_span_covers_the_value_and_no_more(name: str) -> None:
    """Replacing the span removes the value, and leaves what stands on either side."""
    encoded = ENCODINGS[name](LINE)
    (finding,) = ENGINE.scan(encoded).findings
    before, after = encoded[: finding.start], encoded[finding.end :]
    assert len(before) >= 16 and len(after) >= 10
    assert not ENGINE.scan(before).findings and not ENGINE.scan(after).findings
    assert not ENGINE.scan(before + "[X:000000]" + after).findings


def test_an_encoded_run_is_covered_whole() -> None:
    run = b64(LINE)
    assert found(ENGINE, f"a: {run}, b") == [("test-token", run)]


def test_a_value_in_plain_sight_is_found_there() -> None:
    (finding,) = ENGINE.scan(f'"x\\n {TOKEN} \\u0041"').findings
    assert finding.view == ()


def test_views_are_named_outermost_first() -> None:
    (finding,) = ENGINE.scan(f'"\\u0061 {b64(json.dumps(chr(10) + TOKEN))}"').findings
    assert finding.view == ("base64", "escape")


def test_plain_text_has_no_view() -> None:
    text = "def f(x):\n    return x + 1  # 100 and more, a / b, https://host/path?x=1&y=2\n" * 20
    prefilter = make_prefilter(GATES, rules_folder())
    assert prefilter.hits(text) == []
    assert list(views(text, [], 0, Budget.for_text(text))) == []


def test_a_view_is_cut_to_what_needs_it() -> None:
    text = "word " * 20_000 + "\\u0041" + " word" * 20_000
    (view,) = views(text, [], 0, Budget.for_text(text))
    assert len(view.text) < 3000


def test_a_cut_makes_no_finding() -> None:
    """A longer run cut by the view's edge would look like a token of the right length."""
    text = ("a" * 760 + "tok-" + "b" * 300) + " \\u0041 " + "c" * 3000
    assert found(ENGINE, text) == []


@given(st.text('ab\\nu0041x"%&#;=3D\r\né漢\ud800', max_size=60))
def test_every_view_span_maps_into_the_source_in_order(text: str) -> None:
    for kind in SPLICES:
        view = SplicedView(kind, text, 0, len(text))
        spans = [view.locate(at, at + 1) for at in range(len(view.text))]
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert spans == sorted(spans)


@given(st.text('ab\\nu0041"é', max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_what_is_not_escaped_maps_to_itself(text: str, start: int, end: int) -> None:
    view = SplicedView(SPLICES[0], text, 0, len(text))
    for at, character in enumerate(view.text):
        low, high = view.locate(at, at + 1)
        assert high - low > 1 or text[low:high] == character


def test_growth_is_bounded() -> None:
    bomb = base64.b64encode(gzip.compress(b"word " * 1_000_000)).decode()
    scan = ENGINE.scan(bomb)
    assert scan.incomplete == "view_growth"


def test_depth_is_bounded() -> None:
    text = LINE
    for _ in range(5):
        text = b64(text)
    scan = ENGINE.scan(text)
    assert scan.findings == () and scan.incomplete == "view_depth"


def test_runs_that_only_look_encoded_are_no_reason_to_stop() -> None:
    """Alphabets and rulers decode to text-like bytes by chance; that is not knowing less about the text."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for text in (letters * 3, letters.upper() + letters + "0123456789+/", "0123456789abcdef" * 8, "5" * 200, "-" * 80):
        assert ENGINE.scan(f"x = '{text}'").incomplete is None


def test_a_run_that_a_view_only_repeats_is_not_opened_again() -> None:
    """Escapes around it, three deep, don't make a run that stands in plain sight a nested one."""
    text = f"{b64('hello world, once more')} \\\\\\\\n \\n"
    assert ENGINE.scan(text).incomplete is None


@pytest.mark.parametrize("size", [1, 3, 100, 3000])
def test_broken_encodings_are_read_as_far_as_they_go(size: int) -> None:
    packed = base64.b64encode(gzip.compress((LINE * 200).encode(), mtime=0)).decode()
    for text in (packed[:-size], packed[:40] + packed[40 + size :], "H4sI" + "A" * size, "\\u00", "%4", "&#x;", "=3"):
        assert ENGINE.scan(text).incomplete is None


def test_a_view_shows_no_text() -> None:
    assert TOKEN not in repr(View("base64", LINE, LINE, 0, 9))
