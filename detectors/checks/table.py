"""Named structural checks: does a value's own structure prove it (True), refute it (False), or say nothing (None)?

The one table that rules' `checks` are looked up in; what is in it stands in `token.py`, `identity.py`, `card.py`,
`bank.py` and `field.py`. `complete` does the reverse for rule examples.
"""

from collections.abc import Callable, Mapping

from detectors.assignment.plausible import is_benign, is_code, is_secret
from detectors.checks.bank import BANK_CHECKS, BANK_COMPLETIONS
from detectors.checks.card import CARD_CHECKS
from detectors.checks.field import FIELD_CHECKS
from detectors.checks.identity import ID_CHECKS, ID_COMPLETIONS
from detectors.checks.token import TOKEN_CHECKS, TOKEN_COMPLETIONS

Check = Callable[[str], bool | None]


def check_not_placeholder(value: str) -> bool | None:
    """False for what stands in a secret's place: placeholders, templates, attribute paths. Never proof of anything."""
    return False if is_benign(value) or is_code(value) else None


def check_plausible(value: str) -> bool | None:
    """False for what doesn't look like a password or key at all. Never proof of anything."""
    return None if is_secret(value, is_password=True, quoted=False) else False


CHECKS: Mapping[str, Check] = {
    **TOKEN_CHECKS,
    **FIELD_CHECKS,
    **ID_CHECKS,
    **CARD_CHECKS,
    **BANK_CHECKS,
    "not-placeholder": check_not_placeholder,
    "plausible-secret": check_plausible,
}

_COMPLETIONS: Mapping[str, Callable[[str], str]] = {
    **TOKEN_COMPLETIONS,
    **ID_COMPLETIONS,
    **BANK_COMPLETIONS,
    "card": ID_COMPLETIONS["luhn"],
}


def complete(name: str, body: str) -> str:
    """`body` with what makes check `name` answer True. Raises ValueError when the check can't be completed."""
    if name not in _COMPLETIONS:
        raise ValueError(f"template check, expected one of {', '.join(_COMPLETIONS)}, found {name!r}")
    return _COMPLETIONS[name](body)
