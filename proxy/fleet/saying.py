"""What a process that speaks HTTP and the one that judges say to each other. Pickles name it by its path."""

from dataclasses import dataclass, field

from proxy.config import Config
from proxy.judge import Ending
from proxy.restore.pair import Pair
from proxy.terms import Terms
from proxy.verdict import Request, Verdict


@dataclass(frozen=True, slots=True)
class Setup:
    """What a process starts with. `listening` are descriptors of sockets, `authority` a CA as `CA.pack` gives it."""

    name: str
    config: Config
    terms: Terms
    authority: bytes = field(repr=False)
    upstream_roots: str
    listening: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """It could accept connections at once."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Accept connections."""


@dataclass(frozen=True, slots=True)
class Listening:
    """It accepts connections."""


@dataclass(frozen=True, slots=True)
class PutInForce:
    terms: Terms


@dataclass(frozen=True, slots=True)
class Drain:
    """Accept nothing more, let end what runs for so long, then go. Said again: cut what runs."""

    seconds: float
    has_successor: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to be judged, as for `Judge.judge`. Its body goes beside it."""

    id: int
    request: Request
    identity: str
    number: int
    refusal: str | None
    head_is_sent: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """What is needed of a judgement to act on it. A body that goes on in place of the original goes beside it."""

    id: int
    verdict: Verdict
    pairs: tuple[Pair, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Unjudged:
    """There is none: the edition is gone, the audit log refuses for a reason, or, with neither, something failed."""

    id: int
    superseded: bool = False
    unrecorded: str = ""


@dataclass(frozen=True, slots=True)
class Finish:
    reference: str
    ending: Ending


@dataclass(frozen=True, slots=True)
class Warned:
    identity: str
    conversation: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """A snapshot of metrics: that it comes is the sign of life as well."""

    snapshot: bytes = field(repr=False)
