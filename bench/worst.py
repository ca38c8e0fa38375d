"""The worst inputs known: what makes detectors, decoders and parsers work hardest for their size.

Each is sent over and over by one connection while others do their ordinary work; what counts is what the others see.
"""

import base64
import json
import random

_BYTES = 1_000_000


def worst_inputs() -> dict[str, bytes]:
    """JSON bodies by name, about a megabyte each."""
    source = random.Random(1)
    digits = "".join(source.choices("0123456789 -", k=_BYTES))
    noise = base64.b64encode(source.randbytes(_BYTES * 3 // 4)).decode()
    nested = "a b c"
    while len(nested) < _BYTES // 4:
        nested = base64.b64encode((nested * 2).encode()).decode()
    texts = {
        "digits": digits,
        "dots": "." * _BYTES,
        "base64": noise,
        "nested base64": nested,
        "assignments": 'password = "x"; api_key: ' * (_BYTES // 25),
        "key starts": ("AK" + "IA ghp" + "_ sk" + "-ant- eyJ ") * (_BYTES // 24),
        "addresses": "a@b.c@d.e@" * (_BYTES // 10),
        "escapes": "\\u0041\\n" * (_BYTES // 8),
        "percent": "%41%42" * (_BYTES // 6),
    }
    bodies = {name: _body([text]) for name, text in texts.items()}
    return bodies | {"small leaves": _body(["x1"] * (_BYTES // 36))}


def _body(texts: list[str]) -> bytes:
    turns = [{"role": "user", "content": text} for text in texts]
    return json.dumps({"model": "m", "max_tokens": 1, "messages": turns}).encode()
