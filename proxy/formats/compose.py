"""What tables are put together from: labels for many paths at once, and one API's table below another's member.

A wrapper (a batch's lines, a router's `provider_request`) is derived here from the table that it wraps, never
copied: what the inner API calls an id stays an id inside. Nothing here knows a vendor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from proxy.formats.note import Note
from proxy.formats.refine import Refinement
from proxy.formats.reply import Channel
from proxy.formats.table import Format
from proxy.segment import Label

Labels = dict[str, Label]

_LINK: Final = ("http://", "https://")
SAID: Final = frozenset({Label.PROMPT})
"""What a label by path takes for the user's words, until something beside it says more."""


def each(label: Label, *paths: str) -> Labels:
    """One label for many path patterns."""
    return dict.fromkeys(paths, label)


def ids(*paths: str) -> Labels:
    """Path patterns of what the vendor reads as a name or a choice, so that it is never rewritten."""
    return each(Label.ID, *paths)


def definitions(path: str) -> Labels:
    """The definitions of tools at `path`: text, but for what they are called."""
    return {f"{path}.**": Label.TOOL_SCHEMA, **ids(f"{path}.type", f"{path}.name", f"{path}.function.name")}


def by_role(where: str) -> tuple[Refinement, ...]:
    """What a message at `where` says, by the role of who says it."""
    return (
        Refinement(where, "role", Label.SYSTEM, SAID, frozenset({"system", "developer"})),
        Refinement(where, "role", Label.TOOL_RESULT, SAID, frozenset({"tool", "function"})),
    )


def linked(where: str, member: str = "url") -> Refinement:
    """What would be an attachment at a member is a text if it is a link to one."""
    return Refinement(where, member, Label.PROMPT, frozenset({Label.ATTACHMENT}), prefixes=_LINK)


def below(prefix: str, *tables: Mapping[str, Label]) -> Labels:
    """The tables with every path moved below `prefix`; a later table wins. The path "" is `prefix` itself."""
    return {_joined(prefix, path): label for table in tables for path, label in table.items()}


def refined_below(prefix: str, refinements: Iterable[Refinement]) -> tuple[Refinement, ...]:
    """The refinements for objects that stand below `prefix`."""
    return tuple(replace(refinement, where=_joined(prefix, refinement.where)) for refinement in refinements)


def labels_below(prefix: str, formats: Iterable[Format]) -> Labels:
    """The labels of other formats' requests where they stand below `prefix`. Of two that name one path, the
    earlier format wins."""
    return below(prefix, *(fmt.labels for fmt in reversed(tuple(formats))))


def refinements_below(prefix: str, formats: Iterable[Format]) -> tuple[Refinement, ...]:
    """The refinements that go with `labels_below`."""
    return tuple(refinement for fmt in formats for refinement in refined_below(prefix, fmt.refinements))


def notes_below(prefix: str, formats: Iterable[Format]) -> tuple[Note, ...]:
    """The notes of other formats for attachments that stand below `prefix`."""
    return tuple(replace(note, where=_joined(prefix, note.where)) for fmt in formats for note in fmt.notes)


def replies_below(prefix: str, formats: Iterable[Format]) -> tuple[Channel, ...]:
    """The channels of other formats' replies whose events stand below `prefix`.

    What they are called then stands below it too, so a channel takes what is at its path in any event.
    """
    return tuple(
        replace(
            channel,
            path=_joined(prefix, channel.path),
            key=tuple(_joined(prefix, path) for path in channel.key),
            events=frozenset(),
        )
        for fmt in formats
        for channel in fmt.replies
    )


def _joined(prefix: str, path: str) -> str:
    return f"{prefix}{path}" if not prefix or not path or path.startswith("[*]") else f"{prefix}.{path}"
