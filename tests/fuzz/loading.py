"""Laws of reading an operator's files: they are used, or every mistake is told with its file and line."""

import contextlib
import hashlib
import re
import struct
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from detectors import Category, Finding, Severity
from detectors.ruleset import RuleError, load_rules
from proxy.bundle.container import MAGIC, Bundle, decode
from proxy.bundle.manifest import BundleError
from proxy.configfile import ConfigError, read_file
from proxy.policy import Context, Destination, PolicyError, load_policy
from proxy.setting import policy_folder
from proxy.vendor import CatalogueError, load_catalogue

_FINDING = Finding("aws-access-key-id", Category.SECRET, "AWS_ACCESS_KEY", Severity.HIGH, 0, 20, 0.9, None, "0" * 32)
_NAMED = re.compile(r"input\.yaml:[1-9]\d*: ", re.ASCII)


def _in_file(data: bytes, read: Callable[[Path], object]) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        file = Path(folder) / "input.yaml"
        file.write_bytes(data)
        read(file)


def _assert_named(told: Iterable[object]) -> None:
    for problem in told:
        assert _NAMED.search(str(problem)), problem


def policy(data: bytes) -> None:
    _in_file(data, _policy)


def _policy(file: Path) -> None:
    try:
        taken = load_policy(str(file), policy_folder())
    except PolicyError as err:
        assert err.problems
        _assert_named(err.problems)
        return
    (ruling,) = taken.judge([_FINDING], Context(destination=Destination("openai")))
    assert ruling.clause


def rules(data: bytes) -> None:
    _in_file(data, _rules)


def _rules(file: Path) -> None:
    try:
        assert load_rules([file]).digest
    except RuleError as err:
        assert err.problems
        _assert_named(err.problems)


def registry(data: bytes) -> None:
    _in_file(data, lambda file: _catalogue([], file))


def vendors(data: bytes) -> None:
    _in_file(data, lambda file: _catalogue([file.parent], None))


def _catalogue(folders: list[Path], registry_file: Path | None) -> None:
    try:
        load_catalogue(folders, registry=registry_file)
    except CatalogueError as err:
        assert _NAMED.search(str(err)), err


def config(data: bytes) -> None:
    _in_file(data, _config)


def _config(file: Path) -> None:
    try:
        read_file(file)
    except ConfigError as err:  # a whole file that can't be read has no line
        assert _NAMED.search(str(err)) or "input.yaml: " in str(err), err


def bundle(data: bytes) -> None:
    """Any bytes behind a first one that is even; behind one that is odd a manifest, in a container that fits it."""
    whole = data[1:] if not data or data[0] % 2 == 0 else _contained(data[1:])
    with contextlib.suppress(BundleError):
        taken = decode(whole)
        assert isinstance(taken, Bundle)
        assert taken.encoded() == whole


def _contained(manifest: bytes) -> bytes:
    head = struct.pack(f">{len(MAGIC)}s32sII", MAGIC, hashlib.sha256(manifest).digest(), len(manifest), 2)
    return head + manifest + b"[]"
