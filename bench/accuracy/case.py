"""A labelled text, and the kinds of value that labels and findings are compared by."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expected:
    """text[start:end] is a value of `kind`, half-open, code points."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Case:
    """A text with all values of the kinds that its set labels; without any it is clean."""

    name: str
    text: str
    expected: tuple[Expected, ...] = ()


KINDS: Mapping[str, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in {
        "secret": "",  # every entity of the category
        "card": "CREDIT_CARD CREDIT_CARD_TEST",
        "bank": "IBAN_CODE BANK_ACCOUNT ABA_ROUTING_NUMBER",
        "ssn": "US_SSN",
        "e-mail": "EMAIL_ADDRESS",
        "phone": "PHONE_NUMBER",
        "ip": "IP_ADDRESS",
        "name": "PERSON",
        "address": "ADDRESS POSTAL_ADDRESS LOCATION POSTAL_CODE",
        "birth date": "DATE_OF_BIRTH",
        "mrn": "MEDICAL_RECORD_NUMBER PATIENT_ID",
        "account": "ACCOUNT_NUMBER PATIENT_ACCOUNT_NUMBER BANK_ACCOUNT",
        "visit": "VISIT_NUMBER ENCOUNTER_NUMBER",
    }.items()
}
"""Which of our entities count as which kind. `id`, the rest, is any other entity that isn't a secret."""

_KIND_OF = {entity: kind for kind, entities in KINDS.items() for entity in entities}


def kind_of(category: str, entity: str) -> str:
    """The kind a finding counts under."""
    return "secret" if category == "secret" else _KIND_OF.get(entity, "id")
