"""Thai names: behind a title, or a given name and a family name parted by a space.

Thai parts phrases by spaces and not words, so a name ends at a space, or where a plain word begins.
"""

import re
from collections.abc import Iterator
from typing import Final

from detectors.evidence import Evidence
from detectors.names.uncased.candidate import Candidate, Cues
from detectors.names.uncased.lists import Lists

BASE: Final = -2.2
LONGEST_WORD: Final = 20
LEAST_FAMILY, MOST_FAMILY = 4, 18
MOST_GIVEN: Final = 12
WEAK: Final = 2.9
"""Weight of titles that are words of other meanings as well."""

_FUNCTION: Final = re.compile(
    "และ|ที่|ได้|จะ|มา|ไป|ให้|ว่า|แล้ว|ไม่|มี|เป็น|ใน|ของ|กับ|โทร|แจ้ง|บอก|อายุ|ขอ|ค่ะ|ครับ|ตรวจ|ซึ่ง|เพื่อ|จาก|ฝ่าย|แผนก|ตำแหน่ง|ทำงาน|กำลัง"
    "|ต้องการ|สั่ง|ส่ง|สามารถ|ติดต่อ|เข้า|ออก|รับ|พบ|อยู่|ทาง|เรา|ผม|ดิฉัน|เมื่อ|วัน|ถ้า|หาก|โปรด|กรุณา|เธอ|เขา|เลขที่|หมายเลข|แพทย์|ผู้"
)
"""Words that a phrase begins with, and no family name."""

_RUN = "[\u0e01-\u0e3a\u0e40-\u0e4e]"
_TITLE = (
    "นางสาว|เด็กชาย|เด็กหญิง|นาย|นาง|คุณ|ดร\\.|นพ\\.|พญ\\.|ทพ\\.|ทพญ\\.|ด\\.ช\\.|ด\\.ญ\\."
    "|น\\.ส\\.|หมอ|นายแพทย์|แพทย์หญิง|อาจารย์|ผศ\\.|รศ\\.|ศ\\.|พี่|น้อง|ครู"
)
_WITHIN = "(?<![\u0e40-\u0e44])"
"""Not behind a vowel that is written before its consonant: that would be the middle of a syllable."""

_TITLED: Final = re.compile(rf"{_WITHIN}(?:{_TITLE})\s?(?={_RUN})")
_NAMED: Final = re.compile(
    rf"(?:{_WITHIN}(?:ชื่อ|ดิฉัน|ข้าพเจ้า|ผู้ป่วย|คนไข้|ลูกค้า|ผู้ใช้|พนักงาน)|(?<![\u0e01-\u0e4e])(?:เรียน|ถึง|จาก))\s?(?={_RUN})"
)
_PLACE: Final = re.compile(_RUN + "+")
_MARK: Final = re.compile("[\u0e30-\u0e3a\u0e45-\u0e4e]")
"""What can't begin a syllable."""

_WEAK_TITLES: Final = ("พี่", "น้อง", "ครู", "หมอ", "คุณ")
CUES: Final = Cues(
    after=(
        ("an age behind the name", 2.0, r"\s?(?:อายุ|\(\d)"),
        ("an edge behind the name", 0.6, r"$|[\s,.:;()\"']"),
    ),
)


class Thai:
    """Reads Thai."""

    def __init__(self, lists: Lists) -> None:
        self._given = lists.words("th.given")
        self._family = lists.words("th.family")
        self._words = lists.words("th.words")

    def candidates(self, text: str, start: int, end: int) -> Iterator[Candidate]:
        for match in _TITLED.finditer(text, start, end):
            if not self._is_in_word(text, match.start(), match.end()):
                weight = WEAK if match[0].strip() in _WEAK_TITLES else 3.8
                title = Evidence("context", "a title before the name", weight)
                yield from self._behind(text, match.end(), title, is_sure=weight > WEAK)
        for match in _NAMED.finditer(text, start, end):
            if _TITLED.match(text, match.end()):
                continue
            yield from self._behind(text, match.end(), Evidence("context", "who is spoken of", 2.4))
        for match in _PLACE.finditer(text, start, end):
            if match[0] in self._given:
                yield from self._behind(text, match.start(), None)

    def _is_in_word(self, text: str, start: int, end: int) -> bool:
        """Whether what looks like a title is part of a longer plain word."""
        words = self._words
        return any(
            text[low:high] in words and not _MARK.match(text, high)
            for low in range(max(0, start - LONGEST_WORD // 2), start + 1)
            for high in range(end + (low == start), min(len(text), start + LONGEST_WORD) + 1)
        )

    def _behind(self, text: str, at: int, cue: Evidence | None, *, is_sure: bool = False) -> Iterator[Candidate]:
        run = _PLACE.match(text, at)
        if run is None:
            return
        end, weight = self._given_end(run[0], is_sure)
        if end == 0:
            return
        stop = at + end
        if end == len(run[0]):
            stop, more = self._with_family(text, stop) if cue is not None else self._with_listed(text, stop)
            weight += more
        told = Evidence("gazetteer", "a Thai name", round(BASE + weight, 2))
        cues = (told,) if cue is None else (told, cue)
        after = CUES.after(text, stop)
        yield Candidate(at, stop, cues if after is None else (*cues, after))

    def _given_end(self, run: str, is_sure: bool) -> tuple[int, float]:
        """Where a given name at the start of a run ends, and its weight: 0 when there is none.

        Behind a title that says so (`is_sure`) it may begin like a plain word.
        """
        longest = min(len(run), LONGEST_WORD)
        for end in range(longest, 2, -1):
            if run[:end] in self._given and (end == len(run) or self._word_at(run, end)):
                if self._word_at(run, 0) > end:
                    return 0, 0.0
                is_part = is_sure and end < len(run) <= MOST_GIVEN and not _FUNCTION.match(run, end)
                return (len(run) if is_part else end), 1.4
        if run in self._words or (self._word_at(run, 0) and not is_sure):
            return 0, 0.0
        for end in range(3, len(run)):
            if self._word_at(run, end) > 2 and (not is_sure or _FUNCTION.match(run, end)):
                return end, 0.0
        return (len(run), 0.2) if 3 <= len(run) <= LONGEST_WORD else (0, 0.0)

    def _word_at(self, run: str, at: int) -> int:
        """Length of the longest plain word that stands there, 0 for none."""
        if _MARK.match(run, at):
            return 0
        ends = range(min(len(run), at + LONGEST_WORD), at + 1, -1)
        return next((end - at for end in ends if run[at:end] in self._words), 0)

    def _with_family(self, text: str, end: int) -> tuple[int, float]:
        """The end of a name with the family name that may follow, and what that adds."""
        stop, more = self._with_listed(text, end)
        if stop > end or text[end : end + 1] != " ":
            return stop, more
        run = _PLACE.match(text, end + 1)
        if run is None or not LEAST_FAMILY <= len(run[0]) <= MOST_FAMILY or run[0] in self._words:
            return end, 0.0
        return (end, 0.0) if _FUNCTION.match(run[0]) else (run.end(), 0.8)

    def _with_listed(self, text: str, end: int) -> tuple[int, float]:
        """The same for a listed one."""
        run = _PLACE.match(text, end + 1) if text[end : end + 1] == " " else None
        return (run.end(), 1.8) if run is not None and run[0] in self._family else (end, 0.0)
