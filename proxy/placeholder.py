"""What stands in the place of a redacted value: its type and a stable, keyed name, so the model can still reason."""

from detectors import Finding

NAME_DIGITS = 6
"""24 bits: enough that two values of one conversation don't share a name, short enough to read."""


def placeholder(finding: Finding) -> str:
    """`[AWS_ACCESS_KEY:7f3a9c]`. The same value gives the same text in every turn; another installation another one.

    Holds no character that JSON, at any depth of nesting, would have to escape.
    """
    return f"[{finding.entity}:{finding.fingerprint[:NAME_DIGITS]}]"
