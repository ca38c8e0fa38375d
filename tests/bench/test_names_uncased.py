"""The texts that names without capitals are counted on, and the reading of packages' documents."""

import json
from pathlib import Path

import pytest

from bench.accuracy.names.uncased import command, document


@pytest.mark.parametrize("half", command.TEXTS)
def test_labels_hold_the_names_that_are_marked(half: str) -> None:
    cases = list(command.cases(half))
    assert {language for language, _, _ in cases} == set(command.LANGUAGES)
    for _, text, labels in cases:
        assert not {"⟦", "⟧"} & set(text)
        assert all(text[one.start : one.end].strip() == text[one.start : one.end] != "" for one in labels)
    assert any(not labels for _, _, labels in cases)


def test_no_text_is_in_both_halves() -> None:
    first, second = ({text for _, text, _ in command.cases(half)} for half in command.TEXTS)
    assert not first & second


def test_documents_are_counted_by_their_lines_in_these_scripts(tmp_path: Path) -> None:
    line = "说明" * 150
    (tmp_path / "a.md").write_text(f"plain\n{line}\n")
    (tmp_path / "b.md").write_text(f"{line}\nmore\n")
    (tmp_path / "c.bin").write_text(line)
    (tmp_path / "d.json").write_text(json.dumps({"title": "設定" * 150}))
    assert [(path, chars) for path, _, chars in document.texts(tmp_path)] == [("a.md", 301), ("d.json", 313)]
