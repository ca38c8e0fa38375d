"""What a mask shows: never more than its family may, never a secret, and nothing that is found again."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import Category, Finding, Severity
from proxy.mask import MASK, masked
from tests.proxy.inspecting import EMAIL, engine

CARD = "4111 1111 1111 1111"


def found(
    text: str, entity: str, category: Category = Category.PII, view: tuple[str, ...] = (), start: int = 0
) -> Finding:
    end = start + len(text)
    return Finding("rule", category, entity, Severity.HIGH, start, end, 0.9, None, "0" * 32, view)


MASKS = [
    (CARD, "CREDIT_CARD", "**** **** **** 1111"),
    ("4111-1111-1111-1111", "CREDIT_CARD_TEST", "****-****-****-1111"),
    ("378282246310005", "CREDIT_CARD", "***********0005"),
    ("078-05-1120", "US_SSN", "***-**-*120"),
    ("DE89 3704 0044 0532 0130 00", "IBAN_CODE", "**** **** **** **** **30 00"),
    ("+1 (212) 736-5000", "PHONE_NUMBER", "+* (***) ***-*000"),
    ("84736251", "MEDICAL_RECORD_NUMBER", "******51"),
    ("bob.smith@example-corp.com", "EMAIL_ADDRESS", "b********@****************"),
    ("mail=bob.smith@example-corp.com", "EMAIL_ADDRESS", "mail=b********@****************"),
    ("a@b.com", "EMAIL_ADDRESS", "a@*****"),
    ("4111 1111", "CREDIT_CARD", None),
    ("12", "MEDICAL_RECORD_NUMBER", None),
    ("1975-03-14", "DATE_OF_BIRTH", None),
    ("123", "CARD_VERIFICATION_VALUE", None),
    ("Ada Lovelace", "PERSON", None),
    ("１２３４５６７８９", "US_SSN", None),
]


@pytest.mark.parametrize(("text", "entity", "expected"), MASKS, ids=[f"{row[1]}-{n}" for n, row in enumerate(MASKS)])
def test_a_value_is_masked_as_its_family_is(text: str, entity: str, expected: str | None) -> None:
    assert masked(found(text, entity), text) == expected


def test_secrets_and_what_was_encoded_are_never_shown() -> None:
    assert masked(found(CARD, "CREDIT_CARD", Category.SECRET), CARD) is None
    assert masked(found(CARD, "CREDIT_CARD", view=("base64",)), CARD) is None


@given(
    st.text(string.ascii_letters + string.digits + " .-/@()+_é٣", max_size=40),
    st.sampled_from(["CREDIT_CARD", "US_SSN", "EMAIL_ADDRESS", "PASSPORT_NUMBER"]),
)
def test_a_mask_shows_little_and_keeps_the_shape(text: str, entity: str) -> None:
    mask = masked(found(text, entity), text)
    if mask is None:
        return
    assert len(mask) == len(text)
    changed = [before for before, after in zip(text, mask, strict=True) if before != after]
    kept = sum(after.isalnum() for after in mask)
    assert all(char.isalnum() for char in changed) or entity == "EMAIL_ADDRESS"
    if entity == "CREDIT_CARD":
        assert kept == 4
        assert [char for char in mask if char.isalnum()] == [char for char in text if char.isalnum()][-4:]
    else:
        assert kept <= len([char for char in text if char.isalnum()]) / 3
    assert MASK in mask


TEXTS = [
    f"Charge {CARD} today.",
    "pan,mail\n4111111111111111,jane.roe@contoso.com\n",
    "social security number: 219-09-9998",
    "IBAN: DE89 3704 0044 0532 0130 00",
    f"write to {EMAIL}",
    "NHS number 943 476 5919",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_masked_text_holds_no_finding(text: str) -> None:
    out, count = text, 0
    for finding in sorted(engine().scan(text).findings, key=lambda finding: -finding.start):
        mask = masked(finding, text[finding.start : finding.end])
        assert mask is not None
        out = out[: finding.start] + mask + out[finding.end :]
        count += 1
    assert count > 0
    assert [finding.entity for finding in engine().scan(out).findings] == []
