"""`docs/metrics.md`, made from the families themselves: `python -m proxy.metrics > docs/metrics.md`."""

from collections.abc import Iterator
from typing import Final

from proxy.metrics import operation, traffic
from proxy.metrics.catalogue import FAMILIES, SERIES
from proxy.metrics.instrument import Family, Gauge, Histogram
from proxy.metrics.label import Label

_SUFFIX: Final = {"counter": "_total", "info": "_info", "gauge": "", "histogram": ""}
_TITLES: Final = {traffic: "What passes", operation: "How it runs"}
_INTRODUCTION: Final = """\
# Metrics

Made from the code by `python -m proxy.metrics`; a test holds that it is current.

`/metrics` on the address that `metrics` names gives Prometheus' text format, or OpenMetrics to whoever asks for it in
`Accept`, as Prometheus does. Names and labels are stable: dashboards and alerts use them.

**Units** are seconds and bytes, moments are seconds since 1970.

**Labels** are ids of our own: of rules, vendors, policies, closed codes. Nothing that a client sends becomes a label
value: not its hosts, paths, models, headers, or names that it did not prove. What is unknown, or more than there is
room for, counts as `other`. All families together can never have more than {series:,} series, whatever is asked; an
installation in use has some hundreds to a few thousand.

**Series that start at 0.** Where all label values are known beforehand, all series are there from the start, so that
`rate()` sees the first event. So is each group of the users and groups files.

**Several processes** are one page: counters and histograms are added up, and those of a process that ended stay in the
totals, so a total never falls but at a restart of the whole. What gauges are together is told below. The standard
`process_*` metrics are the core's own. What a process counted in the second before it was killed is lost.

**Users** are in no label by default. `metrics_users: hashed` counts requests by a keyed hash of the user's name, 12
hex digits that `tightlip users list` tells and that mean nothing without the installation's key; `named` by the name
itself, for whoever may read `/metrics`.

**Exemplars.** With `exemplars: true` buckets of durations name one request each, `{{reference="tl-..."}}`, in
OpenMetrics alone; `tightlip explain` tells what became of it.
"""


def page() -> str:
    return "\n".join([_INTRODUCTION.format(series=SERIES), *_sections()])


def _sections() -> Iterator[str]:
    for module, title in _TITLES.items():
        yield f"## {title}\n"
        families = [family for family in FAMILIES if family in vars(module).values()]
        for family in families:
            yield _section(family)


def _section(family: Family) -> str:
    facts = [family.kind, *([f"in {family.unit}"] if family.unit else [])]
    if isinstance(family, Gauge):
        facts.append(f"of several processes: {family.merge.value}")
    facts.append("1 series" if family.bound == 1 else f"{family.bound:,} series at most")
    rows = [f"### `{family.name}{_SUFFIX[family.kind]}`\n", f"{family.help} {'; '.join(facts).capitalize()}.\n"]
    rows += [_label(label) for label in family.labels]
    if family.labels:
        rows.append("")
    if isinstance(family, Histogram):
        rows.append(f"Buckets: {', '.join(f'{bound:g}' for bound in family.bounds)}.\n")
    rows.append(f"Watch: {family.watch}.\n")
    return "\n".join(rows)


def _label(label: Label) -> str:
    known = ", ".join(f"`{value}`" for value in label.known)
    room = label.most - 1 - len(label.known)
    more = f"up to {room:,}{' more' if known else ''}" if room else ""
    values = "; ".join(part for part in (known, more) if part)
    return f"- `{label.name}`: {label.told}" + (f" ({values})" if values else "")
