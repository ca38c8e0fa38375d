"""The bounds that hold on this process's connections, and who has come through the door. A mitmproxy addon.

A connection too many is closed before a byte of it is read. What each may wait for, and how long, is looked after in
`sweep.py`; what arrives on it is measured in `bounded.py` and `stream.py`.
"""

import os
import resource
from typing import Final

import structlog
from mitmproxy import connection, http
from mitmproxy.proxy import context
from mitmproxy.proxy.layers.http import HttpLayer

from proxy import metrics
from proxy.bound import InFlight, Pressure, Seats
from proxy.configsection import LimitConfig
from proxy.intercept.visit import Awaited, Visit
from proxy.reason import Reason

SPARE_DESCRIPTORS: Final = 256
"""For workers, records, logs and listening; the others are for clients' connections, with one to a vendor for each."""

_HEADER_LINE_BYTES: Final = 4
"""Colon, space and line end, as HTTP/1 writes them."""

_log = structlog.get_logger()


class Bounds:
    """The limits of one process, of `processes` that share a port, and what is counted against them."""

    def __init__(self, limits: LimitConfig, processes: int = 1) -> None:
        self.limits = limits
        self.seats = Seats(_connections(max(limits.connections // processes, 1)), limits.client_connections)
        self.in_flight = InFlight(limits.in_flight // processes)
        self.head_of_family = os.getppid() if processes > 1 else os.getpid()
        """The process whose memory counts, with all below it."""
        self.visits: dict[str, Visit] = {}

    def client_connected(self, client: connection.Client) -> None:
        address = client.peername[0] if client.peername else ""
        try:
            refusal = self.seats.take(address)
            if refusal is None:
                self.visits[client.id] = Visit(address)
                return
            metrics.connection_refused(refusal)
            client.error = refusal
        except BaseException as err:  # whatever it is, nobody comes in uncounted
            client.error = "fault"
            _log.error("no seat", exception=type(err).__name__)

    def client_disconnected(self, client: connection.Client) -> None:
        visit = self.visits.pop(client.id, None)
        if visit is not None:
            self.seats.leave(visit.address)

    def enter(self, ctx: context.Context) -> Visit:
        """The visit of a connection on which HTTP begins, once more if it does so inside a tunnel."""
        visit = self.visits.get(ctx.client.id) or Visit("")  # of none, if it is over already
        (http_layer,) = [stacked for stacked in ctx.layers[-2:] if isinstance(stacked, HttpLayer)]
        visit.enter(http_layer)
        return visit

    def leave_alone(self, ctx: context.Context) -> None:
        """Nothing of what is awaited on a connection from now on is ours to wait for."""
        if ctx.client.id in self.visits:
            self.visits[ctx.client.id].awaits(Awaited.NOTHING)

    def refusal_of(self, request: http.Request) -> Reason | None:
        """Why a request can't be let in by its head alone."""
        if self.in_flight.pressure >= Pressure.REFUSE_ALL:
            self.count(Reason.OVERLOADED)
            return Reason.OVERLOADED
        lines = request.headers.fields
        size = sum(len(name) + len(value) + _HEADER_LINE_BYTES for name, value in lines)
        too_large = len(lines) > self.limits.header_lines or size > self.limits.headers
        return Reason.HEADERS_TOO_LARGE if too_large else None

    def count(self, reason: str) -> None:
        """Counts a refusal if it is for want of memory, once a request."""
        if reason == Reason.OVERLOADED:
            metrics.shed(self.in_flight.pressure.name.lower())


def _connections(wanted: int) -> int:
    """So many of the connections that are wanted as there are descriptors for. Raises the process's own limit first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    possible = max((hard - SPARE_DESCRIPTORS) // 2, 1)
    if possible < wanted:
        _log.warning("fewer connections than configured: too few file descriptors", limit=hard, connections=possible)
    return min(wanted, possible)
