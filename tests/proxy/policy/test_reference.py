"""The reference names every key, with the values and defaults that there are, and nothing else."""

import re
from pathlib import Path

from proxy.policy import Policy
from proxy.policy.condition import Condition
from proxy.policy.joining import STAGES, PolicyFile
from proxy.policy.language import FindingClause, LimitClause, RequestClause
from proxy.policy.trial import Circumstances

PAGE = (Path(__file__).parents[3] / "docs" / "policy-reference.md").read_text()


def rows(*headings: str) -> list[list[str]]:
    """The cells of every row below tables that begin with these."""
    heading = "| " + " | ".join(headings) + " |\n"
    tables = [part.split("\n\n", 1)[0].splitlines()[1:] for part in PAGE.split(heading)[1:]]
    return [[cell.strip() for cell in row.strip("|").split("|")] for table in tables for row in table]


def names(cells: list[list[str]]) -> list[str]:
    return [re.findall(r"`([^`]+)`", row[0])[0] for row in cells]


def test_every_key_of_a_file() -> None:
    assert sorted(names(rows("key", "default", "meaning"))) == sorted(set(PolicyFile.model_fields) - {"clauses"})


def test_the_defaults() -> None:
    told = dict(
        zip(
            names(rows("key", "default", "meaning")), (row[1] for row in rows("key", "default", "meaning")), strict=True
        )
    )
    policy = Policy(id="own", description="")
    for name in ("timezone", "default", "on_fixed", "on_attachment", "on_error", "on_sent", "block_style", "telemetry"):
        assert told[name] == f"`{getattr(policy, name)}`"


def test_every_key_of_a_clause() -> None:
    assert sorted(names(rows("key", "meaning"))) == sorted(FindingClause.model_fields)


def test_every_key_of_a_condition() -> None:
    keys = [field.alias or name for name, field in Condition.model_fields.items()]
    assert names(rows("key", "values", "holds when")) == keys


def test_every_action_of_a_stage() -> None:
    table = rows("action", "`requests`", "`findings`", "`limits`", "what happens")
    for column, model in enumerate((RequestClause, FindingClause, LimitClause), 1):
        told = [name for name, row in zip(names(table), table, strict=True) if row[column] == "yes"]
        assert told == list(model.model_fields["action"].annotation.__args__), STAGES[column - 1]  # type: ignore[union-attr]


def test_every_circumstance_of_a_test() -> None:
    said = PAGE.split("`context` has ", 1)[1]
    assert [name for name in Circumstances.model_fields if f"`{name}`" not in said] == []
