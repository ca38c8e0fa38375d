"""`tightlip replay`: what other rules or another policy would have decided, on what is on record or was captured."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from detectors import RuleSet
from proxy.auditsearch import Members, records
from proxy.auditsegment import segments
from proxy.cli.comparison import print_tally
from proxy.cli.inspect import UNREADABLE, read_request
from proxy.comparison import Tally, compared
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.configsection import ShadowConfig
from proxy.draft import Draft, read_draft
from proxy.inquiry import Inquiry
from proxy.replay import Judge, replay
from proxy.setting import keys_of
from proxy.trial import judged, trial
from proxy.verdict import Request

SAME, DIFFERENT = 0, 1


class FailOn(StrEnum):
    """Which changes make the exit code 1: what a pipeline stops at."""

    CHANGE = "change"
    STRICTER = "stricter"
    LOOSER = "looser"
    NEVER = "never"

    def exit_code(self, tally: Tally) -> int:
        found = {
            FailOn.CHANGE: tally.changed,
            FailOn.STRICTER: tally.stricter,
            FailOn.LOOSER: tally.looser,
            FailOn.NEVER: 0,
        }[self]
        return DIFFERENT if found else SAME


@dataclass(frozen=True, slots=True)
class Span:
    """Which records are looked at; the moments are as records write them."""

    folder: Path
    since: str = ""
    until: str = ""

    @property
    def bytes(self) -> int:
        return sum(segment.stat().st_size for segment in segments(self.folder)) if self.folder.is_dir() else 0

    def records(self, kind: str, on_bytes: Callable[[int], object] = lambda count: None) -> Iterator[Members]:
        """Those of a type, oldest first. Raises ConfigError when they can't be read."""
        if not self.folder.is_dir():
            return
        try:
            yield from records(self.folder, kind, since=self.since, until=self.until, on_bytes=on_bytes)
        except OSError as err:
            raise ConfigError(f"{self.folder}: expected an audit log that can be read, found: {err.strerror}") from err


def replay_records(
    active: Config, candidate: ShadowConfig, span: Span, *, recorded: bool, fail_on: FailOn, as_json: bool
) -> int:
    """Compares the candidate's decisions with the active policy's, or with those on record; the exit code."""
    ours, theirs = _drafts(active, candidate)
    after = _judge(theirs, ours)
    before = None if recorded else _judge(ours, ours)
    tally = Tally()
    with _progress(span.bytes) as advance:
        for record in span.records("decision", advance):
            tally.add(replay(record, after, before))
    if not tally.requests:
        print(f"tightlip: no decision of that time is on record in {span.folder}", file=sys.stderr)
    print_tally(tally, "recorded decisions", as_json=as_json)
    return fail_on.exit_code(tally)


def replay_requests(active: Config, candidate: ShadowConfig, file: Path, *, fail_on: FailOn, as_json: bool) -> int:
    """Compares what both make of captured requests; the exit code. These are scanned anew, so new rules show too."""
    tally = asyncio.run(_compare(*_drafts(active, candidate), file))
    print_tally(tally, "captured requests", as_json=as_json)
    return fail_on.exit_code(tally)


def _drafts(active: Config, candidate: ShadowConfig) -> tuple[Draft, Draft]:
    """Both sides. What the candidate doesn't name is as in force, a bundle's included."""
    ours = read_draft(active)
    return ours, read_draft(ours.config.beside(candidate))


async def _compare(active: Draft, candidate: Draft, file: Path) -> Tally:
    tally = Tally()
    ours, theirs = (Inquiry(keys=keys_of(draft.config)) for draft in (active, candidate))
    async with trial(active) as before, trial(candidate) as after:
        for request in captured_requests(file):
            was = await judged(request, ours, before)
            tally.add(compared(request, was, await judged(request, theirs, after)))
    return tally


def captured_requests(file: Path) -> Iterator[Request]:
    """The requests of a file, one a line; `-` is standard input. Raises ConfigError with the line of a bad one."""
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _read(file, number, line)
    except OSError as err:
        raise ConfigError(f"{file}: expected a readable file, found: {err.strerror}") from err


def _read(file: Path, number: int, line: bytes) -> Request:
    try:
        return read_request(json.loads(line))
    except UNREADABLE:
        raise ConfigError(f"{file}:{number}: expected a request as `tightlip inspect` takes them") from None


def moment(text: str, now: datetime) -> str:
    """`7d`, `12h` or a date or time as a moment as records write it; UTC unless it says otherwise."""
    amount, unit = text[:-1], text[-1:]
    if amount.isdecimal() and unit in _UNITS:
        at = now - timedelta(**{_UNITS[unit]: int(amount)})
    else:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise ConfigError(f"{text}: expected a time such as 30d, 12h, 2026-09-01 or 2026-09-01T08:00") from None
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def _judge(draft: Draft, active: Draft) -> Judge:
    """A side of the comparison; its rules matter only where they aren't those in force."""
    charter = draft.charter
    if draft.rules.digest == active.rules.digest:
        return Judge(charter.policy, charter.catalogue)
    rules: RuleSet = draft.rules.open()
    return Judge(charter.policy, charter.catalogue, rules={rule.id: rule for rule in rules.findable})


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], object]]:
    """A bar on standard error, where somebody looks at it."""
    console = Console(stderr=True)
    columns = (TextColumn("replaying"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda count: progress.advance(task, count)
