"""What a proxy remembers of conversations, for its successor: what users were told, codes that stand open, repeats.

Safe to lose, but then what was let through for a reason would be asked again in the middle of a conversation. Pickled,
as between all processes of ours: the channel is to a process of the same user, or there is none.
"""

import base64
import pickle
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Protocol

import structlog

_log = structlog.get_logger()


class Memory(Protocol):
    """A store whose `entries` are ordered by their last use, oldest first."""

    @property
    def entries(self) -> OrderedDict[Any, Any]: ...


def packed(memories: Sequence[Memory]) -> str:
    content = tuple(memory.entries for memory in memories)
    return base64.b64encode(pickle.dumps(content, protocol=5)).decode()


def unpack(text: object, memories: Sequence[Memory]) -> None:
    """Adds what was packed to memories of the same kinds; what they know themselves is newer."""
    try:
        content = pickle.loads(base64.b64decode(str(text)))
        pairs = list(zip(memories, content, strict=True))
    except Exception as err:  # another version's classes may be others, in any way
        _log.warning("what the predecessor remembered is another version's and was left out", reason=type(err).__name__)
        return
    for memory, entries in pairs:
        for key in reversed(entries):
            if key not in memory.entries:
                memory.entries[key] = entries[key]
                memory.entries.move_to_end(key, last=False)
