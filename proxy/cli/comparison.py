"""How a tally of comparisons is printed: what changes, by what, with examples. As text, or as JSON for machines."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from proxy.comparison import By, Compared, Fate, Tally, strictness
from proxy.verdict import Decision

KEYS_SHOWN: Final = 10


def print_tally(tally: Tally, what: str, *, as_json: bool) -> None:
    """Prints a tally of `what`, such as "decisions of the last 30 days"."""
    if as_json:
        print(json.dumps({"of": what} | plain(tally), ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"{tally.requests:,} {what}: {tally.changed:,} would change, "
        f"{tally.stricter:,} to something stricter and {tally.looser:,} to something looser"
    )
    if not tally.changed:
        return
    console.print(_decisions(tally))
    for by in By:
        if tally.keys(by):
            console.print(_dimension(tally, by))
    for line in _examples(tally):
        console.print(line, markup=False)


def plain(tally: Tally) -> dict[str, Any]:
    """The tally as JSON."""
    return {
        "requests": tally.requests,
        "changed": tally.changed,
        "stricter": tally.stricter,
        "looser": tally.looser,
        "decisions": {
            name.value: {
                "before": tally.before[name],
                "after": tally.after[name],
                "gained": tally.gained_of(name),
                "lost": tally.lost_of(name),
            }
            for name in Decision
        },
        **{
            f"by_{by.value}": {
                key: {name: {"gained": gained, "lost": lost} for name, (gained, lost) in tally.changes(by, key).items()}
                for key in tally.keys(by)
            }
            for by in By
        },
        "examples": [asdict(one) for kept in tally.examples.values() for one in kept],
    }


def _decisions(tally: Tally) -> Table:
    table = Table("decision", box=None, pad_edge=False, header_style="bold")
    for name in ("before", "after", "gained", "lost"):
        table.add_column(name, justify="right")
    for decision in sorted(Decision, key=strictness, reverse=True):
        gained, lost = tally.gained_of(decision), tally.lost_of(decision)
        counts = (tally.before[decision], tally.after[decision])
        if any(counts):
            table.add_row(decision.value, *(f"{count:,}" for count in counts), _signed(gained, "+"), _signed(lost, "-"))
    return table


def _dimension(tally: Tally, by: By) -> Table:
    keys = tally.keys(by)
    table = Table(f"by {by.value}", "", box=None, pad_edge=False, header_style="bold")
    for key in keys[:KEYS_SHOWN]:
        changes = tally.changes(by, key).items()
        words = [word for name, (gained, lost) in changes for word in _worded(name, gained, lost)]
        table.add_row(key or "-", ", ".join(words))
    if len(keys) > KEYS_SHOWN:
        table.add_row(f"and {len(keys) - KEYS_SHOWN:,} more", "")
    return table


def _worded(name: str, gained: int, lost: int) -> Iterator[str]:
    if gained:
        yield f"+{gained:,} {name}"
    if lost:
        yield f"-{lost:,} {name}"


def _signed(count: int, sign: str) -> str:
    return f"{sign}{count:,}" if count else ""


def _examples(tally: Tally) -> Iterator[str]:
    yield "examples"
    for kept in tally.examples.values():
        for one in kept:
            yield from _example(one)


def _example(one: Compared) -> Iterator[str]:
    before, after = one.before, one.after
    moment = one.time[:16].replace("T", " ")
    yield f"  {one.request}  {moment}  {one.user or 'no user name'} to {one.vendor}: {before.action} -> {after.action}"
    for changed in one.findings[:3]:
        fates = f"{_told(changed.before)} -> {_told(changed.after)}"
        yield f"    {changed.entity} ({changed.rule}) in {changed.pointer or 'the body'}: {fates}"
    if len(one.findings) > 3:
        yield f"    and {len(one.findings) - 3:,} findings more"
    if not one.findings:
        yield f"    {_told(before)} -> {_told(after)}"


def _told(fate: Fate) -> str:
    if not fate.action:
        return "not found"
    return f"{fate.action} by {fate.clause}" if fate.clause else fate.action
