"""The short random name of one request: in the block message, in the audit record, on the phone to security."""

import secrets

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No i, l, o, 0 or 1: it is read out loud and typed."""
_LETTERS = 10


def new_reference() -> str:
    number = secrets.randbits(64)  # asked for once: each letter alone would cost as much
    letters = []
    for _ in range(_LETTERS):
        number, letter = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "tl-" + "".join(letters)
