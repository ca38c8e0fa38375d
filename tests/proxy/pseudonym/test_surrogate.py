"""Stand-ins have the shape of what they stand for, and are nobody's."""

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban, luhn

from proxy.pseudonym.draw import Draw
from proxy.pseudonym.surrogate import NAME_DIGITS, core_of, essence_of, named, shape_of

KEY = b"k" * 32
SEPARATORS = st.sampled_from(["", " ", "-", "."])


def draw(*parts: str) -> Draw:
    return Draw(KEY, *parts)


def drawn(entity: str, text: str, *, is_secret: bool = False, purpose: str = "") -> str | None:
    return shape_of(entity, is_secret)(text, draw(purpose, essence_of(entity, text)))


@st.composite
def cards(make: st.DrawFn) -> str:
    lead = make(st.sampled_from(["4", "51", "2221", "34", "37", "36", "6011", "62", "3530", "5018"]))
    size = make(st.sampled_from([13, 14, 15, 16, 19]))
    body = lead + make(st.text("0123456789", min_size=size - len(lead) - 1, max_size=size - len(lead) - 1))
    number = body + luhn.calc_check_digit(body)
    separator = make(SEPARATORS)
    return separator.join(re.findall(".{1,4}", number))


@given(cards())
def test_a_card_becomes_one_of_a_test_range_written_alike(text: str) -> None:
    made = drawn("CREDIT_CARD", text)
    assert made is not None
    assert re.sub(r"\d", "9", made) == re.sub(r"\d", "9", text)
    assert luhn.is_valid(re.sub(r"\D", "", made))
    lead = re.sub(r"\D", "", made)[:6]
    assert lead in ("400000", "378282", "305693", "353011", "601111", "620000", "555555")


@given(cards())
def test_other_separators_make_no_other_card(text: str) -> None:
    bare = re.sub(r"\D", "", text)
    assert re.sub(r"\D", "", drawn("CREDIT_CARD", text) or "") == drawn("CREDIT_CARD", bare)


@given(st.from_regex(r"[1-8][0-9]{2}(-| |)[1-9][0-9]\1[1-9][0-9]{3}", fullmatch=True))
def test_a_social_security_number_was_never_issued(text: str) -> None:
    made = drawn("US_SSN", text)
    assert made is not None
    digits = re.sub(r"\D", "", made)
    assert len(digits) == 9
    assert digits[0] == "9"
    assert 1 <= int(digits[3:5]) <= 49  # an ITIN has 50 to 65, 70 to 88, 90 to 92 or 94 to 99
    assert re.sub(r"\d", "9", made) == re.sub(r"\d", "9", text)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("(212) 736-5000", r"\([2-9]\d\d\) 555-01\d\d"),
        ("+1 212 736 5000", r"\+1 [2-9]\d\d 555 01\d\d"),
        ("2127365000", r"[2-9]\d\d55501\d\d"),
        ("+49 30 901820", r"\+49 \d0 0\d{5}"),
        ("030 9018 2000", r"000 \d{4} \d{4}"),
    ],
)
def test_a_phone_number_reaches_nobody(text: str, pattern: str) -> None:
    assert re.fullmatch(pattern, drawn("PHONE_NUMBER", text) or "")


@pytest.mark.parametrize(
    "text", ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "FR1420041010050500013M02606"]
)
def test_an_account_is_of_a_bank_that_is_none(text: str) -> None:
    made = drawn("IBAN_CODE", text)
    assert made is not None
    assert made[:2] == text[:2]
    assert [char.isalnum() for char in made] == [char.isalnum() for char in text]
    compact = made.replace(" ", "")
    assert set(compact[4:8]) <= {"0", "X"}
    assert iban.calc_check_digits(compact) == compact[2:4]


@given(st.ip_addresses(v=4).map(str))
def test_an_address_of_version_4_is_of_the_net_for_benchmarks(text: str) -> None:
    assert ipaddress.ip_address(drawn("IP_ADDRESS", text) or "") in ipaddress.ip_network("198.18.0.0/15")


@given(st.ip_addresses(v=6).map(str))
def test_an_address_of_version_6_is_of_the_net_for_documents(text: str) -> None:
    assert ipaddress.ip_address(drawn("IP_ADDRESS", text) or "") in ipaddress.ip_network("2001:db8::/32")


@given(st.emails())
def test_a_mail_address_is_at_a_domain_for_examples(text: str) -> None:
    start, end = core_of("EMAIL_ADDRESS", text)
    made = drawn("EMAIL_ADDRESS", text[start:end])
    assert made is None or re.fullmatch(r"person-[0-9a-f]{8}@example\.com", made)


def test_what_came_with_a_mail_address_is_not_the_address() -> None:
    text = "OWNER=" + "jane.roe" + "@contoso.com"
    start, end = core_of("EMAIL_ADDRESS", text)
    assert text[start:end] == text.removeprefix("OWNER=")


@given(st.from_regex(r"(ghp_|sk-ant-api03-|xoxb-|glpat-|)[A-Za-z0-9]{20,60}", fullmatch=True))
def test_a_token_keeps_its_vendors_prefix_and_nothing_else(text: str) -> None:
    made = drawn("API_KEY", text, is_secret=True)
    assert made is not None
    assert len(made) == len(text)
    lead = re.match(r"(ghp_|sk-ant-api03-|xoxb-|glpat-|)", text)
    assert lead is not None
    assert made.startswith(lead[0])
    assert made[len(lead[0]) :] != text[len(lead[0]) :]


def test_an_access_key_is_one_of_the_manuals() -> None:
    made = drawn("AWS_ACCESS_KEY", "AKIA" + "Q2W3" * 4, is_secret=True)
    assert re.fullmatch(r"AKIA[A-Z2-7]{9}EXAMPLE", made or "")


@given(st.from_regex(r"MRN-[0-9]{7,12}|[A-Z]{2}[0-9]{6}[A-Z]|[1-9][0-9]{6,14}", fullmatch=True))
def test_an_identifier_keeps_its_form(text: str) -> None:
    made = drawn("MEDICAL_RECORD_NUMBER", text)
    assert made is not None
    assert [(c.isdigit(), c.isupper(), c == "-") for c in made] == [(c.isdigit(), c.isupper(), c == "-") for c in text]
    assert made.startswith("MRN-") is text.startswith("MRN-")
    assert made.startswith("0") is text.startswith("0")


@pytest.mark.parametrize(
    ("entity", "text"),
    [
        ("CREDIT_CARD", "four one one one"),
        ("CREDIT_CARD", "NDExMTExMTExMTExMTExMQ=="),
        ("US_SSN", "123-45"),
        ("PHONE_NUMBER", "call me"),
        ("IBAN_CODE", "none"),
        ("IP_ADDRESS", "10.0.0.1/8"),
        ("MAC_ADDRESS", "00:11"),
        ("CARD_SECURITY_CODE", "123"),
        ("DATE_OF_BIRTH", "1980-01-02"),
        ("ADDRESS", "12 Main Street"),
    ],
)
def test_what_has_not_that_shape_has_none(entity: str, text: str) -> None:
    assert drawn(entity, text) is None


def test_a_name_in_brackets() -> None:
    assert re.fullmatch(rf"\[ADDRESS:[0-9a-f]{{{NAME_DIGITS}}}\]", named("ADDRESS", draw("a")))


@given(st.text(max_size=40), st.sampled_from(["CREDIT_CARD", "US_SSN", "EMAIL_ADDRESS", "PHONE_NUMBER", "IBAN_CODE"]))
def test_no_text_is_too_odd(text: str, entity: str) -> None:
    made = drawn(entity, text)
    assert made is None or made
    assert drawn(entity, text) == made
