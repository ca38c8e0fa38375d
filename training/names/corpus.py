"""What spaCy is trained on: documents whose words are tagged `PERSON`, `LOCATION`, `ORGANIZATION` or `-`."""

import random
import re
from collections.abc import Iterable
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, DocBin

from detectors.names.language import NOTHING
from training.names.example import Text

UNKNOWN = ""
"""spaCy leaves words with this tag out of the loss."""

LOWERED, RAISED, TITLED = 0.07, 0.02, 0.04
"""Of texts: all in lower case, all in capitals, every word capitalised. People and machines write so."""

_FIRST = re.compile(r"(?<![\w'’])[a-z]")


def write(file: Path, language: Language, texts: Iterable[Text], seed: int) -> int:
    """Writes them in a random order; how many words there are."""
    chance = random.Random(seed)
    documents = [tagged(language, noisy(text, chance)) for text in texts]
    chance.shuffle(documents)
    file.parent.mkdir(parents=True, exist_ok=True)
    DocBin(attrs=["TAG"], docs=documents).to_disk(file)
    return sum(map(len, documents))


def tagged(language: Language, text: Text) -> Doc:
    document = language.make_doc(text.text)
    tags = [NOTHING] * len(document)
    for start, end, label in text.names:
        span = document.char_span(start, end, alignment_mode="expand")
        for index in range(span.start, span.end) if span is not None else ():
            is_word = document[index].text[0].isalnum()
            tags[index] = (label if label is not None else UNKNOWN) if is_word or index - span.start > 0 else NOTHING
    for token, tag in zip(document, tags, strict=True):
        token.tag_ = tag
    return document


def noisy(text: Text, chance: random.Random) -> Text:
    """Some texts in other cases; letters whose other case is longer stay as they are."""
    roll = chance.random()
    if roll < LOWERED:
        other = text.text.lower()
    elif roll < LOWERED + RAISED:
        other = text.text.upper()
    elif roll < LOWERED + RAISED + TITLED:
        other = _FIRST.sub(lambda match: match[0].upper(), text.text)
    else:
        return text
    return Text(other, text.names) if len(other) == len(text.text) else text
