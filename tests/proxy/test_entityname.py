"""Entity types in words: by their own name, or by what a language has for them."""

import pytest

from proxy.wording import english, load_wording


@pytest.mark.parametrize(
    ("entity", "name"),
    [
        ("AWS_ACCESS_KEY", "AWS access key"),
        ("GITHUB_TOKEN", "GitHub token"),
        ("NPM_TOKEN", "npm token"),
        ("CREDIT_CARD", "credit card number"),
        ("US_SSN", "US Social Security number"),
        ("EMAIL_ADDRESS", "e-mail address"),
        ("PHONE_NUMBER", "phone number"),
        ("IP_ADDRESS", "IP address"),
        ("PRIVATE_KEY", "private key"),
        ("GENERIC_SECRET", "password or secret"),
        ("ACME_API_KEY", "Acme API key"),
        ("NEWRELIC_KEY", "New Relic key"),
        ("DE_TAX_ID", "tax ID (DE)"),
        ("BR_CPF", "CPF (BR)"),
        ("IN_AADHAAR", "Aadhaar (IN)"),
        ("US_PASSPORT", "US passport"),
        ("UK_NINO", "UK NINO"),
        ("SK_API_KEY", "API key that begins with sk-"),
        ("SK_VAT_ID", "VAT ID (SK)"),
    ],
)
def test_an_entity_as_one_says_it(entity: str, name: str) -> None:
    assert english().entity(entity) == name


@pytest.mark.parametrize(
    ("language", "entity", "name"),
    [
        ("de", "CREDIT_CARD", "Kreditkartennummer"),
        ("ja", "EMAIL_ADDRESS", "メールアドレス"),
        ("fr", "AWS_ACCESS_KEY", "AWS access key"),
    ],
)
def test_an_entity_in_another_language_or_else_in_english(language: str, entity: str, name: str) -> None:
    assert load_wording(language).entity(entity) == name
