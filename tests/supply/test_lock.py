"""The lock files: complete, hashed, in step with each other and with what pyproject.toml asks for."""

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply.lock import BadLock, read_lock
from tests.e2e.lab import ROOT

RUNTIME = ROOT / "requirements.lock"
DEV = ROOT / "requirements-dev.lock"
HASH = " --hash=sha256:" + "ab" * 32


@pytest.mark.parametrize("path", [RUNTIME, DEV], ids=lambda path: path.name)
def test_every_package_is_pinned_with_hashes_and_no_index_is_named(path: Path) -> None:
    assert len(read_lock(path)) > 50  # raises for anything else
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links", path.read_text())


def test_development_runs_what_is_shipped() -> None:
    dev = {pin.name: pin for pin in read_lock(DEV)}
    assert [pin.name for pin in read_lock(RUNTIME) if dev.get(pin.name) != pin] == []


def test_the_lock_has_all_that_is_asked_for_and_nothing_else() -> None:
    """Followed from pyproject.toml through the installed packages' own requirements."""
    pins = {pin.name: pin for pin in read_lock(RUNTIME)}
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    for text in asked:
        requirement = Requirement(text)
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)].version), text
    waiting, needed = [Requirement(text) for text in asked], set[tuple[str, str]]()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in ["", *sorted(requirement.extras)]:
            if (name, extra) not in needed:
                needed.add((name, extra))
                below = map(Requirement, distribution(name).requires or ())
                waiting += [one for one in below if one.marker is None or one.marker.evaluate({"extra": extra})]
    assert {name for name, _ in needed} == set(pins)


@pytest.mark.parametrize(
    "line",
    [
        "regex==2026.1.1",
        "regex>=2026.1.1" + HASH,
        "regex" + HASH,
        "regex==2026.*" + HASH,
        "-e ." + HASH,
        "--index-url https://index.example",
        "regex @ https://index.example/regex.whl" + HASH,
        "regex==2026.1.1" + HASH[:-1],
        "regex==2026.1.1" + HASH.replace("sha256", "md5"),
        f"regex==2026.1.1{HASH}\nregex==2026.1.2{HASH}",
    ],
)
def test_whatever_is_no_pin_is_refused(line: str, tmp_path: Path) -> None:
    file = tmp_path / "requirements.lock"
    file.write_text(f"# made by hand\nrich==15.0.0 \\\n   {HASH} \\\n   {HASH}\n{line}\n")
    with pytest.raises(BadLock):
        read_lock(file)


def test_comments_and_continued_lines_are_read(tmp_path: Path) -> None:
    file = tmp_path / "requirements.lock"
    file.write_text(f"# made by hand\nrich[jupyter]==15.0.0 \\\n   {HASH} \\\n   {HASH}\n")
    (pin,) = read_lock(file)
    assert (pin.purl, len(pin.hashes)) == ("pkg:pypi/rich@15.0.0", 2)
