"""`tightlip doctor`: is this installation fit to read prompts, and does a client's way lead through it?

Looks and changes nothing: no CA, no folder and no key is made on the way. Each check says what to do when it fails.
`standing` looks at what decides, `authority` at the CA, `record` at the audit log and the clock, `machine` at limits
and memory, `running` at the proxy itself, `client` at the clients of this machine.
"""

from pathlib import Path

from proxy.bundle.force import in_force
from proxy.cli.doctor import authority, client, machine, record, running, standing
from proxy.cli.finding import Check, Level, print_checks
from proxy.cli.home import find_tool, home_of
from proxy.config import Config
from proxy.configfile import ConfigError

_EXAMINATIONS = (
    standing.policy,
    standing.rules,
    standing.people,
    standing.agreements,
    standing.exceptions,
    standing.candidate,
    authority.files,
    authority.trust,
    record.log,
    record.chain,
    record.clock,
    machine.open_files,
    machine.memory,
    running.ports,
    running.answers,
)


def examine(config: Config, folder: Path | None = None, *, as_json: bool) -> int:
    """Checks this machine and the proxy that runs on it; the exit code. `folder` is the home of its clients."""
    checks: list[Check] = []
    try:
        in_use = in_force(config)
        config = in_use.config
        checks += standing.bundle(in_use)
    except ConfigError as err:
        advice = "Mend what it says; `tightlip bundle verify` tells the same. Until then the proxy does not start."
        checks.append(Check("policy bundle", Level.FAIL, str(err), advice))
    checks += [check for examined in _EXAMINATIONS for check in examined(config)]
    checks += client.ways(home_of(folder))
    return print_checks(checks, as_json=as_json)


def examine_client(name: str, folder: Path | None, *, as_json: bool) -> int:
    """Checks the way of one client with its own settings; the exit code. Raises ConfigError for an unknown one."""
    return print_checks(list(client.way(find_tool(name), home_of(folder))), as_json=as_json)
