"""A rule suggested from a few values of a kind: what they share stands in it, the rest becomes classes and lengths.

Pure, for authors of rules. Nothing of a value gets into a suggestion that is not in all of them, so that no live value
lands in a rule file; whether the suggestion finds what it should is for `rulecheck` to prove.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

LEAST_VALUES: Final = 2
"""Of one value nobody can tell what is fixed."""

LEAST_KEYWORD_CHARS: Final = 3
NEAR_CHARS: Final = 40

_SEPARATORS: Final = "-_.:/"
_SURE_CHARS: Final = 24
"""So many characters that are all hexadecimal, or all of base 32, are so by design; fewer may be by chance."""

_PART: Final = re.compile(rf"[{re.escape(_SEPARATORS)}]|[^{re.escape(_SEPARATORS)}]+")


@dataclass(frozen=True, slots=True)
class _Alphabet:
    """A class of a pattern; `template` is the placeholder whose characters are all in it."""

    set: str
    template: str
    sure: bool = True
    """Whether a few characters tell it."""

    def holds(self, text: str) -> bool:
        return re.fullmatch(f"[{self.set}]*", text) is not None


_ALPHABETS: Final = (
    _Alphabet("0-9", "digits"),
    _Alphabet("0-9a-f", "hex", sure=False),
    _Alphabet("A-Z2-7", "base32", sure=False),
    _Alphabet("0-9A-F", "digits", sure=False),
    _Alphabet("a-z", "lower", sure=False),
    _Alphabet("A-Z", "upper", sure=False),
    _Alphabet("a-z0-9", "hex"),
    _Alphabet("A-Z0-9", "base32"),
    _Alphabet("A-Za-z0-9", "alnum"),
    _Alphabet("A-Za-z0-9_-", "base64url"),
    _Alphabet("A-Za-z0-9+/=", "alnum"),
    _Alphabet("A-Za-z0-9+/=_.~-", "alnum"),
    _Alphabet("!-~", "alnum"),
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a rule for such values could say; keys as in a rule."""

    pattern: str
    keywords: tuple[str, ...]
    near_chars: int
    entropy: float
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]


def suggest(values: Sequence[str], keywords: Sequence[str] = ()) -> Suggestion:
    """A rule for values like these. `keywords` are words that stand near them, needed when they begin in no common way.

    Raises ValueError, which quotes no value, when they say too little.
    """
    if len(set(values)) < LEAST_VALUES:
        raise ValueError(f"expected {LEAST_VALUES} different values or more, since what they share is what is fixed")
    if any(re.fullmatch(r"[!-~]+", value) is None for value in values):
        raise ValueError("expected values of printable ASCII without blanks")
    prefix = _prefix(values)
    if any(value == prefix for value in values):
        raise ValueError("expected values of which none is the beginning of all others")
    parts = _parts([value[len(prefix) :] for value in values])
    own = (prefix,) if len(prefix) >= LEAST_KEYWORD_CHARS else ()
    if not (own or keywords):
        raise ValueError("expected values that begin alike, or a keyword that stands near them")
    inner = "".join(part.pattern for part in parts)
    template = prefix + "".join(part.template() for part in parts)
    around = "A-Za-z0-9" + "".join(c for c in "+/_-" if any(part.alphabet.holds(c) for part in parts))
    pattern = f"(?<![A-Za-z0-9]){_literal(prefix)}{inner}(?![{around}])"
    near = 0 if own else NEAR_CHARS + max(map(len, values))
    lead = "" if own else f"{keywords[0]} = "
    counter = [f"{lead}{prefix}{_shortened(parts)}", f"q{template}" if own else template]
    entropy = _entropy(parts)
    if entropy:
        counter.append(f"{lead}{prefix}{''.join(part.placeholder() for part in parts)}")
    return Suggestion(
        pattern,
        own or tuple(keywords),
        near,
        entropy,
        (f"{lead}{template}", f'{lead or "token: "}"{template}"'),
        tuple(counter),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of every value: the same in all, or characters of a class, so many of them."""

    alphabet: _Alphabet
    least: int
    most: int
    fixed: str | None = None

    @property
    def pattern(self) -> str:
        if self.fixed is not None:
            return _literal(self.fixed)
        count = str(self.least) if self.least == self.most else f"{self.least},{self.most}"
        return f"[{self.alphabet.set}]{{{count}}}"

    def template(self, less: int = 0) -> str:
        if self.fixed is not None:
            return self.fixed
        return f"${{{self.alphabet.template}:{self.least - less}}}" if self.least > less else ""

    def placeholder(self) -> str:
        """What people write where such a value belongs."""
        if self.fixed is not None:
            return self.fixed
        return next(c for c in "xX0" if self.alphabet.holds(c)) * self.least


def _prefix(values: Sequence[str]) -> str:
    """What all values begin with, up to where what is random begins: the last separator, or letters of one case."""
    first, last = min(values), max(values)
    shared = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
    separated = re.match(rf".*[{re.escape(_SEPARATORS)}]", shared)
    if separated:
        return separated[0]
    letters = re.match(r"[A-Z]{3,8}|[a-z]{3,8}", shared)
    return letters[0] if letters else ""


def _parts(rests: Sequence[str]) -> list[_Part]:
    """The stretches of what follows the prefix: one by one where all values are cut alike, else one for all."""
    split = [_PART.findall(rest) for rest in rests]
    cuts = {tuple(piece if piece in _SEPARATORS else "" for piece in pieces) for pieces in split}
    if len(cuts) > 1:
        return [_part(rests)]
    return [_part(column) for column in zip(*split, strict=True)]


def _part(texts: Sequence[str]) -> _Part:
    lengths = [len(text) for text in texts]
    together = "".join(texts)
    fits = [alphabet for alphabet in _ALPHABETS if alphabet.holds(together)]
    alphabet = next((a for a in fits if a.sure or len(together) >= _SURE_CHARS), fits[-1])
    fixed = texts[0] if len(set(texts)) == 1 else None
    return _Part(alphabet, min(lengths), max(lengths), fixed)


def _shortened(parts: Sequence[_Part]) -> str:
    """A template of something too short: the longest part cut in half, and nothing behind it."""
    longest = max(range(len(parts)), key=lambda index: (parts[index].fixed is None, parts[index].least))
    before = "".join(part.template() for part in parts[:longest])
    return before + parts[longest].template(less=(parts[longest].least + 1) // 2)


def _entropy(parts: Sequence[_Part]) -> float:
    """A floor that random values stay above and repeated characters below; none for short or numeric ones."""
    free = [part for part in parts if part.fixed is None and part.alphabet.template != "digits"]
    chars = sum(part.least for part in free)
    return 0 if chars < 16 else 2.5 if chars < 24 else 3


def _literal(text: str) -> str:
    return "".join(f"\\{c}" if not (c.isalnum() or c in "_:/=") else c for c in text)
