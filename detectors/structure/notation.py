"""What the first pass looks for on behalf of `pairs.py`, and what stands between a name and its value.

Gates for names that are sure, and for labels so common that their value must look the part too.
"""

import regex

from detectors.structure.lexicon import FOREIGN, NOTHING, Lexicon

PERSON_GATE, STREET_GATE, PARTS_GATE, FOREIGN_GATE = range(4)
"""The first gates: a common label with a person's name, one with a street, two parts of a name, a foreign script."""

PERSON_WORDS = (
    "name patient customer client employee contact cardholder beneficiary guardian member subscriber tenant applicant"
    " insured guarantor borrower driver student nombre nom nome naam kunde patientin paciente paziente cliente"
).split()
"""Labels in front of a person's full name. With so common a name the value must look the part already in the first
pass: two capitalised words."""

SURE_PERSONS = frozenset(
    "patient cardholder beneficiary guardian subscriber insured guarantor borrower patientin paciente paziente".split()
)
"""Those that are never a program's."""

STREET_WORDS = (
    "address street addr line strasse straße adresse anschrift dirección domicilio indirizzo endereço".split()
)
"""Labels in front of a street, which likewise must look like one: a house number and words."""

LABELS = frozenset([*PERSON_WORDS, *STREET_WORDS])

_CLOSE = r"""(?:\\?["'])?[\])*_`]{0,3}"""
_FIRST = r"[A-Z0-9+\x80-\U0010ffff]"
_ENDS = (
    _CLOSE + r"""[ ]?:[ ]?(?:str|string|String)\??[ ]?=[ ]?["']""",
    _CLOSE + r"[ \t.]{0,30}(?::=|=>|={1,3}|:)[ \t]{0,8}[*_]{0,2}[ \t]{0,2}"
    rf"""(?:["'`][^"'`\s%{{<$\\]|{_FIRST}|[(\[]["'0-9])""",
    _CLOSE + rf"[ ]{{0,4}}:[ ]{{0,2}}[|>]?-?\r?\n[ \t]{{1,16}}(?:-[ ]{{1,3}})?[\"']?(?:{_FIRST}|\()",
    rf"""(?:[ ][a-z:]{{1,12}}=["'][^"'<>]{{0,30}}["'])?>[ \t\r\n]{{0,8}}(?:[a-z(]|{_FIRST})""",
    rf":?[ ]?</[a-z]{{1,6}}>[ \t\r\n]{{0,20}}(?:<[a-z]{{1,5}}[^<>]{{0,40}}>)?[ ]{{0,4}}{_FIRST}",
    r"""["'\]]{1,3}[ \t\r\n]{1,8}[a-z-]{2,12}=["']""",
    r"""["'\]]{1,3}[ ]?/?>""",
    rf"[*_`]{{0,2}}[ \t]{{0,40}}(?:\||\t)[ \t]{{0,8}}[*_`\"']{{0,2}}{_FIRST}",
    r"[ ][-–—]{1,2}[ ][A-Z0-9+(]",
    r"[ ](?:is|was|are|ist|lautet|es|est)[ :]{1,2}[\"']?[A-Z0-9+(]",
    r"""\([ ]?["'][^"'%{<$\s]""",
    r"""["'],[ ]?["'][^"'%{<$\s]""",
)
TAIL = regex.compile(
    r"(?:[ _-]?(?:(?i:no|nr|num|number|text|txt|value|val)\.?|[0-9]{1,2}))?\#?(?:" + "|".join(_ENDS) + ")"
)
"""What stands between a name and its value, and the value's first character, or the two with its quote."""


def gates_of(lexicon: Lexicon) -> tuple[bytes, ...]:
    """The gates of ordinary names with telling values, then those of names."""
    labels = b"|".join(word.encode() for word in PERSON_WORDS if word in lexicon.entries) or NOTHING
    person = (
        rb"(?:\A|[^a-zA-Z])(?i:" + labels + rb")" + _CLOSE.encode() + rb"[ ]{0,12}(?:=>|[:=])[ ]{0,4}[*_]{0,2}[ ]?"
        rb"[\"']?[A-Z\xc0-\xde?][a-z\xdf-\xff?'-]{1,20}(?:,[ ]?|[ ][A-Z]\.?[ ]|[ ])[A-Z\xc0-\xde?]"
    )
    streets = b"|".join(word.encode("latin-1") for word in STREET_WORDS if word in lexicon.entries) or NOTHING
    street = (
        rb"(?:\A|[^a-zA-Z])(?i:"
        + streets
        + rb")[ _]?[1l]?"
        + _CLOSE.encode()
        + rb"[ ]{0,12}(?:=>|[:=])[ ]{0,4}[*_]{0,2}[ ]?[\"']?"
        rb"(?:[0-9]{1,5}[A-Za-z]?(?:,|[ ])[ ]?[A-Za-z\xc0-\xff?]{2}|[A-Z\xc0-\xdc?][a-z\xdf-\xff?-]{2,30}"
        rb"(?:[ ][A-Za-z\xc0-\xff?'.-]{2,20}){0,3},?[ ][0-9]{1,4}[ ]?[a-z]?(?:[\"',\r\n<]|\z))"
    )
    two = (
        rb"(?i:first|given)[\"']?[ ]?(?:=>|[:=])[ ]?[\"'][^\"'\r\n]{1,30}[\"'],\s{0,30}[\"']?(?i:last|family)[\"']?"
        rb"[ ]?(?:=>|[:=])[ ]?[\"'][A-Z]"
    )
    foreign = rb"(?:\A|[^?])" + FOREIGN + rb"[\"']?[ ]?[:=][ ]?[\"']?[?A-Z0-9]"
    return person, street, two, foreign, *lexicon.gates()


_FORM_NAME = regex.compile(r"(?r)[?&\s\"'][\w.-]{0,12}(?:%5[Bb]|\[)?[\w.-]{1,60}")
_FORM_OPERATOR = regex.compile(r"(?:%5[Dd]|\])?=[^\s=\"']")


def is_in_form(text: str, end: int) -> bool:
    """Whether the name that ends at `end` is a field of a query or a form: `?fname=` or `&patient[ssn]=`."""
    return (
        _FORM_OPERATOR.match(text, end) is not None
        and (name := _FORM_NAME.match(text, max(0, end - 80), end)) is not None
        and name[0][0] in "?&"
    )
