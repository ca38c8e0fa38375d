"""The model's arithmetic gives what spaCy gives, and keeps within its bounds."""

from typing import Any

import numpy as np
import pytest

from detectors.names import model, network
from detectors.names.word import words

TEXTS = [
    "Please ask Jane Roe of Contoso, whose office is in Berlin, about the plan.",
    "pt seen by Dr. O’Neill\n  allergic to penicillin",
    "def load(self) -> None:  # Grüße von Žofia",
    "x",
]


@pytest.fixture(scope="module")
def pipeline() -> Any:
    return model.read(model.FOLDER)


def given(texts: list[str]) -> list[list[tuple[str, bool]]]:
    return [[(word.text, word.spaced) for word in words(text)] for text in texts]


def probabilities(own: network.Network, stretches: list[list[tuple[str, bool]]]) -> list[network.Floats]:
    """Of all words."""
    return own.probabilities(stretches, [range(len(stretch)) for stretch in stretches])


def test_it_gives_what_spacy_gives(pipeline: Any) -> None:
    tagger = pipeline.get_pipe("tagger").model
    theirs = tagger.predict([pipeline.make_doc(text) for text in TEXTS])
    ours = probabilities(model.network(pipeline), given(TEXTS))
    for scores, found in zip(theirs, ours, strict=True):
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        assert np.allclose(found, chances / chances.sum(axis=1, keepdims=True), atol=1e-5)


def test_what_stands_together_changes_nothing_of_what_stands_apart() -> None:
    own = model.bundled()
    together = probabilities(own, given(TEXTS))
    for text, found in zip(TEXTS, together, strict=True):
        (alone,) = probabilities(own, given([text]))
        assert np.allclose(found, alone, atol=1e-5)


def test_what_is_not_wanted_changes_nothing_of_what_is() -> None:
    own = model.bundled()
    (whole,) = probabilities(own, given(TEXTS[:1]))
    for at in range(len(whole)):
        (found,) = own.probabilities(given(TEXTS[:1]), [[at]])
        assert np.allclose(found, whole[at : at + 1], atol=1e-5)


def test_nothing_wanted_is_no_fault() -> None:
    own = model.bundled()
    found, other = own.probabilities(given(TEXTS[:2]), [[], [1]])
    assert len(found) == 0
    assert len(other) == 1
    assert own.probabilities([], []) == []


def test_words_out_of_reach_do_not_count() -> None:
    own = model.bundled()
    near, far = "Jane Roe was here" + " and there" * 5, " Boston Consulting"
    whole = probabilities(own, given([near + far]))[0]
    part = probabilities(own, given([near]))[0]
    assert np.allclose(whole[: len(part) - own.reach], part[: -own.reach], atol=1e-5)
    assert not np.allclose(whole[len(part) - 1], part[-1], atol=1e-5)


def test_the_table_of_words_is_begun_anew_when_it_is_full(monkeypatch: pytest.MonkeyPatch, pipeline: Any) -> None:
    monkeypatch.setattr(network, "KEPT_WORDS", 40)
    small = model.network(pipeline)
    expected = probabilities(model.bundled(), given(TEXTS))
    for round_ in range(30):
        probabilities(small, given([f"some{chr(97 + round_ % 26) * 3}{round_ // 26 * 'x'} words of round {round_}"]))
        found = probabilities(small, given(TEXTS))
        assert all(np.allclose(one, other, atol=1e-5) for one, other in zip(found, expected, strict=True))
        assert len(small._numbers) <= 40
    (found_long,) = probabilities(small, [[(f"w{chr(97 + i % 26)}{chr(97 + i // 26)}", True) for i in range(100)]])
    assert found_long.shape == (100, len(small.labels))
