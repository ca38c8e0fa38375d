"""How names are counted, and how the sets are read off packages; all on small samples made here."""

import json
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest

from bench import conversations
from bench.accuracy.names import command, project, report
from bench.accuracy.names.span import Score, Span, add
from bench.accuracy.public import fetch, fhir, forum, hl7, tweets
from bench.accuracy.public.fetch import NotObtainable

TEXT = "Yesterday Ada Byron wrote to Babbage in Turin."
LABELS = [Span(10, 19, "PERSON"), Span(29, 36, "PERSON"), Span(40, 45, "LOCATION")]


def scored(labels: list[Span], findings: list[Span]) -> dict[str, Score]:
    scores: dict[str, Score] = {}
    add(scores, "sample", labels, findings)
    return scores


def values(text: str, spans: Any) -> list[tuple[str, str]]:
    return [(text[span["start"] : span["end"]], span["type"]) for span in spans]


def test_a_part_of_a_name_finds_it_but_not_exactly() -> None:
    persons = scored(LABELS, [Span(10, 13, "PERSON"), Span(29, 36, "PERSON"), Span(0, 9, "PERSON")])["PERSON"]
    assert persons.relaxed == pytest.approx((2 / 3, 1.0, 0.8))
    assert persons.exact == pytest.approx((1 / 3, 0.5, 0.4))
    assert [span for _, span in persons.wrongly] == [Span(0, 9, "PERSON")]


def test_a_finding_of_another_kind_finds_nothing() -> None:
    scores = scored(LABELS, [Span(40, 45, "PERSON")])
    assert (scores["LOCATION"].found, scores["PERSON"].wrong) == (0, 1)
    assert scores["LOCATION"].relaxed == (None, 0.0, None)
    assert [span for _, span in scores["LOCATION"].missed] == [LABELS[2]]


def test_a_band_is_neither_a_right_nor_a_wrong_person() -> None:
    persons = scored([Span(0, 9, "ARTIST")], [Span(0, 9, "PERSON")])["PERSON"]
    assert (persons.labels, persons.right, persons.wrong) == (0, 0, 0)
    assert scored([Span(0, 9, "TEAM")], [Span(0, 9, "PERSON")])["PERSON"].wrong == 1


def test_a_public_person_is_a_person_and_told_apart() -> None:
    persons = scored(LABELS, [Span(29, 36, "PUBLIC_PERSON")])["PERSON"]
    assert (persons.found, persons.right, persons.public) == (1, 1, 1)


def test_words_become_a_tweet_again() -> None:
    columns = 'RT\tO\n@ada\tO\n:\tO\n"\tO\nBob\tB-person\nSmith\tI-person\n\'s\tO\ncat\tO\n"\tO\n'
    columns += "does\tO\nn't\tO\n(\tO\nsee\tO\n"
    columns += "Queen\tB-musicartist\n)\tO\n&lt;\tO\n3\tO\n!\tO\n\t\nParis\tB-geo-loc\nLondon\tB-geo-loc\n"
    first, second = (tweets.joined(words) for words in tweets.sentences(columns))
    assert first[0] == "RT @ada: \"Bob Smith's cat\" doesn't (see Queen) < 3!"
    assert values(*first) == [("Bob Smith", "PERSON"), ("Queen", "ARTIST")]
    assert values(*second) == [("Paris", "LOCATION"), ("London", "LOCATION")]


def test_names_in_a_message_by_position_and_in_its_notes() -> None:
    message = "\r".join(
        [
            r"MSH|^~\&|LAB|A|EHR|B|20260101||ORU^R01|1|P|2.5",
            "PID|1||77^^^A||Quill^Marta^J~Reed^Marta||19700101|F|||1 Quill Road",
            "PV1|1|I|||||77^Osei^Kofi^^^Dr|88^UNKNOWN^UNKNOWN",
            "OBX|1|TX|note||Seen with Marta Quill, and Osei. QUILL slept.",
            "NTE|1||quill as a pen",
        ]
    )
    assert values(message, hl7.spans(message)) == [
        *(("Quill^Marta", "PERSON"), ("Reed^Marta", "PERSON"), ("Osei^Kofi", "PERSON")),
        *(("UNKNOWN^UNKNOWN", "PLACEHOLDER"), ("Marta Quill", "PERSON"), ("QUILL", "PERSON")),
    ]


def test_names_in_a_resource_by_their_place_and_where_texts_repeat_them() -> None:
    resource = {
        "resourceType": "Patient",
        "text": {"div": "<div>Marta Quill of Quillton, 1 Reed Lane, seen by a nurse</div>"},
        "contained": [{"resourceType": "Practitioner", "id": "p", "name": [{"text": "Dr Osei"}]}],
        "name": [{"family": "Quill", "given": ["Marta", "Nurse"]}],
        "address": [{"text": "1 Reed Lane", "line": ["1 Reed Lane"]}],
        "contact": [{"name": {"family": ["Reed"]}}],
        "generalPractitioner": [{"reference": "#p", "display": "Kofi Osei"}],
        "managingOrganization": {"reference": "Organization/1", "display": "Quill Clinic"},
        "link": [{"other": {"reference": "Patient/2", "display": "Tom Hale"}}],
    }
    text = json.dumps(resource)
    assert [value for value, _ in values(text, fhir.spans(text))] == [
        *("Marta Quill", "Dr Osei", "Quill", "Marta", "Nurse", "Reed", "Kofi Osei", "Quill", "Tom Hale"),
    ]


def test_leaves_of_a_document_know_their_place() -> None:
    text = '{"a": {"b": ["x", {"c": "y"}], "d": "z"}, "e": 1, "f": "\\"q"}'
    found = fhir.leaves(text)
    assert [(leaf.path, text[leaf.start : leaf.end]) for leaf in found] == [
        (("a", "b"), "x"),
        (("a", "b", "c"), "y"),
        (("a", "d"), "z"),
        (("f",), '\\"q'),
    ]
    assert found[0].within == found[2].within != found[1].within
    with pytest.raises(ValueError, match="Expecting"):
        fhir.leaves('{"a": ')


def cassette(folder: Path, *replies: Any) -> None:
    file = folder / "tests" / "cassettes" / "one.json"
    file.parent.mkdir(parents=True)
    tape = [
        {"response": {"body": {"string": reply if isinstance(reply, str) else json.dumps(reply)}}} for reply in replies
    ]
    file.write_text(json.dumps({"interactions": tape}))


def test_posts_are_drawn_from_recorded_replies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "we met " * 30
    posts = [{"data": {"body": f"{number} {long} old Tom Hale &amp; co", "subreddit": "pics"}} for number in range(5)]
    posts += [
        {"selftext": f"{long} bug", "subreddit": "redditdev"},
        {"body": f"I am a bot {long}", "subreddit": "pics"},
    ]
    cassette(tmp_path, "no JSON", {"children": posts})
    monkeypatch.setattr(forum, "pypi", lambda *_, **__: tmp_path)
    drawn = forum.posts("forum")
    assert len(drawn) == 5
    assert all(text.endswith("old Tom Hale & co") for text in drawn)
    assert [text.endswith("bug") for text in forum.posts("developers")] == [True]
    with pytest.raises(ValueError, match="expected labels"):
        list(forum.cases("forum"))


@pytest.mark.parametrize("name", forum.SETS)
def test_labels_hold_places_and_no_text(name: str) -> None:
    content = (forum.LABELS / f"{name}.json").read_text()
    assert set(re.findall(r"[A-Za-z_]{2,}", re.sub(r'"[0-9a-f]{16}"', "", content))) == {"PERSON", "OTHER"}
    labels = json.loads(content)
    assert len(labels) == sum(forum.SETS[name])
    places = [place for known in labels.values() for spans in known.values() for place in spans]
    assert places
    assert all(0 <= start < end <= forum.SHOWN for start, end in places)


def test_a_package_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "FOLDER", tmp_path)
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "names.txt").write_text("x")
    asked: list[str] = []

    def download(command: tuple[str, ...], folder: Path) -> None:
        asked.append(command[-1])
        with tarfile.open(folder / "one-1.tar.gz", "w:gz") as archive:
            archive.add(inner, "one-1")

    monkeypatch.setattr(fetch, "_run", download)
    for _ in range(2):
        folder = fetch.pypi("one==1", source=True)
    assert (folder / "names.txt").read_text() == "x"
    assert asked == ["one==1"]


def test_what_cannot_be_had_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "FOLDER", tmp_path)
    monkeypatch.setattr(fetch.shutil, "which", lambda _: None)
    with pytest.raises(NotObtainable, match="npm is not installed"):
        fetch.npm("one@1")
    monkeypatch.setattr(fetch.sys, "executable", str(tmp_path / "nothing"))
    with pytest.raises(NotObtainable, match="FileNotFoundError"):
        fetch.pypi("one==1")


def test_names_in_code_are_counted_by_rule_and_tests_apart(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "a.py").write_text("x\nBob\n" + " " * 994)
    (tmp_path / "b.py").write_text("Bob " * 250)
    counted = project.count(
        "p",
        project.files(tmp_path),
        lambda text: (
            [Span(at.start(), at.end(), "PERSON", "r") for at in re.finditer("Bob", text[:6])]
            + [Span(0, 1, "PUBLIC_PERSON", "author")]
        ),
    )
    assert counted.rules == {"r": 2}
    assert (counted.per_100_kb, counted.per_100_kb_without_tests) == (100.0, 100.0)
    assert [(file, line, value) for file, line, _, value in counted.told] == [
        ("b.py", 1, "Bob"),
        ("tests/a.py", 2, "Bob"),
    ]


def test_a_recorded_conversations_texts_come_once() -> None:
    texts = [text for _, text in project.recorded(conversations.names()[0])]
    assert len(texts) == len(set(texts)) > 100


def test_what_misses_its_goal_is_bold() -> None:
    scores: dict[str, Score] = {}
    add(scores, "one", LABELS, [Span(10, 19, "PERSON"), Span(0, 9, "PERSON")])
    counted = report.Set(1, len(TEXT), {"fields": {"PERSON": scores["PERSON"]}})
    code = {"fields": project.Project("p", chars=1000, findings=1)}
    printed = report.markdown({"tweets": counted}, {"dev": [code]}, "fields")
    assert "| PERSON | 2 | **0.500** | 0.500 | 0.500 |" in printed
    assert "| together | 1 | **100.00** | 100.00 | 1 |" in printed


def test_a_label_outside_its_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text(json.dumps({"id": "1", "text": "ab", "spans": [{"start": 1, "end": 3, "type": "PERSON"}]}))
    with pytest.raises(ValueError, match=r"set.jsonl:1: spans"):
        list(command.cases_of(file))


def test_a_part_is_not_written_as_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--only", "tweets", "--write"])
    assert "expected all sets" in capsys.readouterr().err
