"""The registry of vendors for people and for auditors' tools: a table, CSV or JSON. Printing only."""

import csv
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, get_args

from rich.console import Console
from rich.table import Table

from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.registry import Approval
from proxy.setting import catalogue_of
from proxy.suggestion import did_you_mean
from proxy.vendor import Vendor

NOTHING_DUE, DUE = 0, 1

_COLUMNS = ("id", "name", "kind", "approval", "baa", "dpa", "regions", "retention_days", "trains", "owner", "due")


def list_vendors(config: Config, approval: str | None, form: str, *, only_due: bool) -> int:
    """Prints the vendors as `form` says (table, csv, json) and returns the exit code."""
    known = get_args(Approval)
    if approval is not None and approval not in known:
        raise ConfigError(f"--approval: expected one of {', '.join(known)}, found {approval}")
    now = datetime.now(UTC)
    chosen = [
        vendor
        for vendor in sorted(catalogue_of(config).vendors, key=lambda vendor: vendor.id)
        if approval in (None, vendor.approval) and (not only_due or any(vendor.due(now)))
    ]
    rows = [_row(vendor, now) for vendor in chosen]
    if form == "json":
        print(json.dumps([_known(vendor, now) for vendor in chosen], indent=2))
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, _COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    else:
        _print_table(rows)
    return DUE if only_due and chosen else NOTHING_DUE


def show_vendor(config: Config, name: str, *, as_json: bool) -> int:
    """Prints what is known of the vendor with that id or host. Raises ConfigError when there is none."""
    catalogue = catalogue_of(config)
    by_id = {vendor.id: vendor for vendor in catalogue.vendors}
    vendor = by_id.get(name) or catalogue.vendor_for(name)
    if vendor is None:
        raise ConfigError(f"{name}: expected a vendor's id or host, found neither{did_you_mean(name, by_id)}")
    known = _known(vendor, datetime.now(UTC))
    if as_json:
        print(json.dumps(known, indent=2))
        return NOTHING_DUE
    for key, value in known.items():
        for number, line in enumerate(_lines(value)):
            print(f"{'' if number else key:<16}{line}")
    return NOTHING_DUE


def _row(vendor: Vendor, now: datetime) -> dict[str, str]:
    """One line of the table. CSV has an empty cell for what is not known."""
    agreements = vendor.agreements_at(now)
    return {
        "id": vendor.id,
        "name": vendor.name,
        "kind": vendor.kind,
        "approval": vendor.approval,
        "baa": agreements.get("baa", "none"),
        "dpa": agreements.get("dpa", "none"),
        "regions": " ".join(vendor.regions),
        "retention_days": "" if vendor.retention_days is None else str(vendor.retention_days),
        "trains": _said(vendor.trains),
        "owner": vendor.owner,
        "due": "; ".join(vendor.due(now)),
    }


def _known(vendor: Vendor, now: datetime) -> dict[str, Any]:
    """All that is known, as JSON has it, with the status of agreements at that moment."""
    known = vendor.model_dump(mode="json", exclude_defaults=True)
    status = vendor.agreements_at(now)
    if status:
        known["agreements"] = {name: {**known["agreements"][name], "status": status[name]} for name in status}
    return {**known, "approval": vendor.approval, "kind": vendor.kind, "due": list(vendor.due(now))}


def _said(known: bool | None) -> str:
    return "" if known is None else "yes" if known else "no"


def _lines(value: object) -> Sequence[str]:
    """A value of the registry, a line for each of its parts; at least one line."""
    if isinstance(value, dict):
        return [f"{key}: {', '.join(_lines(item))}" for key, item in value.items()] or [""]
    if isinstance(value, list):
        return [", ".join(_lines(item)) for item in value] or [""]
    return [_said(value) if isinstance(value, bool) else str(value)]


def _print_table(rows: Sequence[dict[str, str]]) -> None:
    shown = [name for name in _COLUMNS if name != "name"]
    table = Table(*shown, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(row[name] for name in shown))
    Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 400).print(table)
