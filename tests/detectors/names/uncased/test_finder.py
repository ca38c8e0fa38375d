"""Persons' names in scripts without capitals, with the lists that come along."""

import pytest

from detectors.lexiconfile import NameLexicon
from detectors.names.named import Allowance, unlimited
from detectors.names.own import OwnFinder
from detectors.names.uncased import lists
from detectors.names.uncased.finder import PIECE_CHARS, Uncased
from detectors.names.weigh import MODEL


@pytest.fixture(scope="module")
def finder() -> Uncased:
    made = Uncased()
    made.load()
    return made


def told(finder: Uncased, text: str) -> list[str]:
    return [text[one.start : one.end] for one in finder.find(text, unlimited())]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("您好，我是刘建华，上周的订单还没有收到。", ["刘建华"]),
        ("患者欧阳雪，女，45岁，主治医生陈立新。", ["欧阳雪", "陈立新"]),
        ("病人黃淑惠昨日出院，家屬林志明陪同。", ["黃淑惠", "林志明"]),
        ("株式会社みどりの田中です。鈴木様にもお伝えください。", ["田中", "鈴木"]),
        ("担当：佐藤 花子(連絡先は別紙)", ["佐藤 花子"]),
        ("アンナ・シュミットさんから電話がありました。", ["アンナ・シュミット"]),
        ("안녕하세요, 김영희입니다. 박 과장님께 전달 부탁드립니다.", ["김영희", "박"]),
        ("남궁현 씨가 이수진한테 물어봤대요.", ["남궁현", "이수진"]),
        ("المريض أحمد المالكي عمره ستون سنة، والطبيب د. سمير حداد", ["أحمد المالكي", "سمير حداد"]),
        ("سلام، من مریم احمدی هستم", ["مریم احمدی"]),
        ('דיברתי עם ד"ר יעל כהן אתמול', ["יעל כהן"]),
        ("मेरा नाम सुरेश यादव है, श्री वर्मा जी ने भेजा है।", ["सुरेश यादव", "वर्मा"]),
        ("জনাব কামাল হোসেন আজ আসবেন।", ["কামাল হোসেন"]),
        ("ผู้ป่วยชื่อ นายสมชาย แสงอรุณ อายุ 40 ปี", ["สมชาย แสงอรุณ"]),
        ("პაციენტი ნინო ბერიძე მოვიდა.", ["ნინო ბერიძე"]),
    ],
)
def test_persons_without_their_titles_and_particles(finder: Uncased, text: str, names: list[str]) -> None:
    assert told(finder, text) == names


@pytest.mark.parametrize(
    "text",
    [
        "本项目支持高并发场景，任何金额都以分为单位，于是常用方法都有单元测试。",
        "項目經理負責審核，總經理批准；產品說明請參考文件。",
        "高度な設定は上級者向けです。お客様と皆様のご協力をお願いします。仕様は変わります。",
        "森林と林業、原因と関数、東西南北について説明する。石川県と山口県。",
        "이미지를 업로드하고 주소를 입력하세요. 이 기능은 정수 값만 허용합니다.",
        "النور الأخضر يعني أن الخدمة تعمل، وهذا أمر كريم. السيد الوزير افتتح المؤتمر.",
        "امید است که این روش مفید باشد. بهار و دریا زیبا است.",
        "האור הירוק דולק והטל ירד על הגן, שלום לכולם.",
        "आशा है कि विकास जारी रहेगा। प्रकाश और किरण शब्द हैं।",
        "คุณสามารถดูคุณสมบัติได้ นายหน้าและนางแบบไม่ใช่ชื่อ มิถุนายน",
        "პარამეტრები ინახება ფაილში და სერვერი ჩაირთვება.",
        "A sentence of plain ASCII, and a naïve café – nothing else.",
    ],
)
def test_words_that_names_are_written_with_name_nobody(finder: Uncased, text: str) -> None:
    assert told(finder, text) == []


def test_a_surname_alone_is_nobody_and_with_a_title_somebody(finder: Uncased) -> None:
    assert told(finder, "高的价格和金的价格") == []
    assert told(finder, "请联系高经理确认") == ["高"]
    assert told(finder, "田中の土地") == []
    assert told(finder, "田中さんの土地") == ["田中"]


def test_languages_of_neighbouring_lines_are_told_apart(finder: Uncased) -> None:
    assert told(finder, "您好，我是刘建华，订单没到。\n# 田中さんに聞く\n// 김영희 님 요청") == [
        "刘建华",
        "田中",
        "김영희",
    ]
    assert told(finder, "これは高度設定です\n高度設定\n金額計算") == []


def test_each_part_of_the_score_is_told_without_the_text(finder: Uncased) -> None:
    (found,) = finder.find("请联系王晓燕女士。", unlimited())
    assert [part.kind for part in found.evidence] == ["gazetteer", "context", "context"]
    assert {part.detail for part in found.evidence} >= {"a title behind the name"}
    assert 0.7 <= found.score <= 1
    assert "王" not in repr(found)


def test_published_names_are_told_apart(finder: Uncased) -> None:
    (found,) = finder.find("fix\n\nSigned-off-by: 陈志远 <chen@example.org>\n", unlimited())
    assert found.entity == "PUBLIC_PERSON"


def test_people_of_tests_are_nobody_and_those_of_data_are_somebody(finder: Uncased) -> None:
    test = 'import pytest\n\ndef test_greets():\n    person = make("陈志远", 7)\n    assert person.ok\n'
    assert told(finder, test) == []
    assert told(finder, "INSERT INTO users VALUES (7, '陈志远');") == ["陈志远"]


def test_what_there_is_no_time_for_is_left_unread(finder: Uncased) -> None:
    text = "请联系王晓燕女士。" * PIECE_CHARS
    with Allowance(0, lambda: 0.0) as none:
        assert list(finder.find(text, none)) == []
        assert none.unread
    ticks = iter(range(1000))
    with Allowance(3.5, lambda: float(next(ticks))) as some:
        found = list(finder.find(text, some))
        assert 0 < len(found) < PIECE_CHARS
        assert some.unread


def test_pieces_cut_no_name(finder: Uncased) -> None:
    assert len(told(finder, "请联系王晓燕女士。" * 1000)) == 1000
    assert len(told(finder, "ask 김영희입니다, " * 500)) == 500


def test_a_text_without_such_letters_reads_no_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> lists.Lists:
        raise AssertionError("read")

    monkeypatch.setattr(lists, "bundled", fail)
    assert list(Uncased().find("Maria Fernandez, naïve", unlimited())) == []
    with Allowance(0, lambda: 0.0) as none:
        assert list(Uncased().find("Maria", none)) == []
        assert not none.unread


def test_our_own_finder_tells_them_beside_others_in_order() -> None:
    own = OwnFinder(NameLexicon(public_figures=frozenset({"鲁迅生"}), not_names=frozenset({"王晓燕"})))
    text = "请联系刘建华女士。 Please call Maria Fernandez back. 请联系王晓燕女士。"
    assert [text[one.start : one.end] for one in own.find(text, unlimited())] == ["刘建华", "Maria Fernandez"]
    assert OwnFinder(evidence=frozenset({MODEL})).find("请联系刘建华女士。", unlimited()) == []
