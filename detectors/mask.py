"""What may be shown of a value to the person who owns it: enough to recognise it, too little to use it."""

LONG_CHARS = 16
"""Below this length four characters of a value are a good part of it, so nothing is shown."""


def preview(value: str) -> str:
    """The value masked on one line: at most the first four and the last two characters of a long one."""
    if len(value) < LONG_CHARS:
        return "*" * 8
    head, tail = value[:4], value[-2:]
    return (
        "".join(c if c.isprintable() and c.isascii() else "?" for c in head)
        + "******"
        + (tail if tail.isalnum() and tail.isascii() else "**")
    )
