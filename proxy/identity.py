"""Who is asking: `Proxy-Authorization` checked against the users file, and the groups file beside it.

argon2id costs tens of milliseconds and megabytes by design, so it runs in a small pool off the event loop, and what
it proved is remembered for a while under a keyed hash of the header. The password itself is never kept.
"""

import asyncio
import base64
import binascii
import hashlib
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
from proxy.groupfile import NO_GROUPS, Groups, load_groups
from proxy.profile import Identity
from proxy.userfile import User, add_user, load_users, remove_user

__all__ = ["Authenticator", "Identity", "User", "add_user", "load_users", "remove_user"]

REMEMBER_SECONDS = 300.0
REMEMBERED = 4096
HEADER_CHARS = 1024
FAILURES = 5  # wrong passwords an address may try ...
FAILURE_SECONDS = 60.0  # ... within this time
ADDRESSES = 4096
THREADS = 2  # 64 MiB each while hashing

Stamp = tuple[tuple[int, int, int] | None, ...]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Account:
    """An identity and the hash of the password that proves it, which is in no repr."""

    identity: Identity
    hash: str = field(repr=False)


Accounts = dict[str, Account]
"""By name."""


class Authenticator:
    """Checks headers against the users file, following its changes and the groups file's. Belongs to one event loop."""

    def __init__(self, path: Path, groups: Path | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`ConfigError` when a file can't be used: at start there is no last good one."""
        self._paths = (path,) if groups is None else (path, groups)
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, tuple[Identity, float]] = OrderedDict()
        self._peers: OrderedDict[str, _Peer] = OrderedDict()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._decoy = PasswordHasher().hash(secrets.token_hex())
        self._reloading = asyncio.Lock()
        self._stamp = _stamp(self._paths)
        self._users = _load(self._paths)

    async def check(self, header: str | None, address: str = "") -> Identity | None:
        """The identity a `Proxy-Authorization` value proves, or None. Never raises for what a client sent.

        One unknown header per address is tried at a time; after some failures within a minute the rest is refused.
        """
        await self._follow_files()
        if header is None or len(header) > HEADER_CHARS:
            return None
        tag = hmac.digest(self._key, header.encode(errors="surrogatepass"), "sha256")
        identity = self._recall(tag)
        if identity:
            return identity
        peer = self._peer(address)
        async with peer.turn:
            return self._recall(tag) or await self._prove(tag, header, peer)

    async def renew(self, identity: Identity) -> Identity | None:
        """What is known by now of somebody who proved who they are; None once they are gone or have a new password.

        For connections that stay open: a change of the files holds for their next request.
        """
        await self._follow_files()
        account = self._users.get(identity.name)
        return account.identity if account is not None and account.identity.proof == identity.proof else None

    @property
    def groups(self) -> frozenset[str]:
        """Every group that somebody is in."""
        return frozenset[str]().union(*(account.identity.groups for account in self._users.values()))

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _follow_files(self) -> None:
        """Take a changed file over; keep the last good users, and say so, when it can't be used."""
        if _stamp(self._paths) == self._stamp:
            return
        async with self._reloading:
            stamp = _stamp(self._paths)
            if stamp == self._stamp:
                return
            self._stamp = stamp
            try:
                users = await asyncio.get_running_loop().run_in_executor(self._pool, _load, self._paths)
            except ConfigError:
                _log.error("users file refused, the last good one stays", file=self._paths[0])
                return
            self._users = users
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


def _load(paths: tuple[Path, ...]) -> Accounts:
    groups = load_groups(paths[1]) if len(paths) > 1 else NO_GROUPS
    return {user.name: Account(_identity(user, groups), user.hash) for user in load_users(paths[0])}


def _identity(user: User, groups: Groups) -> Identity:
    proof = hashlib.sha256(user.hash.encode()).hexdigest()
    return Identity(user.name, groups.groups_of(user), groups.roles_of(user), user.training, proof)


def _stamp(paths: tuple[Path, ...]) -> Stamp:
    return tuple(_file_stamp(path) for path in paths)


def _file_stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def _verify(users: Accounts, decoy: str, header: str) -> Identity | None:
    """Runs in the pool. An unknown name costs a hash all the same, so that time tells nothing about names."""
    credentials = _parse_basic(header)
    if credentials is None:
        return None
    name, password = credentials
    account = users.get(name)
    try:
        PasswordHasher().verify(account.hash if account else decoy, password)
    except (Argon2Error, InvalidHashError):
        return None
    return account.identity if account else None


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
