"""Chinese names: is a family name and one or two characters more likely a name here than words?

Nothing parts Chinese words, so a name is weighed against the best division of its surroundings into words (`words` are
jieba's). Both are probabilities, so their ratio is evidence, and titles and the like add to it. Traditional characters
are read as their simplified ones.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from detectors.evidence import Evidence
from detectors.names.uncased.candidate import Candidate, Cues
from detectors.names.uncased.lists import Lists

PRIOR: Final = 6.5
"""Cost of a name's standing somewhere at all, in nats."""

PRIOR_TITLED: Final = 2.5
"""The same of a family name that a title follows."""

ONE_CHARACTER: Final = 1.6
"""Cost of a given name of one character rather than two."""

UNKNOWN_GIVEN, UNKNOWN_CHARACTER = 12.0, 14.0
AROUND: Final = 4
"""Characters on either side that words may reach into."""

LONGEST: Final = 4
FROM_LISTS: Final = 0.55
"""How much a nat of the lists' counts: they are of news and books, and texts are not."""

LEAST_NATS, MOST_NATS = -6.0, 7.0
BASE: Final = -2.3

EDGE: Final = 0.7
_AMID: Final = Evidence("context", "amid other characters", -1.6)
_ADJOINED: Final = Evidence("context", "other characters on one side", -0.4)
_ALONE: Final = Evidence("context", "a field of its own", 0.6)
_PLACE: Final = Evidence("context", "ends as places do", -3.0)
_OF_PLACES: Final = frozenset("县区市省镇乡村旗州语堡路街道岛湖港湾寺堂队厂矿")
_NOT = "(?![于是为的])"
_PAUSE = r"[\s:：,，、(（\[【「『\"'“‘<>|*]{0,3}"
_EDGE = r"[\s:：,，、。.;；!！?？()（）\[\]【】「」『』\"'“”‘’<>|/@#*~～…—-]"
_TITLE = (
    "先生|女士|小姐|太太|夫人|老师|医生|医师|大夫|护士|教授|博士|经理|总监|主任|主管|处长|科长|局长|院长|校长|部长|组长|班长|店长"
    "|律师|警官|师傅|同学|同志|阿姨|叔叔|奶奶|爷爷|工程师|会计|秘书|助理|顾问|董事|总裁|专员|老板|书记"
)
_ROLE = (
    "患者|患儿|病人|病患|母亲|父亲|祖母|祖父|外婆|外公|岳母|岳父|弟弟|妹妹|哥哥|姐姐|用户|使用者|客户|顾客|会员|乘客|学生|家属|家长|员工|同事|朋友|联系人|联络人|经办人|负责人|收件人|寄件人|发件人|收件者|寄件者|"
    "操作员|操作人|管理员|医生|医师|护士|姓名|作者|审核人|申请人|投保人|被保险人|受益人|原告|被告|证人|店员|快递员|司机|妈妈|爸爸|妻子|丈夫|儿子|女儿|"
    "经理|老师|主任|教授|律师|总监|组长|工程师|师傅|签名|署名|参会人员|与会人员|出席|值班|客服|专员|投诉人|报告人|记录人|主持人|导师"
)
CUES: Final = Cues(
    before=(
        (
            "who speaks or is spoken to",
            3.5,
            "(?:我是|我叫|本人|名叫|名字是|名字叫|尊敬的|亲爱的|您好|你好|大家好|小姐姐)[,，:：!！\\s]{0,2}",
        ),
        ("a role before the name", 3.4, f"(?:{_ROLE})(?:姓名|名字|名称)?(?:是|为|叫)?{_PAUSE}"),
        (
            "a person's verb before the name",
            1.8,
            "(?:联系|通知|转给|交给|找|问|请|让|由|跟|叫|陪|等|谢谢|感谢|告诉|提醒|转告|咨询|拜托)了?",
        ),
        ("a joining word before the name", 1.0, "[和与及同给被向对把是了、@]"),
        ("an edge before the name", EDGE, f"^|{_EDGE}"),
    ),
    after=(
        ("a title behind the name", 4.0, rf"\s?(?:{_TITLE})"),
        ("a greeting behind the name", 3.5, r"[,，:：\s]{0,2}(?:您好|你好)"),
        (
            "a person's verb behind the name",
            1.8,
            "(?:刚才?|已经|已|又|也|都|正在|之前|昨天|今天|下午|上午)?(?:说|表示|反馈|认为|觉得|告诉|回复|回报|提到|提了|提交|来电|来信|写的|指出"
            "|介绍|通知|代诉|自述|聊|讨论|沟通|商量|一起|见面|要求|投诉|负责|维护|处理|联系|填写|签字|确认|离职|请假|入职|报告|建议|预约|就诊|出院|入院|转院)",
        ),
        (
            "a comma and an age or sex behind the name",
            3.0,
            r"[,，(（\s]{1,2}(?:男|女|\d{1,3}岁|[一二三四五六七八九十]{1,4}岁)",
        ),
        ("a speaker's colon behind the name", 2.3, "[:：]"),
        ("a joining word behind the name", 0.8, f"[和与及在的把将会是那、正刚]{_NOT}"),
        ("an edge behind the name", EDGE, f"$|{_EDGE}"),
    ),
)
_TITLE_ALONE: Final = re.compile(rf"\s?(?:{_TITLE})(?![a-z\u4e00-\u9fff]?[位级费制部室们])")
_HAN: Final = "\u3400-\u9fff"
_NEAR_KANA: Final = 40
_SURE: Final = 0.9
KANA: Final = re.compile("[\u3041-\u3096\u30a1-\u30fa]")


def _is_by_kana(text: str, found: Candidate) -> bool:
    """Whether Japanese stands in its line, or beside a line of which little speaks for a name."""
    low, high = max(0, found.start - _NEAR_KANA), found.end + _NEAR_KANA
    if found.score >= _SURE:
        low = max(low, text.rfind("\n", 0, found.start) + 1)
        end = text.find("\n", found.end, high)
        high = high if end < 0 else end
    return KANA.search(text, low, high) is not None


class Chinese:
    """Reads Chinese, simplified and traditional."""

    def __init__(self, lists: Lists) -> None:
        self._family = lists.costs("zh.family")
        self._first, self._second, self._alone = (lists.costs(f"zh.{name}") for name in ("first", "second", "alone"))
        self._whole = lists.costs("zh.given")
        self._words = lists.costs("zh.words")
        self._simple = str.maketrans({pair[0]: pair[1] for pair in lists.words("zh.simple")})
        families = sorted(self._family, key=len, reverse=True)
        self._starts = re.compile(rf"(?=({'|'.join(families)}))[{_HAN}]")
        self._division = lru_cache(maxsize=4096)(self._divide)

    def candidates(self, text: str, start: int, end: int) -> Iterator[Candidate]:
        low = max(0, start - 2 * SLACK)
        plain = text[low : end + 2 * SLACK].translate(self._simple)
        for match in self._starts.finditer(plain, start - low, min(end - low, len(plain))):
            yield from self._at(plain, match.start(), match[1], text, low)

    def _at(self, plain: str, at: int, family: str, text: str, low: int) -> Iterator[Candidate]:
        given = at + len(family)
        families = [family, family[0]] if len(family) == 2 and family[0] in self._family else [family]
        for family in families:
            given = at + len(family)
            for count in (2, 1, 0):
                if count == 0 and not _TITLE_ALONE.match(plain, given):
                    continue
                one = self._one(plain, at, given, given + count)
                if one is not None:
                    found = one._replace(start=low + one.start, end=low + one.end)
                    if not _is_by_kana(text, found):
                        yield found

    def _one(self, plain: str, at: int, given: int, end: int) -> Candidate | None:
        name = plain[at:end]
        if end > len(plain) or not all("\u3400" <= one <= "\u9fff" for one in name):
            return None
        cost = (PRIOR if end > given else PRIOR_TITLED) + self._family[plain[at:given]] + self._given(plain[given:end])
        begin = at
        while begin > max(0, at - AROUND) and "\u3400" <= plain[begin - 1] <= "\u9fff":
            begin -= 1
        stop = end
        while stop < min(len(plain), end + AROUND) and "\u3400" <= plain[stop] <= "\u9fff":
            stop += 1
        whole = self._division(plain[begin:stop])
        apart = self._division(plain[begin:at]) + cost + self._division(plain[end:stop])
        nats = min(MOST_NATS, whole - apart)
        if nats < LEAST_NATS:
            return None
        parts = [Evidence("gazetteer", "a Chinese name rather than words", round(BASE + FROM_LISTS * nats, 2))]
        before, after = CUES.before(plain, at), CUES.after(plain, end)
        parts += [cue for cue in (before, after) if cue is not None]
        if before is None or after is None:
            parts.append(
                _AMID if max(cue.weight for cue in (before, after, _AMID) if cue is not None) < 1.5 else _ADJOINED
            )
        elif before.weight == after.weight == EDGE:
            parts.append(_ALONE)
        if end > given and plain[end - 1] in _OF_PLACES:
            parts.append(_PLACE)
        return Candidate(at, end, tuple(parts))

    def _given(self, given: str) -> float:
        if not given:
            return 0.0
        if len(given) == 1:
            return ONE_CHARACTER + self._alone.get(given, UNKNOWN_GIVEN)
        apart = self._first.get(given[0], UNKNOWN_GIVEN) + self._second.get(given[1], UNKNOWN_GIVEN)
        return min(apart, self._whole.get(given, UNKNOWN_GIVEN * 2))

    def _divide(self, run: str) -> float:
        """Cost of the best division of a run of characters into words."""
        costs = [0.0] * (len(run) + 1)
        for end in range(1, len(run) + 1):
            costs[end] = min(
                costs[start] + self._words.get(run[start:end], UNKNOWN_CHARACTER if end - start == 1 else 99.0)
                for start in range(max(0, end - LONGEST), end)
            )
        return costs[-1]


SLACK: Final = 32
"""Characters around a piece that cues and words may reach into."""
