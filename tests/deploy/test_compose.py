"""The Compose file and what it mounts, held against the image, the command line and each other. No engine runs."""

import re
import shlex
from pathlib import Path

import pytest

from proxy.config import Config
from tests.deploy.board import read_yaml
from tests.deploy.image import COMPOSE, PROXY, healthcheck, last, words
from tests.e2e.lab import ROOT
from tests.test_docs import refused


def test_the_image_runs_the_command_line_as_it_is() -> None:
    assert words("ENTRYPOINT") == ["tightlip"]
    assert refused(words("CMD")) is None
    assert PROXY["command"] == words("CMD")
    shown = re.findall(r"run --rm proxy ([^\n]+)", (ROOT / "docker-compose.yml").read_text())
    assert [refused(shlex.split(words)) for words in shown] == [None]


def test_ports_agree() -> None:
    listen, metrics = (word.rpartition(":")[2] for word in words("CMD") if ":" in word)
    assert last("EXPOSE").split() == [listen, metrics]
    assert [port.rpartition(":")[2] for port in PROXY["ports"]] == [listen]
    (job,) = read_yaml(ROOT / "deploy/prometheus/prometheus.yml")["scrape_configs"]
    assert job["static_configs"] == [{"targets": [f"proxy:{metrics}"]}]
    assert f"'http://127.0.0.1:{metrics}/readyz'" in healthcheck()[-1]
    assert PROXY["healthcheck"]["test"] == ["CMD", *healthcheck()]


def test_every_key_is_one_of_compose() -> None:
    """Of those in use; a word that it does not know would be refused, or worse, left out."""
    known = """build image command environment ports networks volumes init user read_only tmpfs cap_drop security_opt
    mem_limit pids_limit restart stop_grace_period healthcheck depends_on"""
    assert set().union(*COMPOSE["services"].values()) == set(known.split())
    checks = {key for service in COMPOSE["services"].values() for key in service["healthcheck"]}
    assert checks == {"test", "interval", "timeout", "start_period", "retries"}
    assert {key for key in COMPOSE if not key.startswith("x-")} == {"services", "networks", "volumes"}


def test_a_stop_waits_for_the_drain_and_some_more() -> None:
    drain_seconds = Config(state_dir=Path("state")).drain_seconds
    assert int(PROXY["stop_grace_period"].removesuffix("s")) >= drain_seconds + 5


def test_what_must_be_reached_is_published_and_on_loopback_only() -> None:
    services = COMPOSE["services"]
    assert {name for name, service in services.items() if service.get("ports")} == {"proxy", "grafana"}
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_prometheus_has_no_way_out_and_all_that_ask_each_other_meet() -> None:
    networks = {name: set(service["networks"]) for name, service in COMPOSE["services"].items()}
    inside = {name for name, network in COMPOSE["networks"].items() if network and network.get("internal")}
    assert networks["prometheus"] == inside == set.intersection(*networks.values())
    assert networks["proxy"] & networks["grafana"] == inside
    assert set.union(*networks.values()) == set(COMPOSE["networks"])


def test_prometheus_reads_the_files_that_are_mounted() -> None:
    inside = _mounts("prometheus")
    assert inside["/etc/prometheus/prometheus.yml"] == ROOT / "deploy/prometheus/prometheus.yml"
    assert "--config.file=/etc/prometheus/prometheus.yml" in COMPOSE["services"]["prometheus"]["command"]
    for name in read_yaml(ROOT / "deploy/prometheus/prometheus.yml")["rule_files"]:
        assert inside[f"/etc/prometheus/{name}"] == ROOT / "deploy/prometheus" / name


def test_grafana_finds_prometheus_and_dashboards_and_lets_nobody_in_without_a_password() -> None:
    grafana, inside = COMPOSE["services"]["grafana"], _mounts("grafana")
    told = grafana["environment"]
    (provider,) = read_yaml(ROOT / "deploy/grafana/provisioning/dashboards/tightlip.yml")["providers"]
    shown = inside[provider["options"]["path"]]
    home = Path(told["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert str(home.parent) == provider["options"]["path"]
    assert (shown / home.name).is_file()
    (source,) = read_yaml(ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml")["datasources"]
    assert source["url"] == "http://prometheus:9090"
    interval = read_yaml(ROOT / "deploy/prometheus/prometheus.yml")["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == interval
    for kind in ("dashboards", "datasources"):
        assert inside[f"/etc/grafana/provisioning/{kind}"] == ROOT / "deploy/grafana/provisioning" / kind
    assert told["GF_SECURITY_ADMIN_PASSWORD"].startswith("${GRAFANA_ADMIN_PASSWORD:?")
    assert told["GF_AUTH_ANONYMOUS_ENABLED"] == told["GF_USERS_ALLOW_SIGN_UP"] == "false"
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def _mounts(service: str) -> dict[str, Path]:
    """What stands where inside, of the repository's files; all of it read-only."""
    mounts = [mount.split(":") for mount in COMPOSE["services"][service]["volumes"] if mount.startswith("./")]
    assert all(options == ["ro"] for _, _, *options in mounts)
    return {inside: ROOT / source for source, inside, *_ in mounts}


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_services_say_whether_they_are_well(name: str) -> None:
    """And who needs one waits until it does."""
    service = COMPOSE["services"][name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert {one["condition"] for one in service.get("depends_on", {}).values()} <= {"service_healthy"}


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_services_may_do_no_more_than_they_must(name: str) -> None:
    service = COMPOSE["services"][name]
    assert not service["user"].startswith(("0", "root"))
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] and service["pids_limit"]
    assert any(mount.startswith("/tmp:") for mount in service["tmpfs"])
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+", service["image"])
    for source in (mount.partition(":")[0] for mount in service["volumes"]):
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
