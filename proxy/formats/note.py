"""Which object of a request is an attachment's, and what a text looks like that stands there in its place."""

import json
import re
from dataclasses import dataclass, field

from proxy.formats.refine import pointer_pattern


@dataclass(frozen=True, slots=True)
class Note:
    """An object at the path pattern `where` that holds an attachment in one of `members` can be a text instead.

    The text is `{"type": type, text: ...}`; `type` is None where the API tells its parts by their members alone.
    """

    where: str
    members: tuple[str, ...]
    type: str | None = "text"
    text: str = "text"
    _place: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        members = "|".join(map(re.escape, self.members))
        object.__setattr__(self, "_place", re.compile(f"({pointer_pattern(self.where)})/(?:{members})(?:/|$)"))

    def holder(self, pointer: str) -> str | None:
        """The pointer of the object at or above `pointer` that this note can replace."""
        found = self._place.match(pointer)
        return found[1] if found else None

    def written(self, text: str) -> bytes:
        """The JSON of the note that says `text`."""
        kind = {} if self.type is None else {"type": self.type}
        return json.dumps({**kind, self.text: text}).encode()
