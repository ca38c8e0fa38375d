"""The JSON Schema of policy files, made from the models that read them: editors complete keys and mark mistakes."""

from typing import Any, Final

from proxy.policy.condition import DATA_KEYS
from proxy.policy.joining import PolicyFile

SCHEMA_ID: Final = "https://json-schema.org/draft/2020-12/schema"


def policy_schema() -> dict[str, Any]:
    """The schema of a file of version 1. What only a look at other files or at rules can tell is not in it."""
    schema = _plain(PolicyFile.model_json_schema())
    del schema["properties"]["clauses"]
    _forget_data(schema["$defs"])
    schema["properties"]["version"] = {"const": 1, "description": schema["properties"]["version"]["description"]}
    return {
        "$schema": SCHEMA_ID,
        "title": "Tightlip policy",
        **schema,
        "description": "What happens to prompts on their way to AI vendors.",
        "required": ["version", "id", "description"],
    }


def _forget_data(definitions: dict[str, Any]) -> None:
    """Gives clauses of requests conditions of their own, without the keys that are about findings."""
    known = definitions["Condition"]
    kept = {key: value for key, value in known["properties"].items() if key not in DATA_KEYS}
    definitions["RequestCondition"] = known | {"properties": kept}
    for word in ("when", "unless"):
        definitions["RequestClause"]["properties"][word]["$ref"] = "#/$defs/RequestCondition"


def _plain(node: Any) -> Any:
    """Without titles and nulls, which say nothing to an editor; one value where a list of several may stand."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    made: dict[str, Any] = {
        key: _named(value) if key in ("properties", "$defs") else _plain(value) for key, value in node.items()
    }
    if isinstance(made.get("title"), str):
        del made["title"]
    if made.get("default", "") is None:
        del made["default"]
    either = [item for item in made.get("anyOf", ()) if item != {"type": "null"}]
    if len(either) == 1:
        del made["anyOf"]
        made = {**either[0], **made}
    if made.get("type") == "array" and made.get("minItems") == 1:
        lists = {key: made.pop(key) for key in ("type", "items", "minItems")}
        made["anyOf"] = [lists["items"], lists]
    return made


def _named(node: dict[str, Any]) -> dict[str, Any]:
    """Of a mapping whose keys are names, not the schema's own words."""
    return {key: _plain(value) for key, value in node.items()}
