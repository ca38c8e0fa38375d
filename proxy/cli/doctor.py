"""`tightlip doctor`: is this installation fit to read prompts, and does a client's way lead through it?

Looks and changes nothing: no CA, no folder and no key is made on the way. Each check says what to do when it fails.
"""

import http.client
import json
import os
import shutil
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from proxy.bundle.force import InForce, in_force
from proxy.ca import CERT_FILE, KEY_FILE, permitted_domains
from proxy.cabundle import BUNDLE_FILE, system_roots
from proxy.cli.finding import Check, Level, print_checks
from proxy.cli.home import Home, find_tool, home_of
from proxy.cli.route import try_way
from proxy.clientsetup.reading import read_settings
from proxy.clientsetup.tool import Tool
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.configtype import Address
from proxy.policy import PolicyError, load_policy
from proxy.portal import CA_PATH, CHECK_PATH, CHECK_URL
from proxy.setting import catalogue_of, domains_of, policy_folder
from proxy.vendor import CatalogueError

_SECONDS: Final = 20.0  # readiness proves a scan and an audit record
_WARN_DAYS: Final = 30
_OPEN_FILES: Final = 4096
_FREE_BYTES: Final = 1 << 30
_WORKER_BYTES: Final = 350 << 20
_SKEW_SECONDS: Final = 120.0


def examine(config: Config, *, as_json: bool) -> int:
    """Checks this machine and the proxy that runs on it; the exit code."""
    checks: list[Check] = []
    try:
        in_use = in_force(config)
        config = in_use.config
        checks += _bundle(in_use)
    except ConfigError as err:
        advice = "Mend what it says; `tightlip bundle verify` tells the same. Until then the proxy does not start."
        checks.append(Check("policy bundle", Level.FAIL, str(err), advice))
    examinations = (_policy, _ca, _trust, _audit, _clock, _limits, _running)
    checks += [check for examined in examinations for check in examined(config)]
    return print_checks(checks, as_json=as_json)


def examine_client(name: str, folder: Path | None, *, as_json: bool) -> int:
    """Checks the way of one client with its own settings; the exit code. Raises ConfigError for an unknown one."""
    return print_checks(list(_client(find_tool(name), home_of(folder), os.environ)), as_json=as_json)


def _client(tool: Tool, home: Home, environment: Mapping[str, str]) -> Iterator[Check]:
    if not home.has(tool):
        yield Check("installed", Level.WARN, f"{tool.name} was not found here", "Run this where it is used.")
    if not tool.readable:
        advice = f"Set it as `tightlip setup {tool.id}` tells, then open {CHECK_URL} in it."
        yield Check("settings", Level.WARN, "its settings can't be read from here", advice)
        return
    try:
        reading = read_settings(tool, home.platform, home.read, environment)
    except ValueError as err:
        yield Check("settings", Level.FAIL, str(err), "Mend the file; the tool can't read it either.")
        return
    yield from try_way(tool, reading)
    for why in reading.missing:
        yield Check("advice", Level.WARN, why, f"tightlip setup {tool.id} tells more.")


def _bundle(in_use: InForce) -> Iterator[Check]:
    bundle = in_use.bundle
    if bundle is None:
        return
    days = (bundle.expires - datetime.now(UTC)).days
    signers = f"signed by {', '.join(bundle.signers)}" if bundle.signers else "its signatures are not asked for"
    told = f"{bundle.which.name}, serial {bundle.which.serial}, {signers}, valid for {days} days"
    advice = "Build and sign the next one: without, the proxy won't start." if days < _WARN_DAYS else ""
    yield Check("policy bundle", Level.WARN if advice else Level.GOOD, told, advice)


def _policy(config: Config) -> Iterator[Check]:
    try:
        policy = load_policy(config.policy, policy_folder())
        catalogue = catalogue_of(config)
    except (PolicyError, CatalogueError) as err:
        yield Check("policy", Level.FAIL, str(err), "Mend the file; tightlip config check tells all of it.")
        return
    yield Check("policy", Level.GOOD, f"{policy.id}, {len(catalogue.vendors)} vendors")


def _ca(config: Config) -> Iterator[Check]:
    """The CA's files, looked at without making any."""
    folder = config.state_dir / "ca"
    key, file = folder / KEY_FILE, folder / CERT_FILE
    if not key.exists() and not file.exists():
        yield Check("ca", Level.WARN, "there is none yet", "The first `tightlip run` makes it.")
        return
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        mode = key.stat().st_mode & 0o777
    except (OSError, ValueError) as err:
        yield Check(
            "ca", Level.FAIL, f"{folder} can't be read: {type(err).__name__}", "Restore it, or tightlip ca rotate."
        )
        return
    if mode & 0o077:
        yield Check("ca", Level.FAIL, f"others may read {key}", "tightlip ca rotate, unless nobody can have read it.")
    days = (certificate.not_valid_after_utc - datetime.now(UTC)).days
    covered = permitted_domains(certificate)
    missing = [name for name in _domains(config) if not any(name == c or name.endswith("." + c) for c in covered)]
    if days < 0:
        yield Check("ca", Level.FAIL, "it has expired", "tightlip ca rotate, then hand the new one out.")
    elif days < _WARN_DAYS:
        yield Check("ca", Level.WARN, f"it expires in {days} days", "tightlip ca rotate, then hand the new one out.")
    elif missing:
        yield Check(
            "ca", Level.WARN, f"it is older than {', '.join(missing)}", "tightlip ca rotate; they are refused now."
        )
    else:
        yield Check("ca", Level.GOOD, f"valid for {days} days")


def _trust(config: Config) -> Iterator[Check]:
    file = config.state_dir / "ca" / CERT_FILE
    if not file.exists():
        return
    own = _der(file)
    if own <= _der(system_roots()):
        yield Check("trust", Level.GOOD, "the system's store trusts the CA")
    elif own <= _der(config.state_dir / "ca" / BUNDLE_FILE):
        message = "the system's store does not trust the CA: clients need variables that name it"
        yield Check(
            "trust", Level.WARN, message, "tightlip setup trust tells how, tightlip setup what each client needs."
        )
    else:
        yield Check("trust", Level.FAIL, f"{BUNDLE_FILE} lacks the CA", "Restart the proxy: it writes the file anew.")


def _audit(config: Config) -> Iterator[Check]:
    folder = config.state_dir / "audit"
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        yield Check(
            "audit", Level.FAIL, f"{there} can't be written: nothing may be sent", "Give the proxy's user the right."
        )
        return
    free = shutil.disk_usage(there).free
    level = Level.GOOD if free > _FREE_BYTES else Level.WARN
    yield Check("audit", level, f"{folder}, {free >> 20} MiB free", "A full disk stops every request: make room.")


def _clock(config: Config) -> Iterator[Check]:
    """Against what is here: a clock that went back makes the CA and the records come from the future."""
    now = time.time()
    files = [path for path in (config.state_dir / "audit").glob("*.jsonl") if path.is_file()]
    ahead = max((path.stat().st_mtime - now for path in files), default=0.0)
    if ahead > _SKEW_SECONDS:
        yield Check("clock", Level.FAIL, f"the newest record is {ahead:.0f} s in the future", "Set the clock.")
    else:
        yield Check("clock", Level.GOOD, f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")


def _limits(config: Config) -> Iterator[Check]:
    if os.name == "posix":
        import resource

        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        level = Level.GOOD if files >= _OPEN_FILES or files == resource.RLIM_INFINITY else Level.WARN
        yield Check("limits", level, f"{files} open files", f"ulimit -n {_OPEN_FILES}: each connection takes two.")
    available = _available_bytes()
    if available is not None:
        wanted = config.workers * _WORKER_BYTES
        level = Level.GOOD if available > wanted else Level.WARN
        message = f"{available >> 20} MiB of memory free for {config.workers} scan workers"
        yield Check("limits", level, message, "Set `workers` lower, or give the machine more.")


def _running(config: Config) -> Iterator[Check]:
    status, body = _get(config.listen, CHECK_PATH)
    if status is None:
        yield Check("proxy", Level.FAIL, f"nothing listens on {config.listen}", "tightlip run")
        return
    if status == 200 and body.startswith(b"read by Tightlip"):
        yield Check("proxy", Level.GOOD, f"on {config.listen}: {body.decode('utf-8', 'replace').strip()}")
    elif config.is_on(config.portal):
        yield Check(
            "proxy", Level.FAIL, f"what listens on {config.listen} is no Tightlip", "End it, or change `listen`."
        )
    yield from _ready(config)
    yield from _shown_ca(config)


def _ready(config: Config) -> Iterator[Check]:
    """The running proxy's own proof: a worker finds a canary, a record is written."""
    status, body = _get(config.metrics, "/readyz")
    try:
        answer = json.loads(body)
        broken = [name for name, ready in answer["checks"].items() if not ready]
    except (ValueError, KeyError, TypeError, AttributeError):
        yield Check("ready", Level.FAIL, f"http://{config.metrics}/readyz gives no answer", "Look at the proxy's log.")
        return
    if status == 200 and not broken:
        yield Check("ready", Level.GOOD, "a worker found the canary, the audit log was written")
    else:
        yield Check("ready", Level.FAIL, f"not ready: {', '.join(broken)}", "Look at the proxy's log.")


def _shown_ca(config: Config) -> Iterator[Check]:
    file = config.state_dir / "ca" / CERT_FILE
    status, shown = _get(config.listen, CA_PATH)
    if status == 200 and file.exists() and shown != file.read_bytes():
        yield Check("ca", Level.WARN, "the proxy still uses the CA of before the rotation", "Restart it.")


def _get(address: Address, path: str) -> tuple[int | None, bytes]:
    """Status and body; no status when nothing answers in HTTP."""
    host = "127.0.0.1" if address.is_wildcard else address.host
    connection = http.client.HTTPConnection(host, address.port, timeout=_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(1 << 20)
    except (OSError, http.client.HTTPException):
        return None, b""
    finally:
        connection.close()


def _domains(config: Config) -> Iterable[str]:
    try:
        return domains_of(config, catalogue_of(config))
    except CatalogueError:  # told by another check
        return ()


def _der(file: Path) -> frozenset[bytes]:
    """The certificates of a PEM file; none when it can't be read."""
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=file)
    except OSError:
        return frozenset()
    return frozenset(context.get_ca_certs(binary_form=True))


def _available_bytes() -> int | None:
    try:
        text = Path("/proc/meminfo").read_text()
    except OSError:
        return None
    lines = dict(line.split(":", 1) for line in text.splitlines())
    return int(lines["MemAvailable"].split()[0]) << 10
