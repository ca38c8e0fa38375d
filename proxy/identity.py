"""Who is asking: `Proxy-Authorization` checked against the users file.

argon2id costs tens of milliseconds and megabytes by design, so it runs in a small pool off the event loop, and what
it proved is remembered for a while under a keyed hash of the header. The password itself is never kept.
"""

import asyncio
import base64
import binascii
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from proxy.configfile import ConfigError
from proxy.userfile import User, add_user, load_users, remove_user

__all__ = ["Authenticator", "Identity", "User", "add_user", "load_users", "remove_user"]

REMEMBER_SECONDS = 300.0
REMEMBERED = 4096
HEADER_CHARS = 1024
FAILURES = 5  # wrong passwords an address may try ...
FAILURE_SECONDS = 60.0  # ... within this time
ADDRESSES = 4096
THREADS = 2  # 64 MiB each while hashing

Stamp = tuple[int, int, int]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Identity:
    """A user who proved who they are."""

    name: str
    groups: tuple[str, ...] = ()


class Authenticator:
    """Checks headers against the users file, following the file's changes. Belongs to one event loop."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`ConfigError` when the file can't be used: at start there is no last good one."""
        self._path = path
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, tuple[Identity, float]] = OrderedDict()
        self._peers: OrderedDict[str, _Peer] = OrderedDict()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._decoy = PasswordHasher().hash(secrets.token_hex())
        self._reloading = asyncio.Lock()
        self._stamp = _stamp(path)
        self._users = {user.name: user for user in load_users(path)}

    async def check(self, header: str | None, address: str = "") -> Identity | None:
        """The identity a `Proxy-Authorization` value proves, or None. Never raises for what a client sent.

        One unknown header per address is tried at a time; after some failures within a minute the rest is refused.
        """
        await self._follow_file()
        if header is None or len(header) > HEADER_CHARS:
            return None
        tag = hmac.digest(self._key, header.encode(errors="surrogatepass"), "sha256")
        identity = self._recall(tag)
        if identity:
            return identity
        peer = self._peer(address)
        async with peer.turn:
            return self._recall(tag) or await self._prove(tag, header, peer)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _follow_file(self) -> None:
        """Take a changed file over; keep the last good users, and say so, when it can't be used."""
        if _stamp(self._path) == self._stamp:
            return
        async with self._reloading:
            stamp = _stamp(self._path)
            if stamp == self._stamp:
                return
            self._stamp = stamp
            try:
                users = await asyncio.get_running_loop().run_in_executor(self._pool, load_users, self._path)
            except ConfigError:
                _log.error("users file refused, the last good one stays", file=self._path)
                return
            self._users = {user.name: user for user in users}
            self._known.clear()

    async def _prove(self, tag: bytes, header: str, peer: "_Peer") -> Identity | None:
        """Verify in the pool. Counts as a failure until it succeeds, so that leaving early saves nobody."""
        users, now = self._users, self._clock()
        if not peer.may_try(now):
            return None
        identity = await asyncio.get_running_loop().run_in_executor(self._pool, _verify, users, self._decoy, header)
        if identity is None:
            return None
        peer.failures.remove(now)
        if users is self._users:  # otherwise the file changed while we hashed
            self._known[tag] = (identity, self._clock() + REMEMBER_SECONDS)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return identity

    def _recall(self, tag: bytes) -> Identity | None:
        known = self._known.get(tag)
        return known[0] if known and known[1] > self._clock() else None

    def _peer(self, address: str) -> "_Peer":
        peer = self._peers.setdefault(address, _Peer())
        self._peers.move_to_end(address)
        if len(self._peers) > ADDRESSES:
            self._peers.popitem(last=False)
        return peer


@dataclass(slots=True)
class _Peer:
    """What one client address has tried lately."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    failures: list[float] = field(default_factory=list)

    def may_try(self, now: float) -> bool:
        """Whether another password may be tried; if so it is noted."""
        self.failures = [moment for moment in self.failures if moment > now - FAILURE_SECONDS]
        if len(self.failures) >= FAILURES:
            return False
        self.failures.append(now)
        return True


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def _verify(users: dict[str, User], decoy: str, header: str) -> Identity | None:
    """Runs in the pool. An unknown name costs a hash all the same, so that time tells nothing about names."""
    credentials = _parse_basic(header)
    if credentials is None:
        return None
    name, password = credentials
    user = users.get(name)
    try:
        PasswordHasher().verify(user.hash if user else decoy, password)
    except (Argon2Error, InvalidHashError):
        return None
    return Identity(user.name, user.groups) if user else None


def _parse_basic(header: str) -> tuple[str, str] | None:
    """Name and password of a Basic header (RFC 7617, UTF-8), or None."""
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(token.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if colon else None
