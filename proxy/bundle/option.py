"""Configuration keys that a bundle takes the place of, and who may say that bundles must be signed. Pure.

What was signed must not be overruled by what was not: neither by a key beside it nor by a variable or a flag.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import TypeAdapter, ValidationError

from proxy.configfile import Places, Values

BUNDLED: Final = ("rules", "policy", "registry", "classification", "allow")
"""Keys whose files are a bundle's members; each is the first folder of theirs."""

_LOCKED: Final = ("bundle", "require_signed", "trusted_keys", "signatures")
"""Keys that stand where `require_signed` stands, or nowhere."""

_BOOL: Final = TypeAdapter(bool)


def refused(layers: Sequence[tuple[Values, Places]]) -> Iterator[str]:
    """The problems of configuration layers, later ones over earlier ones, with the place of each."""
    bundles = [values["bundle",] for values, _ in layers if ("bundle",) in values]
    first = next((index for index, (values, _) in enumerate(layers) if _demands(values)), None)
    demanding = layers[first][1]["require_signed",] if first is not None else None
    for index, (_, places) in enumerate(layers):
        for key, place in ((path[0], place) for path, place in places.items() if len(path) == 1):
            if bundles and bundles[-1] is not None and key in BUNDLED:
                yield f"{place}: {key}: expected none beside `bundle`, which holds it, found one"
            if demanding and key in _LOCKED and index != first:
                yield f"{place}: {key}: expected none, since {demanding} requires signatures, found one"
    if demanding:
        told = {path[0] for values, _ in layers for path, value in values.items() if value is not None}
        for key in ("bundle", "trusted_keys"):
            if key not in told:
                yield f"{demanding}: require_signed: expected `{key}` beside it, found none"


def _demands(values: Values) -> bool:
    try:
        return _BOOL.validate_python(values.get(("require_signed",), False))
    except ValidationError:
        return False  # told as a mistake of that key
