"""Values that must not leave, put together at run time so that no scanner of this repository sees them.

Each test draws its own: what one test was told about must not make another's value old news.
"""

import base64
import itertools
import json
import random
from typing import Any

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_counter = itertools.count(1)


def aws_key() -> str:
    """An access key id of the right shape that no account has ever held."""
    source = random.Random(f"aws {next(_counter)}")
    return "AK" + "IA" + "Q" + "".join(source.choices(_BASE32, k=15))


def card() -> str:
    """A card number that passes its own checksum, in a range that networks reserve for tests."""
    source = random.Random(f"card {next(_counter)}")
    digits = [4, 1, 1, 1, *(source.randrange(10) for _ in range(11))]
    doubled = sum(sum(divmod(digit * (2 - index % 2), 10)) for index, digit in enumerate(digits))
    return "".join(map(str, [*digits, -doubled % 10]))


def email() -> str:
    return f"jane.roe{next(_counter)}" + "@" + "contoso.com"


def ssn() -> str:
    return f"536-{10 + next(_counter) % 89}-4399"


def address() -> str:
    """An e-mail address at a domain that nobody has."""
    return f"jane.roe{next(_counter)}" + "@" + "northwind-traders.com"


def private_key() -> str:
    """A PEM block with a random inside: no key, but nobody can tell by looking."""
    source = random.Random(f"key {next(_counter)}")
    inside = base64.encodebytes(source.randbytes(800)).decode()
    name = "RSA " + "PRIVATE KEY"
    return f"-----BEGIN {name}-----\n{inside}-----END {name}-----"


def chat(*texts: str, **more: Any) -> bytes:
    """An OpenAI chat body with these user turns, answered in between, in a spacing no serialiser would choose."""
    messages = []
    for text in texts:
        messages += [{"role": "user", "content": text}, {"role": "assistant", "content": "Understood."}]
    body = {"model": "gpt-5-fake", "messages": messages[:-1], **more}
    return json.dumps(body, separators=(" ,", " : ")).encode() + b"\r\n"


def message(text: str, **more: Any) -> bytes:
    """An Anthropic messages body with one user turn."""
    content = [{"role": "user", "content": [{"type": "text", "text": text}]}]
    return json.dumps({"model": "claude-fake", "max_tokens": 64, "messages": content, **more}).encode()
