"""What an exception or an allowed value is for: all given keys must hold, within one key any value does. Pure.

Code is matched strictly: a request shows what its client chooses to, so every repository, and every path, that it
shows must be in the scope, and there must be one. A folder that holds another path that is shown says nothing by
itself: a client's working folder is above all that it works on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from typing import Final

from proxy.policy.context import Context
from proxy.policy.glob import globs_pattern
from proxy.policy.ruling import Found

DATA_KEYS: Final = ("fingerprint", "rule", "entity", "category")
CONTEXT_KEYS: Final = ("user", "group", "vendor", "repository", "path")
_GLOB: Final = re.compile(r"[*?]")


@dataclass(frozen=True)  # no slots: what is worked out once per scope is kept in it
class Scope:
    """`repository` and `path` are globs, repositories in lower case; a path's may begin at any folder."""

    user: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    vendor: tuple[str, ...] = ()
    repository: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    entity: tuple[str, ...] = ()
    rule: tuple[str, ...] = ()
    fingerprint: tuple[str, ...] = ()

    @cached_property
    def is_about_data(self) -> bool:
        """Whether it is for findings; without a data key it is for requests as such."""
        return any(getattr(self, key) for key in DATA_KEYS)

    @cached_property
    def is_anywhere(self) -> bool:
        """Whether it says nothing of the circumstances."""
        return not any(getattr(self, key) for key in CONTEXT_KEYS)

    def covers(self, context: Context) -> bool:
        if self.is_anywhere:
            return True
        who, code = context.who, context.code
        return (
            (not self.user or who.user in self.user)
            and (not self.group or not who.groups.isdisjoint(self.group))
            and (not self.vendor or context.destination.vendor in self.vendor)
            and (not self.repository or (code.is_whole and _all_match(self.repository, code.repositories)))
            and (not self.path or (code.is_whole and _all_lie_in(_anywhere(self.path), code.paths)))
        )

    def names(self, finding: Found) -> bool:
        return (
            (not self.fingerprint or finding.fingerprint in self.fingerprint)
            and (not self.rule or finding.rule in self.rule)
            and (not self.entity or finding.entity in self.entity)
            and (not self.category or str(finding.category) in self.category)
        )

    def given(self) -> dict[str, list[str]]:
        """The keys that are given, as files write them."""
        return {key: list(getattr(self, key)) for key in (*CONTEXT_KEYS, *DATA_KEYS) if getattr(self, key)}

    def handles(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The keys by whose values it can be looked up; of a repository what stands before its first star."""
        for key in ("fingerprint", "rule", "user", "entity", "group", "vendor", "category"):
            values = getattr(self, key)
            if values:
                yield key, values
        if self.repository:
            yield "repository", tuple(_GLOB.split(glob, 1)[0] for glob in self.repository)


@cache
def _matching(globs: tuple[str, ...]) -> re.Pattern[str]:
    return globs_pattern(globs)


@cache
def _anywhere(globs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(glob if glob.startswith(("/", "**/", "~")) else f"**/{glob}" for glob in globs)


def _all_match(globs: tuple[str, ...], names: frozenset[str]) -> bool:
    fits = _matching(globs).fullmatch
    return bool(names) and all(fits(name) for name in names)


def _all_lie_in(globs: tuple[str, ...], paths: frozenset[str]) -> bool:
    fits = _matching(globs).fullmatch
    lowest = _lowest(paths)
    return bool(lowest) and all(fits(path) or (f"{path}/" in paths and fits(f"{path}/")) for path in lowest)


@lru_cache(maxsize=64)
def _lowest(paths: frozenset[str]) -> tuple[str, ...]:
    """Those that hold no other; a folder's last `/` aside."""
    ordered = sorted({tuple(path.rstrip("/").split("/")) for path in paths})
    holds_next = [below[: len(above)] == above for above, below in pairwise(ordered)]
    return tuple("/".join(steps) for steps, holds in zip(ordered, [*holds_next, False], strict=False) if not holds)
