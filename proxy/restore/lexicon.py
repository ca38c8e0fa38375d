"""Finds pseudonyms in text that may go on: which of them stand where, and from where on nothing is settled yet.

The pseudonyms' readings lie sorted, so those that begin like the text are always one range of the list, narrowed unit
by unit: a trie without nodes, made in the time a sort takes. Knows no stream.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from proxy.restore.form import GROUPED, GROUPS, WORDS, Unit, fold, leading_slashes, reading, unit_at
from proxy.restore.pair import Pair
from proxy.restore.start import CONTEXT_CHARS, Starts, begins_escape, begins_word, is_word

_LAST: Final = "\U0010ffff"
_BLOCK_CHARS: Final = 2048
_LONG_CHARS: Final = 256
"""From here on a text is first asked, block by block, whether anything can begin there at all."""

_PLAIN: Final = {WORDS: re.compile(r"[A-Za-z0-9@._:/=-]+"), GROUPS: re.compile(r"[A-Za-z0-9]+")}
"""Runs of characters that are each read as themselves, letter case aside."""

_FORM_CHARS: Final = 16
"""For each character of a pseudonym: `%F0%9F%98%80` is one of twelve. Longer forms are none, so little can wait."""

_HEAD_CHARS: Final = 4
_MAX_PROMISES: Final = 1 << 15


class Match(NamedTuple):
    """A pseudonym that stands at `text[start:end]`, in whatever form. `grouped`: gaps in it mean nothing."""

    start: int
    end: int
    pair: Pair
    grouped: bool

    def __repr__(self) -> str:
        return f"Match({self.start}, {self.end})"


class _Unsettled(Exception):
    """What follows the text decides."""


class Lexicon:
    """The pseudonyms of one conversation. Of two that read alike, each is found in its own spelling only.

    Remembers which beginnings of words promise nothing, since most words of a text come again.
    """

    def __init__(self, pairs: Iterable[Pair]) -> None:
        words: dict[str, list[Pair]] = {}
        digits: dict[str, list[Pair]] = {}
        self.pairs: Final = tuple(pairs)
        for pair in self.pairs:
            if pair.surrogate == pair.value:
                continue
            if GROUPED.fullmatch(pair.surrogate):
                for key in _grouped_keys(pair.surrogate):
                    digits.setdefault(key, []).append(pair)
            elif key := reading(pair.surrogate):
                words.setdefault(key, []).append(pair)
        shelves = ((GROUPS, digits), (WORDS, words))
        self._shelves = [_Shelf(grammar, entries) for grammar, entries in shelves if entries]
        self._starts = Starts(words, digits)
        self._promises: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._shelves)

    def scan(self, text: str, start: int, final: bool) -> tuple[Sequence[Match], int]:
        """Return the pseudonyms from `start` on, and up to where they are all there are.

        What follows the text can't change anything before that place; with `final` nothing follows, and it is the
        text's end. `text[:start]` is only looked back upon.
        """
        found: list[Match] = []
        if len(text) - start < _LONG_CHARS:
            return found, self._search(text, start, len(text), final, found)
        pos = start
        for begin, end, of_words in _blocks(text, start):
            if of_words and self._starts.none_in(text[max(0, begin - CONTEXT_CHARS) : end]):
                continue
            pos = self._search(text, max(pos, begin), end, final, found)
            if pos < end:
                return found, pos
        return found, len(text)

    def _search(self, text: str, start: int, end: int, final: bool, found: list[Match]) -> int:
        """Adds the pseudonyms that begin in a range to those found, and returns where to go on, or must wait."""
        pos, promises = start, self._promises
        for place in self._starts.finditer(text, start, end):
            at = place.start()
            head = text[at : at + _HEAD_CHARS]
            promising = promises.get(head)
            if promising is None:
                promising = self._promise(head)
            if promising and at >= pos:
                try:
                    match = self._match_at(text, at, final)
                except _Unsettled:
                    return at
                if match is not None:
                    found.append(match)
                    pos = match.end
        return max(pos, end)

    def _promise(self, head: str) -> bool:
        """Whether a text that begins like this may begin with a pseudonym; remembered."""
        try:
            promising = self._match_at(head, 0, False) is not None
        except _Unsettled:
            promising = True
        if len(self._promises) >= _MAX_PROMISES:
            self._promises.clear()
        self._promises[head] = promising
        return promising

    def _match_at(self, text: str, at: int, final: bool) -> Match | None:
        """The longest pseudonym that begins here. Raises _Unsettled."""
        if text[at] == "\\":
            if not final and at + leading_slashes(text, at) == len(text):
                raise _Unsettled
            if not begins_escape(text, at):
                return None
        best: Match | None = None
        for shelf in self._shelves:
            match = shelf.longest(text, at, final)
            if match is not None and (best is None or match.end > best.end):
                best = match
        return best


def lexicon_of(pairs: Sequence[Pair] | Lexicon) -> Lexicon:
    return pairs if isinstance(pairs, Lexicon) else Lexicon(pairs)


class _Shelf:
    """The pseudonyms of one grammar, by reading."""

    def __init__(self, grammar: re.Pattern[str], entries: dict[str, list[Pair]]) -> None:
        self._keys = sorted(entries)
        self._grammar = grammar
        self._entries = entries
        self._plain = _PLAIN[grammar]
        self._max_chars = _FORM_CHARS * max(map(len, self._keys)) + _FORM_CHARS

    def longest(self, text: str, at: int, final: bool) -> Match | None:
        """The longest pseudonym that begins here. Raises _Unsettled."""
        keys, low, high = self._keys, 0, len(self._keys)
        best: Match | None = None
        depth, pos = 0, at
        while pos - at <= self._max_chars:
            if pos == len(text):
                if final:
                    return best
                raise _Unsettled
            unit = self._next(text, pos, final, depth, keys[low] if high - low == 1 else "")
            if unit is None:
                raise _Unsettled
            pos = unit.end
            if not unit.reading:
                continue
            prefix = keys[low][:depth] + unit.reading
            low = bisect_left(keys, prefix, low, high)
            if low == high or not keys[low].startswith(prefix):
                return best
            high = bisect_left(keys, prefix + _LAST, low, high)
            depth = len(prefix)
            if len(keys[low]) == depth:
                best = self._complete(text, at, pos, keys[low], final) or best
                if high - low == 1:
                    return best
        return best

    def _next(self, text: str, pos: int, final: bool, depth: int, only: str) -> Unit | None:
        """The next unit; when a single pseudonym is left, as many plain characters at once as it has."""
        if only and (plain := self._plain.match(text, pos, pos + len(only) - depth)) is not None:
            return Unit("plain", pos, plain.end(), fold(plain[0]))
        if depth == 0 and self._grammar is GROUPS and text[pos] in "+(":
            return Unit("plain", pos, pos + 1, text[pos])
        return unit_at(self._grammar, text, pos, final)

    def _complete(self, text: str, start: int, end: int, key: str, final: bool) -> Match | None:
        """The match that ends here, if it stands by itself. Raises _Unsettled."""
        pair = _choose(self._entries[key], text[start:end])
        if pair is None or not _may_begin(text, start, key) or not _may_end(text, end, key, final):
            return None
        return Match(start, end, pair, self._grammar is GROUPS)


def _grouped_keys(surrogate: str) -> set[str]:
    """What is left without gaps, with and without the sign before it."""
    key = essence(surrogate)
    return {key} if surrogate[0].isalnum() else {key, surrogate[0] + key}


def essence(text: str) -> str:
    """The letters and digits of a text: numbers that differ in their gaps are one number."""
    return "".join(filter(str.isalnum, text)).lower()


def _blocks(text: str, start: int) -> Iterator[tuple[int, int, bool]]:
    """Cut `text[start:]` into blocks, and tell of each whether it ends with a whole word."""
    while start < len(text):
        limit = min(start + _BLOCK_CHARS, len(text))
        end = max(text.rfind(" ", start, limit), text.rfind("\n", start, limit)) + 1
        of_words = end > start
        yield start, end if of_words else limit, of_words
        start = end if of_words else limit


def _choose(pairs: Sequence[Pair], form: str) -> Pair | None:
    """The pair that a form stands for: the one spelled like it; else the only one, if letters may differ this far."""
    for pair in pairs:
        if pair.surrogate == form:
            return pair
    pair = pairs[0]
    if len({essence(other.value) for other in pairs}) > 1:
        return None
    # A name of one word may be a word of the language: "mark", "rose".
    if pair.surrogate.isalpha() and form.isalpha() and not (form.isupper() or form.istitle()):
        return None
    return pair


def _may_begin(text: str, at: int, key: str) -> bool:
    if at == 0 or not is_word(key[0]):
        return True
    return begins_word(text, at) and not (text[at - 1] in _joints(key, ".-+") and is_word(text[at - 2 : at - 1]))


def _may_end(text: str, end: int, key: str, final: bool) -> bool:
    """Whether nothing after it makes it part of something longer. Raises _Unsettled."""
    if not is_word(key[-1]):
        return True
    following = _following(text, end, final)
    if is_word(following):
        return False
    return following not in _joints(key, ".-") or not is_word(_following(text, end + 1, final))


def _following(text: str, pos: int, final: bool) -> str:
    """The character that a text goes on with; empty at its end."""
    while pos < len(text):
        unit = unit_at(WORDS, text, pos, final)
        if unit is None:
            raise _Unsettled
        if unit.reading:
            return unit.reading[0]
        pos = unit.end
    if final:
        return ""
    raise _Unsettled


def _joints(key: str, of_mail: str) -> str:
    """The characters that, with a letter or digit beyond them, make an address longer."""
    if "@" in key:
        return of_mail
    return "." if "." in key and key.replace(".", "").isdigit() else "\0"
