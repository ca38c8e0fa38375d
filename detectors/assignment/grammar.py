"""The grammar of assignments: where a first-pass hit stands, which name is given which value, and in what form.

A hit ends just after the operator. The name is read backwards from there, the value forwards. Nothing here judges:
`generic.py` does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import regex

from detectors.assignment.promise import HINT_WORDS, VENDORS, promise_of

MAX_VALUE_CHARS = 256
_LOOK_BACK = 180


class Form(Enum):
    """How a value stands, which says how far to trust it.

    QUOTED: a literal. LINE: unquoted to the end of a line of configuration. LOOSE: unquoted inside a line, where code
    puts expressions. PAIR: a literal beside its name in a list of arguments. SPOKEN: prose, flags and tables.
    """

    QUOTED = "quoted"
    LINE = "line"
    LOOSE = "loose"
    PAIR = "pair"
    SPOKEN = "spoken"


@dataclass(frozen=True, slots=True)
class Assignment:
    name: str
    name_start: int
    start: int
    end: int
    form: Form


_SHORT = ("key", "pass")
"""Words that names must end in, since much else begins with them."""
_NAME = r"[A-Za-z0-9_.\-ñ]"
_CLOSE = r"""["'`\[\]}\\*]{0,4}"""
_OPERATOR = r"(?:[?.|!+:~]{0,3}=|:|<-)"
_TYPE = r"(?:\x20(?:[sS]tring|str|\[\]byte))"
_VERB = r"(?i:is|was|to|be|ist|war|lautet)"
_OF = r"(?i:for|of|to|on|de|fuer|f.r)"


def expression(keywords: Iterable[str]) -> bytes:
    """The first pass: an end just after each operator, and sixteen characters into the values of lesser names."""
    words = sorted(keywords)
    strong = _any(word for word in words if word not in HINT_WORDS | VENDORS and word not in _SHORT)
    hint = _any(word for word in words if word in HINT_WORDS)
    tails = (
        rf"{_TYPE}?{_CLOSE}[ \t]{{0,8}}{_OPERATOR}",
        r"[\"'] ?\{[^{}]{0,120}default {0,8}=",
        r"\\?[\"'][ \t]{0,2},",
        r"[\"']?[,;]?\s{1,40}[\"']?(?i:default_?)?(?i:value|val|content)[\"']?[ \t]{0,2}[=:]",
        r"</(?:key|name)>\s{0,40}<(?:string|value)>",
        r"(?: [A-Za-z:]{1,20}=\"[^\"\n>]{0,30}\")?[\"']?>",
        r"\([ ]{0,2}@?[\"']",
        r"[ \t]{0,3}[\"']",
        rf"[\"'`]?(?: {_OF} [^\n:=|]{{1,40}})? {_VERB}[: ]",
        r"[ \w]{0,20}[\"'`*]{0,3}[ \t]{0,20}\|",
        rf"(?: {_OF} [^\n:=|]{{1,40}}| ?\([^\n():=|]{{1,30}}\)):",
    )
    forms = (
        rf"{strong}{_NAME}{{0,30}}(?:{'|'.join(tails)})",
        rf"(?i:pass|pw|psw)[0-9]{{0,2}}(?:{_CLOSE}[ \t]{{0,8}}{_OPERATOR}|[\"'],|(?: [a-z]{{1,20}}=\"[^\"\n>]{{0,30}}"
        r"\")?>)",
        r"-[A-Za-z0-9\-]{0,30}(?i:passw(?:or)?d|passphrase|token|secret|key|pass)[A-Za-z0-9\-]{0,20}[ \t]",
        r"(?i:define)\([ ]?[\"']\w{0,20}(?:KEY|SALT)[\"'][ ]{0,2},",
        r"(?i:requirepass|masterauth)[ \t]",
        r"(?i:env|setx)[ \t]{1,3}\w{0,30}(?:TOKEN|SECRET|KEY|PASS|PASSWORD|PWD)[ \t]",
        r"(?i:identified[ \t]{1,3}(?:with[ \t]{1,3}[\"'`\w]{1,30}[ \t]{1,3})?by|password|passphrase)[ \t]{1,3}[\"']",
        rf"{hint}{_NAME}{{0,20}}{_CLOSE}[ \t]{{0,4}}(?:[?.|!+:~]{{0,2}}=>?|:)[ \t]{{0,4}}"
        r"\\?[\"'`]?[A-Za-z0-9_+/.~\-]{16}",
    )
    return "|".join(f"(?:{form})" for form in forms).encode("latin-1")


def value_expressions(keywords: Iterable[str]) -> list[bytes]:
    """The first pass for services' names, and for rows of a table: an end inside the value.

    Of their own, since one expression with the others would be larger than Vectorscan takes.
    """
    vendor = _any(sorted(word for word in keywords if word in VENDORS))
    given = r"[\"'\]\\]{0,3} {0,2}(?::=|=>|=|:|,) ?\\?[\"'`]?[A-Za-z0-9_+/.~\-]"
    row = r"(?i:token|secret|api_?key|password|passwd),[A-Za-z0-9_+/.~=\-]{16}"
    return [f"{vendor}{given}".encode("latin-1"), row.encode("latin-1")]


def _any(words: Iterable[str]) -> str:
    return "(?i:" + "|".join(word.replace(" ", r"\x20") for word in words) + ")"


_FLAGS = regex.VERBOSE | regex.ASCII | regex.REVERSE
_HEAD = regex.compile(
    rf"""
    (?P<name>(?:(?<![A-Za-z0-9])[A-Za-z]{{2,10}}[ ])??{_NAME}{{1,80}})
    (?:
        ["']?[,;]? \s{{1,40}} ["']? (?i:(?:default_?)?(?:value|val|content)) ["']? [\ \t]{{0,2}} (?P<value> [=:] )
      | ["'] \ ?\{{[^{{}}]{{0,120}}default\ {{0,8}} (?P<value> = )
      | {_TYPE}? {_CLOSE} [\ \t]{{0,8}} (?P<assign> {_OPERATOR} (?:=?>)? )
      | \\?["'] [\ \t]{{0,2}} (?P<pair> , )
      | (?P<value> </(?:key|name)> \s{{0,40}} <(?:string|value)> )
      | ["']? (?P<element> > )
      | (?P<call> \([ ]{{0,2}}@?) ["']
      | (?P<sql> [\ \t]{{1,3}} ) ["']
      | ["'`]? (?:\ {_OF}\ [^\n:=|]{{1,40}}?)? (?P<verb> \ {_VERB}[: ] )
      | (?<=(?:-|(?i:env|setx)\ {{1,3}})[A-Za-z0-9_\-]{{1,80}}|(?i:requirepass|masterauth)) (?P<flag> [\ \t] )
      | (?:\ [\w]{{1,10}}){{0,2}}? ["'`*]{{0,3}} [\ \t]{{0,20}} (?P<cell> \| )
    )
    """,
    _FLAGS,
)
_OF_HEAD = regex.compile(
    rf"""
    (?P<name>(?:[A-Za-z]{{2,10}}[ ])??{_NAME}{{1,80}})
    (?:\ {_OF}\ [^\n:=|]{{1,40}}?|\ ?\([^\n():=|]{{1,30}}\)) (?P<assign>:)
    """,
    _FLAGS,
)
"""`password for root: x`, asked only when what stands before the colon is no promising name itself."""
_ATTRIBUTED_HEAD = regex.compile(
    rf"(?<=<)(?P<name>{_NAME}{{1,80}})\ [A-Za-z:]{{1,20}}=\"[^\"\n>]{{0,30}}\"(?P<element>>)", _FLAGS
)
"""`<Pass encoding="base64">`, likewise."""
_ROW_HEAD = regex.compile(
    rf"(?<=(?:^|\n))(?P<name>{_NAME}{{1,80}})(?P<assign>,)(?P<value>[A-Za-z0-9_+/.~=\-]{{16}})", _FLAGS
)
"""A row of two columns, without quotes."""
_VENDOR_HEAD = regex.compile(
    rf"""
    (?P<name>{_NAME}{{1,80}})
    (?: ["'\]\\]{{0,3}} [\ ]{{0,2}} (?P<assign>:=|=>|=|:) [\ ]? (?P<value>\\?["'`]?[A-Za-z0-9_+/.~\-])
      | \\?["'] (?P<beside>,) [\ ]? (?P<value>["'][A-Za-z0-9_+/.~\-]) )
    """,
    _FLAGS,
)
"""A service's name, and what is given to it or stands beside it in a list of arguments."""
_HINT_HEAD = regex.compile(
    rf"(?P<name>{_NAME}{{1,80}}){_CLOSE}[\ \t]{{0,4}}(?P<assign>(?:[?.|!+:~]{{0,2}}=>?|:))[\ \t]{{0,4}}"
    r"""(?P<value>\\?["'`]?[A-Za-z0-9_+/.~\-]{16})""",
    _FLAGS,
)

_QUOTED = r"""
    (?: \"{3}(?P<value>[^"\r\n]{4,256})\"{3} | '{3}(?P<value>[^'\r\n]{4,256})'{3}
      | \\"(?P<value>[^"\\\r\n]{4,256})\\" | \\'(?P<value>[^'\\\r\n]{4,256})\\'
      | "(?P<value>(?:[^"\\\r\n]|\\.){4,256})" | '(?P<value>(?:[^'\\\r\n]|\\.){4,256})' | `(?P<value>[^`\r\n]{4,256})` )
"""
_PREFIX = r"(?:[bruf@$BRUFL]{0,2}(?=[\"'`\\]))"
_WRAP = r"(?:(?:[A-Za-z_.]{0,20}(?:String|Secret|SecretStr|sensitive))\(\ ?(?=[@bru\"'`])|\(\s{0,20}(?=[\"']))?"
_VALUE = regex.compile(
    rf"""
    (?:=?>|=(?!=)|==|=)? \*{{0,2}} [\ \t]{{0,8}}
    (?:                                                        # a type between name and value
        (?<!=[\ \t]{{0,8}})
        (?:&\ ?)?(?:'\w{{1,8}}\ )? [A-Za-z][A-Za-z_.]{{0,30}}(?:[0-9]{{1,3}}[A-Za-z_]{{0,3}})?
        (?:[\[<][A-Za-z0-9_.,\ |]{{0,40}}[\]>])? \??
        [\ \t]? =(?![=>]) [\ \t]{{0,4}}
    )?
    (?: (?:[|>][+-]?[\ \t]{{0,2}}|\\)? \r?\n [\ \t]{{1,20}} )?   # on the next line
    (?: {_WRAP}{_PREFIX}{_QUOTED} | (?P<value>[^\s"'`“”‘’,;<>(){{}}\[\]\\|][^\s"'`“”‘’]{{3,255}}) )
    """,
    regex.VERBOSE | regex.ASCII,
)
_LITERAL = regex.compile(rf"\s{{0,10}}{_WRAP}{_PREFIX}{_QUOTED}", regex.VERBOSE | regex.ASCII)
_ELEMENT = regex.compile(
    r"\s{0,40}(?:<!\[CDATA\[)?(?P<value>[^<>\r\n]{4,256}?)(?:\]\]>)?\s{0,40}</", regex.VERBOSE | regex.ASCII
)
_SPOKEN = regex.compile(
    r"""[ \t]{0,3}(?:now\ |set\ to\ |=\ )?:?[\ \t]{0,2}["'`“‘*]{0,2}
    (?P<value>[^\s"'`“”‘’,;<>(){}\[\]\\|*][^\s"'`“”‘’,;<>(){}\[\]\\|]{3,127})""",
    regex.VERBOSE | regex.ASCII,
)
_CELL = regex.compile(
    r"[\ \t]{0,20}[`*]{0,2}(?P<value>[^\s|`\x22\x27][^\s|`]{3,127})[`*]{0,2}[\ \t]{0,60}\|", regex.VERBOSE | regex.ASCII
)
_LINE_START = regex.compile(
    r"""(?r)(?:^|\n|\A)[\ \t]{0,24}
    (?:(?:export|setx?|env|ARG|declare|local|readonly|-[ex]|[-*+#$>!]|//|--?|"|'|\d{1,6}[\t|:])[\ \t]{0,4}){0,3}
    (?:\$env:|--|@)?["']?""",
    regex.VERBOSE | regex.ASCII | regex.IGNORECASE,
)
_CALL = regex.compile(r"[A-Za-z_$][\w.$]*(?:[(\[<]|\{(?!\{)|::)|@[a-z]+:|:[a-z]+:|urn:", regex.ASCII)
_OPERATION = regex.compile(r"[+=!*/|&?]=|=>|\+\+|&&")
_SETTER = regex.compile(
    r"""(?r)(?:(?i:define|set|put|add|append|param|property|config|getenv|environ\.get|with)\w{0,16}|\.get)\s{0,2}[(\[]\s{0,12}[bru@]?["']""",
    _FLAGS,
)
_SETTER_NAME = regex.compile(r"(?i)(?:set|with|add|put)_?\w{1,40}|password|passwd|secret|token|api_?key")
_CODE_END = frozenset(",;<>(){}[]\\|")


def read(text: str, at: int) -> Assignment | None:
    """The assignment whose operator ends at `at`, or whose value has its sixteenth character there."""
    low = max(0, at - _LOOK_BACK)
    head = _HEAD.match(text, low, at) or (_OF_HEAD.match(text, low, at) if text[at - 1] == ":" else None)
    if head is None:
        return _within(text, low, at)
    if head["assign"] is not None:
        if text[at - 1] == ":" and text[at : at + 1] in (":", "="):
            return None  # the operator isn't over
        if text[at - 1] == ":" and promise_of(head["name"]) is None:
            head = _OF_HEAD.match(text, low, at) or head
        return _plain(text, head, at)
    if head["value"] is not None:
        pattern = {">": _ELEMENT, "=": _LITERAL, ":": _VALUE}[text[at - 1]]
        match = pattern.match(text, at)
        if match is not None and _CALL.match(text, match.start("value"), match.end("value")):
            return None
        return _made(head, match, Form.QUOTED)
    if head["element"] is not None:
        if promise_of(head["name"]) is None:
            head = _ATTRIBUTED_HEAD.match(text, low, at) or head
        if text[head.start("name") - 1 : head.start("name")] not in ("<", ":", '"', "'") and text[at - 2] != '"':
            return None
        return _made(head, _ELEMENT.match(text, at), Form.QUOTED)
    if head["pair"] is not None:
        form = Form.QUOTED if _SETTER.match(text, low, head.start("name")) else Form.PAIR
        return _made(head, _LITERAL.match(text, at), form)
    if head["sql"] is not None:
        return _made(head, _LITERAL.match(text, at - 1), Form.QUOTED)
    if head["call"] is not None:
        form = Form.QUOTED if _SETTER_NAME.fullmatch(head["name"].rpartition(".")[2]) else Form.PAIR
        return _made(head, _LITERAL.match(text, at - 1), form)
    if head["cell"] is not None:
        return _made(head, _CELL.match(text, at), Form.SPOKEN)
    return _made(head, _SPOKEN.match(text, at), Form.SPOKEN)


def _within(text: str, low: int, at: int) -> Assignment | None:
    """The assignment of a hit inside the value: of a lesser name, of a row, or beside a vendor's name."""
    head = _HINT_HEAD.match(text, low, at) or _ROW_HEAD.match(text, low, at)
    if head is not None:
        return _plain(text, head, head.end("assign"))
    head = _VENDOR_HEAD.match(text, low, at)
    if head is None:
        return None
    if head["assign"] is not None:
        return _plain(text, head, head.end("assign"))
    return _made(head, _LITERAL.match(text, head.end("beside")), Form.PAIR)


def _made(head: "regex.Match[str]", match: "regex.Match[str] | None", form: Form) -> Assignment | None:
    if match is None:
        return None
    start, end = match.span("value")
    name = "password" if head["name"].lower() == "by" else head["name"]  # IDENTIFIED BY
    return Assignment(name, head.start("name"), start, end, form)


def _plain(text: str, head: "regex.Match[str]", at: int) -> Assignment | None:
    """What follows an operator: a literal, the rest of a line of configuration, or something else."""
    match = _VALUE.match(text, at)
    if match is None:
        return None
    start, end = match.span("value")
    if text[start - 1] in "\"'`" and text[end : end + 1] == text[start - 1]:
        return Assignment(head["name"], head.start("name"), start, end, Form.QUOTED)
    if text[end : end + 1] == "\\" and text[start - 2 : start - 1] == "\\":
        return Assignment(head["name"], head.start("name"), start, end, Form.QUOTED)
    is_line = _ends_line(text, end) and _LINE_START.match(text, max(0, head.start("name") - 60), head.start("name"))
    if is_line:
        while end > start and text[end - 1] in ",;":
            end -= 1
        if _CALL.match(text, start, end) and not _is_shell(text, head["name"], start):
            return None
        return Assignment(head["name"], head.start("name"), start, end, Form.LINE)
    cut = next((place for place in range(start, end) if text[place] in _CODE_END or text[place] == "&"), end)
    if cut - start < 4 or _CALL.match(text, start, cut) or _OPERATION.search(text, start, cut):
        return None
    return Assignment(head["name"], head.start("name"), start, cut, Form.LOOSE)


def _is_shell(text: str, name: str, start: int) -> bool:
    """An environment file's line: the name in capitals, the equals sign without blanks."""
    return text[start - 1] == "=" and name.isupper()


def _ends_line(text: str, end: int) -> bool:
    rest = text[end : end + 4].lstrip(" \t")
    return not rest or rest[0] in "\r\n#" or rest.startswith(("//", "\\n"))
