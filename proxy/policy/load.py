"""Policy files: found by name or path, read with all that they extend, and refused with file and line."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from proxy.policy.check import mistakes
from proxy.policy.condition import as_list
from proxy.policy.explain import explained
from proxy.policy.joining import STAGES, Layer, PolicyFile, flattened, joined
from proxy.policy.language import Policy
from proxy.policy.problem import PolicyError, Problem
from proxy.policy.source import Source, read_source
from proxy.policy.vocabulary import ANY_NAME, Vocabulary
from proxy.suggestion import did_you_mean

_NEWER: Final = (*STAGES, "extends", "timezone")
"""Keys that only a file with a version has."""


def load_policy(name: str | Sequence[str], packs: Path, known: Vocabulary = ANY_NAME) -> Policy:
    """The pack called `name` in the folder `packs`, or the policy in the file at path `name`; of a list, all together.

    Names of rules, vendors and the like are held against `known`. Raises PolicyError with the file and line of every
    mistake.
    """
    layers = load_layers(name, packs)
    every = flattened(layers)
    told = [mistakes(layer, known.of_packs() if _is_pack(layer, packs) else known) for layer in every]
    problems = sorted({*_repeated_ids(every), *(problem for problems in told for problem in problems)})
    if problems:
        raise PolicyError(*problems)
    return joined(layers)


def load_layers(name: str | Sequence[str], packs: Path) -> list[Layer]:
    """The files that `name` names, each with those that it extends. Raises PolicyError for what can't be read."""
    names = [name] if isinstance(name, str) else list(name)
    if not names:
        raise PolicyError("policy: expected a pack's name or a file, found an empty list")
    reader = _Reader(packs)
    layers = [reader.read(_find(item, packs, Path()), ()) for item in names]
    if reader.problems:
        raise PolicyError(*reader.problems)
    return [layer for layer in layers if layer is not None]


def _is_pack(layer: Layer, packs: Path) -> bool:
    return Path(layer.source.file).parent == packs


def _find(name: str, packs: Path, folder: Path) -> Path:
    """The file of a pack, or the one at path `name` seen from `folder`."""
    bundled = packs / f"{name}.yaml"
    path = bundled if "/" not in name and bundled.is_file() else folder / name
    if not path.is_file():
        packed = sorted(pack.stem for pack in packs.glob("*.yaml"))
        hint = did_you_mean(name, packed)
        raise PolicyError(f"policy {name!r}: expected a pack ({', '.join(packed)}) or a file, found neither{hint}")
    return path


class _Reader:
    """Reads each file once."""

    def __init__(self, packs: Path) -> None:
        self.problems: list[Problem | str] = []
        self._packs = packs
        self._read: dict[Path, Layer | None] = {}

    def read(self, path: Path, above: tuple[Path, ...]) -> Layer | None:
        """The file at `path`, which those `above` extend, one the next; None when it has mistakes."""
        key = path.resolve()
        if key not in self._read:
            self._read[key] = None
            try:
                self._read[key] = self._layer(path, (*above, key))
            except PolicyError as err:
                self.problems += err.problems
        return self._read[key]

    def _layer(self, path: Path, above: tuple[Path, ...]) -> Layer:
        source = read_source(path)
        outdated = list(_outdated(source))
        try:
            file = PolicyFile.model_validate(source.content)
        except ValidationError as err:
            missing = self._missing(source)
            raise PolicyError(*sorted({*outdated, *missing, *explained(source, err, PolicyFile)})) from err
        if outdated:
            raise PolicyError(*outdated)
        below = [self._below(source, index, name, above) for index, name in enumerate(file.extends)]
        return Layer(source, file, tuple(layer for layer in below if layer is not None))

    def _missing(self, source: Source) -> Iterator[Problem]:
        """What a file extends that isn't there: told even if the file has other mistakes."""
        for index, name in enumerate(as_list(source.content.get("extends")) or ()):
            try:
                if isinstance(name, str):
                    self._found(source, index, name)
            except PolicyError as err:
                yield from (problem for problem in err.problems if isinstance(problem, Problem))

    def _found(self, source: Source, index: int, name: str) -> Path:
        try:
            return _find(name, self._packs, Path(source.file).parent)
        except PolicyError as err:
            at = ("extends", index) if isinstance(source.content["extends"], list) else ("extends",)
            raise PolicyError(source.problem(at, f"extends: {err}")) from err

    def _below(self, source: Source, index: int, name: str, above: tuple[Path, ...]) -> Layer | None:
        path, at = self._found(source, index, name), ("extends", index)
        if path.resolve() in above:
            circle = " -> ".join(file.stem for file in [*above[above.index(path.resolve()) :], path])
            raise PolicyError(source.problem(at, f"extends: expected no circle, found {circle}"))
        return self.read(path, above)


def _outdated(source: Source) -> Iterator[Problem]:
    """Keys of one form of the file in the other."""
    if "version" not in source.content:
        for key in _NEWER:
            if key in source.content:
                yield source.problem((key,), f"{key}: expected `version: 1` in a file that has it, found no version")
    elif "clauses" in source.content:
        yield source.problem(("clauses",), "clauses: expected `findings`, as they are called since version 1")


def _repeated_ids(every: Sequence[Layer]) -> list[Problem]:
    seen: dict[str, str] = {}
    problems = []
    for layer in reversed(every):  # a pack was there before the file that extends it
        for at, clause in layer.clauses:
            place = f"{layer.source.file}:{layer.source.line((*at, 'id'))}"
            if clause.id in seen:
                what = f"clause {clause.id}: expected a unique id, found also at {seen[clause.id]}"
                problems.append(layer.source.problem((*at, "id"), what))
            seen.setdefault(clause.id, place)
    return problems
