"""The published schema is what the models say, and says of a file what they would."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from proxy.policy.condition import DATA_KEYS, Condition
from proxy.policy.schema import policy_schema
from proxy.setting import policy_folder

PUBLISHED = Path(__file__).parents[3] / "docs" / "policy.schema.json"


def test_it_is_published_as_it_is() -> None:
    """Made anew by `tightlip policy schema > docs/policy.schema.json`."""
    assert json.loads(PUBLISHED.read_text()) == policy_schema()


def test_every_key_has_a_description() -> None:
    schema = policy_schema()
    parts = [schema["properties"], *(part.get("properties", {}) for part in schema["$defs"].values())]
    bare = [key for part in parts[:1] for key, value in part.items() if "description" not in value]
    bare += [key for key, value in schema["$defs"]["Condition"]["properties"].items() if "description" not in value]
    assert bare == []


def test_requests_know_no_data() -> None:
    definitions = policy_schema()["$defs"]
    keys = {field.alias or name for name, field in Condition.model_fields.items()}
    assert set(definitions["Condition"]["properties"]) == keys
    assert set(definitions["RequestCondition"]["properties"]) == keys - DATA_KEYS
    assert definitions["RequestClause"]["properties"]["when"]["$ref"] == "#/$defs/RequestCondition"


@pytest.mark.parametrize("pack", sorted(policy_folder().glob("*.yaml")), ids=lambda pack: pack.stem)
def test_the_packs_are_right_by_it(pack: Path) -> None:
    content = YAML(typ="safe", pure=True).load(pack.read_text())
    assert list(_faults(content, policy_schema(), policy_schema()["$defs"])) == []


@pytest.mark.parametrize(
    "more",
    [
        {"defualt": "log"},
        {"version": 2},
        {"findings": [{"id": "a", "action": "blok"}]},
        {"requests": [{"id": "a", "action": "block", "when": {"category": ["pci"]}}]},
        {"limits": [{"id": "a", "action": "block", "when": {"vendor": []}}]},
        {"limits": [{"id": "Not ok", "action": "block"}]},
    ],
)
def test_mistakes_are_mistakes_by_it(more: dict[str, Any]) -> None:
    content = {"version": 1, "id": "own", "description": "Mine."} | more
    assert list(_faults(content, policy_schema(), policy_schema()["$defs"]))


def _faults(value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> list[str]:
    """As much of JSON Schema as the schema uses."""
    if "$ref" in schema:
        return _faults(value, definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        told = [_faults(value, option, definitions) for option in schema["anyOf"]]
        return [] if [] in told else min(told, key=len)
    if "const" in schema or "enum" in schema:
        return [] if value in schema.get("enum", [schema.get("const")]) else [f"{value!r} is none of the values"]
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
    if not isinstance(value, kinds[schema["type"]]):
        return [f"{value!r} is no {schema['type']}"]
    if isinstance(value, dict):
        known, rest = schema.get("properties", {}), schema.get("additionalProperties", True)
        faults = [f"no {key}" for key in schema.get("required", ()) if key not in value]
        faults += [f"{key} is unknown" for key in value if key not in known and rest is False]
        inner = [
            (item, known.get(key, rest)) for key, item in value.items() if known.get(key, rest) not in (True, False)
        ]
        return faults + [fault for item, part in inner for fault in _faults(item, part, definitions)]
    if isinstance(value, list):
        short = [] if len(value) >= schema.get("minItems", 0) else ["too short"]
        return short + [fault for item in value for fault in _faults(item, schema["items"], definitions)]
    if isinstance(value, str) and "pattern" in schema:
        return [] if re.search(schema["pattern"], value) else [f"{value!r} does not match"]
    return []
