"""docs/licences.md: each package that the lock pins, its licence and where that was read."""

from collections.abc import Sequence
from importlib.metadata import distribution

from supply.licence import ALLOWED, PERMISSIVE, WEAK, licence_of
from supply.lock import Pin

_HEAD = """\
# Licences

What `requirements.lock` installs beside Tightlip, which itself is under Apache-2.0. Made by `make licences` from the
packages' own metadata; a test holds that it is current and that nothing else is let in.

- Allowed, since they ask for attribution alone: {permissive}.
- Allowed as well, copyleft that ends at the package: {weak}.
  Such a package is installed unchanged beside ours, and whoever runs it can put another in its place.

Where the licence file itself was read, by a person, that is said.

| package | licence | told by |
|---|---|---|
"""


def page(pins: Sequence[Pin]) -> str:
    """Raises ValueError naming the packages whose licence is unknown or not allowed."""
    licences = [(pin, licence_of(pin.name, distribution(pin.name))) for pin in pins]
    if wrong := [f"{pin.name}: {found.expression or 'unknown'}" for pin, found in licences if not found.is_allowed]:
        raise ValueError(f"expected licences of {', '.join(sorted(ALLOWED))}, found {'; '.join(wrong)}")
    head = _HEAD.format(permissive=", ".join(sorted(PERMISSIVE)), weak=", ".join(sorted(WEAK)))
    return head + "".join(f"| {pin.name} | {found.expression} | {found.source} |\n" for pin, found in licences)
