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
        'authors = [\n    {name = "John Doe"},\n    {name = "Jane Roe"},\n]',
        "#   Neither the name of Jane Roe nor the names of others",
        ".. moduleauthor:: Jane Roe",
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
        "# Defined by Jane Roe in her book",
        "By Dr. Jane Roe. It compares closing prices",
        "Efficient clipping by John Doe, A. B. Poe and Jane Roe",
        "// Bump mapping on the GPU by Jane Roe",
        "# Jane Roe's algorithm for finding a bridge",
        "# the variant follows Jane Roe and others",
        "Jane Roe and Doe 1985a, equation 7",
        "Roe, J., Jane Roe, and D. Poe. 1989. Tests of things",
        "// Jane Roe (https://example.org/roe)",
        "# Saint Jane Roe",
        "# Jane Roe Day",
        "line\n\nDoe, A. Colin, and Jane Roe. On counting: methods and\napplications. 2005.\n\n",
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
        "# asked by Jane Roe of the billing team",
        "# request by Jane Roe",
        "# call Jane Roe in March 2025",
        "# Jane Roe 2024-05-03",
        "# Jane Roe's account is locked",
    ],
)
def test_others_are_not(line: str) -> None:
    assert not ask(line, in_code=True)


def ask(line: str, *, in_code: bool) -> bool:
    text = f"line before\n{line}\nline after"
    start = text.index("Jane Roe")
    return Credits(text).name(start, start + 8, in_code)
