"""The golden cases: recorded shapes of requests, with the label of every string in them."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "cases" / "formats"
CASES = sorted(FOLDER.glob("*/*.json"))


def case_name(path: Path) -> str:
    """What a test calls a case: its format and file."""
    return f"{path.parent.name}/{path.stem}"


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
