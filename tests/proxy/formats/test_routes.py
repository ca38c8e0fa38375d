"""Routes: which format serves which request, listed one by one in tests/cases/formats/routes.txt."""

from typing import NamedTuple

import pytest

from proxy.formats import FORMATS, GENERIC, LONGEST_ROUTE_CHARS, ErrorShape, Format, identify
from proxy.vendor import Vendor, load_catalogue
from tests.proxy.formats.golden import FOLDER, ROOT

TABLE = FOLDER / "routes.txt"
CATALOGUE = load_catalogue([ROOT / "rules" / "vendors"])


class Route(NamedTuple):
    method: str
    host: str
    target: str
    format_id: str
    error_shape: str

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def __str__(self) -> str:
        return f"{self.method} {self.host}{self.target}"


ROUTES = [
    Route(*line.split()) for line in TABLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
]


def served(method: str, host: str, target: str) -> Format:
    return identify(method, host, target, CATALOGUE.vendor_for(host))


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_the_route_decides_the_format_and_the_shape_of_errors(route: Route) -> None:
    fmt = served(route.method, route.host, route.target)
    assert (fmt.id, fmt.error_shape) == (route.format_id, route.error_shape)


def test_no_route_is_listed_twice() -> None:
    assert len({route[:3] for route in ROUTES}) == len(ROUTES)


def test_every_format_has_a_route_and_a_vendor() -> None:
    assert {route.format_id for route in ROUTES} == {*FORMATS, GENERIC.id}
    assert {format_id for vendor in CATALOGUE.vendors for format_id in vendor.formats} == set(FORMATS)


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.id)
def test_every_route_pattern_serves_a_route_that_is_listed(fmt: Format) -> None:
    mine = [route for route in ROUTES if route.format_id == fmt.id]
    for pattern in fmt.routes:
        alone = Format("one-route", (pattern,), {}, ErrorShape.PLAIN, methods=fmt.methods)
        assert any(alone.serves(route.method, route.path) for route in mine), pattern


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.id)
def test_every_method_but_post_is_listed_with_a_route(fmt: Format) -> None:
    assert fmt.methods - {"POST"} <= {route.method for route in ROUTES if route.format_id == fmt.id}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "post", "websocket"])
def test_other_methods_are_generic(method: str) -> None:
    assert served(method, "api.openai.com", "/v1/responses").id == GENERIC.id


@pytest.mark.parametrize(
    ("host", "target"),
    [("api.openai.com", "/v1/chat/completions"), ("api.anthropic.com", "/v1/messages"), ("api2.cursor.sh", "/x")],
)
def test_messages_over_websocket_where_no_api_has_any_are_generic(host: str, target: str) -> None:
    assert served("WEBSOCKET", host, target).id == GENERIC.id


def test_no_api_has_a_path_that_long() -> None:
    padding = "/x" * (LONGEST_ROUTE_CHARS // 2)
    assert served("POST", "api.openai.com", f"{padding}/v1/responses").id == GENERIC.id
    assert max(len(route.path) for route in ROUTES) < LONGEST_ROUTE_CHARS / 4


@pytest.mark.parametrize("target", ["/v1/chat/completions", "/v1/traces", "/"])
@pytest.mark.parametrize("vendor", [v for v in CATALOGUE.vendors if v.telemetry_hosts], ids=lambda v: v.id)
def test_reports_of_clients_are_read_leaf_by_leaf(vendor: Vendor, target: str) -> None:
    for pattern in vendor.telemetry_hosts:
        assert served("POST", pattern.replace("*", "x"), target).id == GENERIC.id
