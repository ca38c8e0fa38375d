"""Real text with names put in: prose of packages, and lines of their code, whose capitalised words are mostly no names.

Nobody labelled it. A given name before a family name, neither of them a plain word, is taken for a person's and
exchanged for another's; what might be a name is left out of training; everything else isn't one. Where a text speaks of
the user, the author or the like, a name takes their place.
"""

import random
import re
from collections.abc import Iterator, Sequence

from detectors.names.gazetteer import COMMON, FAMILY, GIVEN, THING, Gazetteer
from detectors.names.word import Word, words
from training.names import source
from training.names.example import Text, Writer

PARAGRAPH_CHARS = (30, 700)
CODE_LINES = 14
EXCHANGED = 0.75
PUT_IN = 0.35

_SOMEBODY = re.compile(
    r"\b(?:[Tt]he (?:user|author|maintainer|developer|customer|administrator|reader|caller|reviewer|owner)|[Ss]omeone|"
    r"[Ss]omebody|[Hh]e|[Ss]he)\b"
    r"(?= (?:is|was|can|has|will|should|wants?|may|must|needs?|asked|said|wrote|added|fixed|could|would)\b)"
)
_INTRODUCES = frozenset("by author authors thanks mr mrs dr prof contributed maintainer credits copyright".split())


def texts(seed: int, gazetteer: Gazetteer, share: float) -> Iterator[tuple[str, Text]]:
    """(package, text) of `share` of the paragraphs, and of some lines of code."""
    chance = random.Random(seed)
    writer = Writer(chance)
    for path, content in source.files((".py", "METADATA", ".md", ".rst")):
        package = path.partition("/")[0]
        for paragraph in source.prose(path, content):
            if PARAGRAPH_CHARS[0] <= len(paragraph) <= PARAGRAPH_CHARS[1] and chance.random() < share:
                yield package, labelled(paragraph, gazetteer, writer)
        if path.endswith(".py") and chance.random() < share * 10:
            lines = content.splitlines()
            first = chance.randrange(max(1, len(lines) - CODE_LINES))
            yield package, labelled("\n".join(lines[first : first + CODE_LINES])[:1200], gazetteer, writer)


def labelled(text: str, gazetteer: Gazetteer, writer: Writer) -> Text:
    """The text, names exchanged and put in, with what is known of its words."""
    if writer.chance.random() < PUT_IN:
        text, put = _with_somebody(text, writer)
    else:
        put = []
    pieces: list[str] = []
    names: list[tuple[int, int, str | None]] = []
    last = length = 0
    for start, end, label in sorted([*put, *named(text, gazetteer, put)]):
        written = text[start:end]
        if label == "PERSON" and (start, end, label) not in put and writer.chance.random() < EXCHANGED:
            written = writer.whole(writer.drawer.person("en"))
        before = text[last:start]
        pieces += [before, written]
        begin = length + len(before)
        length = begin + len(written)
        names.append((begin, length, label))
        last = end
    return Text("".join([*pieces, text[last:]]), tuple(names))


def _with_somebody(text: str, writer: Writer) -> tuple[str, list[tuple[int, int, str | None]]]:
    match = _SOMEBODY.search(text)
    if match is None:
        return text, []
    person = writer.drawer.person("en")
    name = writer.chance.choice((writer.whole(person), person.given, person.given, f"{person.family}"))
    return text[: match.start()] + name + text[match.end() :], [(match.start(), match.start() + len(name), "PERSON")]


def named(
    text: str, gazetteer: Gazetteer, put: Sequence[tuple[int, int, str | None]] = ()
) -> Iterator[tuple[int, int, str | None]]:
    """What is taken for a person's name, and, as None, what might be one; none where others were `put`."""
    found = list(words(text))
    at = 0
    while at < len(found):
        if not _is_capitalised(found[at]):
            at += 1
            continue
        end = at + 1
        while end < len(found) and _is_capitalised(found[end]) and found[end - 1].spaced:
            end += 1
        run = found[at:end]
        if not any(run[0].start < stop and start < run[-1].end for start, stop, _ in put):
            known = [gazetteer.traits(one.text.lower()) for one in run]
            introduced = any(found[i].text.lower() in _INTRODUCES for i in range(max(0, at - 3), at))
            label = _judge(known, introduced)
            if label != "":
                yield run[0].start, run[-1].end, label
        at = end


def _judge(known: list[str], introduced: bool) -> str | None:
    """PERSON, None for what might be a name, "" for what is none."""
    plain = [traits[COMMON] >= "2" or traits[THING] >= "2" for traits in known]
    is_pair = 2 <= len(known) <= 3 and known[0][GIVEN] >= "2" and not any(plain)
    if is_pair and (known[-1][FAMILY] >= "1" or known[-1] == "00000"):
        return "PERSON"
    might = any(
        traits[GIVEN] >= "2" or (traits[FAMILY] >= "2" and traits[THING] < "1") or (introduced and not common)
        for traits, common in zip(known, plain, strict=True)
        if not common
    )
    return None if might else ""


def _is_capitalised(word: Word) -> bool:
    return word.text[0].isupper() and len(word.text) > 1 and word.text[1:].islower()
