"""Reloads: another edition in the place of the one in force, whole or not at all, while requests go on.

The files are read and compiled in a process of their own; new workers are started only for other rules, beside the old
ones; the load is on record before it counts; then one assignment swaps all. Whatever goes wrong, the last good edition
stays. One reload at a time: those asked for meanwhile are one together, after it.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import structlog

from proxy import metrics
from proxy.audit import AuditUnavailable
from proxy.auditrecord import Load
from proxy.config import Origin
from proxy.configfile import ConfigError
from proxy.control import Presence, owner_of
from proxy.draft import Draft
from proxy.drafting import Errand, Refused, read_apart
from proxy.edition import Edition, standing_of
from proxy.front import Front
from proxy.inventory import differences
from proxy.lastedition import LAST_FILE, Last, keep_last, read_last
from proxy.pool import Pool, PoolError
from proxy.pseudonym.vault import Vault
from proxy.watch import Watch

LOOK_SECONDS: Final = 1.0
"""Between two looks at the files. One that changed must have rested for as long, so that none is read half-written."""

GRACE_SECONDS: Final = 30.0
"""How long workers with former rules stay for requests whose heads they were in force for; bodies may take their time.
What arrives later still is let in and judged anew, all of it by the edition then in force."""

SHOWN_FILES: Final = 20

_log = structlog.get_logger()


class Trigger(StrEnum):
    START = "start"
    FILE = "file"
    SIGNAL = "signal"
    COMMAND = "command"


class Result(StrEnum):
    TAKEN = "taken"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why there is a reload, who wanted it as far as one knows, and which files have changed."""

    trigger: Trigger
    actors: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `problems` quotes the operator's files: it is for the operator, not for logs."""

    result: Result
    edition: str
    changed: tuple[str, ...] = ()
    needs_restart: tuple[str, ...] = ()
    problems: str = field(default="", repr=False)


def pool_of(draft: Draft) -> Pool:
    """Workers for a draft's rules, not yet started."""
    config = draft.config
    return Pool(
        draft.settings, draft.rules, config.workers, config.limits.scan_seconds, on_restart=metrics.worker_restarted
    )


@dataclass(slots=True)
class Reloader:
    """`draft` is what the edition in force was made from; `put_in_force` swaps it for another, at once."""

    front: Front
    origin: Origin
    draft: Draft
    open_vault: Callable[[], Vault]
    put_in_force: Callable[[Edition], None]
    vault: Vault | None = None
    """Once it has been opened it stays so, for editions to come."""
    _watch: Watch = field(default_factory=Watch)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _causes: list[Cause] = field(default_factory=list)
    _next: asyncio.Task[Outcome] | None = None
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _ending: asyncio.Task[None] | None = None
    _following: asyncio.Task[None] | None = None
    _hurry: asyncio.Event = field(default_factory=asyncio.Event)
    _owes: bool = False
    """Whether there was something to take that could not be put on record."""

    async def begin(self, *, waits: bool = True) -> None:
        """Puts the first load on record, with what changed since the proxy last ran. Raises AuditUnavailable.

        With `waits` the candidate looks on from the first request.
        """
        self._watch = self.draft.watch
        file = self.draft.config.state_dir / LAST_FILE
        last = await asyncio.to_thread(read_last, file)
        changed = differences(last.inventory, self.draft.inventory) if last else ()
        await self.front.put_on_record(self._record([Cause(Trigger.START)], Result.TAKEN, self.draft, last, changed))
        metrics.loaded(good=True)
        await asyncio.to_thread(keep_last, file, self._last())
        looking = self._start(self._have_look_on(self.draft.candidate))
        if waits:
            await looking

    def begin_following(self) -> None:
        self._following = self._start(self._follow())

    def end_following(self) -> None:
        if self._following is not None:
            self._following.cancel()

    async def reload(self, cause: Cause) -> Outcome:
        """What comes of the next reload to begin. One that is under way may have read the files already."""
        self._causes.append(cause)
        if self._next is None:
            self._next = self._start(self._in_turn())
        return await asyncio.shield(self._next)

    async def close(self) -> None:
        """Gives up what is under way and ends every worker."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.front.edition.pool.stop()
        if self.vault is not None:
            self.vault.close()

    async def _follow(self) -> None:
        """Reloads whenever a file changed."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            files = await asyncio.to_thread(self._watch.changed)
            if files or (self._owes and self.front.audit.available):
                await self.reload(Cause(Trigger.FILE, _owners(files), files))

    async def _in_turn(self) -> Outcome:
        await asyncio.sleep(0)  # mitmproxy has tasks begin at once, before anyone can join this one
        async with self._turn:
            self._next, causes, self._causes = None, self._causes, []
            outcome = await self._load(causes)
        metrics.reloaded(outcome.result, good=outcome.result is not Result.REFUSED)
        return outcome

    async def _load(self, causes: Sequence[Cause]) -> Outcome:
        self._owes = False
        before = self.draft
        try:
            errand = Errand(self.origin, before.config, before.rules.digest, before.settings.names_digest)
            draft = await read_apart(errand)
            self._watch = draft.watch
            if draft.digests == before.digests and draft.inventory == before.inventory:
                return await self._unchanged(causes, draft)
            return await self._take(causes, draft)
        except Refused as refused:
            return await self._refused(causes, refused)
        except Exception as err:
            _log.error("a reload failed", exc_info=err)
            return await self._refused(causes, Refused("an internal fault; the log says where"))

    async def _take(self, causes: Sequence[Cause], draft: Draft) -> Outcome:
        """Raises Refused; then nothing has changed."""
        before, running = self.draft, self.front.edition
        pool = running.pool if draft.finds_like(before) else await self._started(draft)
        try:
            edition = Edition.of(draft, pool, self._vault_for(draft), running.number + 1)
            if draft.bundle is not None:
                await asyncio.to_thread(draft.bundle.accept, datetime.now(UTC))
            changed = differences(before.inventory, draft.inventory)
            await self.front.put_on_record(self._record(causes, Result.TAKEN, draft, self._last(), changed))
        except BaseException as err:
            if pool is not running.pool:
                await pool.stop()
            self._owes = isinstance(err, AuditUnavailable)
            if isinstance(err, ConfigError | AuditUnavailable):
                raise Refused(str(err)) from err
            raise
        self.put_in_force(edition)
        self.draft = draft
        if pool is not running.pool:
            self._ending = self._start(self._end(running.pool))
        name = edition.standing.edition
        _log.info("edition taken", edition=name, trigger=_first(causes).trigger.value, count=len(changed))
        if draft.held:
            _log.warning("keys that need a restart were changed", where=", ".join(draft.held))
        await asyncio.to_thread(keep_last, draft.config.state_dir / LAST_FILE, self._last())
        self._start(self._have_look_on(draft.candidate))
        return Outcome(Result.TAKEN, name, changed, draft.held)

    async def _unchanged(self, causes: Sequence[Cause], draft: Draft) -> Outcome:
        """Nothing new. On record when somebody asked."""
        if _first(causes).trigger is not Trigger.FILE:
            with contextlib.suppress(AuditUnavailable):
                await self.front.put_on_record(self._record(causes, Result.UNCHANGED, draft, self._last()))
        return Outcome(Result.UNCHANGED, self.front.edition.standing.edition, (), draft.held)

    async def _refused(self, causes: Sequence[Cause], refused: Refused) -> Outcome:
        if refused.watch is not None:
            self._watch.join(refused.watch)
        self._watch.doubt()
        _log.error("reload refused, the last good edition stays", where=", ".join(refused.places))
        record = self._record(causes, Result.REFUSED, self.draft, self._last(), problems=refused.places)
        with contextlib.suppress(AuditUnavailable):
            await self.front.put_on_record(record)
        return Outcome(Result.REFUSED, self.front.edition.standing.edition, problems=refused.problems)

    async def _started(self, draft: Draft) -> Pool:
        """Workers for other rules, one after the other: those that serve need the processor too. Raises Refused."""
        if self._ending is not None:
            self._hurry.set()  # three sets of workers at once would take too much memory
            await self._ending
            self._hurry.clear()
        pool = pool_of(draft)
        try:
            await pool.start(at_once=1)
        except PoolError as err:
            raise Refused("the scan workers did not start with these rules; the log says why") from err
        return pool

    async def _end(self, pool: Pool) -> None:
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), GRACE_SECONDS)
            await pool.end()
        finally:
            await pool.stop()

    async def _have_look_on(self, candidate: Draft | None) -> None:
        """Whether a candidate can start is no matter of life and death: what is in force is."""
        try:
            await self.front.shadow.follow(candidate)
        except PoolError as err:
            _log.error("the candidate's worker did not start", reason=err.reason)

    def _vault_for(self, draft: Draft) -> Vault | None:
        if not draft.charter.policy.pseudonymises:
            return None
        self.vault = self.vault or self.open_vault()
        return self.vault

    def _record(
        self,
        causes: Sequence[Cause],
        result: Result,
        draft: Draft,
        last: Last | None,
        changed: tuple[str, ...] = (),
        problems: tuple[str, ...] = (),
    ) -> Load:
        """What goes on record of `draft`, which was taken or, when another was refused, stays."""
        signers = draft.bundle.signers if draft.bundle is not None and result is Result.TAKEN else ()
        return Load(
            time=time.time(),
            trigger=_first(causes).trigger.value,
            result=result.value,
            actors=tuple(dict.fromkeys((*(actor for cause in causes for actor in cause.actors), *signers))),
            files=tuple(dict.fromkeys(str(file) for cause in causes for file in cause.files))[:SHOWN_FILES],
            edition=standing_of(draft).edition,
            previous=last.edition if last else None,
            digests=draft.digests,
            digests_before=last.digests if last else {},
            changed=changed,
            needs_restart=draft.held,
            problems=problems,
        )

    def _last(self) -> Last:
        return Last(self.front.edition.standing.edition, dict(self.draft.digests), self.draft.inventory)

    def _start[T](self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def answer(reloader: Reloader, presence: Presence) -> None:
    """A reload on a signal: for the commands that wait for it, if any do."""
    questions = presence.questions()
    trigger = Trigger.COMMAND if questions else Trigger.SIGNAL
    outcome = await reloader.reload(Cause(trigger, tuple(question.asker for question in questions)))
    for question in questions:
        await asyncio.to_thread(presence.answer, question, asdict(outcome))


def _first(causes: Sequence[Cause]) -> Cause:
    """The one that tells most about why."""
    order = [Trigger.COMMAND, Trigger.SIGNAL, Trigger.START, Trigger.FILE]
    return min(causes, key=lambda cause: order.index(cause.trigger))


def _owners(files: Sequence[Path]) -> tuple[str, ...]:
    """Whose the files are. Nobody's is one that is gone."""
    owners = []
    for file in files:
        with contextlib.suppress(OSError):
            owners.append(owner_of(file))
    return tuple(dict.fromkeys(owners))
