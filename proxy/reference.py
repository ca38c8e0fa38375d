"""The short random name of one request: in the block message, in the audit record, on the phone to security."""

import secrets

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No i, l, o, 0 or 1: it is read out loud and typed."""
_LETTERS = 10


def new_reference() -> str:
    return "tl-" + "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))
