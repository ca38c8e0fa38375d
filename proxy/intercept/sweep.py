"""Looks at all connections once a second: closes those that wait too long, has late bodies refused.

One look for all instead of a timer for each: what is not late costs a request nothing, and thirty seconds may be
thirty-one. A request that runs is left alone, however long its vendor thinks.
"""

import asyncio
import contextlib
import time
from typing import Final

import structlog
from mitmproxy.addons.proxyserver import Proxyserver

from proxy import metrics
from proxy.bound import Bound
from proxy.configsection import LimitConfig
from proxy.intercept.bounded import Overdue
from proxy.intercept.bounds import Bounds
from proxy.intercept.stream import PermittedStream
from proxy.intercept.visit import Awaited, Visit

SWEEP_SECONDS: Final = 1.0

_log = structlog.get_logger()


async def sweep(bounds: Bounds, listeners: Proxyserver) -> None:
    """Runs until it is cancelled."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            look(bounds, listeners, time.monotonic())
        except Exception as err:  # the next look may do better; without any, connections pile up
            _log.error("sweep failed", exception=type(err).__name__)


def look(bounds: Bounds, listeners: Proxyserver, now: float) -> None:
    """One round, as of `now`, monotonic."""
    metrics.connections(bounds.seats.taken)
    for client_id, visit in list(bounds.visits.items()):
        if visit.is_served:
            _hurry(visit, listeners, now)
            visit.since = now
        elif now - visit.since > _patience_seconds(visit, bounds.limits):
            if visit.awaited is not Awaited.REQUEST:
                metrics.connection_refused(Bound.HEADER_SECONDS)
            _close(listeners, client_id)


def _hurry(visit: Visit, listeners: Proxyserver, now: float) -> None:
    for stream in list(visit.http.streams.values()) if visit.http is not None else ():
        if isinstance(stream, PermittedStream) and stream.is_late(now):
            with contextlib.suppress(ValueError):  # gone in the meantime
                listeners.inject_event(Overdue(stream.flow, stream))


def _patience_seconds(visit: Visit, limits: LimitConfig) -> float:
    match visit.awaited:
        case Awaited.HEADERS | Awaited.HANDSHAKE:
            return limits.header_seconds
        case Awaited.REQUEST:
            return limits.idle_seconds
        case Awaited.NOTHING:
            return float("inf")


def _close(listeners: Proxyserver, client_id: str) -> None:
    """Ends a connection without a word; what was written to it is still sent."""
    handler = listeners.connections.get(client_id)
    transport = handler.transports.get(handler.client) if handler is not None else None
    if transport is not None and transport.handler is not None:
        transport.handler.cancel("waited too long")
