"""The value that stands behind a name: where it ends, and whether it is a literal at all.

Code assigns expressions, types and other names to `first_name` far more often than "Ann". What is no literal value is
left out here; whether a value is what its name says (a person's name, a date) is for the rules to judge. Pure.
"""

import re
from collections.abc import Iterator

MAX_VALUE_CHARS = 200
MAX_LIST_CHARS = 4000
MAX_LIST_ITEMS = 200

Span = tuple[int, int]

QUOTES = "\"'`"

_QUOTED = {q: re.compile(rf"{q}((?:[^{q}\\\r\n]|\\.){{1,{MAX_VALUE_CHARS}}}+){q}") for q in QUOTES}
_ITEM = re.compile(r"""\s{0,40}(?:"([^"\\\r\n]{1,200})"|'([^'\\\r\n]{1,200})')\s{0,40}(?:,|(?=[\])]))""")
_AFTER_QUOTE = re.compile(
    r"[ \t]{0,4}(?:[,;)\]}&|<#/>*:]|\r|\n|\Z|[A-Za-z_-][\w-]{0,30}[=:]|(?:AND|OR|and|or|WHERE)\b|\\)"
)
_MARKUP = re.compile(r"\s{0,20}([^<>{}$\r\n]{1,200}?)\s{0,20}<")
_BARE = re.compile(r"[^\n\r\t|;<>{}\"`=\\]{1,200}")

_NEXT_LABEL = re.compile(
    r"(?:[,.]?\s+|,)(?:[-*]\s)?[A-Za-z\u00c0-\u024f][\w#()'-]{0,20}(?:\s[\w#()'-]{1,16}){0,3}\s?[:=](?!//)"
)
_SENTENCE = re.compile(r"(?<![A-Z])(?<!\b[DSJM][rst])(?<!\bMrs)(?<!\bNo)(?<!\bstr)[.!?](?=\s|$)")
_LAST_FIRST = re.compile(
    r"[^\W\d_][\w'’-]+(?:\s[^\W\d_][\w'’-]+)?,\s?[A-Z\u00c0-\u024f][\w'’.-]*(?:\s[A-Z\u00c0-\u024f][\w'’.-]*)?$"
)
_YEAR_AFTER = re.compile(r"[A-Za-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?, ?\d{4}")
_SMALL_WORD = re.compile(
    r"[ ](?!(?:de|del|della|di|da|dos|das|do|du|des|la|le|las|los|el|van|von|vom|zu|zur|den|der|ten|ter|of|y|e|i"
    r"|bin|ibn|al|abu|st)\b)"
    r"(?![a-z]{3,9}\.?\s\d)(?:[a-z\u00e0-\u00ff][\w'’-]*|[-–—&+(/])(?=[\s,.;:)]|$)"
)
_MONTH = re.compile(
    r"\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic|f[ée]v|avr|mai|juin|juil|ao[uû]t|d[ée]c|gen|mag|giu|lug|set|ott|m[aä]r|okt|dez)",
    re.I,
)

_CODE = re.compile(
    r"\w\(|\(\)|[\[\]$\\~^]|::|->|=>|&&|\|\||\w_\w|(?<![A-Za-z0-9])_|\{|\}|%[sd(]|<[^<>]*>|[a-z]\.[a-z]{3,}(?!.*@)(?<!@)|^(?:self|this|new|await|lambda|func)\b"
)
_TEMPLATE = re.compile(
    r"\$\{|\{\{|\}\}|\{[\w.:!]*\}|%\(|%[sdr](?![A-Za-z0-9])|<[^<>]{1,40}>|#\{|\$\w|%[A-Z_]{2,}%|\\[dwsb]|\[[a-zA-Z]-"
)
_MASK = re.compile(r"[\W_xX]*")

EMPTY_WORDS = frozenset(
    """
    null none nil undefined nan na n/a unknown unspecified empty unset blank missing todo tbd fixme true false yes no
    string str text varchar char character date datetime timestamp time int integer number numeric float double decimal
    bigint boolean bool bytes object array list dict map set optional any void field charfield textfield datefield
    emailfield column type types value values name names label required redacted masked hidden removed anonymous
    anonymized anonymised not_null enum struct uuid json xml html id key foo bar baz test testing example sample dummy
    placeholder default auto other self this here see below above various pending confidential private withheld declined
    email phone address nvarchar longtext mediumtext tinytext stringfield nullable unique primary keyword fuzzy match
    """.split()
)
"""What stands where a value would, and says nothing: types, nulls, placeholders."""

_ADDRESS_WORDS = frozenset(
    "address addr street strasse straße str anschrift adresse direccion dirección indirizzo endereco endereço morada"
    " adres rue via calle residence domicilio wohnort wohnhaft home line".split()
)


def is_long(entry: str) -> bool:
    """Whether values under `entry` are addresses, which go on over commas and small words."""
    return not _ADDRESS_WORDS.isdisjoint(entry.split())


def values_at(text: str, at: int, entry: str) -> Iterator[Span]:
    """The literal values that begin at `at`, just behind an operator; usually one, several in a list."""
    first = text[at : at + 1]
    if first in "[(" and text[at + 1 : at + 40].lstrip()[:1] in QUOTES and first:
        yield from _list(text, at + 1)
    elif first in QUOTES and first:
        yield from quoted_at(text, at)
    elif first:
        yield from bare_at(text, at, entry)


def quoted_at(text: str, at: int) -> Iterator[Span]:
    """The string literal that opens at `at`, when nothing is done to it behind its end."""
    match = _QUOTED[text[at]].match(text, at)
    if match is not None and _AFTER_QUOTE.match(text, match.end()) and is_literal(match[1]):
        yield match.span(1)


def _list(text: str, at: int) -> Iterator[Span]:
    end = min(len(text), at + MAX_LIST_CHARS)
    for _ in range(MAX_LIST_ITEMS):
        match = _ITEM.match(text, at, end)
        if match is None:
            return
        which = 1 if match[1] is not None else 2
        if is_literal(match[which]):
            yield match.span(which)
        at = match.end()


def markup_at(text: str, at: int) -> Iterator[Span]:
    """The text of an element, from behind its `>` to the next `<`."""
    match = _MARKUP.match(text, at)
    if match is not None and is_literal(match[1]):
        yield match.span(1)


def bare_at(text: str, at: int, entry: str) -> Iterator[Span]:
    """A value without quotes: to the end of the line, the next label or the end of what reads as one value."""
    match = _BARE.match(text, at)
    if match is None:
        return
    run = match[0]
    following = text[match.end() : match.end() + 1]
    if (
        run[0].isupper()
        and run[-1:].isalnum()
        and following
        and (following in '{<"`' or (following == "=" and " " not in run))
    ):
        return  # an expression goes on
    value = _trimmed(_cut(run, match.end() < len(text) and text[match.end()] in "=", is_long(entry)))
    if value and is_literal(value) and not _CODE.search(value):
        yield at, at + len(value)


def _cut(run: str, before_equals: bool, is_address: bool) -> str:
    seen = f"{run}=" if before_equals else run
    if label := _NEXT_LABEL.search(seen):
        run = run[: label.start()]
    run = run.partition("  ")[0]
    if sentence := _SENTENCE.search(run):
        run = run[: sentence.start()]
    if is_address:
        return run
    if not _LAST_FIRST.fullmatch(run) and not _YEAR_AFTER.match(run):
        run = run.partition(",")[0]
    for small in _SMALL_WORD.finditer(run):
        if not _MONTH.match(run, small.start()):
            return run[: small.start()]
    return run


def _trimmed(run: str) -> str:
    value = run.rstrip(" \t,.*_:'’!?")
    while value.endswith(")") and "(" not in value:
        value = value[:-1].rstrip(" '")
    return value


def is_literal(value: str) -> bool:
    """False for types, nulls, masks and templates: what stands in a value's place."""
    plain = value.strip().lower()
    return (
        len(plain) > 1
        and plain.strip("()<>[]*_.!?") not in EMPTY_WORDS
        and not _MASK.fullmatch(plain)
        and not _TEMPLATE.search(value)
    )
