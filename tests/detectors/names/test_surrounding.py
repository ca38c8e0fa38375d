"""What a word stands in."""

import pytest

from detectors.names.surrounding import kind_of


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Please call Jane Roe tomorrow about the invoice.", "prose"),
        ("thanks Jane!", "prose"),
        ("    # ask Jane why this is needed", "comment"),
        ("  42\t// Jane wants this gone", "comment"),
        ("+    * written for Jane's team", "comment"),
        ("    total = price(rows[0])  # Jane's formula", "comment"),
        ('    greet("Hello Jane Roe, how are you?", x[0])', "string"),
        ('{"name": "Jane Roe", "age": 42, "tags": ["x", "y"]}', "string"),
        ("2026-01-02 10:11:12 INFO user Jane logged in from 10.0.0.1", "data"),
        ("class Jane(models.Model):", "code"),
        ("    self.Jane = Roe(x, y)[0] + {1: 2}", "code"),
        ("var a=Jane;function b(c){return d[c]}" * 12, "code"),
        ("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo" * 6 + "Jane" + "QUJDREVGR0hJ" * 5, "code"),
    ],
)
def test_by_its_line(line: str, expected: str) -> None:
    text = f"import os\n{line}\nreturn 0;"
    start = text.index("Jane")
    assert kind_of(text, start, start + 4) == expected
