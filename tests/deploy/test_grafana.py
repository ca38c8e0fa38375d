"""The dashboards as Grafana would read them. Grafana is not started: what it needs of the JSON is checked here."""

import itertools
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.grafana.build import COLUMNS, DATASOURCE, SCHEMA_VERSION, tables, target, text
from proxy.metrics.catalogue import BY_NAME
from tests.deploy.board import DASHBOARDS, GRAFANA, families, filled, panels, queries, read_yaml, rules

KINDS = {"stat", "timeseries", "bargauge", "table"}


def _name(path: Path) -> str:
    return path.stem


def _read(path: Path) -> Any:
    return json.loads(path.read_text())


def test_the_files_are_what_the_tables_make() -> None:
    """If not: `python deploy/grafana/build.py`."""
    assert {target(table): text(table) for table in tables()} == {path: path.read_text() for path in DASHBOARDS}


def test_dashboards_can_be_told_apart_and_lead_to_each_other() -> None:
    read = [_read(path) for path in DASHBOARDS]
    assert len({one["uid"] for one in read}) == len({one["title"] for one in read}) == len(read) == 4
    for one in read:
        (link,) = one["links"]
        assert set(link["tags"]) <= set(one["tags"])
        assert link["includeVars"] and link["keepTime"]


@pytest.mark.parametrize("path", DASHBOARDS, ids=_name)
def test_a_dashboard_is_whole(path: Path) -> None:
    read = _read(path)
    assert read["schemaVersion"] == SCHEMA_VERSION
    assert read["editable"] is False
    assert [one["name"] for one in read["templating"]["list"]] == ["datasource", "instance", "vendor"]
    ids = [panel["id"] for panel in read["panels"]]
    assert ids == list(range(1, len(ids) + 1))


@pytest.mark.parametrize("path", DASHBOARDS, ids=_name)
def test_the_grid_is_filled_without_overlap(path: Path) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in _read(path)["panels"]:
        at = panel["gridPos"]
        assert at["x"] >= 0 and at["x"] + at["w"] <= COLUMNS
        columns, lines = range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])
        cells = set(itertools.product(columns, lines))
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.parametrize("path", DASHBOARDS, ids=_name)
def test_every_panel_says_what_it_shows_and_what_to_do(path: Path) -> None:
    titles = [panel["title"] for panel in panels(path)]
    assert len(titles) == len(set(titles))
    for panel in panels(path):
        assert panel["type"] in KINDS
        assert len(panel["description"]) > 40, panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"] == DATASOURCE
        assert panel["targets"]
        for one in panel["targets"]:
            assert one["datasource"] == DATASOURCE
            assert one["legendFormat"]
            assert one.get("range", False) is not one.get("instant", False)


@pytest.mark.parametrize("path", DASHBOARDS, ids=_name)
def test_every_series_is_chosen_by_the_variables(path: Path) -> None:
    """Or the same panel would say two things of one choice. Alerts have no such labels in common."""
    for query in queries(path):
        for selector in re.findall(r"\b(?:tightlip_\w+|process_\w+|up)\b(?:\{[^}]*\})?", query.expr):
            assert 'instance=~"$instance"' in selector, query.place
        assert set(re.findall(r"\$\w+", query.expr)) <= {"$instance", "$vendor", "$__rate_interval", "$__range"}
        assert "@" not in query.expr


def test_what_is_asked_for_is_there_and_what_is_there_is_asked_for() -> None:
    asked = {family for path in DASHBOARDS for query in queries(path) for family in families(query.expr)}
    alarming = {family for rule in rules() for family in families(rule["expr"])}
    assert (asked | alarming) - BY_NAME.keys() == set()
    assert BY_NAME.keys() - (asked | alarming) == {
        "tightlip_policy",  # `edition` is these and the configuration in one
        "tightlip_ruleset",
    }


def test_colours_mean_the_same_everywhere() -> None:
    seen: dict[str, set[str]] = {}
    for path in DASHBOARDS:
        for panel in panels(path):
            for one in panel["fieldConfig"]["overrides"]:
                seen.setdefault(one["matcher"]["options"], set()).add(one["properties"][0]["value"]["fixedColor"])
    assert {"allow", "redact", "block", "secret", "phi"} <= set(seen)
    assert {name: colours for name, colours in seen.items() if len(colours) > 1} == {}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool of Prometheus")
def test_every_query_is_promql(tmp_path: Path) -> None:
    every = [filled(query.expr) for path in DASHBOARDS for query in queries(path)]
    file = tmp_path / "panels.yml"
    rules = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(every)]
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", str(file)], capture_output=True, text=True, timeout=60)
    assert f"SUCCESS: {len(every)} rules found" in done.stdout, done.stderr


def test_provisioning_finds_prometheus_and_the_dashboards() -> None:
    """Where Compose mounts them is held by the test of the packaging."""
    (source,) = read_yaml(GRAFANA / "provisioning" / "datasources" / "prometheus.yml")["datasources"]
    assert source["type"] == DATASOURCE["type"]
    assert source["isDefault"] is True
    assert re.fullmatch(r"[a-z-]+", source["uid"])
    (provider,) = read_yaml(GRAFANA / "provisioning" / "dashboards" / "tightlip.yml")["providers"]
    assert provider["type"] == "file"
    assert provider["allowUiUpdates"] is False
