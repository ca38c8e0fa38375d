"""Whom the proxy believes: the trust file's keys and people, and whether a bundle's signatures are enough.

Every signature of a bundle must hold; enough of them must be by different people, whatever their number of keys. What
can't be proven is refused: a key that is not listed, not valid at this moment or revoked.
"""

import base64
import binascii
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from proxy.bundle.container import Bundle
from proxy.bundle.manifest import BundleError, Line
from proxy.bundle.signature import KeyId, Signature, key_id
from proxy.configfile import Layers, read_file

_PREFIX: Final = "ed25519:"


def parse_public(text: str) -> Ed25519PublicKey:
    """From `ed25519:` and 32 bytes in base64."""
    try:
        raw = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raw = b""
    if not text.startswith(_PREFIX) or len(raw) != 32:
        raise ValueError("expected ed25519: and 32 bytes in base64")
    return Ed25519PublicKey.from_public_bytes(raw)


def public_text(key: Ed25519PublicKey) -> str:
    return _PREFIX + base64.b64encode(key.public_bytes_raw()).decode()


def _check_public(text: str) -> str:
    parse_public(text)
    return text


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class TrustedKey(_Model):
    """A key and its person. Dates are whole days in UTC, the last one included."""

    id: KeyId
    public: Annotated[str, AfterValidator(_check_public)]
    person: Line
    start: Annotated[datetime | date, Field(alias="from")]
    until: datetime | date
    revoked: bool = False

    def fault(self, now: datetime) -> str | None:
        """Why signatures by this key count for nothing now, or None."""
        if self.revoked:
            return "is revoked"
        if now < _moment(self.start):
            return f"is valid from {self.start.isoformat()} on"
        if now >= _moment(self.until, whole_day=True):
            return f"was valid until {self.until.isoformat()}"
        return None


class _TrustFile(_Model):
    version: Literal[1]
    keys: Annotated[tuple[TrustedKey, ...], Field(min_length=1, max_length=1000)]


@dataclass(frozen=True, slots=True)
class Trust:
    """The keys of a trust file, by id."""

    keys: Mapping[str, TrustedKey]

    def signers(self, bundle: Bundle, needed: int, now: datetime) -> tuple[str, ...]:
        """The people who signed, in the order of their names. Raises BundleError unless `needed` of them did, or the
        more that the bundle says it is made for, and every signature holds.
        """
        manifest = bundle.manifest.encoded()
        people = {_folded(person): person for one in bundle.signatures if (person := self._person(one, manifest, now))}
        needed = max(needed, bundle.manifest.signatures)
        if len(people) < needed:
            raise BundleError(_shortage(needed, people, len(bundle.signatures)))
        return tuple(sorted(people.values()))

    def _person(self, signature: Signature, manifest: bytes, now: datetime) -> str:
        known = self.keys.get(signature.key)
        if known is None:
            raise BundleError(
                f"signature by {signature.signer}: expected a key of the trust file, found {signature.key}"
            )
        if (fault := known.fault(now)) is not None:
            raise BundleError(f"signature by {known.person}: expected a valid key, but {signature.key} {fault}")
        if not signature.holds(manifest, parse_public(known.public)):
            raise BundleError(
                f"signature by {known.person}: expected one of this bundle, found one that does not fit it"
            )
        if _folded(signature.signer) != _folded(known.person):
            raise BundleError(f"signature by {signature.signer}: expected {known.person}, whose key {signature.key} is")
        return known.person


def _wrong(signature: Signature, expected: str) -> BundleError:
    return BundleError(f"signature by {signature.signer}: expected {expected}")


def load_trust(path: Path) -> Trust:
    """The keys of a trust file. Raises ConfigError, with file and line, for anything that is wrong with it."""
    layers = Layers()
    layers.add(*read_file(path), base=path.parent, before_path=lambda *_: None)
    try:
        keys = _TrustFile.model_validate(layers.values).keys
    except ValidationError as err:
        raise BundleError(*(layers.explain(problem, _TrustFile) for problem in err.errors())) from err
    problems = []
    for index, key in enumerate(keys):
        place = layers.place("keys", str(index))
        own = key_id(parse_public(key.public))
        if key.id != own:
            problems.append(f"{place}: id: expected {own}, which follows from the public key, found {key.id}")
        elif any(other.id == key.id for other in keys[:index]):
            problems.append(f"{place}: id: expected each key once, found {key.id} again")
    if problems:
        raise BundleError(*problems)
    return Trust({key.id: key for key in keys})


def _shortage(needed: int, people: Mapping[str, str], signatures: int) -> str:
    found = "no signature" if not signatures else f"{', '.join(sorted(people.values()))}"
    if signatures > len(people):
        found += ", with more keys than people"
    return f"signatures: expected those of {needed} {'person' if needed == 1 else 'different people'}, found {found}"


def _folded(person: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", person).casefold().split())


def _moment(day: datetime | date, *, whole_day: bool = False) -> datetime:
    """A time as it stands (in UTC unless it says otherwise); a day's beginning, or with `whole_day` its end."""
    if isinstance(day, datetime):
        return day if day.tzinfo else day.replace(tzinfo=UTC)
    if whole_day:
        return datetime.combine(day, time.max, UTC)
    return datetime.combine(day, time(), UTC)
