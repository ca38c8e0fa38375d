"""What names cost: the texts, the turns, the table; with a pack made here."""

from pathlib import Path

import pytest

from bench import names
from bench.corpus import Conversation
from bench.names import Bench, Effort, bench_of
from bench.prose import KINDS
from detectors.names.named import Allowance
from proxy.formats import FORMATS
from tests.compiled import rules_folder


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    import spacy

    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": "Marta"}])  # type: ignore[attr-defined]
    folder = tmp_path_factory.mktemp("pack")
    pipeline.to_disk(folder)
    return bench_of(str(folder), rules_folder())


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_makes_the_same_text_and_another_one_none_of_its_paragraphs(kind: str) -> None:
    make = KINDS[kind]
    assert make(1, 5_000) == make(1, 5_000)
    assert len(make(1, 5_000)) == 5_000
    paragraphs = [set(make(seed, 5_000).split("\n\n")) for seed in (1, 2)]
    assert not paragraphs[0] & paragraphs[1]


def test_the_order_changes_and_the_first_round_is_not_counted() -> None:
    done: list[str] = []
    seconds = names.by_turns({"off": lambda: done.append("off"), "on": lambda: done.append("on")}, 2)
    assert done == ["on", "off", "off", "on", "on", "off"]
    assert [len(taken) for taken in seconds.values()] == [2, 2]


def test_names_are_found_by_one_engine_alone(bench: Bench) -> None:
    text = "Marta said that the build is fine again, and that nobody has to stay."
    found = {name: [one.rule for one in engine.scan(text).findings] for name, engine in bench.engines.items()}
    assert found == {"off": [], "on": ["name-person"]}


def test_what_is_resent_is_not_shown_to_the_finder(bench: Bench) -> None:
    scanner = bench.scanner("on")
    body, fmt = Conversation(7, 5_000).body(), FORMATS["anthropic.messages"]
    asked = bench.finder.calls
    scanner.read_json(body, fmt)
    first = bench.finder.calls
    scanner.read_json(body, fmt)
    assert asked < first == bench.finder.calls


def test_requests_are_counted_until_all_is_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    body, fmt = Conversation(8, 5_000).body(), FORMATS["anthropic.messages"]
    assert names.requests_until_read(bench, body, fmt) == 1
    monkeypatch.setattr(names, "Allowance", lambda *_: Allowance(0, float))
    assert names.requests_until_read(bench, body, fmt, most=3) == 3


def test_memory_is_told_ten_times_and_at_the_start(bench: Bench) -> None:
    told = names.memory_over_texts(bench, Effort(1, 1, 20))
    assert len(told) == 11
    assert all(megabytes > 50 for megabytes in told)


def test_the_table_judges() -> None:
    seen = {
        "name": "it",
        "bytes": 1000,
        "mb_per_second": {"off": 2.0, "on": 0.5},
        "calls": 2,
        "chars": 500,
        "calls_again": 1,
        "finder_ms": 12.4,
        "words": 20,
        "requests": 1,
    }
    read = {"name": "chat", "count": 3, "words": 7, "ms": {"off": [1.0, 2.0], "on": [2.0, 51.0]}}
    printed = names.markdown([seen], [read], [100.0, 101.0], 10)
    assert "| it, 1 KB | 2.00 | **0.50** | 0.25 | 50% in 2 texts | 20 | 12 ms | 1 | **1 texts** |" in printed
    assert "| chat, 3 pieces | 1.0 / 2.0 | 2.0 / **51.0** | 2.00 | 7 |" in printed


@pytest.mark.slow
def test_a_model_that_finds_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected a model that finds them"):
        bench_of("off", tmp_path)
