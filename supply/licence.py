"""Under which licence each package comes, by its own metadata, and whether we may ship beside it."""

import re
from dataclasses import dataclass
from importlib.metadata import Distribution
from typing import Final

SPDX: Final = {
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "LGPL v3": "LGPL-3.0-only",
    "MIT License": "MIT",
    "MIT and MPL-2.0": "MIT AND MPL-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The MIT License (MIT)": "MIT",
}
"""What packages say instead of an SPDX identifier. "BSD" alone is ambiguous; read as the stricter of the usual two."""

READ: Final = {
    "mitmproxy-linux": "MIT",
    "mitmproxy-rs": "MIT",
    "python-stdnum": "LGPL-2.1-or-later",
}
"""Read in the package's own licence file, since its metadata tells none, or not enough."""

PERMISSIVE: Final = frozenset(
    "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause CC0-1.0 CNRI-Python ISC MIT MIT-0 PSF-2.0 Unlicense Zlib".split()
)
WEAK: Final = frozenset("LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MPL-2.0".split())
"""Copyleft that ends at the package: it is installed unchanged beside ours and can be exchanged by who runs it."""
ALLOWED: Final = PERMISSIVE | WEAK

_WORD = re.compile(r"[A-Za-z0-9.+-]+")
_IDENTIFIER = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR) [A-Za-z0-9.+-]+)*")


@dataclass(frozen=True, slots=True)
class Licence:
    """An SPDX expression, "" where none could be told, and where it was read."""

    expression: str
    source: str

    @property
    def identifiers(self) -> frozenset[str]:
        return frozenset(_WORD.findall(self.expression)) - {"AND", "OR", "WITH"}

    @property
    def is_allowed(self) -> bool:
        """Whether every licence named is on the list; of alternatives one would do, but so far all are."""
        return bool(self.identifiers) and self.identifiers <= ALLOWED


def licence_of(name: str, distribution: Distribution) -> Licence:
    """By `READ`, the licence expression (PEP 639), the licence field if it is short, the classifiers: the first."""
    metadata = distribution.metadata
    if name in READ:
        return Licence(READ[name], "licence file")
    if expression := metadata.get("License-Expression"):
        return Licence(expression, "expression")
    stated = (metadata.get("License") or "").strip()
    if named := _named(stated):
        return Licence(named, "field")
    classifiers = [one.rpartition(" :: ")[2] for one in metadata.get_all("Classifier") or () if one.startswith("Lic")]
    found = [named for one in classifiers if (named := _named(one))]
    if not found or len(found) < len(classifiers):
        return Licence("", "nowhere")
    return Licence(" AND ".join(dict.fromkeys(found)), "classifiers")


def _named(text: str) -> str:
    """The SPDX expression that `text` is or stands for; "" for prose and for the licence's whole text."""
    if text in SPDX:
        return SPDX[text]
    known = _IDENTIFIER.fullmatch(text) and Licence(text, "").identifiers <= ALLOWED
    return text if known else ""
