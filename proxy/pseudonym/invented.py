"""Names of nobody: pronounceable words in the script of the name that they stand for.

Made of syllables rather than taken from lists: a list's names are somebody's, and a model may say them for reasons of
its own. The same word gives the same invented word, so that "Mr Roe" and "Jane Roe" stay the same family.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from proxy.pseudonym.draw import Draw

MIN_CHARS: Final = 6
"""Of an invented word in an alphabet: distinctive enough to be found again in any text."""

_WORD: Final = re.compile(r"[^\W\d_]+")
_KEPT: Final = frozenset(
    """
    al ap ben bin bint da das de del dem den der des di do dos du e el ibn la las le los mac of st ten ter und van von y
    zu dr drs esq herr frau ii iii iv jr md mme mlle mr mrs ms phd prof sir sr
    """.split()
)
"""Words of a name that name nobody: particles, titles and degrees."""

_SYLLABLES: Final = {
    "LATIN": ("b d f g k l m n p r s t v z br dr kr tr".split(), list("aeiou")),
    "CYRILLIC": (list("бвгдзклмнпрст"), list("аеиоу")),
    "GREEK": (list("βγδζκλμνπρστφ"), list("αειου")),
    "DEVANAGARI": (list("कगचजटडतदनपबमयरलवसह"), ["", "ा", "ि", "ी", "ु", "े", "ो"]),
    "ARABIC": (list("بتدرزسفكلمن"), ["ا", "ي", "و"]),
    "HEBREW": (list("בגדזטלמנפקרשת"), ["", "ו", "י"]),
    "THAI": (list("กขคจชดตทนบปพมรลวส"), ["า", "ี", "ู"]),
    "HANGUL": (
        [""],
        list("가나다라마바사아자차카타하거너더러머버서어저고노도로모보소오조구누두루무부수우주"),
    ),
    "HIRAGANA": ([""], list("かきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわ")),
    "KATAKANA": ([""], list("カキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ")),
    "CJK": (
        [""],
        list("安柏采岑澄岱恩帆歌海禾嘉江康岚乐林满宁诺沛启清然瑞若山尚拾棠望文夕溪向萧雅言"),
    ),
}
"""By the first word of a letter's Unicode name: what begins a syllable and what ends it."""

_COUNT: Final = {"HANGUL": 3, "HIRAGANA": 5, "KATAKANA": 5, "CJK": 3, "DEVANAGARI": 4, "ARABIC": 3, "HEBREW": 4}
_ALPHABETS: Final = frozenset({"LATIN", "CYRILLIC", "GREEK"})


def invented_words(text: str, drawing: Callable[[str], Draw]) -> dict[str, str] | None:
    """What stands for each word of a name, in the order in which they stand there; words that name nobody are left out.

    `drawing` gives the choices for a word. None when the text is no name in a script that is known here.
    """
    words: dict[str, str] = {}
    for word in _WORD.findall(text):
        if word.casefold() in _KEPT or (len(word) == 1 and word.isascii()):
            continue
        made = _invented(word, drawing)
        if made is None:
            return None
        words[word] = made
    return words or None


def renamed(text: str, words: dict[str, str]) -> str:
    """The name with its words exchanged; everything between them stays. Initials become those of other names."""
    initials = {word[0].casefold(): made[0] for word, made in words.items()}
    return _WORD.sub(lambda found: words.get(found[0]) or _initial(found[0], initials), text)


def _initial(word: str, initials: dict[str, str]) -> str:
    if len(word) > 1 or not word.isupper():
        return word
    return initials.get(word.casefold(), "X").upper()


def _invented(word: str, drawing: Callable[[str], Draw]) -> str | None:
    script = unicodedata.name(word[0], "").partition(" ")[0]
    if script not in _SYLLABLES or (len(word) == 1 and script in _ALPHABETS):
        return None
    starts, ends = _SYLLABLES[script]
    draw = drawing(word.casefold())
    made = "".join(draw.pick(starts) + draw.pick(ends) for _ in range(_COUNT.get(script, 3)))
    while script in _ALPHABETS and len(made) < MIN_CHARS:
        made += draw.pick(starts)
    if word.isupper():
        return made.upper()
    return made.capitalize() if word[0].isupper() else made
