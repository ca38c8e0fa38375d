"""The languages: complete, alike in what they take, and unable to carry anything that was not meant for them."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import Category
from proxy.configfile import ConfigError, read_file
from proxy.formats import FORMATS
from proxy.message import MAX_PLACES, Place, block_message, place, refusal_message
from proxy.reason import Reason
from proxy.segment import Label
from proxy.wording import Wording, english, load_wording, message_folder, placeholders
from tests.proxy.inspecting import engine

LANGUAGES = sorted(path.stem for path in message_folder().glob("*.yaml"))
OTHERS = [language for language in LANGUAGES if language != "en"]
TAKEN = set("places reference policy reason then code entity where count place word number message approved".split())
"""All that is ever put into a text: our own words, counts, names and codes, and what the policy says."""


def written(language: str) -> dict[str, str]:
    """What the file itself says, without what English lends."""
    values, _ = read_file(message_folder() / f"{language}.yaml")
    return {".".join(key): str(text) for key, text in values.items()}


def test_there_are_several() -> None:
    assert {"en", "de", "fr", "es", "ja"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_every_text_with_the_same_placeholders(language: str) -> None:
    own, of_english = written(language), written("en")
    assert list(own) == list(of_english)
    assert {key: placeholders(text) for key, text in own.items()} == {
        key: placeholders(text) for key, text in of_english.items()
    }


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    """But those of signs alone, and the few words that two languages share."""
    shared = [key for key, text in written(language).items() if text == english().texts[key]]
    words = [key for key in shared if re.search(r"[^\W\d_]{3}", re.sub(r"\{\w+\}", "", english().texts[key]))]
    assert len(words) <= 6, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_takes_only_what_is_ours(language: str) -> None:
    assert set().union(*map(placeholders, written(language).values())) <= TAKEN
    assert all(re.fullmatch(r"(?:[^{}]|\{[a-z]+\})+", text) for text in written(language).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language: str) -> None:
    wording = load_wording(language)
    said = [refusal_message(reason, "", wording).replace(reason, "") for reason in Reason]
    assert len(set(said)) >= len(said) - 1  # two reasons ask for the same password, and tell where to put it
    unknown = (None, wording.say("reason.unknown"))
    assert [reason for reason in Reason if wording.find(f"reason.{reason}") in unknown] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_block_is_one_line_that_names_the_way_to_learn_more(language: str) -> None:
    text = block_message([Place("CREDIT_CARD", "x")] * 2, "tl-abcdefghjk", "strict", load_wording(language))
    for part in ("tightlip explain tl-abcdefghjk", "http://tightlip.local/", "strict", "2"):
        assert part in text
    assert "\n" not in text
    assert not re.search(r"[{}]", text)


@given(st.text(alphabet=st.characters(categories=["Lu", "Nd"]), min_size=6), st.sampled_from(LANGUAGES))
def test_no_text_quotes_the_request(canary: str, language: str) -> None:
    wording = load_wording(language)
    where = place(FORMATS["openai.chat"], f"/messages/0/{canary}", Label.PROMPT, f"a\n{canary}", 2, "", wording)
    text = block_message([Place("CREDIT_CARD", where)] * (MAX_PLACES + 1), "tl-abc", "strict", wording)
    assert canary not in text


@pytest.mark.parametrize("value", ["{reference}", "{0.__class__}", "{places}", "\\1", "{", "%s"])
def test_what_is_put_in_is_not_looked_at_again(value: str) -> None:
    wording = Wording("own", {"a": "<{where}> <{entity}>"})
    assert wording.say("a", where=value, entity="x") == f"<{value}> <x>"


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_block_may_be_sent_back_as_history(language: str) -> None:
    """A client resends it as the assistant's turn; nothing in it may look like what Tightlip looks for."""
    wording = load_wording(language)
    entities = sorted({rule.entity for rule in engine().ruleset.rules})
    for index in range(0, len(entities), MAX_PLACES):
        places = [Place(entity, "message 1, line 2") for entity in entities[index : index + MAX_PLACES]]
        text = block_message(places, "tl-abcdefghjk", "strict", wording)
        found = engine().scan(text).findings
        assert [(item.rule, text[item.start : item.end]) for item in found if item.category is not Category.PHI] == []


# files of one's own


def own(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "ours.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_of_ones_own_says_what_it_says_and_english_the_rest(tmp_path: Path) -> None:
    file = own(tmp_path, "then:\n  ask: Call 4711.\nentity:\n  ACME_TICKET: ticket of ours\n")
    wording = load_wording(str(file))
    assert refusal_message("fault", "tl-abc", wording).endswith("Call 4711. Reference: tl-abc (fault).")
    assert wording.entity("ACME_TICKET") == "ticket of ours"
    assert wording.entity("CREDIT_CARD") == "credit card number"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "text:\n  block: 'Stopped: {places}.'\n",
            ":2: text.block: expected the placeholders places, policy, reference",
        ),
        ("text:\n  line: 'Zeile {number.real}'\n", ":2: text.line: expected braces around names alone"),
        ("text:\n  line: 'Zeile {number} {body}'\n", ":2: text.line: expected the placeholders number"),
        ("then:\n  ask: '{reference}'\n", ":2: then.ask: expected the placeholders none"),
        ("entity:\n  ACME_KEY: '{where}'\n", ":2: entity.ACME_KEY: expected a text that en.yaml has"),
        ("then:\n  nobody: x\n", ":2: then.nobody: expected a text that en.yaml has"),
        ("then:\n  ask: ''\n", ":2: then.ask: expected a text"),
        ("then:\n  ask: 12\n", ":2: then.ask: expected a text"),
        ("then:\n  ask: [a]\n", ":2: then.ask: expected a text"),
        ('then:\n  ask: "a\\nb"\n', ":2: then.ask: expected one line"),
        ("then: x\n", ":1: then: expected a text that en.yaml has"),
        ("a: [\n", "expected YAML"),
        ("- a\n", "expected `key: value` lines"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    file = own(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_wording(str(file))
    assert str(file) in str(caught.value)
    assert expected in str(caught.value)


def test_a_language_that_is_nowhere_is_a_mistake() -> None:
    with pytest.raises(ConfigError, match="language: expected one of de, en, es, fr, ja, or a file's path, found xx"):
        load_wording("xx")
