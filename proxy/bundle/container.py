"""Bundle files: one manifest, the members one behind the other, signatures at the end; and a reader that takes nothing
else.

Pure but for `read_bundle`. No archive format: those have links, paths that lead out, sizes told twice and room for
what nobody looks at. Here every byte is one of a length, of digested content, or of a signature.

    magic  SHA-256 of the manifest  length of the manifest  length of the signatures  manifest  members  signatures
"""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from proxy.bundle.manifest import BundleError, Manifest, Member, canonical, read_manifest
from proxy.bundle.signature import MAX_SIGNATURES, Signature, read_signatures

MAGIC: Final = b"TIGHTLIP BUNDLE 1\n"
MAX_BYTES: Final = 64 << 20
MAX_MANIFEST_BYTES: Final = 1 << 20
MAX_SIGNATURES_BYTES: Final = MAX_SIGNATURES * 1024

_HEAD: Final = struct.Struct(f">{len(MAGIC)}s32sII")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose members are what its manifest says. Whether its signatures hold is another question."""

    manifest: Manifest
    members: Mapping[str, bytes]
    signatures: tuple[Signature, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest, hex: of the whole, but for the signatures."""
        return hashlib.sha256(self.manifest.encoded()).hexdigest()

    def signed(self, signature: Signature) -> "Bundle":
        """The same with one more signature, in the place of an older one by the same key."""
        others = [old for old in self.signatures if old.key != signature.key]
        return replace(self, signatures=tuple(sorted([*others, signature], key=lambda one: one.key)))

    def encoded(self) -> bytes:
        manifest = self.manifest.encoded()
        signatures = canonical([signature.model_dump(mode="json") for signature in self.signatures])
        head = _HEAD.pack(MAGIC, hashlib.sha256(manifest).digest(), len(manifest), len(signatures))
        contents = (self.members[member.name] for member in self.manifest.members)
        return b"".join((head, manifest, *contents, signatures))


def read_bundle(path: Path) -> Bundle:
    """The bundle in a file. Raises BundleError, which names it."""
    try:
        if not path.is_file():
            raise BundleError(f"{path}: expected a bundle, found {'no file' if path.exists() else 'nothing'}")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as err:
        raise BundleError(f"{path}: expected a readable bundle, found: {err.strerror}") from err
    try:
        return decode(data)
    except BundleError as err:
        raise BundleError(f"{path}: {err}") from None


def decode(data: bytes) -> Bundle:
    """The bundle that these bytes are, to the last of them. Raises BundleError and nothing else."""
    if len(data) > MAX_BYTES:
        raise BundleError(f"expected {MAX_BYTES >> 20} MiB at most, found more")
    if len(data) < _HEAD.size or not data.startswith(MAGIC):
        raise BundleError("expected a bundle, found something else, or only its beginning")
    _, digest, manifest_bytes, signatures_bytes = _HEAD.unpack_from(data)
    if manifest_bytes > MAX_MANIFEST_BYTES or signatures_bytes > MAX_SIGNATURES_BYTES:
        raise BundleError("head: expected lengths within bounds, found more")
    start = _HEAD.size + manifest_bytes
    if hashlib.sha256(data[_HEAD.size : start]).digest() != digest:
        raise BundleError("manifest: expected what its digest says, found it changed or cut short")
    manifest = read_manifest(data[_HEAD.size : start])
    end = start + sum(member.bytes for member in manifest.members)
    if end + signatures_bytes != len(data):
        what = "less" if len(data) < end + signatures_bytes else "more"
        raise BundleError(f"expected {end + signatures_bytes} bytes as the manifest says, found {what}")
    return Bundle(manifest, _members(data, start, manifest), read_signatures(data[end:]))


def _members(data: bytes, at: int, manifest: Manifest) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    for member in manifest.members:
        content = data[at : at + member.bytes]
        if hashlib.sha256(content).hexdigest() != member.sha256:
            raise BundleError(f"{member.name}: expected what its digest says, found it changed")
        members[member.name] = content
        at += member.bytes
    return members


def described(members: Mapping[str, bytes]) -> tuple[Member, ...]:
    """Members as a manifest lists them. Raises ValidationError for names and sizes that it can't."""
    return tuple(
        Member(name=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in sorted(members.items())
    )
