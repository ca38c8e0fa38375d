"""Japanese names: runs of kanji that are a family name, with a given name or an honorific behind it.

Kana around a run part it from its neighbours, so that a whole run has to be explained. Names in katakana are told by
their honorific alone.
"""

import re
from collections.abc import Iterator
from typing import Final

from detectors.evidence import Evidence
from detectors.names.uncased.candidate import Candidate, Cues
from detectors.names.uncased.chinese import KANA
from detectors.names.uncased.lists import Lists

NEAR_KANA: Final = 200
"""Within so many characters of kana a text is Japanese; else only names that are listed whole count."""

LONGEST_RUN: Final = 12
BASE: Final = -2.5

_TITLE = (
    "先生|部長|課長|係長|社長|主任|教授|医師|専務|常務|店長|議員|選手|室長|所長|院長|校長|次長|監督"
    "|部員|看護師|弁護士|会長|支店長|工場長|主査"
)
_KANA_TITLE = "さん(?!ぽ)|さま|くん|ちゃん|様(?![式子々相態な])|氏(?!名)|君|殿(?!堂)"
_PREFIX = re.compile(
    "患者|担当者?|担当医師?|主治医|医師|看護師|利用者|長男|長女|次男|次女|妻|夫|母|父|営業|弊社|当社|同僚|上司|部下|故|株式会社"
)
_EDGE = r"[\s:：,，、。.;；!！?？()（）\[\]【】「」『』\"'“”‘’<>|/@#*・=＝-]"
CUES: Final = Cues(
    before=(
        (
            "a role before the name",
            2.8,
            r"(?:患者|氏名|名前|担当者?|担当医|主治医|対応者|利用者|作成者|報告者|記入者|承認者|申請者|送信者|宛先|差出人"
            r"|レビュー|レビュアー|著者|連絡先|参加者|出席者|お客様|ユーザー|医師|看護師|弊社の|当社の|長男|長女|父|母|妻|夫)(?:名|は|が|の|・)?[\s:：「『（(・\"']{0,3}",
        ),
        ("the firm before the name", 1.0, "[課部社所院店室]の|[ァ-ヺー]の|くらの"),
        ("an edge before the name", 0.5, f"^|{_EDGE}"),
    ),
    after=(
        ("an honorific behind the name", 4.2, rf"[ \u3000]?(?:{_KANA_TITLE}|(?:{_TITLE})(?![室席名職]))"),
        ("the speaker's own name", 3.2, "と(?:申|もう)します|と言います|といいます|です[。、!！が\n]|でございます"),
        ("an age or sex behind the name", 2.5, r"[\s（(、,]{1,2}(?:\d{1,3}歳|男性?|女性?)"),
        ("a particle behind the name", 0.8, "[はがもにとをのへや]"),
        ("an edge behind the name", 0.5, f"$|{_EDGE}"),
    ),
)
_RUN: Final = re.compile("[\u4e00-\u9fff々ヶ]{1,12}")
_KATAKANA: Final = re.compile(
    r"(?<![ァ-ヺー・])([ァ-ヺー]{2,12}(?:[・=＝ ][ァ-ヺー]{2,12}){0,3})"
    r"(?=[ \u3000]?(?:さん(?!ぽ)|様(?![式子々])|氏(?!名)|くん|ちゃん))"
)
_NOBODY: Final = re.compile(
    "(?:ユーザー?|メーカー|オーナー|クライアント|パートナー|スタッフ|エンドユーザー?|ベンダー|テナント|サプライヤー?|ゲスト|メンバー|カスタマー|スポンサー|モデル"
    "|マスター|ドライバー?|パパ|ママ|リーダー|マネージャー?|マネジャー|エンジニア|デザイナー|サポート|アーティスト|ライター|アルバイト|ドクター|ナース)$"
)
_HIRAGANA: Final = re.compile("[\u3041-\u3096]{2,4}")


class Japanese:
    """Reads Japanese."""

    def __init__(self, lists: Lists) -> None:
        self._family = lists.words("ja.family")
        self._given = lists.words("ja.given")
        self._kanji = lists.labels("ja.kanji")
        self._common = lists.words("ja.common")

    def candidates(self, text: str, start: int, end: int) -> Iterator[Candidate]:
        for match in _RUN.finditer(text, start, end):
            if match[0][0] in self._kanji or match[0][0] in self._family:
                yield from self._in_run(text, match.start(), match.end())
        for match in _KATAKANA.finditer(text, start, end):
            if not _NOBODY.search(match[1]):
                told = (Evidence("gazetteer", "letters of foreign names", BASE), *CUES.around(text, *match.span(1)))
                yield Candidate(*match.span(1), told)

    def _in_run(self, text: str, start: int, end: int) -> Iterator[Candidate]:
        run = text[start:end]
        if run in self._common:
            return
        role = _PREFIX.match(run)
        begins = [start, start + role.end()] if role is not None and role.end() < len(run) else [start]
        for begin in begins:
            for stop, weight, what in self._readings(text, begin, end):
                if not KANA.search(text, max(0, start - NEAR_KANA), end + NEAR_KANA) and what != _BOTH:
                    continue
                parts = [Evidence("gazetteer", what, round(BASE + weight, 2)), *CUES.around(text, begin, stop)]
                if begin > start:
                    parts.append(Evidence("context", "a role before the name", 2.8))
                yield Candidate(begin, stop, tuple(parts))

    def _readings(self, text: str, start: int, end: int) -> Iterator[tuple[int, float, str]]:
        """(end, weight, what it is) of the names that a run's rest from `start` can be."""
        run = text[start:end]
        for size in range(min(4, len(run)), 0, -1):
            family, rest = run[:size], run[size:]
            listed = family in self._family
            if not listed and not self._is_like_a_family(family):
                continue
            weight = (0.6 if size > 1 else 0.0) if listed else -1.1
            title = CUES.after(text, start + size) if rest else None
            if not rest or (title is not None and title.weight > 4):
                yield start + size, weight, "a Japanese family name"
            yield from self._with_given(text, start + size, end, weight, listed, size)

    def _with_given(
        self, text: str, at: int, end: int, weight: float, listed: bool, size: int
    ) -> Iterator[tuple[int, float, str]]:
        if at == end:
            low = at + 1 if text[at : at + 1] in ("\u3000", " ") else at
            kana = _HIRAGANA.match(text, low)
            if kana is not None and listed:
                stops = range(kana.end(), kana.start() + 1, -1)
                stop = next((stop for stop in stops if text[low:stop] in self._given), None)
                if stop is not None:
                    yield stop, weight + 1.0, _BOTH
            run = _RUN.match(text, low) if low > at else None
            if run is None:
                return
            at, end = low, run.end()
        for stop in range(end, at, -1):
            if stop < end:
                title = CUES.after(text, stop)
                if title is None or title.weight < 2:
                    continue
            given = text[at:stop]
            told = self._given_weight(given)
            if told:
                told -= 1.5 if size == 1 and len(given) == 1 else 0.6 if size == 1 else 0.0
                yield stop, weight + told, _BOTH if listed and given in self._given else _LIKE

    def _given_weight(self, given: str) -> float:
        if given in self._given:
            return 2.6 if len(given) > 1 else 1.8
        digits = [self._kanji.get(kanji, "0000") for kanji in given]
        if 2 <= len(given) <= 3 and digits[0][2] >= "1" and digits[-1][3] >= "1":
            return 0.4 + 0.3 * (int(digits[0][2]) + int(digits[-1][3]) - 2)
        return 0.0

    def _is_like_a_family(self, family: str) -> bool:
        if not 2 <= len(family) <= 3:
            return False
        first, last = (self._kanji.get(kanji, "0000") for kanji in (family[0], family[-1]))
        return first[0] >= "2" and last[1] >= "2"


_BOTH: Final = "a Japanese family and given name"
_LIKE: Final = "what Japanese names are written with"
