# ruff: noqa: E501
"""The disguises of `docs/evasions.md`, one function each: a sensitive value in, the text that hides it out.

Values are made at run time. A disguise of the whole text hides what names the value too.
"""

import base64
import bz2
import gzip
import html
import itertools
import json
import lzma
import quopri
import random
import textwrap
import urllib.parse
import zlib
from collections.abc import Callable, Iterable

import zstandard

Disguise = Callable[[str], str]

_SOURCE = random.Random(7)
_BASE62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_BASE62_ORDER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _github() -> str:
    body = "".join(_SOURCE.choices(_BASE62, k=30))
    check, digits = zlib.crc32(body.encode()), ""
    while check:
        check, digit = divmod(check, 62)
        digits = _BASE62_ORDER[digit] + digits
    return "gh" + "p_" + body + digits.rjust(6, "0")


def _pem() -> str:
    inside = base64.encodebytes(b"\x30\x82\x02\x5d\x02\x01\x00\x02\x81\x81" + _SOURCE.randbytes(590)).decode()
    name = "RSA " + "PRIVATE KEY"
    return f"-----BEGIN {name}-----\n{inside}-----END {name}-----"


def _jwt() -> str:
    parts = (
        b'{"alg":"HS256","typ":"JWT"}',
        b'{"sub":"8842771","name":"J. Roe","iat":1718000000}',
        _SOURCE.randbytes(32),
    )
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


TOKEN, AWS_ID = _github(), "AK" + "IA" + "Q" + "".join(_SOURCE.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=15))
AWS_SECRET = "".join(_SOURCE.choices(_BASE62 + "+/", k=39)) + "h"
PEM, JWT = _pem(), _jwt()
PASSWORD = "zWq7mR" + "-t9Kx!vq"
CARD, CARD_GROUPED = "4539" + "578763621486", "4539 5787" + " 6362 1486"
SSN, EMAIL = "536-22" + "-4399", "maria.keller" + "@brightwave-labs.com"
IBAN, MRN = "DE89" + "370400440532013000", "MRN: 0048" + "2913"
URL = "postgres://billing:" + "xK9mQ2vLp7" + "@db.prod.brightwave.io:5432/ledger"

TEXTS = {
    "token": f"deploy with {TOKEN} please",
    "aws": f"aws_access_key_id = {AWS_ID}\naws_secret_access_key = {AWS_SECRET}\n",
    "pem": PEM + "\n",
    "password": f'db_password = "{PASSWORD}"',
    "card": f"card {CARD_GROUPED} exp 04/29",
    "bare card": f"card number {CARD} exp 04/29",
    "ssn": f"SSN: {SSN} on file",
    "email": f"write to {EMAIL} today",
    "iban": f"IBAN {IBAN} for the refund",
    "mrn": f"{MRN} admitted on Monday",
    "jwt": f"Authorization: Bearer {JWT}",
    "url": f"DATABASE_URL={URL}",
}
"""A text around each kind of value."""

IN_PLACE = TEXTS | {"password": f"db_password = {PASSWORD}", "aws": f"the key id is {AWS_ID} here"}
"""The same for disguises of the value alone."""

VALUES = {
    "token": TOKEN, "aws": AWS_ID, "pem": PEM, "password": PASSWORD, "card": CARD_GROUPED, "bare card": CARD, "ssn": SSN,
    "email": EMAIL, "iban": IBAN, "mrn": MRN, "jwt": JWT, "url": URL,
}  # fmt: skip
"""The part of each text that matters."""

ALL = tuple(TEXTS)
SECRETS = ("token", "aws", "password", "jwt", "url")
NUMBERS = ("card", "bare card", "ssn")


def b64(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


def wrapped(text: str, width: int, join: str = "\n") -> str:
    return join.join(textwrap.wrap(text, width, break_on_hyphens=False))


def padded(text: str) -> str:
    """The text among lines enough for an encoder to wrap at."""
    return (
        f"# settings of the billing service, production\n{text}\n# end of the settings, do not edit below this line\n"
    )


def dump(text: str, form: Callable[[int, bytes], str], width: int = 16) -> str:
    raw = text.encode()
    return "\n".join(form(at, raw[at : at + width]) for at in range(0, len(raw), width)) + "\n"


def ascii_column(row: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)


def xxd(at: int, row: bytes) -> str:
    return f"{at:08x}: {row.hex(' ', -2):<39}  {ascii_column(row)}"


def od_characters(at: int, row: bytes) -> str:
    return f"{at:07o}" + "".join("  \\n" if byte == 10 else f"   {chr(byte)}" for byte in row)


def od_words(at: int, row: bytes) -> str:
    return f"{at:07o}" + "".join(f" {int.from_bytes(row[n : n + 2], 'little'):06o}" for n in range(0, len(row), 2))


def od_octal(at: int, row: bytes) -> str:
    return f"{at:07o}" + "".join(f" {byte:03o}" for byte in row)


def od_decimal(at: int, row: bytes) -> str:
    return f"{at:07o}" + "".join(f" {byte:3d}" for byte in row)


def hexdump_c(at: int, row: bytes) -> str:
    return f"{at:08x}  {row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}  |{ascii_column(row)}|"


def hexdump(at: int, row: bytes) -> str:
    row += b"\0" * (len(row) % 2)
    return f"{at:07x} " + " ".join(f"{high:02x}{low:02x}" for low, high in itertools.batched(row, 2))


def od(at: int, row: bytes) -> str:
    return f"{at:07o} {row.hex(' ')}"


def lines(prefix: Callable[[int], str]) -> Disguise:
    """Every line behind a prefix, long ones cut at 34 characters as a narrow pane does."""

    def disguise(text: str) -> str:
        cut = [line[at : at + 34] for line in text.split("\n") for at in range(0, len(line) or 1, 34)]
        return "\n".join(prefix(number) + row for number, row in enumerate(cut, 9))

    return disguise


def split(opening: str, middle: str, closing: str, size: int = 9) -> Disguise:
    """The text in pieces of a few characters, as string literals of some language."""

    def disguise(text: str) -> str:
        return opening + middle.join(text[at : at + size] for at in range(0, len(text), size)) + closing

    return disguise


def between(mark: str) -> Disguise:
    return lambda text: mark.join(text)


def every(form: str, unit: str = "") -> Disguise:
    """Each character (or byte) by its number, in this format."""
    return lambda text: unit.join(form.format(byte) for byte in text.encode())


def times(disguise: Disguise, count: int) -> Disguise:
    def disguised(text: str) -> str:
        for _ in range(count):
            text = disguise(text)
        return text

    return disguised


def mapped(pairs: Iterable[tuple[str, str]]) -> Disguise:
    table = dict(pairs)
    return lambda text: "".join(table.get(c, c) for c in text)


def shifted(*ranges: tuple[str, str, int]) -> Disguise:
    """Characters of each range moved to where a block of look-alikes begins."""
    return mapped(
        (chr(point), chr(point - ord(low) + start))
        for low, high, start in ranges
        for point in range(ord(low), ord(high) + 1)
    )


def quote_all(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def escape_specials(text: str) -> str:
    return urllib.parse.quote(text, safe="")


def uuencode(text: str) -> str:
    import binascii

    raw = text.encode()
    rows = "".join(binascii.b2a_uu(raw[at : at + 45]).decode() for at in range(0, len(raw), 45))
    return f"begin 644 settings.env\n{rows}`\nend\n"


def mime_word(coding: str) -> Disguise:
    def disguise(text: str) -> str:
        if coding == "B":
            words = [b64(text[at : at + 24]) for at in range(0, len(text), 24)]
        else:
            rows = [text[at : at + 24] for at in range(0, len(text), 24)]
            words = ["".join("_" if c == " " else c if c.isalnum() else f"={ord(c):02X}" for c in row) for row in rows]
        return "Subject: " + "\r\n ".join(f"=?utf-8?{coding}?{word}?=" for word in words)

    return disguise


def spaced(mark: str) -> Disguise:
    return lambda text: f"{mark}".join(text.replace(" ", mark).replace("-", "-"))


def words_of(text: str) -> str:
    names = "zero one two three four five six seven eight nine".split()
    return " ".join(names[int(c)] if c.isdigit() else {"-": "dash", " ": ","}[c] for c in text).replace(" ,", ",")


def smuggled(text: str) -> str:
    """Each byte as a variation selector behind an emoji."""
    return "\U0001f600" + "".join(chr(0xFE00 + b) if b < 16 else chr(0xE0100 + b - 16) for b in text.encode())


def utf7(text: str) -> str:
    return "+" + base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=") + "-"


_ROT13 = mapped(zip(_BASE62[:52], "NOPQRSTUVWXYZABCDEFGHIJKLMnopqrstuvwxyzabcdefghijklm", strict=True))
_CYRILLIC = mapped(zip("AaBCcEeHIiKMOoPpTXxyj", "АаВСсЕеНІіКМОоРрТХхуј", strict=True))
_GREEK = mapped(zip("ABEZHIKMNOPTYXo", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", strict=True))
_CHEROKEE = mapped(zip("DRTiAJEWMHYGZSVLCPKB", "ᎠᎡᎢᎥᎪᎫᎬᎳᎷᎻᎩᏀᏃᏚᏙᏞᏟᏢᏦᏴ", strict=True))
_SMALL_CAPS = mapped(zip("acdeo", "ᴀᴄᴅᴇᴏ", strict=True))
_CIRCLED = shifted(("A", "Z", 0x24B6), ("a", "z", 0x24D0), ("1", "9", 0x2460), ("0", "0", 0x24EA))

WHOLE: dict[str, tuple[Disguise, tuple[str, ...]]] = {
    "base64": (b64, ALL),
    "base64 without padding": (lambda t: b64(t).rstrip("="), ALL),
    "base64, URL-safe": (lambda t: base64.urlsafe_b64encode(t.encode()).decode(), ALL),
    **{f"base64, lines of {width}": (lambda t, w=width: wrapped(b64(padded(t)), w), ALL) for width in (40, 60, 64, 72, 76)},
    "base64, lines of 75": (lambda t: wrapped(b64(padded(t)), 75), ALL),
    "base64, CRLF": (lambda t: wrapped(b64(padded(t)), 76, "\r\n"), ALL),
    "base64, indented": (lambda t: "    " + wrapped(b64(padded(t)), 64, "\n    "), ALL),
    "base64 in YAML": (lambda t: "data:\n  env: |\n    " + wrapped(b64(padded(t)), 64, "\n    "), ALL),
    "base64 in JSON": (lambda t: json.dumps({"content": b64(t), "encoding": "base64"}), ALL),
    "base64 in a data URL": (lambda t: f'<a href="data:text/plain;charset=utf-8;base64,{b64(t)}">x</a>', ALL),
    "base64 with escaped line ends": (lambda t: json.dumps(wrapped(b64(padded(t)), 76)), ALL),
    "base64 with line ends escaped twice": (lambda t: json.dumps(json.dumps(wrapped(b64(padded(t)), 76))), ALL),
    "base64 as quoted lines of code": (lambda t: '    "' + wrapped(b64(padded(t)), 64, '"\n    "') + '"', ALL),
    "base64 behind mail quotes": (lambda t: "> " + wrapped(b64(padded(t)), 76, "\n> "), ALL),
    "base64 in a diff": (lambda t: "+" + wrapped(b64(padded(t)), 76, "\n+"), ALL),
    "base64 percent-encoded": (lambda t: "data=" + urllib.parse.quote(b64(t), safe=""), ALL),
    **{f"base64, {n} times": (times(b64, n), ALL) for n in (2, 3, 4, 5, 6)},
    "base64 of UTF-16": (lambda t: "powershell -EncodedCommand " + b64(t, "utf-16-le"), ALL),
    "base64 of big-endian UTF-16": (lambda t: b64(t, "utf-16-be"), ALL),
    "base64 of gzip": (lambda t: base64.b64encode(gzip.compress(t.encode(), mtime=0)).decode(), ALL),
    "base64 of zlib": (lambda t: base64.b64encode(zlib.compress(t.encode())).decode(), ALL),
    "base64 of zlib, best": (lambda t: base64.b64encode(zlib.compress(t.encode(), 9)).decode(), ALL),
    "base64 of zlib, stored": (lambda t: base64.b64encode(zlib.compress(t.encode(), 1)).decode(), ALL),
    "base64 of bzip2": (lambda t: base64.b64encode(bz2.compress(t.encode())).decode(), ALL),
    "base64 of xz": (lambda t: base64.b64encode(lzma.compress(t.encode())).decode(), ALL),
    "hex of gzip": (lambda t: gzip.compress(t.encode(), mtime=0).hex(), ALL),
    "base32": (lambda t: base64.b32encode(t.encode()).decode(), ALL),
    "base32, lines of 64": (lambda t: wrapped(base64.b32encode(padded(t).encode()).decode(), 64), ALL),
    "ascii85": (lambda t: base64.a85encode(t.encode(), adobe=True).decode(), ALL),
    "ascii85, lines of 72": (lambda t: base64.a85encode(padded(t).encode(), adobe=True, wrapcol=72).decode(), ALL),
    "base85, named": (lambda t: f'base85.b85decode("{base64.b85encode(t.encode()).decode()}")', ALL),
    "hex": (lambda t: t.encode().hex(), ALL),
    "hex, upper case": (lambda t: t.encode().hex().upper(), ALL),
    "hex, lines of 64": (lambda t: wrapped(padded(t).encode().hex(), 64), ALL),
    "hex, spaced": (lambda t: t.encode().hex(" "), ALL),
    "hex, colons": (lambda t: t.encode().hex(":"), ALL),
    "hex, dashes": (lambda t: t.encode().hex("-").upper(), ALL),
    "hex, commas": (lambda t: t.encode().hex(","), ALL),
    "hex, 0x one by one": (lambda t: " ".join(f"0x{b:02x}" for b in t.encode()), ALL),
    "hex, C array": (lambda t: "char k[] = {\n" + dump(t, lambda _, r: "  " + "".join(f"0x{b:02x}, " for b in r), 12) + "};", ALL),
    "hex, C array without blanks": (lambda t: "{" + ",".join(f"0X{b:02X}" for b in t.encode()) + "}", ALL),
    "hex after 0x": (lambda t: "0x" + t.encode().hex(), ALL),
    "xxd": (lambda t: dump(t, xxd), ALL),
    "hexdump -C": (lambda t: dump(t, hexdump_c), ALL),
    "hexdump": (lambda t: dump(t, hexdump), ALL),
    "od -t x1": (lambda t: dump(t, od), ALL),
    "od -c": (lambda t: dump(t, od_characters), ALL),
    "od": (lambda t: dump(t, od_words), ALL),
    "od -b": (lambda t: dump(t, od_octal), ALL),
    "od -t u1": (lambda t: dump(t, od_decimal), ALL),
    "octal bytes": (lambda t: " ".join(f"{byte:03o}" for byte in t.encode()), ALL),
    "quoted characters": (lambda t: json.dumps(list(t)), ALL),
    "quoted characters, indented": (lambda t: json.dumps(list(t), indent=2), ALL),
    "numbered bytes": (lambda t: json.dumps({str(at): byte for at, byte in enumerate(t.encode())}), ALL),
    "Java bytes": (lambda t: ", ".join(f"(byte) 0x{byte:02x}" for byte in t.encode()), ALL),
    "CHAR calls": (lambda t: "&".join(f"CHAR({byte})" for byte in t.encode()), ALL),
    "CSS escapes": (lambda t: "".join(f"\\{byte:06x}" for byte in t.encode()), ALL),
    "octal behind a zero": (lambda t: "".join(f"\\0{byte:03o}" for byte in t.encode()), ALL),
    "hex of UTF-16": (lambda t: t.encode("utf-16-le").hex(), ALL),
    "base64 of zstd": (lambda t: base64.b64encode(zstandard.compress(t.encode())).decode(), ALL),
    "decimal bytes": (lambda t: str(list(t.encode())), ALL),
    "decimal bytes, no blanks": (lambda t: ",".join(map(str, t.encode())), ALL),
    "decimal bytes, blanks": (lambda t: " ".join(map(str, t.encode())), ALL),
    "decimal bytes, lines": (lambda t: "[\n" + ",\n".join(f"    {b}" for b in t.encode()) + "\n]", ALL),
    "fromCharCode": (lambda t: "String.fromCharCode(" + ", ".join(map(str, t.encode())) + ")", ALL),
    "chr calls": (lambda t: " + ".join(f"chr({b})" for b in t.encode()), ALL),
    "binary": (lambda t: " ".join(f"{b:08b}" for b in t.encode()), ALL),
    "\\x": (every("\\x{:02x}"), ALL),
    "\\u": (every("\\u{:04x}"), ALL),
    "\\U": (every("\\U{:08x}"), ALL),
    "\\u{}": (every("\\u{{{:x}}}"), ALL),
    "\\x{}": (every("\\x{{{:x}}}"), ALL),
    "%u": (every("%u{:04x}"), ALL),
    "octal": (every("\\{:03o}"), ALL),
    "octal, short": (every("\\{:o}"), ALL),
    **{f"percent, every byte, {n} times": (lambda t, n=n: times(escape_specials, n - 1)(quote_all(t)), ALL) for n in range(1, 7)},
    **{f"percent, {n} times": (times(escape_specials, n), ALL) for n in range(1, 7)},
    "HTML, decimal": (every("&#{};"), ALL),
    "HTML, decimal, zeros": (every("&#{:07d};"), ALL),
    "HTML, hexadecimal": (every("&#x{:x};"), ALL),
    "HTML, without semicolon": (every("&#{}"), ALL),
    "HTML, hexadecimal, without semicolon": (every("&#x{:x}"), ALL),
    "HTML, named": (lambda t: "".join({"_": "&lowbar;", "-": "&hyphen;", "@": "&commat;", ".": "&period;", ":": "&colon;", "=": "&equals;", "/": "&sol;", " ": "&nbsp;"}.get(c, c) for c in html.escape(t)), ALL),
    **{f"HTML, escaped {n} times": (lambda t, n=n: times(html.escape, n)("".join(f"&#{ord(c)};" for c in t)), ALL) for n in (1, 2, 4)},
    **{f"JSON, {n} times": (times(json.dumps, n), ALL) for n in range(1, 7)},
    "XML CDATA": (lambda t: f"<env><![CDATA[{t}]]></env>", ALL),
    "quoted-printable": (lambda t: quopri.encodestring(f"Grüße:\n{t}".encode()).decode(), ALL),
    "quoted-printable, every byte": (every("={:02X}"), ALL),
    "quoted-printable, wrapped": (lambda t: "=\r\n".join(t[at : at + 20] for at in range(0, len(t), 20)), ALL),
    "MIME word, B": (mime_word("B"), ALL),
    "MIME word, Q": (mime_word("Q"), ALL),
    "RFC 2231": (lambda t: "Content-Disposition: attachment;\r\n filename*=utf-8''" + escape_specials(t), ALL),
    "RFC 2231, continued": (lambda t: "Content-Disposition: attachment;\r\n" + ";\r\n".join(f' filename*{n}="{t[at:at+20]}"' for n, at in enumerate(range(0, len(t), 20))), SECRETS[:2] + NUMBERS),
    "uuencode": (uuencode, ALL),
    "UTF-7, every character": (utf7, ALL),
    "ROT13": (_ROT13, ("token", "aws", "pem", "password")),
    "reversed": (lambda t: t[::-1], ("token", "aws", "pem", "password")),
    "UTF-16 read as bytes": (between("\0"), ALL),
    "mail quote": (lines(lambda _: "> "), ALL),
    "mail quote, nested": (lines(lambda _: ">> > "), ALL),
    "diff, added": (lines(lambda _: "+"), ALL),
    "diff, removed": (lines(lambda _: "-"), ALL),
    "line numbers, arrow": (lines(lambda n: f"{n:>6}→"), ALL),
    "line numbers, tab": (lines(lambda n: f"{n:>6}\t"), ALL),
    "line numbers, bar": (lines(lambda n: f"{n} | "), ALL),
    "line numbers, colon": (lines(lambda n: f"{n}:"), ALL),
    "grep lines": (lines(lambda n: f"config/.env:{n}:"), ALL),
    "hard wrap": (lines(lambda _: ""), ALL),
    "hard wrap, indented": (lines(lambda _: "    "), ALL),
    "comment lines": (lines(lambda _: "# "), ALL),
    "comment lines, slashes": (lines(lambda _: "// "), ALL),
    "comment block": (lines(lambda _: " * "), ALL),
    "box": (lambda t: "\n".join(f"| {line[at : at + 34]:<34} |" for line in t.split("\n") for at in range(0, len(line), 34)), ALL),
    "backslash at the line's end": (lambda t: wrapped(t, 20, "\\\n"), SECRETS[:1] + NUMBERS),
    "ANSI colours": (lambda t: "\x1b[32m" + "\x1b[0m\x1b[1;32m".join(t[at : at + 5] for at in range(0, len(t), 5)) + "\x1b[0m", ALL),
    "ANSI colours, escaped": (lambda t: "\\u001b[32m" + "\\u001b[0m".join(t[at : at + 5] for at in range(0, len(t), 5)), ALL),
    "ANSI colours, ESC lost": (lambda t: "[32m" + "[0m[1;32m".join(t[at : at + 5] for at in range(0, len(t), 5)) + "[0m", ALL),
    "full width": (shifted(("!", "~", 0xFF01)), ALL),
    "mathematical bold": (shifted(("A", "Z", 0x1D400), ("a", "z", 0x1D41A), ("0", "9", 0x1D7CE)), ALL),
    "mathematical monospace": (shifted(("A", "Z", 0x1D670), ("a", "z", 0x1D68A), ("0", "9", 0x1D7F6)), ALL),
    "tag characters": (lambda t: "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) if ord(c) > 31 else c for c in t), ALL),
    "variation selectors as bytes": (smuggled, ALL),
    "strikethrough": (between("\u0336"), ALL),
    "zalgo": (between("\u0301\u0316\u0334"), ALL),
    "non-breaking spaces": (lambda t: t.replace(" ", "\u00a0"), ALL),
}  # fmt: skip
"""Name: the disguise of a whole text, and the kinds of value it is held for."""

_INVISIBLES = {
    "zero-width space": "\u200b", "zero-width non-joiner": "\u200c", "zero-width joiner": "\u200d", "word joiner": "\u2060",
    "byte order mark": "\ufeff", "soft hyphen": "\u00ad", "grapheme joiner": "\u034f", "Hangul filler": "\u3164",
    "Hangul choseong filler": "\u115f", "half-width Hangul filler": "\uffa0", "Mongolian vowel separator": "\u180e",
    "invisible times": "\u2062", "invisible separator": "\u2063", "right-to-left override": "\u202e",
    "left-to-right isolate": "\u2066", "pop directional isolate": "\u2069", "left-to-right mark": "\u200e",
    "Arabic letter mark": "\u061c", "variation selector 16": "\ufe0f", "variation selector 17": "\U000e0100",
    "variation selector 256": "\U000e01ef", "language tag": "\U000e0001", "cancel tag": "\U000e007f",
    "tag letter": "\U000e0041", "interlinear annotation": "\ufff9", "shorthand control": "\U0001bca0",
    "musical control": "\U0001d173", "Khmer inherent vowel": "\u17b4", "Mongolian selector": "\u180b", "deprecated format": "\u206a",
}  # fmt: skip

INSIDE: dict[str, tuple[Disguise, tuple[str, ...]]] = {
    **{name: (between(mark), ALL) for name, mark in _INVISIBLES.items()},
    "string concatenation, plus": (split('"', '" + "', '"'), SECRETS),
    "string concatenation, single quotes": (split("'", "' + '", "'"), SECRETS),
    "string concatenation, no blanks": (split('"', '"+"', '"'), SECRETS),
    "string concatenation, PHP": (split("'", "' . '", "'"), SECRETS),
    "string concatenation, Lua": (split('"', '" .. "', '"'), SECRETS),
    "string concatenation, VB": (split('"', '" & "', '"'), SECRETS),
    "string concatenation, VB lines": (split('"', '" & _\r\n    "', '"'), SECRETS),
    "string concatenation, SQL": (split("'", "' || '", "'"), SECRETS),
    "string concatenation, Elixir": (split('"', '" <> "', '"'), SECRETS),
    "string concatenation, Haskell": (split('"', '" ++ "', '"'), SECRETS),
    "plus at the line's end": (split('"', '" +\n        "', '"'), SECRETS),
    "plus at the line's start": (split('"', '"\n        + "', '"'), SECRETS),
    "adjacent literals": (split('"', '" "', '"'), SECRETS),
    "adjacent literals, lines": (split('"', '"\n    "', '"'), SECRETS),
    "adjacent literals, prefixed": (split('f"', '"\n    f"', '"'), SECRETS[:2]),
    "adjacent literals, backslash": (split('"', '" \\\n    "', '"'), SECRETS),
    "adjacent shell words": (split("'", "''", "'"), SECRETS),
    "shell words, mixed quotes": (split("'", "'\"\"'", "'"), SECRETS[:1]),
    "joined array": (split('["', '", "', '"].join("")'), SECRETS[:1]),
    "joined list": (split('"".join(["', '", "', '"])'), SECRETS[:1]),
    "concatenation in JSON": (lambda v: json.dumps(split('"', '" + "', '"')(v))[1:-1], SECRETS),
    "newline inside": (split("", "\n", "", 14), ("token", "aws", "jwt", "ssn", "card", "bare card", "iban", "url", "email")),
    "HTML tags inside": (split("", "<wbr>", ""), ("token", "aws", "jwt", "card", "ssn", "iban")),
    "HTML emphasis inside": (split("<b>", "</b><b>", "</b>"), ("token", "aws", "jwt", "card", "ssn", "iban")),
    "HTML highlighter": (split('<span class="s1">', '</span><span class="mi">', "</span>"), ("token", "aws", "jwt", "card", "ssn")),
    "CDATA sections": (split("<![CDATA[", "]]><![CDATA[", "]]>"), ("token", "aws", "jwt", "card", "ssn")),
    "markdown escapes": (lambda v: "".join("\\" + c if c in "_*-.@+=!" else c for c in v), ("token", "ssn", "email", "jwt", "aws")),
    "look-alikes, Cyrillic": (_CYRILLIC, ("token", "aws", "iban", "email")),
    "look-alikes, Greek": (_GREEK, ("token", "aws", "iban")),
    "look-alikes, Cherokee": (_CHEROKEE, ("token", "aws", "iban")),
    "look-alikes, small capitals": (_SMALL_CAPS, ("token", "email")),
    "circled": (_CIRCLED, ("token", "aws", "card", "bare card", "ssn", "iban")),
    "parenthesised digits": (shifted(("1", "9", 0x2474)), ("card", "ssn")),
    "digits with full stops": (shifted(("1", "9", 0x2488)), ("card", "ssn")),
    "negative circled digits": (shifted(("1", "9", 0x2776), ("0", "0", 0x24FF)), NUMBERS),
    "negative squared letters": (shifted(("A", "Z", 0x1F170)), ("aws", "iban")),
    "regional indicators": (shifted(("A", "Z", 0x1F1E6)), ("aws",)),
    "superscript": (mapped(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True)), NUMBERS),
    "subscript": (mapped(zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True)), NUMBERS),
    "keycaps": (lambda v: "".join(c + "\ufe0f\u20e3" if c.isdigit() else c for c in v), NUMBERS),
    **{f"digits, {name}": (shifted(("0", "9", start)), NUMBERS) for name, start in {"Arabic-Indic": 0x660, "Persian": 0x6F0, "Devanagari": 0x966, "Bengali": 0x9E6, "Thai": 0xE50, "Tibetan": 0xF20, "Khmer": 0x17E0, "mathematical": 0x1D7D8, "segmented": 0x1FBF0}.items()},
    **{f"space U+{ord(c):04X} in numbers": (lambda v, c=c: v.replace(" ", c).replace("-", "-"), ("card",)) for c in "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u2028\u2800\t"},
    **{f"dash U+{ord(c):04X} in numbers": (lambda v, c=c: v.replace(" ", c).replace("-", c), ("card", "ssn")) for c in "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u058a\u1806\ufe58\ufe63\uff0d\u30fc\u2e3a\u05be"},
    "middle dots in numbers": (lambda v: v.replace(" ", "\u00b7"), ("card",)),
    "table cells": (lambda v: v.replace(" ", " | ").replace("-", "-"), ("card",)),
    "line break between groups": (lambda v: v[:9].rstrip() + "\n" + v[9:].lstrip(), ("card",)),
    "line break between groups, quoted": (lambda v: v[:9].rstrip() + "\n> " + v[9:].lstrip(), ("card",)),
    "line break at a dash": (lambda v: v[:7] + "\n" + v[7:], ("ssn",)),
    "every character spaced": (spaced(" "), ("card", "bare card", "ssn", "token", "aws", "iban")),
    "every character dashed": (between("-"), ("bare card", "aws", "iban")),
    "every character dotted": (between("."), ("bare card", "aws", "iban")),
    "every character on a line": (between("\n"), ("bare card", "aws", "iban", "token")),
    "every character behind two spaces": (between("  "), ("bare card", "aws", "iban", "token")),
    "every character behind a tab": (between("\t"), ("bare card", "aws", "iban", "token")),
    "every character underscored": (between("_"), ("bare card", "aws", "iban")),
    "every character with a bar": (between("|"), ("bare card", "aws", "iban")),
    "spelt out": (words_of, NUMBERS),
    "spelt out, commas": (lambda v: words_of(v).replace(" ", ", "), ("bare card",)),
    "spelt out, dashes": (lambda v: words_of(v).replace(" ", "-"), ("bare card",)),
    "at and dot": (lambda v: v.replace("@", " at ").replace(".", " dot "), ("email",)),
    "[at] and [dot]": (lambda v: v.replace("@", " [at] ").replace(".", " [dot] "), ("email",)),
    "(at)": (lambda v: v.replace("@", "(at)"), ("email",)),
}  # fmt: skip
"""Name: the disguise of a value where it stands, and the kinds of value it is held for."""


def disguised(name: str, kind: str) -> str:
    """The text of `kind` in this disguise."""
    if name in WHOLE:
        return WHOLE[name][0](TEXTS[kind])
    return IN_PLACE[kind].replace(VALUES[kind], INSIDE[name][0](VALUES[kind]))


def cases() -> list[tuple[str, str]]:
    return [(name, kind) for table in (WHOLE, INSIDE) for name, (_, kinds) in table.items() for kind in kinds]
