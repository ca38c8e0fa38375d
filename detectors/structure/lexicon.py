"""Names of fields: what `patientBirthDate`, `p_first_nm` and "Date of birth" have in common, and which entry they mean.

Entries come from the rules (`fields: [date of birth]`), so one list in YAML serves every format. Nothing here reads a
format; `pairs.py`, `table.py` and `sql.py` do, and ask for names. Pure, but for a cache of names seen before.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

MAX_NAME_CHARS = 80
MAX_NAME_WORDS = 12

ORDINARY = frozenset(
    """
    name names first last middle given family forename full title address addresses street city town state county
    region country zip zipcode postcode postal pin phone telephone tel mobile cell fax call sms contact client customer
    patient member user employee person holder owner account number id ids code date day year age sex gender birth born
    host source src remote server login visitor group card policy claim order record chart social sin pan pass tin nie
    cf ss ip dea rx provider physician practitioner prescriber doctor dr hospital medicare beneficiary vehicle vin
    device serial license licence permit passport bank swift routing sort branch iban bic cc cvv cvc pay payment email
    mail e-mail username nickname nick alias company tax vat uid nif nit rut rg dni cpr pnr nir utr npi mbi cms sub tag
    handle profile salary income nationality citizenship race ethnicity religion occupation employer position wallet
    addr street1 street2 line1 line2 data key value plate registration reference ref national identity document
    call reach whatsapp handy cn sn uname maiden surnames ort ville ciudad città cidade stad nom nome nombre
    naam namn navn line1 line2 drivers
    """.split()
)
"""Single words that programs use for other things all day long. As a name of their own they mean a person's data only
where other names around them do: in a table or record, or behind a word of `OWNERS`."""

UNTELLING = frozenset("name names id ids title number code date key value type state status data group order".split())
"""Ordinary words that don't even make their neighbours personal."""

OWNERS = frozenset(
    """
    patient customer client member user employee person contact subscriber beneficiary holder cardholder accountholder
    owner applicant borrower tenant guest student staff worker candidate insured guarantor guardian parent mother father
    spouse partner child kin relative emergency payer payee buyer purchaser recipient sender consumer donor voter driver
    doctor physician provider prescriber nurse resident home work business mobile cell personal private primary
    secondary alternate billing shipping mailing delivery postal residential permanent current legal day daytime
    evening night main other my his her their our your pt cust emp usr p c b s
    kunde patientin kunden client cliente klant paziente
    """.split()
)
"""Words before or behind an entry that say whose it is, and leave what it is."""

STOPS = frozenset(
    """
    is has have had use uses show hide validate valid verify verified format parse encrypt encrypted hash hashed
    masked mask require required requires invalid missing no not without allow enable enabled disable disabled max min
    default sort by count type regex pattern field fields column columns label placeholder hint error errors message
    help template prefix suffix length size file class host hostname method function func variable var module package
    table schema domain dns ip mac bucket repo branch event metric test display short long pretty model attr attribute
    param parameter arg index idx byte memory virtual bind listen base offset load web url uri http server service
    cluster node image container job task queue topic role config setting settings property option category product
    item brand tag theme font color icon key keys token version
    """.split()
)
"""A name with one of these around its entry speaks about the field, or of something else that has a name."""

TAILS = frozenset("no nr num number numbers text txt value val str string s line a b x y eng en full".split())
"""What a name may carry behind its entry."""

FOREIGN = rb"\?{2,8}"
"""A name in another script, as the first pass sees it."""

NOTHING = rb"\x00\xff\x00\xff\x00"
"""An expression that stands nowhere, for alternations without an alternative."""

_SHORT_CHARS = 5
_END = b"(?:[^a-z]|$)"

PERSONAL = frozenset(
    """
    age gender sex email mail salary income race ethnicity marital nationality occupation religion birthdate dob ssn
    alter geschlecht sexe genre edad género genero età sesso idade sexo leeftijd geslacht suffix
    """.split()
)
"""Columns that no rule may know, but whose presence says that the table is of persons."""

REACHES = frozenset("phone telephone mobile cell tel telefon email mail".split())
"""Columns that with one of names make a table of persons, even by themselves."""

FULL_NAMES = frozenset("name nome nom nombre naam namn navn patient customer client employee member student".split())

NUMBER_WORDS = frozenset("no nr num nbr numero".split())
"""Ways to end a name in "number"."""

_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=[a-z])['\u2019]s(?![a-z])")


def words(name: str) -> tuple[str, ...]:
    """The words of a name, lower case, without accents: `dateOfBirth`, `DATE_OF_BIRTH` and "date of birth" alike."""
    plain = name if name.isascii() else _unaccented(name)
    plain = _APOSTROPHE.sub("", plain).replace("#", " number ")
    found: list[str] = []
    for part in _WORD.findall(plain):
        found += [part.lower()] if part.isalpha() and (part.islower() or part.isupper()) else _split(part)
    if len(found) > 1 and found[-1] in NUMBER_WORDS:
        found[-1] = "number"
    return tuple(found)


def _split(part: str) -> list[str]:
    return [hump.lower() for hump in _HUMPS.findall(part)]


def _unaccented(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    return "".join(c for c in apart if not unicodedata.combining(c))


class Lexicon:
    """Entries, looked up by the names that programs and people write for them.

    `columns` are further names, known where a table has them and nowhere else.
    """

    def __init__(self, entries: Iterable[str], columns: Iterable[str] = ()) -> None:
        self.entries = frozenset(entry for entry in entries if ":" not in entry and words(entry))
        self._columns = frozenset(entry for entry in columns if ":" not in entry and words(entry)) - self.entries
        self._spellings: dict[str, list[str]] = {}
        for entry in sorted(self.entries | self._columns, key=lambda entry: (-entry.count(" "), entry)):
            self._spellings.setdefault("".join(words(entry)), []).append(entry)
        self._by_letters = {letters: spelled[0] for letters, spelled in self._spellings.items()}
        self.find = lru_cache(maxsize=8192)(self._find)
        self.is_ordinary = lru_cache(maxsize=1024)(_is_ordinary)

    def _find(self, name: str) -> str | None:
        """The entry that `name` means, ordinary words included; None for names of anything else."""
        if len(name) > MAX_NAME_CHARS:
            return None
        parts = words(name)[-MAX_NAME_WORDS:]
        while parts and parts[0].isdigit():
            parts = parts[1:]
        for end in _ends(parts):
            entry = self._by_letters.get("".join(parts[:end]))
            if entry is not None and not (end < len(parts) and entry in OWNERS):  # a customer's number isn't a name
                return entry
        for end in _ends(parts):
            if entry := self._suffix(parts[:end]):
                return entry
        return self._prefix(parts)

    def _suffix(self, parts: Sequence[str]) -> str | None:
        for start in range(1, len(parts)):
            entry = self._by_letters.get("".join(parts[start:]))
            if entry is not None:
                return entry if self._owned(entry, parts[:start]) else None
        return None

    def _prefix(self, parts: Sequence[str]) -> str | None:
        for end in range(len(parts) - 1, 0, -1):
            entry = self._by_letters.get("".join(parts[:end]))
            if entry is not None:
                rest = parts[end:]
                return entry if all(part in OWNERS or part in TAILS or part.isdigit() for part in rest) else None
        return None

    def _owned(self, entry: str, before: Sequence[str]) -> bool:
        if not STOPS.isdisjoint(before):
            return False
        return not _is_ordinary(entry) or before[-1] in OWNERS or len("".join(before)) == 1

    def spellings(self, entry: str) -> Sequence[str]:
        """Every way in which rules write `entry`; each may have rules of its own."""
        return self._spellings.get("".join(words(entry)), (entry,))

    def in_record(self, entry: str) -> str:
        """What `entry` means beside a person's data: there a `name` is a person's."""
        return "person name" if entry in FULL_NAMES and "person name" in self.entries else entry

    def find_sure(self, name: str) -> str | None:
        """As `find`, but None where the name alone is too ordinary to mean a person's data."""
        entry = self.find(name)
        if entry is None or not self.is_ordinary(entry):
            return entry
        return entry if len(parts := words(name)) > 1 and not OWNERS.isdisjoint(parts) else None

    def columns(self, names: Sequence[str]) -> dict[int, str]:
        """Which of a record's or table's columns mean what; those of persons only when together they speak of some."""
        known = {index: entry for index, name in enumerate(names) if (entry := self.find(name)) is not None}
        asides = {index: entry for index, entry in known.items() if entry in self._columns}
        weight = sum(not PERSONAL.isdisjoint(words(name)) for index, name in enumerate(names) if index not in known)
        for index, entry in known.items():
            sure = index not in asides and self.find_sure(names[index]) is not None
            weight += 2 if sure else entry not in UNTELLING
        if not FULL_NAMES.isdisjoint(known.values()) and not REACHES.isdisjoint(known.values()):
            weight += 1
        return known if weight >= 2 else asides

    def foreign(self) -> list[str]:
        """Entries in scripts of which the first pass sees nothing but `?`."""
        return sorted(entry for entry in self.entries if _is_foreign(entry))

    def gates(self) -> list[bytes]:
        """First-pass expressions for every entry that isn't ordinary, and for ordinary ones behind the word of an owner
        (`customer_phone`, "mailing address"), in any case, over Latin-1 text in which other characters became `?`.

        Each hits one character behind a name; what follows is for the reader to see, since expressions of names alone
        are many times cheaper. Names in other scripts are all `?` here: readers look for those by `FOREIGN`.
        """
        latin = {entry for entry in self.entries if not _is_foreign(entry)}
        sure = {entry for entry in latin if not _is_ordinary(entry)}
        short = sorted(entry for entry in sure if len(entry) <= _SHORT_CHARS)
        humps = sorted(form for entry in short if entry.isascii() and entry.isalpha() for form in _capitals(entry))
        long = sorted({_spelled(entry) for entry in sure.difference(short)})
        ordinary = sorted({_spelled(entry) for entry in latin - sure if entry not in UNTELLING})
        owners = sorted(owner for owner in OWNERS if len(owner) > 3) if ordinary else ()
        owned = b"(?:'s)?[ _.-]?(?:" + b"|".join(ordinary) + b")"
        return [
            *(name + _END for name in long),
            *(rb"(?:^|[^A-Za-z])" + _spelled(entry) + _END for entry in short),
            *(b"[a-z]" + hump + _END for hump in humps),
            *(b"(?i:" + owner.encode() + b")" + owned + _END for owner in owners),
        ]


def _ends(parts: Sequence[str]) -> list[int]:
    """Where a name may end, whole first, then without what it may carry behind its entry."""
    ends = [len(parts)]
    while len(ends) < 4 and ends[-1] > 1 and (parts[ends[-1] - 1].isdigit() or parts[ends[-1] - 1] in TAILS):
        ends.append(ends[-1] - 1)
    return ends


def _is_ordinary(entry: str) -> bool:
    return " " not in entry and entry in ORDINARY


def _is_foreign(entry: str) -> bool:
    return sum(c.isascii() and c.isalnum() for c in _unaccented(entry)) < min(3, len(entry))


def _spelled(entry: str) -> bytes:
    """The entry's words with at most one character between them; accents may be there or not."""
    parts = entry.split()
    spelled = [_letters(word) for word in parts]
    if len(parts) > 1 and (parts[-1] == "number" or parts[-1] in NUMBER_WORDS):
        spelled[-1] = rb"(?:num(?:ber)?|nbr|n[or]|\#)"
    return b"(?i:" + rb"[ _.-]?".join(spelled) + b")"


def _capitals(entry: str) -> tuple[bytes, bytes]:
    """How a short entry ends a name in camel case, `patientDob`."""
    return entry.capitalize().encode(), entry.upper().encode()


def _letters(word: str) -> bytes:
    out = b""
    for c in word:
        if c.isascii() and c.isalnum():
            out += c.encode()
        elif c.isascii():
            out += rb"[^a-z0-9]?"
        else:
            plain = _unaccented(c)
            same = plain.encode() if plain.isascii() and len(plain) == 1 else b""
            own = b"".join(
                b"\\x%02x" % byte for form in (c.lower(), c.upper()) for byte in form.encode("latin-1", "replace")
            )
            out += b"[" + same + own + b"]"
    return out
