"""The file that an index is kept in: what may be seen, a sealed part, tags; proven whole as it is opened.

    magic | length of the header | header, JSON | sealed: length, private JSON, filters | tags ... | proof

The header tells kind, naming and sizes, and nothing of the content. The sealed part is encrypted (AES-CTR) under a key
of its own for each content; tags are mapped into memory and shared by all processes. The proof is a GMAC over all
before it, so that a file that was changed, cut short or put together of two is refused. No numpy here: the front
process opens indexes too, to tell at start what is wrong with them.
"""

import json
import mmap
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from detectors.finding import Category, Severity
from detectors.own.owned import Naming
from detectors.own.secret import Secret
from detectors.ruleset import RuleError

DICTIONARY = "dictionary"
SOURCE = "source"

MAGIC = b"TLOWN\x01\r\n"
PROOF_BYTES = 16
MAX_HEADER_BYTES = 1 << 20
MAX_BYTES = (1 << 31) - 1
"""What one call can prove; an index of 40 million rows."""

_LENGTH_BYTES = 4
_ALIGNMENT = 8
_NONCE = bytes(12)
"""Its key proves this one content and nothing else, so it needs no other nonce."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An opened index. `private` is what only the key shows; `filters` and `tags` are bytes, in the builder's order."""

    kind: str
    naming: Naming
    digest: str
    bytes: int
    private: Mapping[str, Any]
    filters: tuple[memoryview, ...]
    tags: tuple[memoryview, ...]


def refusal(path: Path, expected: str, found: str) -> RuleError:
    return RuleError([f"{path}: expected {expected}, found {found}"])


def write(
    path: Path,
    secret: Secret,
    kind: str,
    naming: Naming,
    private: Mapping[str, Any],
    filters: Sequence[bytes],
    tags: Sequence[bytes],
) -> int:
    """Writes an index, whole or not at all; its size in bytes. The same content and key give the same file."""
    own = json.dumps({**private, "filters": [len(part) for part in filters]}, separators=(",", ":")).encode()
    plain = b"".join([_length(own), own, *filters])
    names = {"id": naming.id, "entity": naming.entity, "category": naming.category, "severity": naming.severity.label}
    public = {"kind": kind, **names, "mark": secret.mark, "sealed": len(plain), "tags": [len(part) for part in tags]}
    digest = secret.digest([json.dumps(public).encode(), plain, *tags])
    header = json.dumps({**public, "digest": digest.hex()}, separators=(",", ":")).encode()
    header += b" " * (-(len(MAGIC) + _LENGTH_BYTES + len(header)) % _ALIGNMENT)
    sealed = _cipher(secret, digest, plain)
    sealed += bytes(-len(sealed) % _ALIGNMENT)
    content = b"".join([MAGIC, _length(header), header, sealed, *tags])
    if len(content) > MAX_BYTES:
        raise refusal(path, f"an index of at most {MAX_BYTES >> 20} MiB", f"{len(content) >> 20} MiB")
    _put(path, content, AESGCM(secret.proving(digest)).encrypt(_NONCE, b"", content))
    return len(content) + PROOF_BYTES


def read(path: Path, secret: Secret) -> Kept:
    """Opens an index. Raises RuleError when it is none, is damaged, or was made with another key."""
    content = _mapped(path)
    header, start = _header(path, content)
    if header.get("mark") != secret.mark:
        raise refusal(path, "an index made with this installation's key", "one made with another (see `own_key`)")
    try:
        digest = bytes.fromhex(header["digest"])
        body = content[:-PROOF_BYTES]
        AESGCM(secret.proving(digest)).decrypt(_NONCE, bytes(content[-PROOF_BYTES:]), body)
        return _opened(header, digest, body[start:], secret)
    except (InvalidTag, KeyError, ValueError, TypeError):
        raise refusal(path, "a whole index", "one that was changed or cut short: build it anew") from None


def public_header(path: Path) -> Mapping[str, Any]:
    """What an index tells without its key, unproven. Raises RuleError."""
    return _header(path, _mapped(path))[0]


def _mapped(path: Path) -> memoryview:
    try:
        with path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as err:
        raise refusal(path, "an index", getattr(err, "strerror", None) or "an empty file") from None


def _header(path: Path, content: memoryview) -> tuple[dict[str, Any], int]:
    """The header, and where what follows it starts."""
    start = len(MAGIC) + _LENGTH_BYTES
    size = int.from_bytes(content[len(MAGIC) : start], "little")
    whole = content[: len(MAGIC)] == MAGIC and size <= MAX_HEADER_BYTES and start + size + PROOF_BYTES <= len(content)
    try:
        header = json.loads(bytes(content[start : start + size])) if whole else None
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise refusal(path, "an index made by `tightlip dictionary build` or `fingerprint build`", "something else")
    return header, start + size


def _opened(header: Mapping[str, Any], digest: bytes, body: memoryview, secret: Secret) -> Kept:
    sealed = header["sealed"]
    plain = memoryview(_cipher(secret, digest, body[:sealed]))
    size = int.from_bytes(plain[:_LENGTH_BYTES], "little")
    private = json.loads(bytes(plain[_LENGTH_BYTES : _LENGTH_BYTES + size]))
    naming = Naming(header["id"], header["entity"], Category(header["category"]), Severity[header["severity"].upper()])
    filters = _cut(plain, _LENGTH_BYTES + size, private["filters"])
    tags = _cut(body, sealed + -sealed % _ALIGNMENT, header["tags"])
    return Kept(header["kind"], naming, digest.hex(), len(body), private, filters, tags)


def _cut(content: memoryview, start: int, sizes: Sequence[int]) -> tuple[memoryview, ...]:
    parts = []
    for size in sizes:
        parts.append(content[start : start + size])
        start += size
    return tuple(parts)


def _cipher(secret: Secret, digest: bytes, content: "bytes | memoryview") -> bytes:
    """Seals, and opens what is sealed."""
    cipher = Cipher(algorithms.AES(secret.sealing(digest)), modes.CTR(bytes(16)))
    return cipher.encryptor().update(content)


def _length(content: bytes) -> bytes:
    return len(content).to_bytes(_LENGTH_BYTES, "little")


def _put(path: Path, *parts: bytes) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(descriptor)
        partial.replace(path)
    except OSError as err:
        with suppress(OSError):
            partial.unlink()
        raise refusal(path, "a place that an index can be written to", err.strerror or type(err).__name__) from None
