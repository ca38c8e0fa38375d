"""Check digits and inner structure of persons' identifiers that python-stdnum doesn't know.

Pure and offline; True proves, False refutes, None says nothing. Values come as in the text, separators included. Each
says where its rule is published; `identity.py` gives them their names.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Mapping

from stdnum import luhn, verhoeff

Check = Callable[[str], bool | None]

_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]")
_ICAO_WEIGHTS = (7, 3, 1)
_NHI_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_TAIWAN_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def compact(value: str) -> str:
    """The ASCII letters, upper case, and digits of a value."""
    return _NOT_ALNUM.sub("", value).upper()


def _sum(text: Iterable[str], weights: Iterable[int]) -> int:
    return sum(int(c) * weight for c, weight in zip(text, weights, strict=False))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def check_icao(value: str) -> bool | None:
    """Document numbers with the check digit of machine-readable zones (ICAO 9303-3, 4.9); without it nothing is said.

    German identity cards and passports: nine characters, the tenth is the check digit.
    """
    number = compact(value)
    if len(number) != 10:
        return None
    return number[9] == str(icao_sum(number[:9]) % 10)


def icao_sum(number: str) -> int:
    return sum(int(c, 36) * _ICAO_WEIGHTS[i % 3] for i, c in enumerate(number))


def _crossed(digits: str, weights: Iterable[int]) -> int:
    return sum(sum(divmod(int(c) * weight, 10)) for c, weight in zip(digits, weights, strict=True))


def check_de_pension(value: str) -> bool:
    """German pension insurance number: area, birth date, initial, serial, check digit (VKVV, section 4)."""
    number = compact(value)
    if not re.fullmatch(r"[0-9]{8}[A-Z][0-9]{3}", number):
        return False
    day, month = int(number[2:4]), int(number[4:6])
    if not (1 <= day <= 31 or 51 <= day <= 81) or not 1 <= month <= 12:
        return False
    digits = number[:8] + f"{ord(number[8]) - 64:02}" + number[9:11]
    return _crossed(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)) % 10 == int(number[11])


def check_de_health(value: str) -> bool:
    """German health insurance number: letter, eight digits, check digit (SGB V, section 290; GKV-Spitzenverband)."""
    number = compact(value)
    digits = f"{ord(number[0]) - 64:02}" + number[1:9]
    return _crossed(digits, (1, 2) * 5) % 10 == int(number[9])


def check_de_physician(value: str) -> bool:
    """German physician number (LANR): six digits, check digit, specialty (KBV, Arztnummern-Richtlinie)."""
    number = compact(value)
    return (-_sum(number[:6], (4, 9) * 3)) % 10 == int(number[6])


def check_es_nuss(value: str) -> bool:
    """Spanish social security number: province, serial, remainder by 97 of both (Orden TAS of the TGSS)."""
    number = compact(value)
    province, serial, control = number[:2], int(number[2:-2]), int(number[-2:])
    whole = int(province) * 10_000_000 + serial if serial < 10_000_000 else int(number[:-2])
    return whole % 97 == control


def check_pt_niss(value: str) -> bool:
    """Portuguese social security number: ten digits weighted by primes, nine less the last digit of the sum."""
    number = compact(value)
    return int(number[10]) == 9 - _sum(number, (29, 23, 19, 17, 13, 11, 7, 5, 3, 2)) % 10


def check_hu_taj(value: str) -> bool:
    """Hungarian social security number: weights 3 and 7 by turns (Act XX of 1996, annex)."""
    number = compact(value)
    return _sum(number[:8], (3, 7) * 4) % 10 == int(number[8])


def check_hu_tax(value: str) -> bool:
    """Hungarian personal tax number: 8, nine digits weighted by place, modulo 11 (Act XX of 1996, annex)."""
    number = compact(value)
    return number[0] == "8" and _sum(number[:9], range(1, 10)) % 11 == int(number[9])


def check_hu_personal(value: str) -> bool:
    """Hungarian personal number: sex and century, birth date, serial, modulo 11; weights turned round in 1997."""
    number = compact(value)
    if not (1 <= int(number[3:5]) <= 12 and 1 <= int(number[5:7]) <= 31):
        return False
    check = int(number[10])
    return check in (_sum(number[:10], range(1, 11)) % 11, _sum(number[:10], range(10, 0, -1)) % 11)


def check_pl_card(value: str) -> bool:
    """Polish identity card: three letters, check digit, five digits; weights 7, 3, 1 (MSWiA ordinance)."""
    number = compact(value)
    return (icao_sum(number[:3]) + _sum(number[4:], (7, 3, 1, 7, 3)) - int(number[3])) % 10 == 0


def check_pl_passport(value: str) -> bool:
    """Polish passport: two letters, check digit, six digits; weights 7, 3 | 1, 7, 3, 1, 7, 3."""
    number = compact(value)
    letters = int(number[0], 36) * 7 + int(number[1], 36) * 3
    return (letters + _sum(number[3:], (1, 7, 3, 1, 7, 3)) - int(number[2])) % 10 == 0


def check_lu_matricule(value: str) -> bool:
    """Luxembourg national number: birth date, serial, a Luhn and a Verhoeff digit over the same eleven (CTIE)."""
    number = compact(value)
    if not _is_date(int(number[:4]), int(number[4:6]), int(number[6:8])):
        return False
    return bool(luhn.is_valid(number[:12])) and bool(verhoeff.is_valid(number[:11] + number[12]))


def check_by_personal(value: str) -> bool:
    """Belarusian personal number: date, region, serial, citizenship, check digit by ICAO weights."""
    number = compact(value)
    return str(icao_sum(number[:13]) % 10) == number[13]


def check_kz_iin(value: str) -> bool:
    """Kazakh individual number: birth date, sex and century, serial, modulo 11 with a second round of weights."""
    number = compact(value)
    if not (1 <= int(number[2:4]) <= 12 and 1 <= int(number[4:6]) <= 31):
        return False
    rest = _sum(number[:11], range(1, 12)) % 11
    if rest == 10:
        rest = _sum(number[:11], (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    return rest == int(number[11])


def check_ru_snils(value: str) -> bool:
    """Russian pension number: nine digits weighted 9 to 1, modulo 101, 100 as 00 (Pension Fund's instruction)."""
    number = compact(value)
    return _sum(number[:9], range(9, 0, -1)) % 101 % 100 == int(number[9:])


def check_sg_nric(value: str) -> bool:
    """Singapore NRIC and FIN: letter of the century, seven digits, check letter (tables known since 2000)."""
    number = compact(value)
    rest = (_sum(number[1:8], (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(number[0], 0)) % 11
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "XWUTRQPNJLK"}.get(number[0], "XWUTRQPNMLK")
    return letters[rest] == number[8]


def check_hk_hkid(value: str) -> bool:
    """Hong Kong identity card: letters as 10 to 35, a missing first letter as 36, weights 9 to 1, modulo 11."""
    number = compact(value)
    first, body, check = (number[:-8] or ""), number[-8:-1], number[-1]
    total = 9 * (int(first, 36) if first else 36) + 8 * int(body[0], 36) + _sum(body[1:], range(7, 1, -1))
    return (total + int(check, 36)) % 11 == 0


def check_tw_id(value: str) -> bool:
    """Taiwanese identity card and resident certificate: county letter, sex or status, serial, modulo 10."""
    number = compact(value)
    tens, ones = divmod(10 + _TAIWAN_LETTERS.index(number[0]), 10)
    second = int(number[1]) if number[1].isdecimal() else (10 + _TAIWAN_LETTERS.index(number[1])) % 10
    return (tens + ones * 9 + second * 8 + _sum(number[2:], (7, 6, 5, 4, 3, 2, 1, 1))) % 10 == 0


def check_lk_nic(value: str) -> bool:
    """Sri Lankan identity card: a day of the year, 500 more for women, in both generations."""
    number = compact(value)
    day = int(number[4:7] if len(number) == 12 else number[2:5])
    return 1 <= day % 500 <= 366 and day <= 866


def check_kw_civil(value: str) -> bool:
    """Kuwaiti civil number: century, birth date, serial, eleven less the weighted sum modulo 11 (PACI)."""
    number = compact(value)
    if not (1 <= int(number[3:5]) <= 12 and 1 <= int(number[5:7]) <= 31):
        return False
    return 11 - _sum(number[:11], (2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11 == int(number[11])


def check_eg_id(value: str) -> bool:
    """Egyptian national number: century, birth date, governorate of birth; its check digit isn't published."""
    number = compact(value)
    year = {"2": 1900, "3": 2000}.get(number[0], 0) + int(number[1:3])
    return _is_date(year, int(number[3:5]), int(number[5:7])) and (int(number[7:9]) <= 35 or number[7:9] == "88")


def check_vn_id(value: str) -> bool:
    """Vietnamese citizen number: province 001 to 096, sex and century, birth year; it has no check digit."""
    number = compact(value)
    return 1 <= int(number[:3]) <= 96 and number[3] in "0123"


def check_kr_frn(value: str) -> bool:
    """Korean foreigner number: the resident number's sum, its complement to 13 (before October 2020)."""
    number = compact(value)
    if number[6] not in "5678":
        return False
    return (13 - _sum(number[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10 == int(number[12])


def check_kr_brn(value: str) -> bool:
    """Korean business number: weights 1, 3, 7 by turns, the ninth digit five times, with carry (NTS)."""
    number = compact(value)
    total = _sum(number[:8], (1, 3, 7) * 3) + int(number[8]) * 5 + int(number[8]) * 5 // 10
    return -total % 10 == int(number[9])


def check_br_cns(value: str) -> bool:
    """Brazilian health card: fifteen digits weighted 15 to 1, modulo 11 (DATASUS)."""
    number = compact(value)
    return number[0] in "12789" and _sum(number, range(15, 0, -1)) % 11 == 0


def check_br_pis(value: str) -> bool:
    """Brazilian worker's number (PIS, PASEP, NIT): ten digits weighted 3, 2, 9 to 2, modulo 11 (Caixa)."""
    number = compact(value)
    rest = 11 - _sum(number[:10], (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest > 9 else rest) == int(number[10])


def check_br_cnh(value: str) -> bool:
    """Brazilian driving licence: two digits modulo 11, the second lowered when the first overflowed (DENATRAN)."""
    number = compact(value)
    first = _sum(number[:9], range(9, 0, -1)) % 11
    second = _sum(number[:9], range(1, 10)) % 11 - (2 if first > 9 else 0)
    second += 11 if second < 0 else 0
    return len(set(number)) > 1 and number[9:] == f"{first if first < 10 else 0}{second if second < 10 else 0}"


def check_br_voter(value: str) -> bool:
    """Brazilian voter's title: serial, state 01 to 28, two digits modulo 11 (TSE)."""
    number = compact(value).rjust(12, "0")
    state, low = number[8:10], number[8:10] in ("01", "02")
    if not 1 <= int(state) <= 28:
        return False
    first = _sum(number[:8], range(2, 10)) % 11
    first = 1 if first == 0 and low else first % 10 if first == 10 else first
    second = _sum(state + str(first), (7, 8, 9)) % 11
    second = 1 if second == 0 and low else 0 if second == 10 else second
    return number[10:] == f"{first}{second}"


def check_uy_ci(value: str) -> bool:
    """Uruguayan identity card: weights 2, 9, 8, 7, 6, 3, 4, modulo 10 (DNIC)."""
    number = compact(value).rjust(8, "0")
    return -_sum(number[:7], (2, 9, 8, 7, 6, 3, 4)) % 10 == int(number[7])


def check_gt_cui(value: str) -> bool:
    """Guatemalan identification code: serial, digit modulo 11, department 01 to 22, municipality (RENAP)."""
    number = compact(value)
    return _sum(number[:8], range(2, 10)) % 11 == int(number[8]) and 1 <= int(number[9:11]) <= 22


def check_sv_dui(value: str) -> bool:
    """Salvadoran identity document: weights 9 to 2, modulo 10 (RNPN)."""
    return -_sum(compact(value)[:8], range(9, 1, -1)) % 10 == int(compact(value)[8])


def check_ca_ramq(value: str) -> bool:
    """Quebec health card: four letters, year, month (50 more for women), day, two digits (RAMQ)."""
    number = compact(value)
    return 1 <= int(number[6:8]) % 50 <= 12 and int(number[6:8]) <= 62 and 1 <= int(number[8:10]) <= 31


def check_au_medicare(value: str) -> bool:
    """Australian Medicare card: eight digits, check digit, issue, maybe the person (METeOR 270101)."""
    number = compact(value)
    return number[0] in "23456" and _sum(number[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(number[8])


def check_nz_nhi(value: str) -> bool:
    """New Zealand patient number (HISO 10046): modulo 11, in the form that ends in letters 24, later 23."""
    number = compact(value)
    if set(number[:3]) & set("IO"):
        return False
    values = [int(c) if c.isdecimal() else _NHI_LETTERS.index(c) + 1 for c in number[:6]]
    total = sum(v * weight for v, weight in zip(values, range(7, 1, -1), strict=True))
    if number[6].isdecimal():
        return total % 11 != 0 and (11 - total % 11) % 10 == int(number[6])
    return number[6] in (_NHI_LETTERS[23 - total % 24], _NHI_LETTERS[22 - total % 23])


def shaped(check: Check) -> Check:
    """The check, refuting values of another shape than it reads; patterns keep them away."""

    def checked(value: str) -> bool | None:
        try:
            return check(value)
        except (ValueError, IndexError):
            return False

    return checked


NATIONAL_CHECKS: Mapping[str, Check] = {
    name.removeprefix("check_").replace("_", "-"): shaped(check)
    for name, check in list(globals().items())
    if name.startswith("check_")
}
