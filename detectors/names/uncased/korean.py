"""Korean names: a word that is a family name, two syllables of given names, and a particle or nothing."""

import re
from collections.abc import Iterator
from typing import Final

from detectors.evidence import Evidence
from detectors.names.uncased.candidate import Candidate, Cues
from detectors.names.uncased.lists import Lists

BASE: Final = -2.4
_PARTICLE = (
    "은|는|이|가|을|를|의|와|과|도|만|에게|에게서|한테|께|께서|이랑|랑|하고|이나|나|보다|처럼|부터|까지|라고|이라고|이라는|라는"
    "|입니다|이에요|예요|이야|야|이고|이며|인데|이었|였|이다|으로|로|아|이는|이가|이의|이도"
)
_TITLE = (
    "님|씨|군(?![가-힣])|양(?![가-힣])|선생|교수|의사|간호사|원장|과장|대리|팀장|부장|차장|사원|이사|대표|주임|실장"
    "|본부장|사장|회장|기자|변호사|박사|감독|선수|작가|의원|장관|매니저|책임|선임|수석|연구원|환자|고객|할머니|할아버지|어머니|아버지|어르신|조교|코치"
)
CUES: Final = Cues(
    before=(
        (
            "a role before the name",
            3.2,
            r"(?:환자|고객|담당|담당자|담당의|주치의|보호자|사용자|회원|이름|성명|작성자|신청자|수신|발신|수신자|발신자"
            r"|받는 ?사람|보낸 ?사람|의사|교수|기자"
            r"|과장|대리|팀장|부장|예금주|계약자|피보험자|참석자|학생|직원|검토자|승인자|요청자|신고자|제보자|민원인|상담자|피해자|작업자|관리자|문의자|간호사|학부모)(?:명|님)?(?:은|는|이|가|인)?[\s:：,「『(\[\"'*]{1,3}",
        ),
        ("who speaks", 3.0, r"(?:저는|나는|제 이름은|이름은|제가)\s"),
        ("the speaker's team", 1.2, r"(?:팀|부서|과|부|회사|지점|센터)(?:의)?\s"),
        ("an edge before the name", 0.5, r"^|[\n:：,、。.;!?()\[\]「」『』\"'“”‘’<>|/@#*~-]\s?"),
    ),
    after=(
        ("a title behind the name", 4.0, rf"\s?(?:{_TITLE})"),
        ("the speaker's own name", 2.8, "입니다|이에요|예요|이라고 합|라고 합|이라고 해|라고 해"),
        ("a particle of persons", 2.2, "한테|에게|께|이랑|랑|하고|아[,!]|야[,!]|이라는 분|라는 분"),
        ("an age or sex behind the name", 2.5, r"\s?[(（,]\s?(?:\d{1,3}세|남|여)"),
        (
            "a person's verb behind the name",
            1.6,
            r"(?:이|가|은|는|도)\s(?:말|요청|보고|문의|공유|작성|확인|리뷰|설명|맡|전화|연락|추천|제안|테스트|수정)",
        ),
        ("an edge behind the name", 0.7, r"$|[\n,、。.;!?()\[\]「」『』\"'“”‘’<>|/*~]"),
    ),
)
_WORD: Final = re.compile("[가-힣]{1,12}")
_WHOLE_TAIL: Final = re.compile(rf"(?:(?:{_TITLE})(?:님|들)?)?(?:{_PARTICLE})?")
_LONE: Final = re.compile(
    r"(?<![가-힣])([김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진나지엄변채원천방공])"
    r"\s?(?:과장|대리|팀장|부장|차장|이사|대표|주임|실장|사장|교수|선생|원장|본부장|책임|선임|수석|매니저|변호사)(님|(?=[^가-힣]|[은는이가을를의와과도께한]))"
)
_PLAIN_ENDS: Final = frozenset("은는이가을를의에도로와과만한된할인지고나라면서하해자들용된적성화형값명")
"""Last syllables that words of two syllables take on: then a third is no given name's."""

_DEMONSTRATIVE: Final = "이"
"""A family name, and "this" before a title."""


class Korean:
    """Reads Hangul."""

    def __init__(self, lists: Lists) -> None:
        self._family = lists.words("ko.family")
        self._given = lists.words("ko.given")
        self._common = lists.words("ko.common")
        self._first, self._second = lists.costs("ko.first"), lists.costs("ko.second")

    def candidates(self, text: str, start: int, end: int) -> Iterator[Candidate]:
        for match in _WORD.finditer(text, start, end):
            if match.start() > 0 and "가" <= text[match.start() - 1] <= "힣":
                continue  # the rest of a longer run
            yield from self._in_word(text, match[0], match.start())
        for match in _LONE.finditer(text, start, end):
            if match[1] != _DEMONSTRATIVE or match[2] == "님":
                told = Evidence("gazetteer", "a Korean family name", BASE)
                yield Candidate(*match.span(1), (told, Evidence("context", "a title behind the name", 4.0)))

    def _in_word(self, text: str, word: str, at: int) -> Iterator[Candidate]:
        for size in (2, 1):
            family = word[:size]
            if family not in self._family or len(family) != size:
                continue
            for count in (2, 1):
                if len(word) < size + count or not _WHOLE_TAIL.fullmatch(word, size + count):
                    continue
                end = at + size + count
                around = CUES.around(text, at, end)
                weight = self._weight(word, size, count)
                if count == 1 and max((cue.weight for cue in around), default=0.0) < 2.5:
                    continue
                told = Evidence("gazetteer", "a Korean family and given name", round(BASE + weight, 2))
                yield Candidate(at, end, (told, *around))

    def _weight(self, word: str, size: int, count: int) -> float:
        given = word[size : size + count]
        if count == 1:
            weight = -0.8 if size == 1 else 1.0
        elif given in self._given:
            weight = 3.3
        else:
            weight = max(-3.0, min(2.0, -0.45 * (self._first.get(given[0], 4.0) + self._second.get(given[1], 4.0))))
        name = word[: size + count]
        if word in self._common or name in self._common:
            weight -= 5.0
        elif name[:2] in self._common or (name[-1] in _PLAIN_ENDS and given not in self._given):
            weight -= 1.5
        return weight + (1.0 if size == 2 else 0.0)
