"""Structural checks of numbers that name people, patients and accounts: check digits, ranges, embedded dates.

Pure and offline; True proves, False refutes, None says nothing. python-stdnum's where it has them, ours where it
hasn't: the US and health ones here, other countries' in `national.py`, things' in `thing.py`. `table.py`
collects them.
"""

import re
from collections.abc import Callable, Mapping
from importlib import import_module

from stdnum import iban, luhn

from detectors.checks.national import NATIONAL_CHECKS, compact, shaped
from detectors.checks.thing import THING_CHECKS

Check = Callable[[str], bool | None]

NPI_PREFIX = "80840"
"""ISO 7812 issuer of US health identifiers; CMS counts it into an NPI's Luhn sum."""

_NOT_DIGIT = re.compile(r"[^0-9]")


def digits_of(value: str) -> str:
    """The ASCII digits of a value, separators dropped."""
    return _NOT_DIGIT.sub("", value)


def check_luhn(value: str) -> bool:
    digits = digits_of(value)
    return len(digits) > 1 and bool(luhn.is_valid(digits))


def check_npi(value: str) -> bool:
    digits = digits_of(value)
    return len(digits) == 10 and digits[0] in "12" and bool(luhn.is_valid(NPI_PREFIX + digits))


def check_dea(value: str) -> bool:
    """Registrant letter, a letter or 9, six digits, check digit (21 CFR 1301; the sum is DEA's own publication)."""
    if len(value) != 9 or not value[0].isalpha() or not value[2:].isdecimal():
        return False
    return value[8] == _dea_digit(value[2:8])


def _dea_digit(six: str) -> str:
    numbers = [int(c) for c in six]
    return str((sum(numbers[0::2]) + 2 * sum(numbers[1::2])) % 10)


def _stdnum(module: str) -> Check:
    """python-stdnum's validity of a number, its separators as they came or dropped; imported when first asked."""

    def check(value: str) -> bool:
        is_valid = import_module(f"stdnum.{module}").is_valid
        return bool(is_valid(value) or is_valid(compact(value)))

    return check


def _complete_luhn(body: str) -> str:
    return body + str(luhn.calc_check_digit(digits_of(body)))


def _complete_iban(body: str) -> str:
    country, account = body[:2], body[2:]
    return f"{country}{iban.calc_check_digits(f'{country}00{account}')}{account}"


def _complete_aba(body: str) -> str:
    return body + str(import_module("stdnum.us.rtn").calc_check_digit(body))


def check_uk_driving(value: str) -> bool:
    """British driving licence: surname filled up with 9, birth date with 5 more months for women, initials (DVLA)."""
    number = compact(value)
    surname, decade_month_day = number[:5], number[5:11]
    if "9" in surname and not re.fullmatch(r"[A-Z]{1,4}9{1,4}", surname):
        return False
    month, day = int(decade_month_day[1:3]), int(decade_month_day[3:5])
    return (1 <= month <= 12 or 51 <= month <= 62) and 1 <= day <= 31


def check_any_tax(value: str) -> bool:
    """Some European country's VAT number with its prefix."""
    return bool(import_module("stdnum.eu.vat").is_valid(value))


_STDNUM_MODULES = (
    "ad.nrt al.nipt ar.cbu ar.cuit ar.dni at.businessid at.tin at.uid at.vnr au.abn au.acn au.tfn az.voen"
    " be.bis be.eid be.nn be.ssn be.vat bg.egn bg.pnf bg.vat br.cnpj br.cpf by.unp ca.bc_phn ca.bn ca.sin"
    " ch.uid ch.vat cl.rut cn.ric"
    " cn.uscc co.nit cr.cpf cr.cpj cr.cr cu.ni cy.vat cz.dic cz.rc de.idnr de.stnr de.vat dk.cpr dk.cvr do.cedula"
    " do.rnc dz.nif ec.ci ec.ruc ee.ik ee.kmkr ee.registrikood eg.tn es.ccc es.cif es.dni es.nie es.nif"
    " es.referenciacatastral es.cups fi.alv fi.hetu fi.veronumero fi.ytunnus fo.vn fr.nif fr.nir fr.siren fr.siret"
    " fr.tva gb.upn gb.vat gh.tin gn.nifp gr.amka gr.vat gt.nit hr.oib hu.anum id.nik id.npwp ie.pps ie.vat il.hp"
    " il.idnr it.codicefiscale it.iva jp.cn ke.pin kr.brn kr.rrn li.peid lt.asmens lt.pvm lu.tva lv.pvn ma.ice mc.tva"
    " md.idno me.pib mk.edb mt.vat mu.nid mx.curp mx.rfc my.nric mz.nuit nl.bsn nl.btw nl.identiteitskaartnummer"
    " nl.onderwijsnummer no.fodselsnummer no.kontonr no.mva no.orgnr"
    " nz.ird pe.cui pe.ruc pk.cnic pl.nip pl.pesel pl.regon pt.cc"
    " pt.nif py.ruc ro.cf ro.cnp ro.cui rs.pib ru.inn ru.ogrn se.orgnr se.personnummer se.vat sg.uen si.ddv si.emso"
    " si.maticna sk.dph sk.rc sm.coe sn.ninea sv.nit th.moa th.pin th.tin tn.mf tr.tckimlik tr.vkn tw.ubn ua.edrpou"
    " ua.rntrc us.ptin us.tin uy.rut ve.rif vn.mst za.idnr za.tin"
).split()
"""Modules whose check is named after them, `cc.kind` as `cc-kind`."""

_STDNUM_NAMES = {
    "iban": "iban",
    "ssn": "us.ssn",
    "itin": "us.itin",
    "atin": "us.atin",
    "ein": "us.ein",
    "aba": "us.rtn",
    "imei": "imei",
    "meid": "meid",
    "imsi": "imsi",
    "lei": "lei",
    "uk-nhs": "gb.nhs",
    "uk-utr": "gb.utr",
    "ch-ahv": "ch.ssn",
    "in-aadhaar": "in_.aadhaar",
    "in-vid": "in_.vid",
    "in-pan": "in_.pan",
    "in-gstin": "in_.gstin",
    "in-epic": "in_.epic",
    "is-kennitala": "is_.kennitala",
    "is-vsk": "is_.vsk",
    "jp-in": "jp.in_",
    "verhoeff": "verhoeff",
}
"""Those whose rules call them otherwise, or whose module's name evades a keyword."""

ID_CHECKS: Mapping[str, Check] = {
    "luhn": check_luhn,
    "npi": check_npi,
    "dea": check_dea,
    "uk-driving": shaped(check_uk_driving),
    "eu-vat": check_any_tax,
    **{module.replace(".", "-").replace("_", "-"): _stdnum(module) for module in _STDNUM_MODULES},
    **{name: _stdnum(module) for name, module in _STDNUM_NAMES.items()},
    **NATIONAL_CHECKS,
    **THING_CHECKS,
}

ID_COMPLETIONS: Mapping[str, Callable[[str], str]] = {
    "luhn": _complete_luhn,
    "npi": lambda body: body + str(luhn.calc_check_digit(NPI_PREFIX + body)),
    "dea": lambda body: body + _dea_digit(body[2:8]),
    "aba": _complete_aba,
    "iban": _complete_iban,
}
