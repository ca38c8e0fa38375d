"""Makes Grafana's dashboards from the tables in `source/`: `python deploy/grafana/build.py` writes `dashboards/`.

A table says what differs from panel to panel: title, kind, unit, queries, what to do. All that is the same everywhere
(grid, colours, variables, links) is here. What comes out is the classic dashboard model of schema version 42, which
Grafana 12 and 13 read from provisioned files.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).resolve().parent
SCHEMA_VERSION = 42
COLUMNS = 24
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

SELECTORS = {"@vendor": 'instance=~"$instance",vendor=~"$vendor"', "@here": 'instance=~"$instance"'}
"""What the tables write for the labels that the variables choose by."""

GROWN = re.compile(r"grown\((\w+\{[^}]*\}), ([$\w]+)\)")
"""What they write for how much a counter grew within a time: `grown(tightlip_x_total{@here}, $__range)`."""

_DECISIONS = {"allow": "green", "log": "blue", "warn": "yellow", "redact": "purple", "block": "red"}
COLOURS = {
    "decision": _DECISIONS,
    "action": _DECISIONS | {"mask": "light-purple", "pseudonymise": "dark-purple", "justify": "orange"},
    "category": {"secret": "red", "pci": "orange", "phi": "purple", "pii": "blue", "custom": "green"},
    "mark": {"right": "green", "wrong": "red"},
}
"""By label and value: decisions, actions and categories look alike on every dashboard."""

HEIGHTS = {"stat": 4, "timeseries": 8, "bargauge": 9, "table": 9}
DRAWN = {"lineWidth": 1, "fillOpacity": 12, "showPoints": "never", "spanNulls": True}

Json = dict[str, Any]


def tables() -> Iterator[Path]:
    yield from sorted((FOLDER / "source").glob("*.yaml"))


def dashboard(table: Mapping[str, Any]) -> Json:
    """Grafana's JSON of one table."""
    return {
        "uid": table["uid"],
        "title": table["title"],
        "description": table["about"],
        "tags": ["tightlip"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": f"now-{table.get('shows', '6h')}", "to": "now"},
        "timezone": "browser",
        "links": [_link()],
        "templating": {"list": _variables()},
        "annotations": {"list": [_reloads()]},
        "panels": list(_panels(table["rows"])),
    }


def _link() -> Json:
    """To the other dashboards, with what was chosen on this one."""
    return {
        "type": "dashboards",
        "title": "Tightlip",
        "tags": ["tightlip"],
        "asDropdown": False,
        "includeVars": True,
        "keepTime": True,
    }


def _variables() -> list[Json]:
    return [
        {"name": "datasource", "type": "datasource", "label": "Prometheus", "query": "prometheus"},
        _choice("instance", "Instance", "tightlip_build_info"),
        _choice("vendor", "Vendor", "tightlip_requests_total"),
    ]


def _choice(label: str, title: str, metric: str) -> Json:
    query = f"label_values({metric}, {label})"
    return {
        "name": label,
        "label": title,
        "type": "query",
        "datasource": DATASOURCE,
        "definition": query,
        "query": {"query": query, "refId": label},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _reloads() -> Json:
    """A line through every graph where rules or policy changed: the first thing to ask of a sudden change."""
    return {
        "name": "Reloads",
        "enable": True,
        "iconColor": "blue",
        "datasource": DATASOURCE,
        "target": {
            "refId": "Anno",
            "expr": _expression("changes(tightlip_config_last_reload_success_timestamp_seconds{@here}[1m]) > 0"),
        },
        "titleFormat": "reload on {{instance}}",
    }


def _panels(rows: Sequence[Mapping[str, Any]]) -> Iterator[Json]:
    """Panels of each row from left to right, broken into lines of the grid; ids in reading order."""
    number, top = 0, 0
    for row in rows:
        number += 1
        yield {"id": number, "type": "row", "title": row["title"], "collapsed": False, "panels": []} | _at(
            0, top, 24, 1
        )
        left, top, tall = 0, top + 1, 0
        for panel in row["panels"]:
            width, height = panel["width"], HEIGHTS[panel["kind"]]
            if left + width > COLUMNS:
                left, top, tall = 0, top + tall, 0
            number += 1
            yield _panel(number, panel) | _at(left, top, width, height)
            left, tall = left + width, max(tall, height)
        top += tall


def _at(x: int, y: int, w: int, h: int) -> Json:
    return {"gridPos": {"x": x, "y": y, "w": w, "h": h}}


def _panel(number: int, panel: Mapping[str, Any]) -> Json:
    kind = panel["kind"]
    return {
        "id": number,
        "type": kind,
        "title": panel["title"],
        "description": panel["about"],
        "datasource": DATASOURCE,
        "targets": [_target(chr(ord("A") + i), kind, query) for i, query in enumerate(panel["queries"])],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": _overrides(panel)},
        "options": _options(panel),
        **({"transformations": _columns(panel)} if kind == "table" else {}),
    }


def _target(letter: str, kind: str, query: Mapping[str, str]) -> Json:
    """Over time where that is drawn. What looks at the whole period anyway is asked once, at its end."""
    is_range = kind in ("timeseries", "stat") and "$__range" not in query["expr"]
    return {
        "refId": letter,
        "datasource": DATASOURCE,
        "expr": _expression(query["expr"]),
        "legendFormat": query["legend"],
        **({"range": True} if is_range else {"instant": True, "format": "table" if kind == "table" else "time_series"}),
    }


def _expression(expr: str) -> str:
    for name, selector in SELECTORS.items():
        expr = expr.replace(name, selector)
    return " ".join(GROWN.sub(_grown, expr).split())


def _grown(found: re.Match[str]) -> str:
    """What was counted within a time. `increase` does not see the count that a series begins with; rare things are
    nothing else, so a series that was not there before counts as it stands."""
    series, window = found[1], found[2]
    return f"({series} unless {series} offset {window} or increase({series}[{window}]))"


def _defaults(panel: Mapping[str, Any]) -> Json:
    defaults: Json = {
        "unit": panel["unit"],
        "noValue": "none",
        "thresholds": {"mode": "absolute", "steps": _steps(panel)},
    }
    if panel["kind"] == "timeseries":
        stacked = {"stacking": {"mode": "normal"}} if panel.get("stacked") else {}
        return defaults | {"min": 0, "custom": DRAWN | stacked, "color": {"mode": "palette-classic"}}
    whole = {"decimals": 0} if panel["unit"] == "short" else {}  # `increase` extrapolates: 1.004 blocks are one
    return defaults | whole | {"color": {"mode": "thresholds"}}


def _steps(panel: Mapping[str, Any]) -> list[Json]:
    """From which value on which colour; below the first one green, or red where little is bad."""
    first = "red" if panel.get("low_is_bad") else "green"
    steps = {first: None} | panel.get("thresholds", {})
    return [{"color": colour, "value": value} for colour, value in steps.items()]


def _overrides(panel: Mapping[str, Any]) -> list[Json]:
    """Fixed colours for series that are named by a label whose values have some."""
    labels = (
        {str(query.get("legend")).strip("{}") for query in panel["queries"]} if panel["kind"] == "timeseries" else ()
    )
    return [
        {
            "matcher": {"id": "byName", "options": value},
            "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": colour}}],
        }
        for label in labels
        for value, colour in COLOURS.get(label, {}).items()
    ]


def _options(panel: Mapping[str, Any]) -> Json:
    last = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}
    match panel["kind"]:
        case "timeseries":
            legend = {"displayMode": "list", "placement": "bottom", "showLegend": True}
            return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
        case "bargauge":
            return {**last, "orientation": "horizontal", "displayMode": "basic", "showUnfilled": False}
        case "stat":
            return {**last, "colorMode": "value", "graphMode": "none"}
    return {"showHeader": True, "sortBy": [{"displayName": panel["queries"][0]["legend"], "desc": True}]}


def _columns(panel: Mapping[str, Any]) -> list[Json]:
    """One table of all queries: a column for each, named by its legend, beside the labels that they have in common."""
    legends = {chr(ord("A") + i): query["legend"] for i, query in enumerate(panel["queries"])}
    names = {f"Value #{letter}" if len(legends) > 1 else "Value": legend for letter, legend in legends.items()}
    return [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": names}},
    ]


def text(path: Path) -> str:
    """What belongs in the dashboard's file: a line for each part of a panel, so that a change shows as one."""
    whole = dashboard(YAML(typ="safe", pure=True).load(path.read_text()))
    panels = ",\n".join("  {" + ",\n   ".join(_members(panel)) + "}" for panel in whole.pop("panels"))
    return "{" + ",\n ".join(_members(whole)) + ',\n "panels": [\n' + panels + "\n ]}\n"


def _members(value: Json) -> list[str]:
    return [f"{json.dumps(name)}: {json.dumps(member)}" for name, member in value.items()]


def target(path: Path) -> Path:
    return FOLDER / "dashboards" / f"tightlip-{path.stem}.json"


if __name__ == "__main__":
    for source in tables():
        target(source).write_text(text(source))
