"""A draft read in a process of its own, beside a running proxy: reading and compiling would hold its loop up.

It yields the processor to whoever serves requests, and what it says of mistakes is for the operator alone.
"""

import asyncio
import os
import socket
import sys
from dataclasses import dataclass, field
from typing import Final

from proxy import frame, log
from proxy.child import Child
from proxy.config import Config, Origin
from proxy.draft import OPERATORS_ERRORS, Draft, compile_rules, load_draft, places
from proxy.watch import Watch

DRAFT_SECONDS: Final = 180.0
"""Rules whose compiled form is in no cache take some ten seconds of a whole core, and here there is less."""

_NICENESS: Final = 10


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be read, by a proxy that runs by `running`, whose rules and model of names have these digests."""

    origin: Origin
    running: Config
    rules_digest: str
    names_digest: str


class Refused(Exception):
    """The files can't be taken. The text is for the operator: it quotes them; `places` only says where."""

    def __init__(self, problems: str, watch: Watch | None = None) -> None:
        """`watch` follows what was read, so that a mended mistake is noticed."""
        super().__init__(problems)
        self.problems = problems
        self.places = places(problems)
        self.watch = watch


@dataclass(frozen=True, slots=True)
class _Refusal:
    problems: str = field(repr=False)
    watch: Watch


async def read_apart(errand: Errand) -> Draft:
    """The draft of what the files say now, compiled. Raises Refused."""
    child = await Child.start("proxy.drafting")
    try:
        answer = await asyncio.wait_for(child.ask(errand), DRAFT_SECONDS)
    except TimeoutError:
        raise Refused(f"expected files that can be read within {DRAFT_SECONDS:.0f} seconds") from None
    except (OSError, EOFError) as err:
        raise Refused("reading the files failed; the log says where") from err
    finally:
        child.kill()
        await child.gone()
    if isinstance(answer, _Refusal):
        raise Refused(answer.problems, answer.watch)
    if not isinstance(answer, Draft):
        raise Refused("reading the files failed; the log says where")
    return answer


def _draft(errand: Errand) -> Draft | _Refusal:
    watch = Watch()
    try:
        draft = load_draft(errand.origin, errand.running, watch)
        place = errand.origin.place("names", "model")
        names = draft.config.names.model, draft.settings.names_digest
        if (draft.rules.digest, *names) != (errand.rules_digest, errand.running.names.model, errand.names_digest):
            compile_rules(draft, place)
        if draft.candidate is not None and draft.candidate.rules.digest != draft.rules.digest:
            compile_rules(draft.candidate, place)
    except OPERATORS_ERRORS as err:
        return _Refusal(str(err), watch)
    return draft


def main(descriptor: int) -> None:
    log.configure()
    os.nice(_NICENESS)
    with socket.socket(fileno=descriptor) as sock:
        pipe = frame.BlockingPipe(sock)
        pipe.send(_draft(pipe.receive()))


if __name__ == "__main__":
    from proxy import drafting  # by the name that its pickles are found under

    drafting.main(int(sys.argv[1]))
