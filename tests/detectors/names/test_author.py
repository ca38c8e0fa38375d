"""Names that are published with their bearers' work."""

import pytest

from detectors.names.author import Credits


@pytest.mark.parametrize(
    "line",
    [
        "Signed-off-by: Jane Roe <jane@example.org>",
        "Co-authored-by: Jane Roe <jane@example.org>",
        "# Copyright (c) 2019-2024 Jane Roe and contributors",
        "Author: Jane Roe <jane@example.org>",
        "@author Jane Roe",
        'authors = [{name = "Jane Roe"}]',
        '  "author": "Jane Roe",',
        "9fceb02d src/a.py (Jane Roe 2024-01-02 10:00:00 +0000 7) x = 1",
        "maintainer: John Doe, Jane Roe",
    ],
)
def test_stated_anywhere(line: str) -> None:
    assert ask(line, in_code=False)


@pytest.mark.parametrize(
    "line",
    [
        "# Patch by Jane Roe.",
        "// thanks to Jane Roe for the idea",
        "# TODO(Jane Roe): remove",
        "# see Jane Roe (2003)",
        "# after Jane Roe et al, Journal of Things",
        "Jane Roe <jane@example.org>",
    ],
)
def test_told_in_code_and_not_elsewhere(line: str) -> None:
    assert ask(line, in_code=True)
    assert not ask(line, in_code=False)


@pytest.mark.parametrize(
    "line",
    [
        "Patient: Jane Roe",
        "# Jane Roe is the customer who complained",
        "The letter says Jane Roe authored nothing",
        "From: Jane Roe",
    ],
)
def test_others_are_not(line: str) -> None:
    assert not ask(line, in_code=True)


def ask(line: str, *, in_code: bool) -> bool:
    text = f"line before\n{line}\nline after"
    start = text.index("Jane Roe")
    return Credits(text).name(start, start + 8, lambda: in_code)
