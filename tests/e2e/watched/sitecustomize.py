"""Runs at the start of every Python process that has this folder on its PYTHONPATH: cuts the network, and writes down
who tried to use it. Only the machine itself can be reached.

Lines of JSON go to the file that WATCHED_TO names: one for each process, one for each attempt.
"""

import json
import os
import sys
from ipaddress import ip_address
from typing import Any

_FILE = os.open(os.environ["WATCHED_TO"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
_RESOLVING = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_SENDING = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getnameinfo"}


def _is_here(target: Any) -> bool:
    """Whether a host's name or a socket's address is this machine's."""
    host = target[0] if isinstance(target, tuple) and target else target
    if host is None or isinstance(target, bytes | bytearray):
        return True  # a wildcard, or a Unix socket
    text = str(host)
    try:
        return ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return text in ("", "localhost") or text.startswith("/")


def _write(**told: Any) -> None:
    os.write(_FILE, json.dumps({"pid": os.getpid(), **told}).encode() + b"\n")


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _RESOLVING:
        target = arguments[0]
    elif event in _SENDING:
        target = arguments[-1]
    else:
        return
    if not _is_here(target):
        _write(event=event, target=str(target))
        raise OSError("the network is cut")


_write(started=sys.orig_argv)
sys.addaudithook(_watch)
