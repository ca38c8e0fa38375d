"""What a bundle is built from: the files that decide, found through a configuration, under the names of its members.

Reads; judges nothing but that it is all there. What ships with the product is named and not packed; indexes of own data
are named by digest, since they are large and hold what belongs to one installation.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from detectors import bundled_rules
from detectors.ruleset import CONTEXT_FOLDER, rule_files
from proxy.bundle.manifest import MAX_MEMBER_BYTES, BundleError, Index, is_member_name
from proxy.config import Config
from proxy.policy import load_policy
from proxy.setting import policy_folder

SINGLE: Final = ("registry", "classification", "allow")
"""Keys of one file, or one folder of files."""

INDEXES: Final = ("dictionaries", "fingerprints")

_ALONE: Final = (*SINGLE, "policy")


@dataclass(frozen=True, slots=True)
class Sources:
    """`members` by name; `policy` and `indexes` as a manifest lists them."""

    members: Mapping[str, bytes]
    policy: tuple[str, ...]
    indexes: tuple[Index, ...]


def config_of(folder: Path) -> Config:
    """The configuration that a folder's files stand for by their names: `policy.yaml`, `rules/`, `registry.yaml` ..."""
    if not folder.is_dir():
        raise BundleError(f"{folder}: expected a folder, found none")
    keys: dict[str, Any] = {"rules": (folder / "rules",)} if (folder / "rules").is_dir() else {}
    for key in _ALONE:
        found = [path for path in (folder / f"{key}.yaml", folder / key) if path.exists()]
        if found:
            keys[key] = str(found[0]) if key == "policy" else found[0]
    if not keys:
        raise BundleError(f"{folder}: expected policy.yaml, rules/ or others of that kind, found none")
    return Config.model_validate(keys)


def sources_of(config: Config) -> Sources:
    """Everything that decides under this configuration. Raises BundleError or PolicyError for what can't be packed."""
    members: dict[str, bytes] = {}
    for index, path in enumerate(config.rules):
        _pack(members, f"rules/{index:02}", _rule_files(path))
    for key in SINGLE:
        if (named := getattr(config, key)) is not None:
            _pack(members, key, _yaml_files(named))
    policy = tuple(_policies(members, [config.policy] if isinstance(config.policy, str) else config.policy))
    indexes = [index_of(path) for key in INDEXES for path in getattr(config, key)]
    return Sources(members, policy, tuple(sorted(indexes, key=lambda index: index.name)))


def index_of(path: Path) -> Index:
    """An index as a manifest names it."""
    try:
        with path.open("rb") as file:
            return Index(name=path.name, sha256=hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as err:
        raise BundleError(f"{path}: expected a readable index, found: {err.strerror}") from err


def base_digest() -> str:
    """SHA-256 over the rule base that ships with the product, hex."""
    base = bundled_rules()
    digest = hashlib.sha256()
    for file in sorted(base.rglob("*.yaml")):
        digest.update(f"{file.relative_to(base).as_posix()} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


_Named = Iterator[tuple[str, Path]]


def _rule_files(path: Path) -> _Named:
    problems: list[str] = []
    root = path.parent if path.is_file() else path
    for file in rule_files([path], problems):
        yield file.relative_to(root).as_posix(), file
    if problems:
        raise BundleError(*problems)
    if path.is_dir():
        for file in sorted((path / CONTEXT_FOLDER).glob("*.yaml")):
            yield file.relative_to(root).as_posix(), file


def _yaml_files(path: Path) -> _Named:
    if path.is_dir():
        for file in sorted(path.rglob("*.yaml")):
            yield file.relative_to(path).as_posix(), file
    else:
        yield path.name, path


def _pack(members: dict[str, bytes], folder: str, files: _Named) -> None:
    for name, file in files:
        member = f"{folder}/{name}"
        if not is_member_name(member):
            raise BundleError(f"{file}: expected a name of letters, digits, `.`, `_` and `-`, found another")
        members[member] = _content(file)


def _content(file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as err:
        raise BundleError(f"{file}: expected a readable file, found: {err.strerror}") from err
    if len(content) > MAX_MEMBER_BYTES:
        raise BundleError(f"{file}: expected {MAX_MEMBER_BYTES >> 20} MiB at most, found more")
    return content


def _policies(members: dict[str, bytes], policies: Sequence[str]) -> Iterator[str]:
    """The policies as a manifest lists them; the files among them, and those that they extend, become members."""
    packs = policy_folder()
    for index, policy in enumerate(policies):
        if "/" not in policy and (packs / f"{policy}.yaml").is_file():
            yield policy
            continue
        root = Path(policy).parent
        folder = f"policy/{index:02}"
        own = [Path(file) for file in load_policy(policy, packs).files if Path(file).parent != packs]
        _pack(members, folder, ((_inside(file, root), file) for file in own))
        yield f"{folder}/{Path(policy).name}"


def _inside(file: Path, root: Path) -> str:
    try:
        return PurePosixPath(file.resolve().relative_to(root.resolve())).as_posix()
    except ValueError:
        raise BundleError(f"{file}: expected a file in or below {root}, where the policy is that extends it") from None
