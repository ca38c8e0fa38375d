"""The dashboards and rules of deploy/ as data: every query with its place, variables filled in.

What a person chooses in Grafana is chosen here for all: every instance, every vendor.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.e2e.lab import ROOT

GRAFANA = ROOT / "deploy" / "grafana"
PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARDS = sorted((GRAFANA / "dashboards").glob("*.json"))
RULES = PROMETHEUS / "tightlip.rules.yml"
SUFFIX = re.compile(r"_(?:bucket|sum|count|total|info)$")

CHOSEN = {"$instance": ".*", "$vendor": ".*", "$__rate_interval": "1m", "$__range": "1h"}


@dataclass(frozen=True, slots=True)
class Query:
    """One expression. `place` tells people where it stands; `is_range`: drawn over time."""

    place: str
    expr: str
    is_range: bool


def read_yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text())


def filled(expr: str, chosen: Mapping[str, str] = CHOSEN) -> str:
    """An expression with Grafana's variables as chosen."""
    for name in sorted(chosen, key=len, reverse=True):
        expr = expr.replace(name, chosen[name])
    return expr


def panels(path: Path) -> list[dict[str, Any]]:
    """Without the headings between rows."""
    return [panel for panel in json.loads(path.read_text())["panels"] if panel["type"] != "row"]


def queries(path: Path) -> Iterator[Query]:
    for panel in panels(path):
        for target in panel["targets"]:
            place = f"{path.stem}: {panel['title']}: {target['refId']}"
            yield Query(place, target["expr"], target.get("range", False))


def rules() -> Iterator[Mapping[str, Any]]:
    """Recording rules and alerts, in order."""
    for group in read_yaml(RULES)["groups"]:
        yield from group["rules"]


def selectors(expr: str) -> set[str]:
    """The vector selectors of an expression, without ranges: `name{...}` or `name`."""
    return set(re.findall(r"\b(?:tightlip[_:][\w:]+|process_\w+|up)(?:\{[^}]*\})?", expr))


def families(expr: str) -> set[str]:
    """The families of ours that an expression names, as /metrics declares them."""
    return {SUFFIX.sub("", name) for name in re.findall(r"\btightlip_\w+", expr)}
