"""What developers' tools make of a sentence on its way into a prompt, for tests: writings of one sentence each."""

import base64
import html
import json
import quopri
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, quote_plus

SENTENCES = (
    "Please ask {} about the failing job before Friday.",
    "I talked to {} yesterday and she will send the report.",
    "The ticket was opened by our customer {} after the last release.",
)
NAMES = (
    "Maria Silva",
    "José Hernández",
    "Zoë Müller",
    "Łukasz Wiśniewski",
    "Priya Raghunathan",
    "Kwame Mensah",
    "Siobhán O'Brien",
    "Olga Petrova",
    "Takeshi Yamamoto",
    "Fatima Hassan",
)
CASES = tuple((name, SENTENCES[number % len(SENTENCES)].format(name)) for number, name in enumerate(NAMES))

Carrier = Callable[[str, str], str]
"""From a sentence and the name in it."""

ESCAPE = "\x1b"
LONG = "For whatever the night shift has left to be done there is one to ask, "
"""Before a sentence: long enough for the line to be one that somebody wrapped."""


def around(pattern: str) -> Carrier:
    """The name within something."""
    return lambda text, name: text.replace(name, pattern.format(name))


def between(gap: str, before: str = "") -> Carrier:
    """Something between given and family name, behind a long beginning of the line where that matters."""
    return lambda text, name: before + text.replace(name, name.replace(" ", gap, 1))


def split(pattern: str) -> Carrier:
    """Given and family name, each in its place."""
    return lambda text, name: text.replace(name, pattern.format(*name.split(" ", 1)))


def named_entities(text: str) -> str:
    names = html.entities.codepoint2name
    return "".join(f"&{names[ord(one)]};" if ord(one) > 127 and ord(one) in names else one for one in html.escape(text))


CARRIERS: dict[str, Carrier] = {
    "as it is": lambda text, _: text,
    "json": lambda text, _: json.dumps({"note": text, "id": 7}, ensure_ascii=False),
    "json in ascii": lambda text, _: json.dumps({"note": text, "id": 7}),
    "json in json": lambda text, _: json.dumps({"body": json.dumps({"note": text}, ensure_ascii=False)}),
    "json in json in ascii": lambda text, _: json.dumps({"body": json.dumps({"note": text})}),
    "json of go": lambda text, _: (
        json.dumps({"html": f"<p>{text}</p>"}).replace("<", "\\u003c").replace(">", "\\u003e")
    ),
    "a tool's call": lambda text, _: json.dumps({"command": f'git commit -m "{text}"'}),
    "a tool's output": lambda text, _: json.dumps({"stdout": f"ok\n{text}\n\n", "stderr": ""}),
    "a line of a log": lambda _, name: json.dumps({"level": "info", "msg": f"I talked to {name} about the login"}),
    "a line end before the sentence": lambda text, _: f"Summary:\\n{text}\\nEnd of it.",
    "a line end before the name": lambda _, name: (
        f"The people we asked:\\n{name} said yes, after a while.\\nAnd so on."
    ),
    "one line end of many": lambda _, name: f"One.\nTwo.\nThree.\nWhom we asked:\\n{name} said yes, after a while.",
    "a tab before the name": lambda _, name: f"Owner:\\t{name} is on leave until May.\\n",
    "escaped quotes": lambda _, name: f'He said \\"{name} is on leave\\" and left.',
    "a line of a diff": lambda text, _: f"@@ -1,3 +1,4 @@\n context line\n+{text}\n more context",
    "a comment in a diff": lambda text, _: f"@@ -1,3 +1,4 @@\n def f():\n+    # {text}\n     return 1",
    "a diff's line end": between("\n+", f"@@ -1,2 +1,2 @@\n+{LONG}"),
    "a comment's line end": between("\n    # ", f"def f():\n    # {LONG}"),
    "a line end": between("\n", LONG),
    "a line end of windows": between("\r\n", LONG),
    "a quoted mail": lambda text, _: f"Hi all,\n> {text}\n> Thanks",
    "a quoted mail's line end": between("\n> ", f"Hi all,\n> {LONG}"),
    "numbered lines": lambda text, _: f"     1\u2192intro\n     2\u2192{text}\n     3\u2192",
    "a numbered line's end": between("\n     3\u2192", f"     2\u2192{LONG}"),
    "grep": lambda text, _: f"docs/notes.md:12:{text}",
    "html": lambda text, _: f"<p>{text}</p>",
    "html with entities": lambda text, _: f"<p>{named_entities(text)}</p>",
    "html with numbers": lambda text, _: html.escape(text).encode("ascii", "xmlcharrefreplace").decode(),
    "a blank that does not break": between("&nbsp;"),
    "the same, as a character": between("\u00a0"),
    "bold html": lambda text, name: f"<p>{around('<b>{}</b>')(text, name)}</p>",
    "a part in bold": lambda text, name: f"<p>{split('<b>{}</b> <i>{}</i>')(text, name)}</p>",
    "a link": lambda text, name: (
        f'<div class="x">{around("<a href={!r}>".format("/u/7") + "{}</a>")(text, name)}</div>'
    ),
    "cdata": lambda text, _: f"<note><![CDATA[{text}]]></note>",
    "a table of markdown": lambda text, _: f"| when | what |\n|---|---|\n| May | {text} |\n",
    "bold markdown": around("**{}**"),
    "italic markdown": around("_{}_"),
    "a link of markdown": around("[{}](https://x.example/u/7)"),
    "a colour": around(f"{ESCAPE}[32m{{}}{ESCAPE}[0m"),
    "two colours": split(f"{ESCAPE}[1;38;5;12m{{}} {ESCAPE}[33m{{}}{ESCAPE}[0m"),
    "a colour in json": lambda text, name: json.dumps({"out": around(f"{ESCAPE}[32m{{}}{ESCAPE}[0m")(text, name)}),
    "a colour in a script": around("\\033[32m{}\\033[0m"),
    "percent signs": lambda text, _: f"https://x.example/search?q={quote(text)}",
    "a form": lambda text, _: f"text={quote_plus(text)}&page=2",
    "base64": lambda text, _: base64.b64encode(text.encode()).decode(),
    "base64 in json": lambda text, _: json.dumps({"data": base64.b64encode(text.encode()).decode()}),
    "hex": lambda text, _: text.encode().hex(),
    "accents of their own": lambda text, _: unicodedata.normalize("NFD", text),
    "soft hyphens": lambda text, name: text.replace(name, name[:2] + "\u00ad" + name[2:]),
    "a blank of no width": between("\u200b "),
    "bytes of python": lambda text, _: repr(text.encode()),
    "ascii of python": lambda text, _: "note = " + ascii(text),
    "an escaped apostrophe": lambda text, _: "note = '{}'".format(text.replace("'", "\\'")),
    "a literal of sql": lambda text, _: "INSERT INTO notes (body) VALUES ('{}');".format(text.replace("'", "''")),
    "quoted-printable": lambda text, _: quopri.encodestring(text.encode()).decode(),
    "the head of a mail": lambda _, name: (
        f"Subject: =?utf-8?Q?{quopri.encodestring(name.encode(), header=True).decode()}?= is on leave until May"
    ),
}
