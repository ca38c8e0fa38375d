"""Our own finder, with the model and the gazetteer that come along."""

import gc
import random
import time
from pathlib import Path

import pytest

from detectors.lexiconfile import NameLexicon
from detectors.names.named import Allowance, unlimited
from detectors.names.own import BATCH, OwnFinder
from detectors.names.weigh import GAZETTEER, MODEL


@pytest.fixture(scope="module")
def finder() -> OwnFinder:
    made = OwnFinder(NameLexicon(public_figures=frozenset({"ada lovelace"}), not_names=frozenset({"jenkins"})))
    made.load()
    return made


def told(finder: OwnFinder, text: str) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], one.entity) for one in finder.find(text, unlimited())]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Please call Maria Fernandez back about her invoice before Friday.", "Maria Fernandez"),
        ("hi, this is Thomas Becker from accounting, my login does not work", "Thomas Becker"),
        ("Pt. seen by Dr. Susan Whitfield on the ward, no acute distress.", "Susan Whitfield"),
        ("2026-03-01 08:12:44 WARN session of user Giulia Moretti expired", "Giulia Moretti"),
        ("# asked by Priya Raman of the billing team, see the ticket", "Priya Raman"),
        ("Sehr geehrte Frau Zimmermann, vielen Dank für Ihre Nachricht.", "Zimmermann"),
        ("can you ask daniel miller if he has the keys", "daniel miller"),
        ("My name is Kwabena Osei-Tutu and I lost my card.", "Kwabena Osei-Tutu"),
        ("Discharge summary for patient John O'Neill, born in Leeds.", "John O'Neill"),
        ("Our CEO Margaret Thornbury will come on Friday.", "Margaret Thornbury"),
        ("please draft a mail to maria gonzalez about her refund", "maria gonzalez"),
    ],
)
def test_persons_in_what_developers_send(finder: OwnFinder, text: str, name: str) -> None:
    assert (name, "PERSON") in told(finder, text)


@pytest.mark.parametrize(
    "text",
    [
        "The build on Jenkins failed again, please restart it.",
        "Redis and Celery are started by Docker Compose, JavaScript is bundled by Vite.",
        "self.assertEqual(Person.objects.count(), 2)",
        "from django.contrib.auth.models import User, Group",
        "class Alexander(models.Model):\n    name = models.CharField()\n    return Julia(x)[0]",
        "Use Bayes' theorem and a Gaussian prior; see the Fourier transform below.",
        "RuntimeError: Event loop is closed",
        "Will the tests pass in May? Mark them as slow and chase the flaky ones.",
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
    ],
)
def test_what_names_nobody(finder: OwnFinder, text: str) -> None:
    assert [one for one in told(finder, text) if one[1] == "PERSON"] == []


def test_published_names_are_told_apart(finder: OwnFinder) -> None:
    text = "fix the parser\n\nSigned-off-by: Maria Fernandez <maria@example.org>\n"
    assert told(finder, text) == [("Maria Fernandez", "PUBLIC_PERSON")]
    assert told(finder, "An engine that Ada Lovelace wrote programs for.") == [("Ada Lovelace", "PUBLIC_PERSON")]


def test_citations_and_eponyms_in_code_are_nobodys(finder: OwnFinder) -> None:
    code = (
        'import math\n\ndef path(graph):\n    """Finds a path, after an idea of Zimmermann.\n\n    References\n'
        "    ----------\n    Maria Fernandez and others, On paths\n"
        '    """\n    return graph[0]\n'
    )
    assert told(finder, code) == [("Maria Fernandez", "PUBLIC_PERSON")]
    assert told(finder, "# call Frau Zimmermann before this runs\n") == [("Zimmermann", "PERSON")]


def test_what_stands_alone_in_code_names_nobody(finder: OwnFinder) -> None:
    code = "import trades\n\ndef fill(order):\n    {}\n    return order[0]\n"
    for line in (
        "# backfilling from IB takes place here",
        "# say('hello', 'fred')",
        "# the Benjamini-Hochberg procedure",
        "# prices were noted in Sydney and Melbourne",
    ):
        assert told(finder, code.format(line)) == []
    assert told(finder, code.format("# Maria Fernandez says that this breaks")) == [("Maria Fernandez", "PERSON")]


def test_the_genitive_is_no_part_of_the_name(finder: OwnFinder) -> None:
    assert ("Maria", "PERSON") in told(finder, "I have seen Maria's email to the customer about the refund.")


def test_people_of_tests_are_nobody_and_those_of_data_are_somebody(finder: OwnFinder) -> None:
    test = (
        "import pytest\n\ndef test_greets():\n"
        '    person = make("Maria Fernandez of Contoso", 7)\n    assert person.ok\n'
    )
    assert told(finder, test) == []
    data = "id;note\n7;called Maria Fernandez about the claim\n8;nobody was there\n"
    assert told(finder, data) == [("Maria Fernandez", "PERSON")]


def test_each_part_of_the_verdict_is_told_without_the_text(finder: OwnFinder) -> None:
    (found,) = finder.find("Please call Maria Fernandez back.", unlimited())
    assert {one.kind for one in found.evidence} == {"model", "gazetteer"}
    assert 0.75 <= found.score <= 1
    assert "Maria" not in repr(found)


@pytest.mark.parametrize("source", [GAZETTEER, MODEL])
def test_a_source_alone_finds_names_and_says_so(source: str) -> None:
    alone = OwnFinder(evidence=frozenset({source}))
    (found,) = alone.find("Please call Maria Fernandez back about it.", unlimited())
    assert {one.kind for one in found.evidence} == {source}


def test_positions_hold_in_long_texts(finder: OwnFinder) -> None:
    text = (
        "There is nothing to be seen in this sentence of plain words. " * 900 + "Then Maria Fernandez called us back."
    )
    assert told(finder, text) == [("Maria Fernandez", "PERSON")]


def test_what_there_is_no_time_for_is_left_unread(finder: OwnFinder) -> None:
    text = "Maria Fernandez called us back about it, and nothing else of any note was said. " * (3 * BATCH)
    with Allowance(0, lambda: 0.0) as none:
        assert finder.find(text, none) == []
        assert none.unread
    ticks = iter(range(1000))
    with Allowance(1.5, lambda: float(next(ticks))) as some:
        found = finder.find(text, some)
        assert 0 < len(found) < 3 * BATCH
        assert some.unread


def test_the_time_holds_for_a_text_of_nothing_but_names(finder: OwnFinder) -> None:
    with Allowance(0.05, time.process_time) as little:
        finder.find("Jane Roe met Thomas Becker in Lisbon, and then they went on. " * 40_000, little)
    assert little.unread
    assert little.used < 1.0


def test_a_text_without_a_candidate_needs_no_time(finder: OwnFinder) -> None:
    with Allowance(0, lambda: 0.0) as none:
        assert finder.find("x = f(1)[2]", none) == []
        assert not none.unread


@pytest.mark.slow
def test_memory_stays_flat_over_many_distinct_texts(finder: OwnFinder) -> None:
    chance = random.Random(7)

    def text() -> str:
        words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 10))) for _ in range(12)]
        return f"then {words[0].title()} {words[1].title()} {' '.join(words[2:])}."

    for _ in range(12_000):  # past the table of words and every cache
        finder.find(text(), unlimited())
    before = resident_bytes()
    for _ in range(28_000):
        finder.find(text(), unlimited())
    assert resident_bytes() - before < 8 << 20


def resident_bytes() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096
