"""What is worth a model's time."""

import pytest

from detectors.names.prose import is_prose, spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please call Ada Lovelace about it tomorrow.", True),
        ("Ada Lovelace", True),
        ("ada", False),
        ("", False),
        ("def find(self, text: str) -> list[Named]:\n    return self.x[0].y(a, b)[1:]", False),
        ("src/main/java/org/Acme.java", False),
        ("0x7f3a9c 0x1 0x2 0x3", False),
    ],
)
def test_prose_is_told_from_code(text: str, expected: bool) -> None:
    assert is_prose(text) is expected
    assert spans(text) == ([(0, len(text))] if expected else [])
