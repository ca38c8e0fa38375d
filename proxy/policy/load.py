"""Policy files: found by name or path, read, and refused with file and line."""

import hashlib
from pathlib import Path

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from proxy.policy.language import Policy


class PolicyError(Exception):
    """The operator's fault: a policy that can't be read. The message names file, line and what was expected."""


def load_policy(name: str, packs: Path) -> Policy:
    """The pack called `name` in the folder `packs`, or the policy in the file at path `name`.

    Raises PolicyError, which names the file and line.
    """
    bundled = packs / f"{name}.yaml"
    path = bundled if bundled.is_file() else Path(name)
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in packs.glob("*.yaml")))
        raise PolicyError(f"policy {name!r}: expected a pack ({known}) or a file, found neither")
    try:
        content = path.read_bytes()
        document = YAML(typ="rt").load(content)
    except OSError as err:
        raise PolicyError(f"{path}:1: expected a readable file, found: {err.strerror}") from err
    except MarkedYAMLError as err:
        line = err.problem_mark.line + 1 if err.problem_mark else 1
        raise PolicyError(f"{path}:{line}: not YAML: {err.problem}") from err
    except (YAMLError, RecursionError) as err:
        raise PolicyError(f"{path}:1: not YAML: expected UTF-8 text, no control characters, little nesting") from err
    if not isinstance(document, dict):
        raise PolicyError(f"{path}:1: expected a mapping, found {type(document).__name__}")
    try:
        policy = Policy.model_validate(document)
    except ValidationError as err:
        raise PolicyError("\n".join(_explain(path, document, err))) from err
    _refuse_repeated_ids(path, document, policy)
    return policy.model_copy(update={"digest": hashlib.sha256(content).hexdigest()})


def _explain(path: Path, document: object, err: ValidationError) -> list[str]:
    return [
        f"{path}:{_line(document, error['loc'])}: {'.'.join(map(str, error['loc']))}: {error['msg']}"
        for error in err.errors(include_input=False, include_url=False)
    ]


def _line(node: object, location: tuple[int | str, ...]) -> int:
    """The 1-based line of the deepest part of `location` that the YAML document knows."""
    line = 1
    for step in location:
        marks = getattr(node, "lc", None)
        data = getattr(marks, "data", None) or {}
        if step not in data:
            break
        line = data[step][0] + 1
        node = node[step]  # type: ignore[index]
    return line


def _refuse_repeated_ids(path: Path, document: object, policy: Policy) -> None:
    seen: set[str] = set()
    for index, clause in enumerate(policy.clauses):
        if clause.id in seen:
            line = _line(document, ("clauses", index, "id"))
            raise PolicyError(f"{path}:{line}: clause {clause.id!r}: expected a unique id, found it twice")
        seen.add(clause.id)
