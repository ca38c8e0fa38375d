"""Draws the picture: at 80 by 24 whole, wider and higher with more decisions, narrower cut at the right."""

import math
from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from proxy.cli.top.picture import Picture, Spread

_STYLE = {"block": "red", "redact": "yellow", "warn": "yellow", "log": "cyan", "allow": "green"}
_CERTIFICATE_DAYS = 30
_LAG_SECONDS = 1.0
_OTHER_LINES = 3
"""The head, the decisions' own and the foot."""
_LEAST = 3
_NAME_CHARS = 11
_PRESSURE = ("none", "collecting", "refuses large", "refuses all")


def draw(picture: Picture, address: str, trouble: str, height: int) -> RenderableType:
    """`trouble` says why the picture is old; empty while it is not."""
    left, right = _traffic(picture), _state(picture)
    parts: list[RenderableType] = [_head(picture, address, trouble), _body(left, right)]
    if picture.recent:
        parts.append(_recent(picture, max(height - max(len(left), len(right)) - _OTHER_LINES, _LEAST)))
    parts.append(Text("q quits   " + _over(picture.seconds), style="dim"))
    return Group(*parts)


def waiting(address: str, trouble: str) -> RenderableType:
    """Before anything has answered."""
    return Group(
        Text(f"tightlip top  {address}", style="bold"), Text(trouble, style="red"), Text("q quits", style="dim")
    )


def _head(picture: Picture, address: str, trouble: str) -> Text:
    text = Text(f"tightlip {picture.version}  {address}  ", style="bold", no_wrap=True, overflow="ellipsis")
    if trouble:
        return text.append(trouble, style="red")
    if picture.ready is False:
        text.append(f"NOT READY: {', '.join(picture.failing)}", style="bold red")
    elif picture.ready:
        text.append("ready", style="green")
    return text.append(f"  policy {picture.policy}  edition {picture.edition}", style="none")


def _body(left: list[Text], right: list[Text]) -> Table:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(ratio=5, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_row(Group(*left), Group(*right))
    return table


def _traffic(picture: Picture) -> list[Text]:
    lines = [_line("requests", f"{picture.requests_per_second:.1f}/s, {picture.requests:,} in all")]
    decisions = Text.assemble(
        *((f"{name} {count:,}  ", _STYLE.get(name, "")) for name, count in picture.decisions.items())
    )
    lines.append(_named("decisions", decisions))
    lines += [_line(name, _spread(spread)) for name, spread in picture.latency.items()]
    lines.append(_line("vendors", _listed(picture.vendors, 4)))
    lines.append(_line("findings", _listed(picture.categories, 5)))
    lines += _rows("rules", picture.rules)
    if picture.unread:
        lines.append(_line("unread", _listed(picture.unread, 3), "yellow"))
    return lines + _rows("trouble", picture.moved, "red")


def _state(picture: Picture) -> list[Text]:
    lag = picture.audit_lag_seconds
    lines = [
        _line("workers", f"{picture.workers}, {picture.waiting} waiting", "" if picture.workers else "red"),
        _line("audit", f"lag {lag:.2f} s", "red" if lag > _LAG_SECONDS else ""),
    ]
    if picture.connections is not None:
        lines.append(_line("connections", f"{picture.connections:,}"))
    if picture.memory_bytes:
        lines.append(_line("memory", f"{sum(picture.memory_bytes.values()) >> 20:,} MiB"))
        lines += [_line("", f"{count} {kind}, {bytes >> 20:,}", "dim") for kind, count, bytes in _kinds(picture)]
    if picture.memory_pressure:
        lines.append(_line("pressure", _PRESSURE[min(picture.memory_pressure, len(_PRESSURE) - 1)], "red"))
    if picture.certificate_days is not None:
        days = picture.certificate_days
        lines.append(_line("CA", f"{days} days", "red" if days < _CERTIFICATE_DAYS else ""))
    lines.append(_reload(picture))
    return lines


def _kinds(picture: Picture) -> list[tuple[str, int, int]]:
    """Processes by kind: how many, and what they have in memory together."""
    found: dict[str, list[int]] = {}
    for name, value in picture.memory_bytes.items():
        found.setdefault(name.partition("-")[0], []).append(value)
    return [(kind, len(values), sum(values)) for kind, values in sorted(found.items())]


def _reload(picture: Picture) -> Text:
    if not picture.reload_successful:
        return _line("reload", "refused: an older edition stays", "red")
    ago = picture.reloaded_seconds_ago
    return _line("files", "as in force" if ago is None else f"taken {_ago(ago)} ago")


def _recent(picture: Picture, rows: int) -> Table:
    table = Table(box=None, padding=(0, 1), expand=True, header_style="dim", pad_edge=False)
    for name, least, ratio in (("time", 8, 0), ("who", 6, 2), ("vendor", 6, 2), ("decision", 6, 0), ("why", 8, 5)):
        table.add_column(name, no_wrap=True, overflow="ellipsis", min_width=least, ratio=ratio or None)
    table.add_column("reference", no_wrap=True, min_width=13)
    for one in picture.recent[:rows]:
        style = _STYLE.get(one.decision, "")
        cells = (one.time, one.who, one.vendor, Text(one.decision, style=style), one.why, one.reference)
        table.add_row(*(cell if isinstance(cell, Text) else Text(_printable(cell)) for cell in cells))
    return table


def _line(name: str, text: str, style: str = "") -> Text:
    return _named(name, Text(_printable(text), style=style))


def _named(name: str, text: Text) -> Text:
    return Text.assemble((f"{name:<{_NAME_CHARS}} ", "dim"), text, no_wrap=True, overflow="ellipsis")


def _rows(name: str, counts: Mapping[str, int], style: str = "") -> list[Text]:
    """The three largest, a line each, the first of them named."""
    found = list(counts.items())[:3]
    return [_line("" if row else name, f"{count:>6,} {key}", style) for row, (key, count) in enumerate(found)]


def _listed(counts: Mapping[str, int], most: int) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in list(counts.items())[:most]) or "none"


def _spread(spread: Spread) -> str:
    return f"p50 {_duration(spread.p50):>7}  p99 {_duration(spread.p99):>7}"


def _duration(seconds: float) -> str:
    if math.isinf(seconds):
        return "> 10 s"
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def _ago(seconds: float) -> str:
    for unit, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} s"


def _over(seconds: float) -> str:
    return f"counts of the last {_ago(seconds)}" if seconds else "counts since the start"


def _printable(text: str) -> str:
    """A terminal obeys control characters, and a record could hold some."""
    return "".join(c if c.isprintable() else "?" for c in text)
