"""The doctor on clients: whether the way of one leads through the proxy, and which of this machine's go round it."""

import os
from collections.abc import Iterator

from proxy.cli.finding import Check, Level
from proxy.cli.home import Home
from proxy.cli.route import try_way
from proxy.clientsetup.assistant import ASSISTANTS
from proxy.clientsetup.editor import EDITORS
from proxy.clientsetup.reading import read_settings
from proxy.clientsetup.tool import Tool
from proxy.configfile import ConfigError
from proxy.portal import CHECK_URL


def way(tool: Tool, home: Home) -> Iterator[Check]:
    """Step by step, with what it would really use; nothing is sent to a vendor."""
    if not home.has(tool):
        yield Check("installed", Level.WARN, f"{tool.name} was not found here", "Run this where it is used.")
    if not tool.readable:
        advice = f"Set it as `tightlip setup {tool.id}` tells, then open {CHECK_URL} in it."
        yield Check("settings", Level.WARN, "its settings can't be read from here", advice)
        return
    try:
        reading = read_settings(tool, home.platform, home.read, os.environ)
    except ValueError as err:
        yield Check("settings", Level.FAIL, str(err), "Mend the file; the tool can't read it either.")
        return
    yield from try_way(tool, reading)
    for why in reading.missing:
        yield Check("advice", Level.WARN, why, f"tightlip setup {tool.id} tells more.")


def ways(home: Home) -> Iterator[Check]:
    """Of all clients that are found here, which are set up and which would go directly to their vendor."""
    through: list[str] = []
    round_it: list[str] = []
    for tool in (tool for tool in (*ASSISTANTS, *EDITORS) if tool.readable and home.has(tool)):
        try:
            reading = read_settings(tool, home.platform, home.read, os.environ)
        except (ValueError, ConfigError) as err:
            yield Check("clients", Level.WARN, f"{tool.name}: {err}", "Mend the file; the tool can't read it either.")
            continue
        is_set = reading.base_url is not None or (reading.proxy is not None and not reading.bypassed(tool.hosts))
        (through if is_set else round_it).append(tool.id)
    if round_it:
        advice = "tightlip setup TOOL for each; where another user runs it, look there: tightlip doctor --client TOOL."
        yield Check("clients", Level.WARN, f"no proxy is set for {', '.join(round_it)}", advice)
    if through:
        advice = "tightlip doctor --client TOOL tries its way."
        yield Check("clients", Level.GOOD, f"set up: {', '.join(through)}", advice)
