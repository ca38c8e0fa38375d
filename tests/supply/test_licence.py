"""Licences are told by metadata; an unknown one, or one that is not on the list, is refused."""

from email.message import Message
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest

from supply.licence import READ, licence_of
from supply.lock import Pin, read_lock
from supply.page import page
from tests.e2e.lab import ROOT

PINS = read_lock(ROOT / "requirements.lock")


class Fake(Distribution):
    def __init__(self, **fields: str) -> None:
        self._message = Message()
        for name, value in fields.items():
            self._message[name.replace("_", "-").rstrip("0123456789")] = value

    @property
    def metadata(self) -> Any:
        return self._message

    def read_text(self, filename: str) -> str | None:
        return None

    def locate_file(self, path: Any) -> Any:
        return Path(path)


@pytest.mark.parametrize(
    ("fields", "expression", "allowed"),
    [
        ({"License_Expression": "MIT"}, "MIT", True),
        ({"License_Expression": "Apache-2.0 OR BSD-3-Clause", "License": "x"}, "Apache-2.0 OR BSD-3-Clause", True),
        ({"License_Expression": "GPL-3.0-only"}, "GPL-3.0-only", False),
        ({"License_Expression": "MIT AND GPL-3.0-only"}, "MIT AND GPL-3.0-only", False),
        ({"License": "BSD"}, "BSD-3-Clause", True),
        ({"License": "MPL-2.0 AND MIT"}, "MPL-2.0 AND MIT", True),
        ({"License": "GPL"}, "", False),
        ({"License": "Copyright (c) 2013\nPermission is hereby granted"}, "", False),
        ({"Classifier": "License :: OSI Approved :: MIT License"}, "MIT", True),
        ({"Classifier": "License :: OSI Approved"}, "", False),
        (
            {
                "Classifier1": "License :: OSI Approved :: MIT License",
                "Classifier2": "License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
            },
            "",
            False,
        ),
        ({"Classifier": "Programming Language :: Python"}, "", False),
        ({}, "", False),
    ],
)
def test_a_licence_is_read_from_metadata(fields: dict[str, str], expression: str, allowed: bool) -> None:
    found = licence_of("some-package", Fake(**fields))
    assert (found.expression, found.is_allowed) == (expression, allowed)


def test_every_package_that_is_shipped_has_a_licence_that_is_allowed() -> None:
    assert {
        pin.name: found for pin in PINS if not (found := licence_of(pin.name, distribution(pin.name))).is_allowed
    } == {}


@pytest.mark.parametrize("name", sorted(READ))
def test_a_licence_read_by_hand_is_there_to_be_read(name: str) -> None:
    files = distribution(name).files or ()
    text = "".join(Path(str(file.locate())).read_text() for file in files if "licenses" in file.parts)
    wanted = {"MIT": "Permission is hereby granted, free of charge", "LGPL-2.1-or-later": "Version 2.1, February 1999"}
    assert wanted[READ[name]] in text


def test_the_page_is_what_is_locked() -> None:
    assert (ROOT / "docs" / "licences.md").read_text() == page(PINS), "run `make licences`"


def test_an_unknown_licence_stops_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supply.page.distribution", lambda name: Fake())
    with pytest.raises(ValueError, match="some-package: unknown"):
        page([Pin("some-package", "1", ())])
