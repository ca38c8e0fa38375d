"""What opening one attachment may cost, and what comes of it. Plain values, light enough for every process."""

from dataclasses import dataclass, field

from proxy.reason import Reason

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """Going over any of them is `incomplete`, never "the first N bytes".

    `unpacked_bytes` and `text_chars` count over everything in one attachment, whatever stands in what; so does
    `seconds`, of this process's own time. `ratio` counts past `ratio_free_bytes`, as for bodies. `depth` is how many
    containers may stand in one another. `ocr` is the path of `tesseract`, or None to leave pixels unread.
    """

    unpacked_bytes: int = 64 * MIB
    text_chars: int = 16 * MIB
    ratio: int = 200
    ratio_free_bytes: int = MIB
    depth: int = 3
    entries: int = 10_000
    pages: int = 2_000
    seconds: float = 2.0
    ocr: str | None = None
    ocr_seconds: float = 2.5


DEFAULT_BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class Part:
    """Text out of an attachment. `name` says where it stood: `page:3`, `entry:2/sheet:1`, `metadata`.

    Names are no file's, but made of our own words and numbers, so they may be shown and recorded.
    """

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """All text of an attachment, in order, and for which reasons some of it may be missing."""

    parts: tuple[Part, ...] = ()
    incomplete: tuple[Reason, ...] = ()
