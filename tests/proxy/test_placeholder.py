import json
import re

from hypothesis import given
from hypothesis import strategies as st

from detectors import Category, Finding, Severity
from proxy.form import quote
from proxy.placeholder import placeholder

ENTITIES = st.from_regex(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", fullmatch=True)
FINGERPRINTS = st.text("0123456789abcdef", min_size=32, max_size=32)


def finding(entity: str, fingerprint: str, start: int = 0) -> Finding:
    return Finding("rule", Category.SECRET, entity, Severity.HIGH, start, start + 9, 0.9, None, fingerprint)


def test_type_and_name() -> None:
    assert placeholder(finding("AWS_ACCESS_KEY", "7f3a9c" + "0" * 26)) == "[AWS_ACCESS_KEY:7f3a9c]"


@given(ENTITIES, FINGERPRINTS, st.integers(0, 99))
def test_the_same_value_has_the_same_name_wherever_it_stands(entity: str, fingerprint: str, start: int) -> None:
    assert placeholder(finding(entity, fingerprint)) == placeholder(finding(entity, fingerprint, start))


@given(ENTITIES, FINGERPRINTS)
def test_no_place_has_to_escape_it(entity: str, fingerprint: str) -> None:
    text = placeholder(finding(entity, fingerprint))
    assert re.fullmatch(r"\[[A-Z0-9_]+:[0-9a-f]{6}\]", text)
    assert json.dumps(json.dumps(text)) == f'"\\"{text}\\""'
    assert quote(text).decode().count("%") == 3
