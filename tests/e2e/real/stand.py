"""Where clients are tried: one fake vendor, and a started proxy for each policy, which all clients share."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.lab import Tightlip, configuration
from tests.e2e.real.client import Client
from tests.e2e.real.scenario import SCENARIOS, Lab, Outcome
from tests.fakevendor import FakeVendor, make_authority


class Stand:
    """Made by `stand()`. Proxies start when a scenario first needs their policy."""

    def __init__(self, folder: Path, vendor: FakeVendor, started: contextlib.ExitStack) -> None:
        self._folder = folder
        self._vendor = vendor
        self._started = started
        self._proxies: dict[tuple[str, str], Tightlip] = {}

    def run(self, client: Client, scenario: str) -> Outcome:
        """Raises Failed."""
        return SCENARIOS[scenario][1](self.lab(client, scenario))

    def lab(self, client: Client, scenario: str) -> Lab:
        """The vendor without a script, the proxy of the scenario's policy, and a folder for it."""
        self._vendor.reset()
        tightlip = self._proxy(SCENARIOS[scenario][0], client.websocket)
        folder = self._folder / client.id / scenario.replace(" ", "-")
        return Lab(client, self._vendor, tightlip, folder, since=len(tightlip.decisions()))

    def _proxy(self, policy: str, websocket: str) -> Tightlip:
        """Refuses every host that is no vendor's, so that a run is the same with and without a network."""
        if (policy, websocket) not in self._proxies:
            more = {"policy": policy, "websocket": websocket, "other_hosts": "refuse"}
            config = configuration(
                self._vendor.address, self._vendor.authority.ca, hosts={"api.github.com": "copilot"}, **more
            )
            made = Tightlip(self._folder / f"{policy}-{websocket}", config)
            self._proxies[policy, websocket] = self._started.enter_context(made)
        return self._proxies[policy, websocket]


@contextlib.contextmanager
def stand(folder: Path) -> Iterator[Stand]:
    with contextlib.ExitStack() as started:
        vendor = started.enter_context(FakeVendor(make_authority(folder)))
        yield Stand(folder, vendor, started)
