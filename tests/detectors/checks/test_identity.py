"""Check digits of identifiers: published values pass, the same with a digit changed don't, other shapes never raise."""

import pytest

from detectors.checks.identity import ID_CHECKS

VALID = [
    ("ar-cbu", "28505909 40090418135201"),
    ("au-medicare", "2123 45670 1"),
    ("bech32", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
    ("base58", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ("base58", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh"),
    ("br-cnh", "02650306461"),
    ("br-pis", "123.45678.91-9"),
    ("de-health", "A123456780"),
    ("de-pension", "15 070649 C 103"),
    ("es-ccc", "1234-1234-16 1234567890"),
    ("es-nuss", "281234567840"),
    ("hk-hkid", "A123456(3)"),
    ("hk-hkid", "AB987654(3)"),
    ("icao", "L01X00T471"),
    ("kz-iin", "880101300123"),
    ("lu-matricule", "1893120105732"),
    ("mrz", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
    ("nl-bsn", "111222333"),
    ("no-kontonr", "8601 11 17947"),
    ("nz-nhi", "ZAC5361"),
    ("nz-nhi", "ZVB97XQ"),
    ("pl-card", "ABS123456"),
    ("pl-passport", "ZS0000177"),
    ("ru-snils", "112-233-445 95"),
    ("sg-nric", "S1234567D"),
    ("sg-nric", "G1234567X"),
    ("sg-nric", "M1234567K"),
    ("sv-dui", "00016297-5"),
    ("tw-id", "A123456789"),
    ("tw-id", "A800000014"),
    ("uk-nhs", "943 476 5919"),
    ("uy-ci", "1.234.567-2"),
    ("vin", "1M8GDM9AXKP042788"),
]
NAMES = [f"{name} {number}" for number, (name, _) in enumerate(VALID)]


@pytest.mark.parametrize(("name", "value"), VALID, ids=NAMES)
def test_a_published_value_is_proven(name: str, value: str) -> None:
    assert ID_CHECKS[name](value) is True


@pytest.mark.parametrize(("name", "value"), VALID, ids=NAMES)
def test_a_changed_digit_is_refuted(name: str, value: str) -> None:
    places = [place for place, character in enumerate(value) if character.isdecimal()]
    changed = [value[:at] + str((int(value[at]) + 1) % 10) + value[at + 1 :] for at in places]
    refuted = sum(ID_CHECKS[name](other) is False for other in changed)
    outside = 10 if name == "mrz" else 2  # digits that have no part in the sum
    assert refuted >= len(changed) - outside


@pytest.mark.parametrize("name", sorted(ID_CHECKS))
def test_another_shape_never_raises(name: str) -> None:
    for value in ("1", "123456782", "A1B2C3D4E5F6G7H8J", "0" * 20, "X-1 2/3"):
        if name != "vin" or len(value) == 17:
            assert ID_CHECKS[name](value) in (True, False, None)


def test_a_vehicle_from_elsewhere_needs_no_check_digit() -> None:
    assert ID_CHECKS["vin"]("WVWZZZ1JZ3W386752") is None
    assert ID_CHECKS["vin"]("1M8GDM9A1KP042788") is False


def test_a_british_licence_holds_a_date() -> None:
    assert ID_CHECKS["uk-driving"]("MORGA753116SM9IJ") is True
    assert ID_CHECKS["uk-driving"]("MORGA793116SM9IJ") is False
    assert ID_CHECKS["uk-driving"]("MO9GA753116SM9IJ") is False
