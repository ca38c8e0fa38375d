"""Expands the example templates of rules, so that no live-looking token stands in the rule base.

Deterministic: the same rule id and index give the same characters on every machine and version. The placeholders
are those of `rule.py`; anything else in `${...}` stays as it is, since shell variables are good counter-examples.
"""

import hashlib
import re
import string
from collections.abc import Iterator

from detectors.checks.table import complete

ALPHABETS = {
    "upper": string.ascii_uppercase,
    "lower": string.ascii_lowercase,
    "alpha": string.ascii_letters,
    "alnum": string.ascii_letters + string.digits,
    "digits": string.digits,
    "hex": "0123456789abcdef",
    "base32": string.ascii_uppercase + "234567",
    "base64": string.ascii_letters + string.digits + "+/",
    "base64url": string.ascii_letters + string.digits + "-_",
}

_INNERMOST = re.compile(
    r"""\$\{(?:
        (?P<empty>)                                     # ${}
      | (?P<kind>[a-z0-9]+) : (?P<count>[0-9]{1,5})     # ${hex:32}
      | check : (?P<check>[a-z0-9-]+) : (?P<body>[^${}]*)
    )\}""",
    re.VERBOSE,
)


def expand(template: str, rule_id: str, index: int) -> str:
    """The text a template stands for. `index` tells a rule's examples apart. Raises ValueError on an unknown name."""
    stream = _digest_bytes(f"{rule_id}/{index}")

    def replace(match: re.Match[str]) -> str:
        if (check := match["check"]) is not None:
            return complete(check, match["body"])
        if (kind := match["kind"]) is None:
            return ""
        if kind not in ALPHABETS:
            raise ValueError(f"template, expected one of {', '.join(ALPHABETS)}, found {kind!r}")
        return _draw(ALPHABETS[kind], int(match["count"]), stream)

    while (expanded := _INNERMOST.sub(replace, template)) != template:
        template = expanded
    return template


def _digest_bytes(seed: str) -> Iterator[int]:
    block = 0
    while True:
        yield from hashlib.sha256(f"{seed}/{block}".encode()).digest()
        block += 1


def _draw(alphabet: str, count: int, stream: Iterator[int]) -> str:
    whole = 256 - 256 % len(alphabet)
    fair = (byte for byte in stream if byte < whole)
    return "".join(alphabet[next(fair) % len(alphabet)] for _ in range(count))
