"""What accepts connections: one server in this process, or a fleet of processes that ask this one. Glue only."""

import contextlib
import socket
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from proxy import meter
from proxy.ca import CA
from proxy.config import Config
from proxy.fleet.fleet import Fleet
from proxy.front import Front
from proxy.identity import Authenticator
from proxy.intercept.listening import Listeners
from proxy.intercept.server import Server, make_server
from proxy.reception import door_of


def serving_of(
    config: Config, front: Front, authority: CA, upstream_roots: Path, sockets: Sequence[Sequence[socket.socket]]
) -> Server | Fleet:
    """What accepts connections on `sockets`, of which there is a set for each process."""
    if len(sockets) > 1:
        return Fleet(config, front, authority, upstream_roots, sockets)
    authenticator = Authenticator(config.users, config.groups) if config.users else None
    meter.accepting(config, authenticator)
    make_door = partial(door_of, config, authority)
    return make_server(config, Listeners(sockets[0]), front, authority, authenticator, upstream_roots, make_door)


def renewed_by(front: Front, server: Server | Fleet) -> list[int]:
    """The processes that others take the place of when they end."""
    return [*front.edition.pool.process_ids, *(server.process_ids.values() if isinstance(server, Fleet) else ())]


def close_all(sockets: Sequence[Sequence[socket.socket]]) -> None:
    for one in (one for each in sockets for one in each):
        with contextlib.suppress(OSError):
            one.close()
