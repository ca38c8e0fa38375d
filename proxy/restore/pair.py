"""A pseudonym and what it stands for. Nothing here shows either: a pair may end up in a traceback."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Pair:
    """The vendor saw `surrogate`; the developer shall see `value`."""

    surrogate: str = field(repr=False)
    value: str = field(repr=False)
