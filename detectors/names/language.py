"""The spaCy language that our model of names is written in: our words, and their traits in place of their letters.

Every feature is one of a word alone, so spaCy keeps it with the lexeme: NORM is the word if the model may know it,
SHAPE its shape, PREFIX what the gazetteer knows, SUFFIX its ending.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from spacy.attrs import NORM, PREFIX, SHAPE, SUFFIX
from spacy.language import BaseDefaults, Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry
from spacy.vocab import Vocab

from detectors.names import gazetteer, word

LANGUAGE = "tightlip"


class Words:
    """spaCy's tokenizer, by `word.words`: white space is no token of its own, a line end is."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        found = list(word.words(text))
        return Doc(self.vocab, words=[one.text for one in found], spaces=[one.spaced for one in found])

    def to_disk(self, path: Path, **_: Any) -> None:
        """Nothing to keep: the code is all there is."""

    def from_disk(self, path: Path, **_: Any) -> "Words":
        return self

    def to_bytes(self, **_: Any) -> bytes:
        return b""

    def from_bytes(self, data: bytes, **_: Any) -> "Words":
        return self


NOTHING = "-"
"""The tag of words that are part of no name. Those with an empty one are known by nobody, and count for nothing."""


def score(examples: Iterable[Example], **_: Any) -> dict[str, float]:
    """How well words are told that are part of a name: precision, recall and F1, each kind of name by itself."""
    right = told = wanted = 0
    for example in examples:
        for token, tag in zip(example.predicted, example.get_aligned("TAG", as_string=True), strict=True):
            if tag:
                told += token.tag_ != NOTHING
                wanted += tag != NOTHING
                right += token.tag_ == tag != NOTHING
    precision, recall = right / max(told, 1), right / max(wanted, 1)
    return {"names_p": precision, "names_r": recall, "names_f": 2 * right / max(told + wanted, 1)}


@registry.scorers("tightlip.names.v1")  # type: ignore[untyped-decorator]
def make_score() -> Callable[..., dict[str, float]]:
    return score


@registry.tokenizers("tightlip.words.v1")  # type: ignore[untyped-decorator]
def make_words() -> Callable[[Language], Words]:
    return lambda language: Words(language.vocab)


_TRAITS: dict[int, Callable[[str], Any]] = {
    NORM: lambda text: word.norm(text, gazetteer.bundled()),
    SHAPE: word.shape,
    PREFIX: lambda text: word.traits(text, gazetteer.bundled()),
    SUFFIX: lambda text: word.ending(text, gazetteer.bundled()),
}


class NamesDefaults(BaseDefaults):
    lex_attr_getters = BaseDefaults.lex_attr_getters | _TRAITS


@registry.languages(LANGUAGE)
class NamesLanguage(Language):  # type: ignore[no-untyped-call]
    lang = LANGUAGE
    Defaults = NamesDefaults
