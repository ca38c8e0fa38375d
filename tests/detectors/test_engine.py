"""The engine: what is told of a value, what isn't, and that text of any kind is answered."""

import dataclasses
import pickle
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import Category, Engine, RuleError, Scan, Severity, prefilter
from tests.compiled import rules_folder
from tests.detectors.rulebase import KEY, found, make_engine, make_rule, make_ruleset
from tests.law import often

TOKEN = "tok-" + "qwertyui"
ENGINE = make_engine(make_rule())


def score(text: str, field: str = "", **changes: object) -> float | None:
    findings = make_engine(make_rule(**changes)).scan(text, field).findings
    return findings[0].score if findings else None


def test_a_finding_tells_all_but_the_value() -> None:
    (finding,) = ENGINE.scan(f"é {TOKEN}!").findings
    assert (finding.rule, finding.category, finding.entity) == ("test-token", Category.SECRET, "TEST_TOKEN")
    assert (finding.start, finding.end) == (2, 14)
    assert (finding.severity, finding.score, finding.verified) == (Severity.HIGH, 0.8, None)
    assert len(finding.fingerprint) == 32
    for told in (repr(finding), str(dataclasses.asdict(finding)), str(pickle.dumps(finding))):
        assert TOKEN not in told and TOKEN[4:] not in told


def test_what_holds_a_value_inside_the_engine_does_not_show_it() -> None:
    from detectors.overlap import Located

    located = Located("r", Category.PII, "X", Severity.LOW, 0, 3, 1.0, None, (), TOKEN)
    assert TOKEN not in f"{located!r} {located}"


def test_fingerprints_are_of_the_value_and_the_installation() -> None:
    plain, again, full_width, other = (
        ENGINE.scan(text).findings[0].fingerprint
        for text in (TOKEN, f"x {TOKEN}", "".join(chr(ord(c) + 0xFEE0) for c in TOKEN), "tok-" + "zzzzyyyy")
    )
    assert plain == again == full_width != other
    elsewhere = Engine(make_ruleset(make_rule()), b"another key", cache_dir=rules_folder())
    assert elsewhere.scan(TOKEN).findings[0].fingerprint != plain


def test_digits_have_one_fingerprint_however_they_are_grouped() -> None:
    engine = make_engine(make_rule(pattern=r"[0-9][0-9 -]{6,24}[0-9]", examples=("1234 5678", "12345678")))
    prints = {
        engine.scan(text).findings[0].fingerprint for text in ("4111 1111 2222", "4111-1111-2222", "411111112222")
    }
    assert len(prints) == 1


@pytest.mark.parametrize(
    ("changes", "text", "field", "expected"),
    [
        ({}, TOKEN, "", 0.8),
        ({"score": 0.4}, TOKEN, "", None),  # below the floor
        ({"score": 0.4, "context": ["token"]}, f"my token: {TOKEN}", "", 0.75),
        ({"score": 0.4, "context": ["token"]}, f"my TOKEN {TOKEN}", "", 0.75),
        ({"score": 0.4, "context": ["token"]}, f"tokens {TOKEN}", "", None),  # whole words only
        ({"score": 0.4, "context": ["access token"]}, f"access_token={TOKEN}", "", 0.75),
        ({"score": 0.4, "context": ["access token"]}, f"accessToken={TOKEN}", "", 0.75),
        ({"score": 0.4, "context": ["token"]}, f"token {'x ' * 40}{TOKEN}", "", None),  # too far before
        ({"score": 0.4, "context": ["token"]}, f"{TOKEN} token", "", None),  # after
        ({"score": 0.4, "context": ["token"]}, TOKEN, "userToken", 0.75),
        ({"score": 0.4, "context": ["token"]}, TOKEN, "user", None),
        ({"context": ["token"], "context_required": True}, TOKEN, "", None),
        ({"context": ["token"], "context_required": True, "context_boost": 0}, f"token {TOKEN}", "", 0.8),
        ({"entropy": 2.5}, TOKEN, "", 0.8),
        ({"entropy": 3.9}, TOKEN, "", None),
        ({"allow": [r"tok-q\w{1,9}"]}, TOKEN, "", None),
        ({"allow": [r"tok-q"]}, TOKEN, "", 0.8),  # must match whole
        ({"keywords": ["tok-"]}, TOKEN, "", 0.8),
        ({"keywords": ["acme"], "near_chars": 30}, f"ACME: {TOKEN}", "", 0.8),
        ({"keywords": ["acme"], "near_chars": 30}, f"acme {'x ' * 20}{TOKEN}", "", None),
        ({"keywords": ["acme"], "near_chars": 30}, TOKEN, "acme_token", 0.8),
        ({"checks": ["luhn"]}, TOKEN, "", 0.6),  # refuted, and still told
        ({"checks": ["luhn"], "gate": True}, TOKEN, "", None),
    ],
)
def test_what_makes_a_score(changes: dict[str, object], text: str, field: str, expected: float | None) -> None:
    assert score(text, field, **changes) == expected


def test_a_proven_value_scores_higher() -> None:
    engine = make_engine(make_rule(pattern="[0-9]{16}", checks=["luhn"], score=0.7))
    (proven,) = engine.scan("4111" + "1" * 12).findings
    (refuted,) = engine.scan("4111" + "1" * 11 + "2").findings
    assert (proven.score, proven.verified) == (0.8, True)
    assert (refuted.score, refuted.verified) == (0.5, False)


def test_the_value_group_is_what_is_told() -> None:
    engine = make_engine(make_rule(pattern=r"key=(?:'(?P<value>\w{4,9})'|(?P<value>\w{4,9}))"))
    assert found(engine, "key='abcd' key=efgh") == [("test-token", "abcd"), ("test-token", "efgh")]


PLACEHOLDERS = [
    ("the placeholder itself", "[TEST_TOKEN:7f3a9c]", 0),
    ("all of the value", "key=[TEST_TOKEN:7f3a9c]!", 0),
    ("most of the value", "key=x[TEST_TOKEN:7f3a9c]!", 0),
    ("beside a value", "[TEST_TOKEN:7f3a9c] key=abcdefgh!", 1),
    ("part of a value", "key=abcdefgh[TEST_TOKEN:7f3a9c]!", 1),
    ("seven digits", "key=[TEST_TOKEN:7f3a9cd]!", 1),
]


@pytest.mark.parametrize(("what", "text", "count"), PLACEHOLDERS)
def test_our_own_placeholders_are_not_found(what: str, text: str, count: int) -> None:
    engine = make_engine(
        make_rule(id="a", pattern=r"key=(?P<value>[^!]{4,60})!"),
        make_rule(id="b", pattern=r"[A-Z]{4}_[A-Z]{5}:[0-9a-f]{6}"),
    )
    assert len([finding for finding in engine.scan(text).findings if finding.rule == "a"]) == count, what


@given(st.text(max_size=200), st.text(max_size=20))
@often(300)
def test_any_text_is_answered_the_same_twice(text: str, field: str) -> None:
    scan = ENGINE.scan(f"{text}{TOKEN} {text}", field)
    assert scan == ENGINE.scan(f"{text}{TOKEN} {text}", field)
    spans = [(finding.start, finding.end) for finding in scan.findings]
    assert all(0 <= start < end <= len(text) * 2 + 13 for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@given(st.text(max_size=300), st.text("\n \"'=,;", min_size=1, max_size=3))
def test_a_token_between_separators_is_found_whatever_stands_around(text: str, separator: str) -> None:
    whole = f"{text}{separator}{TOKEN}{separator}{text}"
    assert any(TOKEN in value for _, value in found(ENGINE, whole))


def test_nothing_found_is_one_shared_answer() -> None:
    assert ENGINE.scan("nothing here") is ENGINE.scan("nor here")
    assert ENGINE.scan("") == Scan(())


@pytest.mark.parametrize("text", [TOKEN, f'"{TOKEN}"', f'a"b {TOKEN}', f"\\n{TOKEN}"])
def test_a_field_changes_no_span(text: str) -> None:
    bare = {value[-12:] for _, value in found(ENGINE, text)}
    assert bare == {value[-12:] for _, value in found(ENGINE, text, "api_token")} == {TOKEN}


def test_a_rule_that_reads_name_and_value_sees_the_field() -> None:
    engine = make_engine(make_rule(pattern=r'(?i)acme_key"?\s{0,2}[:=]\s{0,2}"?(?P<value>[a-z0-9]{8})'))
    assert found(engine, "abcd1234", "ACME_KEY") == [("test-token", "abcd1234")]
    assert found(engine, "abcd1234", "other") == []


def test_both_first_passes_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = (
        make_rule(),
        make_rule(id="near", keywords=["acme"], near_chars=40, pattern="[0-9a-f]{12}"),
        make_rule(id="keyed", keywords=["zz"], pattern=r"[^\s]{2,30}zz"),
    )
    texts = [TOKEN, f"acme {'0a' * 6} {'0b' * 6}", "x aazz bzz", "dG9rLXF3ZXJ0eXVp dG9rLXF3ZXJ0eXVp", "\ud800\\u0041zz"]
    vector = make_engine(*rules)
    monkeypatch.setattr(prefilter, "hyperscan", None)
    plain = make_engine(*rules)
    for text in texts:
        assert vector.scan(text) == plain.scan(text), text
    assert sum(len(plain.scan(text).findings) for text in texts) >= 5


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pattern": "("}, "test.yaml:1: rule test-token: pattern, expected a valid pattern, found: "),
        ({"checks": ["nosuch"]}, "rule test-token: checks, expected names among .*, found 'nosuch'"),
        ({"pattern": r"\p{L}{3}"}, "rule test-token: pattern, expected something selective in it or keywords"),
    ],
)
def test_a_rule_that_cannot_run_stops_the_engine(changes: dict[str, object], expected: str) -> None:
    with pytest.raises(RuleError, match=expected):
        make_engine(make_rule(**changes))


def test_a_pattern_only_the_regex_module_reads_runs_behind_its_keywords() -> None:
    engine = make_engine(make_rule(pattern=r"ключ:(?P<a>[а-я])[а-я]{2}(?P=a)", keywords=["ключ"]))
    assert found(engine, "мой ключ:абва!") == [("test-token", "ключ:абва")]


@pytest.mark.slow
def test_starting_imports_neither_presidio_nor_spacy_nor_a_parser(tmp_path: Path) -> None:
    """Workers start often; what a text may never need is not loaded."""
    code = (
        "import sys; from pathlib import Path; from detectors import *\n"
        f"cache = Path({str(tmp_path)!r})\n"
        "for _ in range(2):\n"
        "    engine = Engine(load_rules([bundled_rules()], cache_dir=cache), b'k', cache_dir=cache)\n"
        "    engine.scan('plain text, nothing in it')\n"
        "print(sorted({'presidio_analyzer', 'spacy', 'tldextract', 'mitmproxy', 'proxy'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_one_cache_folder_serves_engines_of_different_rules(tmp_path: Path) -> None:
    first = make_engine(make_rule(), cache_dir=tmp_path)
    second = make_engine(make_rule(pattern=r"other-[a-z]{4}"), cache_dir=tmp_path)
    third = Engine(make_ruleset(make_rule()), KEY, cache_dir=tmp_path)
    assert found(first, TOKEN) == found(third, TOKEN) != found(second, TOKEN)
