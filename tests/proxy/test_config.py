"""Configuration: layers, places of mistakes, and what is refused."""

import os
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.config import Config, load
from proxy.configfile import ConfigError
from proxy.configtype import Address, parse_size

HOME = {"HOME": "/home/ada"}


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "tightlip.yaml"
    path.write_text(text)
    return path


def problems(tmp_path: Path, text: str, env: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text), env or HOME, {})
    return [problem.replace(f"{tmp_path}/", "") for problem in caught.value.problems]


def test_defaults_are_safe() -> None:
    config = load(None, HOME, {})
    assert str(config.listen) == "127.0.0.1:8080"
    assert str(config.metrics) == "127.0.0.1:9464"
    assert config.state_dir == Path("/home/ada/.local/state/tightlip")
    assert (config.policy, config.other_hosts, config.ports, config.plain_ports) == (
        "balanced",
        "tunnel",
        (443,),
        (80,),
    )
    assert 1 <= config.workers <= 4
    assert config.allow_private == ()
    assert config.limits.scan_seconds == 5


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"XDG_STATE_HOME": "/var/x", "HOME": "/h"}, "/var/x/tightlip"),
        ({"XDG_STATE_HOME": "relative", "HOME": "/h"}, "/h/.local/state/tightlip"),
        ({"XDG_STATE_HOME": "", "HOME": "/h"}, "/h/.local/state/tightlip"),
    ],
)
def test_state_dir_follows_the_xdg_specification(env: dict[str, str], expected: str) -> None:
    assert load(None, env, {}).state_dir == Path(expected)


def test_every_key_can_be_set_in_the_file(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
listen: "[::1]:9000"
metrics: 127.0.0.1:0
state_dir: state
policy: ./my/policy.yaml
rules: [extra, /etc/tightlip/rules]
limits: {body: 1MiB, decoded: 2 MB, ratio: 50, depth: 64, scan_seconds: 0.5}
workers: 2
users: users.yaml
other_hosts: refuse
names: {model: "presidio:./nlp.yaml", milliseconds: 400}
ocr: off
ports: [443, 8443]
plain_ports: []
allow_private: [10.0.0.0/8, "llm.internal:8443", 192.168.1.5]
proxy_protocol: v1v2
trusted_balancers: [10.1.0.0/24, "2001:db8::7"]
hosts: {LLM.example.com: openai, "*.ai.example.com": azure}
upstream:
  connect_to: {"api.openai.com:443": "127.0.0.1:9443"}
  ca_file: ../ca.pem
  proxy: http://ada:hunter2hunter2@proxy.corp:3128
""",
    )
    config = load(path, HOME, {})
    assert config.listen == Address("::1", 9000)
    assert config.state_dir == tmp_path / "state"
    assert config.policy == str(tmp_path / "my/policy.yaml")
    assert config.rules == (tmp_path / "extra", Path("/etc/tightlip/rules"))
    assert (config.limits.body, config.limits.decoded, config.limits.scan_seconds) == (2**20, 2_000_000, 0.5)
    assert config.users == tmp_path / "users.yaml"
    assert (config.names.model, config.names.milliseconds) == (f"presidio:{tmp_path}/nlp.yaml", 400)
    assert config.ocr == "off"
    assert config.trusted_balancers == (ip_network("10.1.0.0/24"), ip_network("2001:db8::7"))
    assert config.hosts == {"llm.example.com": "openai", "*.ai.example.com": "azure"}
    assert config.upstream.connect_to == {Address("api.openai.com", 443): Address("127.0.0.1", 9443)}
    assert config.upstream.ca_file == tmp_path / "../ca.pem"
    assert config.upstream.proxy is not None
    assert config.upstream.proxy.credentials == "ada:hunter2hunter2"


def test_environment_beats_the_file_and_flags_beat_both(tmp_path: Path) -> None:
    path = write(tmp_path, "listen: 127.0.0.1:1\nworkers: 3\npolicy: strict\nlimits: {depth: 99}\n")
    env = HOME | {"TIGHTLIP_LISTEN": "127.0.0.1:2", "TIGHTLIP_LIMITS__BODY": "5MiB", "TIGHTLIP_WORKERS": "2"}
    env |= {
        "TIGHTLIP_UPSTREAM__CONNECT_TO": '{"a.example:443": "127.0.0.1:9"}',
        "TIGHTLIP_PORTS": "[443, 444]",
    }
    config = load(path, env, {"listen": "127.0.0.1:3", "metrics": None, "state_dir": "here"})
    assert config.listen.port == 3
    assert config.workers == 2
    assert config.policy == "strict"
    assert (config.limits.depth, config.limits.body) == (99, 5 * 2**20)
    assert config.upstream.connect_to == {Address("a.example", 443): Address("127.0.0.1", 9)}
    assert config.ports == (443, 444)
    assert config.state_dir == Path.cwd() / "here"


def test_behind_a_balancer_nothing_is_for_this_machine_alone(tmp_path: Path) -> None:
    text = "users: u.yaml\ntrusted_balancers: [127.0.0.1]\n"
    assert load(write(tmp_path, text), HOME, {}).is_on("auto")
    assert not load(write(tmp_path, text + "proxy_protocol: v1v2\n"), HOME, {}).is_on("auto")


def test_an_empty_variable_counts_as_unset() -> None:
    assert load(None, HOME | {"TIGHTLIP_USERS": ""}, {}).users is None


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("workers: 2\nlisen: 127.0.0.1:1\n", "tightlip.yaml:2: lisen:", "did you mean listen?"),
        ("limits:\n  body: 1MiB\n  bodyy: 2\n", "tightlip.yaml:3: limits.bodyy:", "found bodyy"),
        ("limits:\n  body: big\n", "tightlip.yaml:2: limits.body:", "expected a size such as 32MiB"),
        ("listen: 8080\n", "tightlip.yaml:1: listen:", "expected HOST:PORT"),
        ("other_hosts: maybe\n", "tightlip.yaml:1: other_hosts:", "expected 'tunnel' or 'refuse'"),
        ("websocket: allow\n", "tightlip.yaml:1: websocket:", "expected 'scan' or 'refuse'"),
        ("ports:\n- 443\n- 99999\n", "tightlip.yaml:3: ports.1:", "found 99999"),
        ("allow_private:\n- 10.0.0.0/8\n- nonsense\n", "tightlip.yaml:3: allow_private.1:", "or a network"),
        ("trusted_balancers: [0.0.0.0/0]\n", "tightlip.yaml:1: trusted_balancers.0:", "expected a network such as"),
        ("trusted_balancers: [10.1.0.7/24]\n", "tightlip.yaml:1: trusted_balancers.0:", "expected a network such as"),
        ("users: u.yaml\nproxy_protocol: v1v2\n", "tightlip.yaml:2: proxy_protocol:", "expected `trusted_balancers`"),
        (
            "trusted_balancers: [10.1.0.7]\nproxy_protocol: v1v2\n",
            "tightlip.yaml:2: proxy_protocol:",
            "expected `users`",
        ),
        ("hosts:\n  10.0.0.1: openai\n", "tightlip.yaml:2: hosts.10.0.0.1:", "expected a DNS name"),
        ("upstream: 5\n", "tightlip.yaml:1: upstream:", "found 5"),
        (
            "upstream:\n  connect_to:\n    a.example: b:1\n",
            "tightlip.yaml:3: upstream.connect_to",
            "HOST:PORT",
        ),
        ("listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n", "tightlip.yaml:2:", "duplicate key"),
        ("listen: [\n", "tightlip.yaml:2:", "expected YAML"),
        ("- a\n", "tightlip.yaml:1:", "expected `key: value` lines"),
        ("listen: 0.0.0.0:8080\n", "tightlip.yaml:1: listen:", "expected a loopback address, or `users`"),
        ("listen: proxy.corp:8080\n", "tightlip.yaml:1: listen:", "found 'proxy.corp:8080'"),
    ],
)
def test_mistakes_name_file_line_key_expected_and_found(tmp_path: Path, text: str, place: str, said: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert problem.startswith(place)
    assert said in problem


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "lisen: 1\nworkers: none\nports: [0]\n")) == 3


def test_a_scalar_where_a_section_belongs_is_explained_even_under_a_variable(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "limits: 5\n", HOME | {"TIGHTLIP_LIMITS__BODY": "1MiB"})
    assert problem.startswith("tightlip.yaml:1: limits:")


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"TIGHTLIP_LISTN": "x"}, "environment: TIGHTLIP_LISTN: expected one of"),
        ({"TIGHTLIP_WORKERS": "many"}, "environment TIGHTLIP_WORKERS: workers: expected a valid integer"),
        ({"TIGHTLIP_PORTS": "[443"}, "environment TIGHTLIP_PORTS: expected a YAML or JSON list"),
        ({"TIGHTLIP_LISTEN": "0.0.0.0:1"}, "environment TIGHTLIP_LISTEN: listen: expected a loopback"),
    ],
)
def test_mistakes_in_the_environment_name_the_variable(env: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, HOME | env, {})
    assert caught.value.problems[0].startswith(said)


def test_a_file_the_operator_names_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.yaml: expected a readable YAML file"):
        load(tmp_path / "absent.yaml", HOME, {})


def test_the_file_in_the_working_folder_is_read_when_present(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "policy: strict\n")
    monkeypatch.chdir(tmp_path)
    assert load(None, HOME, {}).policy == "strict"


def test_a_public_listener_is_fine_with_users(tmp_path: Path) -> None:
    config = load(write(tmp_path, "listen: 0.0.0.0:8080\nusers: u.yaml\n"), HOME, {})
    assert not config.listen.is_loopback


def test_the_portal_and_base_urls_are_for_this_machine_unless_switched(tmp_path: Path) -> None:
    config = load(None, HOME, {})
    assert (config.is_on(config.portal), config.is_on(config.base_urls)) == (True, True)
    text = "listen: 0.0.0.0:8080\nusers: users.yaml\nbase_urls: on\n"
    config = load(write(tmp_path, text), HOME, {})
    assert (config.is_on(config.portal), config.is_on(config.base_urls)) == (False, True)
    assert str(config.reach) == "127.0.0.1:8080"
    assert not load(None, HOME, {"portal": "off"}).is_on("off")


def test_a_portal_on_every_address_needs_one_to_tell(tmp_path: Path) -> None:
    text = "listen: 0.0.0.0:8080\nusers: users.yaml\nportal: on\n"
    (problem,) = problems(tmp_path, text)
    assert "advertise: expected HOST:PORT" in problem
    config = load(write(tmp_path, text + "advertise: proxy.example:8080\n"), HOME, {})
    assert str(config.reach) == "proxy.example:8080"


@pytest.mark.parametrize("url", ["http://ada:hunter2hunter2@proxy:3128", "ftp://ada:hunter2hunter2@proxy:3128"])
def test_the_parent_proxys_password_appears_nowhere(tmp_path: Path, url: str) -> None:
    try:
        config = load(write(tmp_path, f"upstream:\n  proxy: {url}\n"), HOME, {})
        shown = repr(config) + str(config) + config.model_dump_json()
        other = load(write(tmp_path, "upstream:\n  proxy: http://bob:x@proxy:3128\n"), HOME, {})
        assert config.digest == other.digest
    except ConfigError as err:
        shown = str(err) + repr(err) + str(err.__cause__) + repr(err.__cause__)
        assert "tightlip.yaml:2: upstream.proxy: expected http://" in shown
    assert "hunter2" not in shown


def test_the_digest_is_stable_and_tells_changes(tmp_path: Path) -> None:
    base = load(None, HOME, {})
    assert base.digest == load(None, HOME, {}).digest
    assert base.digest != load(None, HOME, {"policy": "strict"}).digest
    mapped = load(None, HOME | {"TIGHTLIP_UPSTREAM__CONNECT_TO": '{"a.example:1": "b.example:2"}'}, {})
    assert base.digest != mapped.digest


def test_allow_private_covers_networks_and_named_targets() -> None:
    config = load(None, HOME | {"TIGHTLIP_ALLOW_PRIVATE": '["10.0.0.0/8", "llm.internal:8443"]'}, {})
    network, target = config.allow_private
    assert network.covers("x.example", 1, ip_address("10.1.2.3"))
    assert target.covers("LLM.internal.", 8443, ip_address("192.168.0.9"))
    assert not target.covers("llm.internal", 443, ip_address("192.168.0.9"))
    assert not network.covers("x.example", 1, ip_address("::1"))


@given(st.from_regex(r"[a-z]{1,12}(\.[a-z]{1,12}){0,3}", fullmatch=True), st.integers(0, 65535))
def test_addresses_survive_a_round_trip(host: str, port: int) -> None:
    assert Address.parse(str(Address(host, port))) == Address(host, port)


@pytest.mark.parametrize("text", ["", ":", "a:", ":1", "a:70000", "u@a:1", "::1:80", "[::1]", "a b:1", True, None])
def test_text_that_is_no_address_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="expected HOST:PORT"):
        Address.parse(text)


@pytest.mark.parametrize(("text", "size"), [("32MiB", 32 * 2**20), (17, 17), ("1 kB", 1000), ("2GiB", 2**31)])
def test_sizes_are_read_with_their_unit(text: object, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", [True, 1.5, "-1", "MiB", "1 mib", None])
def test_text_that_is_no_size_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="expected a size"):
        parse_size(text)


def test_the_configuration_can_be_built_without_layers() -> None:
    assert Config().state_dir.name == "tightlip"
    assert Config(workers=1).workers == 1
    assert os.cpu_count() is None or Config().workers >= 1
