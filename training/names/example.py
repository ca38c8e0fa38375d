"""The texts of `examples/`, written by hand, with names of many cultures put in where their placeholders stand.

A line is an example; `\\n` is a line break, `{{` and `}}` are braces. `{person}`, `{given}` and `{family}` of a line
are one person's, `#2` another's; `:lower`, `:upper` and `:last` (Roe, Jane) say how. `{city}`, `{country}`, `{state}`,
`{street}` and `{org}` are drawn too; `{=Jane Roe}`, `{@Rome}`, `{&Acme}` are a person, a place and an institution as
they stand.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from training.names.people import Drawer, Person, countries, states

FOLDER = Path(__file__).with_name("examples")

_PART = re.compile(r"\{\{|\}\}|\{([=@&][^{}]+|[a-z]+(?::[a-z]+)*(?:#\d)?(?::[a-z]+)*)\}|\\n|\\t")
_MARKS: Mapping[str, str] = {"=": "PERSON", "@": "LOCATION", "&": "ORGANIZATION"}
_TITLES: Mapping[str, str] = {
    "en": "Mr. Mrs. Ms. Dr. Mr Mrs Ms Dr Prof. Professor Sir Miss",
    "de": "Herr Frau Dr. Prof. Herrn",
    "fr": "M. Mme Mlle Dr Monsieur Madame Pr",
    "es": "Sr. Sra. Dr. Dra. Don Doña",
    "it": "Sig. Sig.ra Dott. Dott.ssa Ing. Signor Signora",
    "pt": "Sr. Sra. Dr. Dra. Dona",
    "nl": "Dhr. Mevr. Mw. Dr. meneer mevrouw",
    "pl": "Pan Pani dr lek.",
}
_STREETS = (
    "Street St Road Rd Avenue Ave Lane Drive Dr Blvd Court Way Place Close Terrace Crescent Square Hill Park Parade "
    "Trail Highway Circle Grove Gardens Mews Row Walk Loop Alley Heights Hollow"
).split()
_JOINED = (
    "straße strasse gasse weg platz allee straat laan weg gatan gade vej veien katu tie utca ring ufer plein gracht"
).split()
_BEFORE = (
    "Rue|Rue de|Avenue|Boulevard|Chemin de|Place|Via|Viale|Piazza|Corso|Calle|Calle de|Avda.|Plaza|Paseo de|Rua|"
    "Avenida|Travessa|ul.|ulica|al.|Am|An der|Zum|Strada|Bulevardul|Cesta|Ulice"
).split("|")
_UNITS = ("Apt.", "Apt", "Suite", "Unit", "Flat", "Floor", "Rm", "#")
_ORGS = (
    "{f} Inc|{f} Ltd|{f} & {g}|{f} GmbH|{f} Group|{f} LLC|{f} Corp|{f} and Sons|{f} Bank|{f} Systems|{f} Foundation|"
    "{c} General Hospital|University of {c}|{c} Clinic|{c} University|St. {n} Hospital|{f} Pharma|{f} Logistics|"
    "{c} Airlines|{f} Consulting|{f} Corporation|{f} Holdings|{f} Bancorp|{f} Capital Management|{f} Fund|{f} Oyj|"
    "{f} SA|{f} N.V.|{f} PLC|{f} Industries|{f} Technologies|{n} Health|{f} Trust|{f} {g} LLP|{f}, {g} & Co.|"
    "{c} Savings Bank|{c} Times|{c} United|{c} City Council|Bank of {c}|{f} S.A.|{f} AG|{f} Partners|"
    "{c} Medical Center|{f} Insurance"
).split("|")
_WORDS = "item user cfg ctx tmp rows buf node idx handler client payload token parse build load self req resp".split()


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its names: (start, end, label), half-open; label None where nobody knows."""

    text: str
    names: tuple[tuple[int, int, str | None], ...]


@dataclass(frozen=True, slots=True)
class Template:
    genre: str
    language: str
    line: str


def templates() -> list[Template]:
    """Every example, in the files' order."""
    found = []
    for file in sorted(FOLDER.glob("*.txt")):
        for raw in file.read_text(encoding="utf-8").splitlines():
            if not raw.strip() or raw.startswith("# "):
                continue
            line = raw.removeprefix("\\") if raw.startswith("\\#") else raw
            language, tab, rest = line.partition("\t")
            is_told = bool(tab) and len(language) == 2
            found.append(Template(file.stem, language if is_told else "en", rest if is_told else line))
    return found


@dataclass(slots=True)
class Writer:
    """Fills templates in."""

    chance: random.Random
    drawer: Drawer = field(init=False)

    def __post_init__(self) -> None:
        self.drawer = Drawer(self.chance)

    def fill(self, template: Template) -> Text:
        people: dict[str, Person] = {}
        pieces: list[str] = []
        names: list[tuple[int, int, str | None]] = []
        length = last = 0
        for match in _PART.finditer(template.line):
            plain = template.line[last : match.start()]
            written, label = self._part(match, template.language, people)
            pieces += [plain, written]
            start = length + len(plain)
            length = start + len(written)
            if label is not None:
                names.append((start, length, label))
            last = match.end()
        return Text("".join([*pieces, template.line[last:]]), tuple(names))

    def _part(self, match: re.Match[str], language: str, people: dict[str, Person]) -> tuple[str, str | None]:
        plain = {"{{": "{", "}}": "}", "\\n": "\n", "\\t": "\t"}.get(match[0])
        if plain is not None:
            return plain, None
        if match[1][0] in _MARKS:
            return match[1][1:], _MARKS[match[1][0]]
        key, number, more = match[1].partition("#")
        kind, *modifiers = f"{key}{more[1:]}".split(":")
        identity = more[:1] if number else "1"
        if kind in ("person", "given", "family"):
            if identity not in people:
                people[identity] = self.drawer.person(language)
            written = self._name(kind, people[identity], modifiers)
            return _cased(written, modifiers), "PERSON"
        if kind in _PLACES:
            return _cased(_PLACES[kind](self), modifiers), "LOCATION"
        if kind == "org":
            return _cased(self.org(), modifiers), "ORGANIZATION"
        return self._thing(kind, language, people), None

    def _name(self, kind: str, person: Person, modifiers: list[str]) -> str:
        if kind == "given":
            return person.given
        if kind == "family":
            return person.family
        if "last" in modifiers:
            middle = f" {person.middle[0]}." if self.chance.random() < 0.2 else ""
            return f"{person.family}, {person.given}{middle}"
        return self.whole(person)

    def whole(self, person: Person) -> str:
        """The whole name in one of its usual forms."""
        roll = self.chance.random()
        if roll < 0.66:
            return f"{person.given} {person.family}"
        if roll < 0.76:
            return f"{person.given} {person.middle[0].upper()}. {person.family}"
        if roll < 0.82:
            return f"{person.given[0].upper()}. {person.family}"
        if roll < 0.84:
            return f"{person.given[0].upper()}.{person.middle[0].upper()}. {person.family}"
        if roll < 0.93:
            return f"{person.given} {person.middle} {person.family}"
        if roll < 0.95:
            return f"{person.given}-{person.middle} {person.family}"
        return f"{person.given} {person.family}{self.chance.choice((' Jr.', ' III', ' Sr.', ' Jr'))}"

    def street(self) -> str:
        """A street with its number, as some country writes it, at times with what follows on an envelope."""
        chance = self.chance
        someone = self.drawer.person("en")
        name = chance.choice((someone.family, someone.family, someone.given, self.drawer.city()))
        number = chance.choice(
            (
                str(chance.randint(1, 300)),
                str(chance.randint(300, 9800)),
                f"{chance.randint(1, 99)}{chance.choice('abc')}",
            )
        )
        roll = chance.random()
        if roll < 0.55:
            written = f"{number} {name} {chance.choice(_STREETS)}"
        elif roll < 0.7:
            written = f"{name}{chance.choice(_JOINED)} {number}"
        elif roll < 0.9:
            written = f"{chance.choice(_BEFORE)} {name} {number}"
        else:
            written = f"{number} {chance.choice(_BEFORE)} {name}"
        if chance.random() < 0.15:
            written += chance.choice(
                (
                    f", {chance.choice(_UNITS)} {chance.randint(1, 900)}",
                    f" {chance.choice(_UNITS)} {chance.randint(1, 900)}",
                )
            )
        if chance.random() < 0.15:
            written += f", {self.drawer.city()} {chance.randint(10000, 99999)}"
        return written

    def org(self) -> str:
        form = self.chance.choice(_ORGS)
        one, other = self.drawer.person("en"), self.drawer.person("en")
        return form.format(f=one.family, g=other.family, n=other.given, c=self.drawer.city())

    def _thing(self, kind: str, language: str, people: Mapping[str, Person]) -> str:
        pick, number = self.chance.choice, self.chance.randint
        someone = people.get("1") or self.drawer.person(language)
        login = f"{someone.given[0]}{someone.family}".lower().replace(" ", "")
        digits = "".join(self.chance.choices("0123456789", k=number(4, 9)))
        match kind:
            case "title":
                return pick(_TITLES.get(language, _TITLES["en"]).split())
            case "login":
                return pick((login, f"{login}{number(1, 99)}", login.replace("a", ".", 1)))
            case "handle":
                return f"@{login}"
            case "email":
                return f"{login}@{pick(('example.com', 'gmail.com', 'corp.io'))}"
            case "phone":
                return f"+{number(1, 90)} {digits}"
            case "date":
                day, month, year = number(1, 28), number(1, 12), number(1950, 2026)
                return pick((f"{year}-{month:02}-{day:02}", f"{month}/{day}/{year}", f"{day} {pick(_MONTHS)} {year}"))
            case "number":
                return str(number(1, 5000))
            case "id":
                return pick((digits, f"{pick('ABCXZ')}{digits}", f"{pick(('REQ', 'INC', 'MRN', 'JIRA'))}-{digits}"))
            case "url":
                return f"https://{pick(_WORDS)}.example.com/{pick(_WORDS)}/{digits}"
            case "path":
                return f"/{pick(('var', 'home', 'src', 'opt'))}/{pick(_WORDS)}/{pick(_WORDS)}.py"
            case "word":
                return pick((pick(_WORDS), f"{pick(_WORDS)}_{pick(_WORDS)}", f"{pick(_WORDS)}{pick(_WORDS).title()}"))
        raise ValueError(f"placeholder, expected one that this file's docstring names, found {kind!r}")


_MONTHS = (
    "January February March April May June July August September October November December Jan Mar Apr Oct"
).split()
_PLACES: Mapping[str, Callable[[Writer], str]] = {
    "city": lambda writer: writer.drawer.city(),
    "country": lambda writer: writer.chance.choice(countries()),
    "state": lambda writer: writer.chance.choice(states()),
    "street": Writer.street,
}


def _cased(written: str, modifiers: list[str]) -> str:
    return written.lower() if "lower" in modifiers else written.upper() if "upper" in modifiers else written


def filled(seed: int, times: int) -> Iterator[tuple[Template, Text]]:
    """Every template so many times, those without a placeholder once in three."""
    writer = Writer(random.Random(seed))
    for template in templates():
        rounds = times if re.search(r"(?<!\{)\{[a-z]", template.line) else max(1, times // 3)
        for _ in range(rounds):
            yield template, writer.fill(template)
