"""The PAC file says of every host what the catalogue says, as JavaScript engines read it."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from proxy.gate import OWN_HOST
from proxy.pac import proxy_script
from proxy.setting import vendor_folders
from proxy.vendor import load_catalogue

CATALOGUE = load_catalogue(vendor_folders())
SCRIPT = proxy_script(CATALOGUE, "127.0.0.1:8080")
HOSTS = sorted(
    {
        host
        for vendor in CATALOGUE.vendors
        for pattern in vendor.patterns()
        for filled in (pattern.replace("*", "x1"), pattern.replace("*", "a-b"), pattern.replace("*.", "p.q.", 1))
        for host in (
            filled,
            filled.upper(),
            f"{filled}.",
            f"x{filled}",
            f"{filled}.evil.test",
            filled.partition(".")[2],
        )
    }
    | {"example.org", "toString", "__proto__", "", "localhost", "evil.test"}
)


def _expected(host: str) -> str:
    return "PROXY 127.0.0.1:8080" if CATALOGUE.vendor_for(host) else "DIRECT"


def test_every_host_of_a_pattern_goes_through() -> None:
    """Read as text: the shapes are regular expressions that both languages understand."""
    exact, shapes = (json.loads(found) for found in re.findall(r"^var \w+ = (.+?);$", SCRIPT, re.MULTILINE | re.DOTALL))
    for host in HOSTS:
        name = host.lower().removesuffix(".")
        through = name in exact or any(re.search(shape, name) for shape in shapes)
        assert through is (_expected(host) != "DIRECT"), host
    assert OWN_HOST in exact


def test_nothing_goes_direct_when_the_proxy_is_down() -> None:
    assert re.findall(r"return (.+?);", SCRIPT) == ['"PROXY 127.0.0.1:8080"'] * 2 + ['"DIRECT"']


@pytest.mark.client
def test_a_javascript_engine_agrees(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    file = tmp_path / "pac.js"
    file.write_text(SCRIPT + f"console.log(JSON.stringify({json.dumps(HOSTS)}.map(h => FindProxyForURL('', h))))")
    done = subprocess.run([node, str(file)], capture_output=True, check=True, timeout=30)
    assert json.loads(done.stdout) == [_expected(host) for host in HOSTS]
