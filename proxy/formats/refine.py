"""Labels that depend on a neighbour: a message's role, a part's signature, a source's type.

Runs over segments that their paths have labelled already. Two passes: which objects are special, then which
segments stand below one. Most segments leave at the first dictionary look-up.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from proxy.reason import RequestError
from proxy.segment import Label, Segment

_LEAD = re.compile(r"(?:part:[0-9]+/)?(?:(?:line|frame|event):[0-9]+|json)?")
"""What stands before a pointer into one of many documents: lines, frames, events, the parts of a multipart body."""


@dataclass(frozen=True, slots=True)
class Refinement:
    """A label that a path alone can't tell.

    For each object at the path pattern `where` that has `member`, with a string of `values` (or with whatever
    value, if `values` is None), every segment below the object whose label is in `replaces` gets `label`.
    With `prefixes` only the member itself does, and only if its text begins with one of them.
    """

    where: str
    member: str
    label: Label
    replaces: frozenset[Label]
    values: frozenset[str] | None = None
    prefixes: tuple[str, ...] = ()


class Refiner:
    """A format's refinements, compiled. A request has thousands of segments, so the loops do little."""

    def __init__(self, refinements: Iterable[Refinement], *, snake_case: bool = False) -> None:
        self._by_member: dict[str, list[tuple[re.Pattern[str], Refinement]]] = {}
        self._by_prefix: dict[str, list[tuple[re.Pattern[str], Refinement]]] = {}
        for refinement in refinements:
            where = _LEAD.pattern + pointer_pattern(refinement.where, snake_case)
            place = re.compile(f"({where})/{_name_pattern(refinement.member, snake_case)}")
            group = self._by_prefix if refinement.prefixes else self._by_member
            for member in {refinement.member, snake(refinement.member)} if snake_case else {refinement.member}:
                group.setdefault(member, []).append((place, refinement))
        self._replaceable = frozenset(
            label for entries in self._by_member.values() for _, refinement in entries for label in refinement.replaces
        )

    def refine(self, segments: Sequence[Segment]) -> list[Segment]:
        """The same segments in the same order, some with another label."""
        special = self._special_objects(segments)
        by_prefix, replaceable = self._by_prefix, self._replaceable if special else frozenset()
        return [
            self._refined(segment, special) if segment.label in replaceable or segment.field in by_prefix else segment
            for segment in segments
        ]

    def refine_each(self, segments: Iterable[Segment]) -> Iterator[Segment]:
        """`refine` for each of many documents in turn; what raises on the way does so after all before it."""
        lead, document = "", list[Segment]()
        try:
            for segment in segments:
                found = _LEAD.match(segment.pointer)
                if found is not None and found[0] != lead:
                    yield from self.refine(document)
                    lead, document = found[0], []
                document.append(segment)
        except RequestError:
            yield from self.refine(document)
            raise
        yield from self.refine(document)

    def _special_objects(self, segments: Iterable[Segment]) -> dict[str, list[Refinement]]:
        special: dict[str, list[Refinement]] = {}
        by_member = self._by_member
        for segment in segments:
            if segment.field in by_member:
                for place, refinement in by_member[segment.field]:
                    if _holds(refinement, segment) and (found := place.fullmatch(segment.pointer)):
                        special.setdefault(found[1], []).append(refinement)
        return special

    def _refined(self, segment: Segment, special: dict[str, list[Refinement]]) -> Segment:
        for place, refinement in self._by_prefix.get(segment.field, ()):
            if (
                segment.label in refinement.replaces
                and segment.text.startswith(refinement.prefixes)
                and place.fullmatch(segment.pointer)
            ):
                return replace(segment, label=refinement.label)
        ancestor = segment.pointer
        while ancestor:
            ancestor = ancestor.rpartition("/")[0]
            for refinement in special.get(ancestor, ()):
                if segment.label in refinement.replaces:
                    return replace(segment, label=refinement.label)
        return segment


def _holds(refinement: Refinement, segment: Segment) -> bool:
    """A member that may have any value shows by its key, since `true` is no segment."""
    if refinement.values is None:
        return segment.label is Label.KEY
    return segment.label is not Label.KEY and segment.text in refinement.values


def snake(name: str) -> str:
    """A name in lowerCamelCase as one in snake_case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def pointer_pattern(where: str, snake_case: bool = False) -> str:
    """The expression of the JSON Pointers that stand at the path pattern `where`."""
    return "".join(
        "/[0-9]+" if step == "[*]" else f"/{_name_pattern(step, snake_case)}"
        for step in re.findall(r"\[\*\]|[^.\[\]]+", where)
    )


def _name_pattern(name: str, snake_case: bool) -> str:
    return f"(?:{re.escape(name)}|{re.escape(snake(name))})" if snake_case else re.escape(name)
