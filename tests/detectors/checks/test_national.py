"""Identifiers of many countries: found behind their own labels, not with a digit changed, not without a label."""

import pytest

from detectors.engine import Engine
from detectors.ruleset import bundled_rules, load_rules
from tests.compiled import rules_folder

FILES = [
    *("europe", "europe-north-east", "americas", "africa-middle-east", "asia-pacific", "document", "vehicle", "device"),
    *("crypto", "online", "us", "person"),
]

VALUES = [
    ("BSN", "123456782", "nl-bsn"),
    ("Personnummer", "880320-0016", "se-personnummer"),
    ("Steuer-ID", "36574261809", "de-tax-id"),
    ("Partita IVA", "00743110157", "it-vat"),
    ("PESEL", "44051401359", "pl-pesel"),
    ("rodné číslo", "710319/2745", "cz-sk-birth-number"),
    ("ЕГН", "7523169263", "bg-egn"),
    ("ΑΦΜ", "094259216", "gr-afm"),
    ("isikukood", "36805280109", "ee-isikukood"),
    ("asmens kodas", "33309240064", "lt-personal-code"),
    ("fødselsnummer", "15108695088", "no-fodselsnummer"),
    ("kennitala", "450401-3150", "is-kennitala"),
    ("CNP", "1630615123457", "ro-cnp"),
    ("OIB", "33392005961", "hr-oib"),
    ("NIF", "501964843", "pt-nif"),
    ("UTR", "1955839661", "uk-utr"),
    ("CPF", "39053344705", "br-cpf"),
    ("CUIT", "20-05536168-2", "ar-cuit"),
    ("RUT", "12531909-2", "cl-rut"),
    ("RUC", "20512333797", "pe-ruc"),
    ("SIN", "123456782", "ca-sin"),
    ("ИНН", "123456789047", "ru-inn"),
    ("РНОКПП", "1759013776", "ua-rnokpp"),
    ("T.C. Kimlik No.", "17291716060", "tr-identity-number"),
    ("מספר זהות", "39337423", "il-id-number"),
    ("Aadhaar", "234123412346", "in-aadhaar"),
    ("マイナンバー", "621498320257", "jp-my-number"),
    ("사업자등록번호", "116-82-00276", "kr-brn"),
    ("身份证号码", "360426199101010071", "cn-resident-id"),
    ("TFN", "123 456 782", "au-tfn"),
    ("IRD number", "49-091-850", "nz-ird"),
]
LABELS = [label for label, _, _ in VALUES]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(
        load_rules([bundled_rules() / "pii" / f"{name}.yaml" for name in FILES]), b"test", cache_dir=rules_folder()
    )


def found(engine: Engine, text: str) -> set[str]:
    return {finding.rule for finding in engine.scan(text).findings}


@pytest.mark.parametrize(("label", "value", "rule"), VALUES, ids=LABELS)
@pytest.mark.parametrize("form", ["{}: {}", "her {} is {}.", '{{"{}": "{}"}}', "{}\n{}", "{}={}"])
def test_a_valid_number_is_found_behind_its_label(engine: Engine, form: str, label: str, value: str, rule: str) -> None:
    assert rule in found(engine, form.format(label, value))


@pytest.mark.parametrize(("label", "value", "rule"), VALUES, ids=LABELS)
def test_a_changed_digit_is_not(engine: Engine, label: str, value: str, rule: str) -> None:
    at = max(place for place, character in enumerate(value) if character.isdecimal())
    changed = value[:at] + str((int(value[at]) + 1) % 10) + value[at + 1 :]
    assert rule not in found(engine, f"{label}: {changed}")


@pytest.mark.parametrize("length", range(8, 17))
def test_bare_digits_are_nobodys(engine: Engine, length: int) -> None:
    numbers = [str(n * 7919 * 10**length // 104729 % 10**length).rjust(length, "1") for n in range(1, 60)]
    assert sum(bool(found(engine, f"value {number} here")) for number in numbers) <= 1


def test_a_column_is_known_by_its_header(engine: Engine) -> None:
    table = "id,bsn,town\n1,111222333,Delft\n2,123456782,Gouda\n3,111222333,Breda\n"
    assert [finding.rule for finding in engine.scan(table).findings] == ["nl-bsn"] * 3


@pytest.mark.parametrize("text", ["national id: 83920174", "Passport No: X4829172K", "tax number: 55-8291734"])
def test_a_general_label_finds_any_countrys(engine: Engine, text: str) -> None:
    assert found(engine, text)
