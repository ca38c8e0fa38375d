"""Makes the gazetteer: `make()` counts, `strip()` takes names away, to train for those that nobody knows."""

import gzip
import hashlib
import json
import math
import re
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from detectors.names.gazetteer import COMMON, FAMILY, GIVEN, PLACE, THING, Gazetteer
from training.names import source
from training.names.people import calendar_and_languages, cities, countries, cultures, endonyms, romanized, states

GIVEN_STEPS = (0.0, 6e-4, 6e-3)
FAMILY_STEPS = (0.0, 4e-4, 4e-3)
"""Least share in a culture for 1, 2 and 3, short lists scaled down, since they hold the usual ones only."""

CITY_STEPS = (0, 100_000, 500_000)
COMMON_STEPS = (0.4, 4.0, 40.0)
"""Times in a million words, in lower case, of packages' prose or of what people write in forums."""

LEAST_LOWERED = 0.2
"""What is seldomer in lower case than this, to once with a capital, is not a plain word but a name typed carelessly."""

NOUN_RATE = 1.0
"""Times in a million words that a word stands capitalised and is on no list of names: a thing's, or a German noun."""

THING_STEPS = (3, 7, 16)
"""Packages in whose prose a word stands capitalised amid a sentence, alone."""

CENSUS_FAMILIES = 30_000
VOCABULARY_WORDS, FORUM_WORDS = 4_000, 6_000
FORUMS = ("en", "es", "de")
LEAST_RATES = (0.8, 0.4, 2.0, 2.0)
"""Seldomer words, in packages and in each language's forums, would only make the list long."""
LEAST_CITY, LEAST_ENDONYM = 30_000, 300_000

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ALONE = re.compile(r"(?<=[a-z,] )[A-Z][A-Za-z]+(?![\w.(/:-]|\s+[A-Z])")


def make(examples: Iterable[str]) -> Gazetteer:
    """From names' lists and the prose of packages; `examples` add words to the vocabulary."""
    known: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    everyone = [*cultures().values(), *romanized().values()]
    for place, steps, sides in (
        (GIVEN, GIVEN_STEPS, [one.given for one in everyone]),
        (FAMILY, FAMILY_STEPS, [_frequent(one.family) for one in everyone]),
    ):
        for side in sides:
            for name, share in side.items():
                for word in _spellings(name):
                    known[word][place] = max(known[word][place], _step(share * len(side) ** 0.5 / 30, steps))
    for name, people in cities():
        if people >= LEAST_CITY:
            _add_place(known, name, _step(people, CITY_STEPS))
    for name in endonyms(LEAST_ENDONYM):
        _add_place(known, name, 1)
    for name in (*countries(), *states()):
        _add_place(known, name, 3)
    lower, things = _counted()
    forums = [_forum(language) for language in FORUMS]
    names = {word for word, traits in known.items() if traits[GIVEN] or traits[FAMILY]}
    ours = {word: rate for word, rate in lower.items() if word not in names}  # `john` is a login in many examples
    for least, rates in zip(LEAST_RATES, (ours, *(plain for plain, _ in forums)), strict=True):
        for word, rate in rates.items():
            if rate >= least:
                known[word][COMMON] = max(known[word][COMMON], _step(rate, COMMON_STEPS))
    for word, packages in things.items():
        if packages >= THING_STEPS[0]:
            known[word][THING] = _step(packages, THING_STEPS)
    for _, nouns in forums:
        for word in nouns:
            if not any(known[word][:COMMON]):
                known[word][THING] = max(known[word][THING], 2)
    words = calendar_and_languages()
    for name in words.territories:
        _add_place(known, name, 3)
    for word in words.things:
        known[word][THING] = 3
        if known[word][GIVEN] < 2:  # April and August are names all the same
            known[word][GIVEN] = known[word][FAMILY] = 0
    mentioned = Counter(word.lower() for line in examples for word in _WORD.findall(line))
    vocabulary = _vocabulary([_most(lower, VOCABULARY_WORDS), _most(forums[0][0], FORUM_WORDS)], mentioned, known)
    return Gazetteer({word: "".join(map(str, one)) for word, one in known.items()}, vocabulary)


def strip(gazetteer: Gazetteer, one_in: int) -> Gazetteer:
    """The same, every so manieth name taken for unknown, by its hash."""
    kept = {}
    for word in gazetteer:
        traits = gazetteer[word]
        if int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % one_in == 0:
            traits = f"00{'0' if traits[PLACE] != '3' else '3'}{traits[COMMON:]}"
        kept[word] = traits
    return Gazetteer(kept, gazetteer.vocabulary)


def _frequent(names: Mapping[str, float]) -> Mapping[str, float]:
    if len(names) <= CENSUS_FAMILIES:
        return names
    return dict(sorted(names.items(), key=lambda item: (-item[1], item[0]))[:CENSUS_FAMILIES])


def _spellings(name: str) -> set[str]:
    """The words of a name in lower case, with and without accents."""
    words = {word.lower().replace("’", "'") for word in _WORD.findall(name) if len(word) > 1}
    return words | {_plain(word) for word in words}


def _plain(word: str) -> str:
    parts = unicodedata.normalize("NFKD", word)
    return "".join(part for part in parts if not unicodedata.combining(part))


def _add_place(known: Mapping[str, list[int]], name: str, weight: int) -> None:
    """A place of several words is only hinted at by each."""
    words = _WORD.findall(name)
    for word in words:
        if len(word) > 2:
            for written in _spellings(word):
                known[written][PLACE] = max(known[written][PLACE], weight if len(words) == 1 else 1)


def _counted() -> tuple[dict[str, float], dict[str, int]]:
    """How often words stand in lower case in prose, in a million; in how many packages one is capitalised and alone."""
    lower: Counter[str] = Counter()
    packages: dict[str, set[str]] = defaultdict(set)
    for path, text in source.files((".py", "METADATA", ".md", ".rst")):
        package = path.partition("/")[0]
        for paragraph in source.prose(path, text):
            lower.update(word.replace("’", "'") for word in _WORD.findall(paragraph) if word.islower())
            for word in _ALONE.findall(paragraph):
                packages[word.lower()].add(package)
    million = lower.total() / 1e6
    return {word: times / million for word, times in lower.items()}, {
        word: len(inside) for word, inside in packages.items()
    }


def _forum(language: str) -> tuple[dict[str, float], set[str]]:
    """How often forums have a plain word in lower case, in a million, and what they have with a capital only."""
    with zipfile.ZipFile(source.wheel("spacy_lookups_data")) as opened:
        packed = opened.read(f"spacy_lookups_data/data/{language}_lexeme_prob.json.gz")
    rates = {form: math.exp(log) * 1e6 for form, log in json.loads(gzip.decompress(packed)).items()}
    plain = {
        form: rate
        for form, rate in rates.items()
        if rate >= COMMON_STEPS[0]
        and form.islower()
        and _WORD.fullmatch(form)
        and rate >= LEAST_LOWERED * rates.get(form.capitalize(), 0.0)
    }
    nouns = {
        form.lower()
        for form, rate in rates.items()
        if rate >= NOUN_RATE and form.istitle() and _WORD.fullmatch(form) and form.lower() not in plain
    }
    return plain, nouns


def _most(rates: Mapping[str, float], count: int) -> list[str]:
    return sorted(rates, key=lambda word: (-rates[word], word))[:count]


def _vocabulary(frequent: Iterable[list[str]], mentioned: Counter[str], known: Mapping[str, list[int]]) -> set[str]:
    """What a model may know by heart: frequent words, those of the examples, and no name that isn't a plain word."""
    chosen = {word for words in frequent for word in words} | {word for word, times in mentioned.items() if times >= 2}
    return {
        word
        for word in chosen
        if 1 <= len(word) <= 16 and (known[word][COMMON] >= 2 or not (known[word][GIVEN] or known[word][FAMILY]))
    }


def _step(value: float, steps: tuple[float, ...]) -> int:
    return sum(value >= step for step in steps)
