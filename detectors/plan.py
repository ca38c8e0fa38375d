"""What the first pass looks for on each rule's behalf, remembered between starts.

Reading a thousand patterns' shapes and compiling them takes seconds. Once a rule set has been proved runnable by this
very code, a later start takes the plans from the cache and compiles a pattern when it is first asked.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from detectors.rulecache import read_cached, store_cached


class Plan(NamedTuple):
    """First-pass expressions, and how far before and after a hit of one a match can stand, characters."""

    expressions: list[bytes]
    before: int
    after: int


def load_plans(cache_dir: Path, digest: str) -> Mapping[str, Plan]:
    """The plans of the rule set of this digest, by rule; none when it has not been compiled by this code."""
    try:
        stored = json.loads(read_cached(_file(cache_dir, digest)))
        return {
            rule: Plan([expression.encode("latin-1") for expression in expressions], before, after)
            for rule, (expressions, before, after) in stored.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # absent or torn: compile again


def store_plans(cache_dir: Path, digest: str, plans: Mapping[str, Plan]) -> None:
    content = {
        rule: ([expression.decode("latin-1") for expression in plan.expressions], plan.before, plan.after)
        for rule, plan in plans.items()
    }
    store_cached(_file(cache_dir, digest), json.dumps(content).encode())


def _file(cache_dir: Path, digest: str) -> Path:
    identity = hashlib.sha256(f"{digest} {_code()}".encode()).hexdigest()
    return cache_dir / f"plans-{identity[:32]}.json"


@cache
def _code() -> str:
    """Digest of the detectors' own source, and of what parses and compiles patterns: another version may make other
    plans, or refuse a pattern that this one takes."""
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    versions = f"{sys.version} {version('regex')}".encode()
    return hashlib.sha256(b"".join([versions, *(source.read_bytes() for source in sources)])).hexdigest()
