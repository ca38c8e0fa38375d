"""The clients people use, from their registries, through a started proxy: all of them through the same scenarios.

`make clients` installs them; a client that isn't there is skipped. What came of it is told in docs/clients.md.
"""

import json
from collections.abc import Iterator

import pytest

from tests.e2e.real.catalogue import CLIENTS
from tests.e2e.real.client import Client
from tests.e2e.real.install import folder_of, is_installed
from tests.e2e.real.report import PAGE, RESULTS, render
from tests.e2e.real.scenario import SCENARIOS
from tests.e2e.real.stand import Stand, stand


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with stand(tmp_path_factory.mktemp("stand")) as made:
        yield made


@pytest.mark.client
@pytest.mark.timeout(400)
@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.id)
def test_a_client_works_behind_the_proxy(place: Stand, client: Client, scenario: str) -> None:
    if not is_installed(client.package):
        pytest.skip(f"{client.name} is not in {folder_of(client.package)}; `make clients` installs it")
    place.run(client, scenario)


def test_the_page_says_what_the_results_say() -> None:
    assert PAGE.read_text() == render(json.loads(RESULTS.read_text()))


def test_the_results_are_of_the_clients_that_are_driven() -> None:
    told = {name: client["version"] for name, client in json.loads(RESULTS.read_text())["clients"].items()}
    assert told == {client.id: client.version for client in CLIENTS}
