"""What a bundle says about itself: name, serial, validity, and the digest of each member. The thing that is signed.

Pure. A manifest has exactly one form in bytes; anything else is refused, so that no two readers see different ones.
"""

import json
import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from proxy.configfile import ConfigError

MAX_MEMBERS: Final = 2000
MAX_MEMBER_BYTES: Final = 16 << 20
MAX_SIGNERS: Final = 8
MAX_SERIAL: Final = 2**63 - 1

_NAME: Final = re.compile(r"(?=.{1,160}\Z)[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*){1,8}")
"""Folders and a file, none hidden, none that leads upwards; the first folder is the configuration key it stands for."""


class BundleError(ConfigError):
    """A bundle, a key or a trust file that can't be used. The message names the place, what was expected and found."""


def _check_moment(moment: datetime) -> datetime:
    if moment.utcoffset() != timedelta(0) or moment.microsecond:
        raise ValueError("expected a time in UTC, to the second")
    return moment


def is_member_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def _check_name(name: str) -> str:
    if not is_member_name(name):
        raise ValueError("expected folders and a file name of letters, digits, `.`, `_` and `-`")
    return name


def _check_printable(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("expected printable text on one line")
    return text


Line = Annotated[str, AfterValidator(_check_printable), Field(min_length=1, max_length=120)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Moment = Annotated[datetime, AfterValidator(_check_moment)]
MemberName = Annotated[str, AfterValidator(_check_name)]
PackName = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Member(_Model):
    """A file of the bundle."""

    name: MemberName
    bytes: Annotated[int, Field(ge=0, le=MAX_MEMBER_BYTES)]
    sha256: Hash


class Index(_Model):
    """An index of own data (dictionary, fingerprints) that must lie beside the bundle: too large to be in it."""

    name: Line
    sha256: Hash


class Manifest(_Model):
    """`starts` and `expires` bound the bundle's validity; `serial` orders an installation's bundles.

    `policy` lists packs that ship with the product, by name, and policy files of the bundle, by member. `base` is the
    digest of the shipped rule base that the bundle was proven with. `signatures` is how many it is made for.
    """

    format: Literal[1]
    name: PackName
    serial: Annotated[int, Field(ge=1, le=MAX_SERIAL)]
    created: Moment
    starts: Moment
    expires: Moment
    product: Line
    base: Hash
    signatures: Annotated[int, Field(ge=0, le=MAX_SIGNERS)]
    policy: Annotated[tuple[PackName | MemberName, ...], Field(min_length=1, max_length=16)]
    members: Annotated[tuple[Member, ...], Field(max_length=MAX_MEMBERS)]
    indexes: Annotated[tuple[Index, ...], Field(max_length=64)] = ()

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        names = [member.name for member in self.members]
        if names != sorted(set(names)):
            raise ValueError("expected members sorted by name, each once")
        if len({name.lower() for name in names}) != len(names):
            raise ValueError("expected names of members that differ in more than case")
        if any(folder in set(names) for name in names for folder in _folders(name)):
            raise ValueError("expected no member with the name of another's folder")
        if any("/" in name and name not in names for name in self.policy):
            raise ValueError("expected the policy among the members")
        if not self.created <= self.expires or not self.starts < self.expires:
            raise ValueError("expected an end of validity after its start")
        return self

    def encoded(self) -> bytes:
        return canonical(self.model_dump(mode="json"))


def canonical(document: Any) -> bytes:
    """The one form of a JSON document."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def read_manifest(data: bytes) -> Manifest:
    """The manifest in these bytes. Raises BundleError for anything but what `encoded` writes."""
    try:
        manifest = Manifest.model_validate_json(data)
        is_canonical = manifest.encoded() == data
    except ValidationError as err:
        raise BundleError(f"manifest: {told(err)}") from None
    except (ValueError, RecursionError) as err:
        raise BundleError(f"manifest: expected readable JSON, found {type(err).__name__}") from None
    if not is_canonical:
        raise BundleError("manifest: expected its canonical form, found another")
    return manifest


def told(err: ValidationError) -> str:
    """The first mistake that pydantic found, without what was found there."""
    first = err.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(map(str, first["loc"]))
    what = first["msg"].removeprefix("Value error, ")
    return f"{place}: {what}" if place else what


def _folders(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:length]) for length in range(1, len(parts))]
