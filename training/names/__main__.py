"""`python -m training.names`: makes `detectors/models/names` anew, in under an hour on two cores.

Steps can be named to run only these: fetch, gazetteer, corpus, train, weigh, card. What lies between them is kept in
`.cache/training`. Everything is drawn by one seed, so that the same packages and examples give the same model.
"""

import argparse
import hashlib
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two threads on two cores only wait for each other here

from detectors.names import gazetteer, model
from detectors.names.uncased import lists
from training.names import card, carrier, corpus, example, source, uncased, weigh
from training.names import gazetteer as making

SEED = 20_260
EXAMPLE_TIMES, CARRIER_SHARE = 12, 0.05
HELD_EXAMPLES, HELD_PACKAGES = 8, 10
"""One in so many is held out of training, for early stopping and for what the sources of evidence weigh."""

UNKNOWN_NAMES = 4
"""One name in so many is taken from the gazetteer while training: there are always some that nobody listed."""

HELD_TIMES, DEV_PARAGRAPHS, WEIGHED_FILE_CHARS = 8, 1500, 60_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.names", description=__doc__)
    steps: Mapping[str, Callable[[], None]] = {
        "fetch": fetch,
        "gazetteer": make_gazetteer,
        "corpus": write_corpus,
        "train": train,
        "weigh": fit_scales,
        "card": lambda: card.write(model.FOLDER),
    }
    parser.add_argument("steps", nargs="*", choices=[*steps, []], metavar="STEP", help=", ".join(steps))
    chosen = parser.parse_args().steps or list(steps)
    for name, step in steps.items():
        if name in chosen:
            began = time.monotonic()
            step()
            print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)


def fetch() -> None:
    source.fetch()
    uncased.fetch()


def make_gazetteer() -> None:
    made = making.make(template.line for template in example.templates())
    gazetteer.FILE.parent.mkdir(parents=True, exist_ok=True)
    gazetteer.FILE.write_bytes(gazetteer.pack({word: made[word] for word in made}, made.vocabulary))
    lists.FILE.write_bytes(uncased.make())


def write_corpus() -> None:
    from detectors.names.language import NamesLanguage, Words

    known = _stripped()
    language = NamesLanguage()
    language.tokenizer = Words(language.vocab)
    carried = list(carrier.texts(SEED, known, CARRIER_SHARE))
    chance = random.Random(SEED)
    held_out = [text for package, text in carried if _is_held(package, HELD_PACKAGES)]
    training = [
        *(text for template, text in example.filled(SEED, EXAMPLE_TIMES) if not _is_held(template.line, HELD_EXAMPLES)),
        *(text for package, text in carried if not _is_held(package, HELD_PACKAGES)),
    ]
    dev = [
        *(text for template, text in example.filled(SEED + 1, 2) if _is_held(template.line, HELD_EXAMPLES)),
        *chance.sample(held_out, min(len(held_out), DEV_PARAGRAPHS)),
    ]
    words = corpus.write(source.CACHE / "train.spacy", language, training, SEED)
    print(f"corpus: {len(training)} texts, {words} words to train on; {len(dev)} texts to stop by")
    corpus.write(source.CACHE / "dev.spacy", language, dev, SEED + 1)


def train() -> None:
    from spacy.training.initialize import init_nlp
    from spacy.training.loop import train as run
    from spacy.util import load_config

    import detectors.names.language  # noqa: F401  the configuration names what it registers

    _stripped()
    overrides = {"paths.train": str(source.CACHE / "train.spacy"), "paths.dev": str(source.CACHE / "dev.spacy")}
    config = load_config(Path(__file__).with_name("config.cfg"), overrides=overrides, interpolate=True)
    output = source.CACHE / "model"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    run(init_nlp(config), output, use_gpu=-1)
    _ship(output / "model-best")


def _ship(trained: Path) -> None:
    """The trained model, without where it was trained and without the words it met, which no trait needs."""
    from spacy.util import load_config

    shutil.rmtree(model.FOLDER / "tagger", ignore_errors=True)
    shutil.copytree(trained / "tagger", model.FOLDER / "tagger")
    shutil.copy(trained / "meta.json", model.FOLDER)
    config = load_config(trained / "config.cfg", interpolate=False)
    config["paths"].update(train=None, dev=None)
    config.to_disk(model.FOLDER / "config.cfg")


def fit_scales() -> None:
    known = _stripped()
    held = [text for template, text in example.filled(SEED + 2, HELD_TIMES) if _is_held(template.line, HELD_EXAMPLES)]
    for what, count in weigh.fit([*held, *_code(known)], model.FOLDER / "scales.json").items():
        print(f"weigh: {count} candidates by {what}")


def _code(known: gazetteer.Gazetteer) -> Iterator[example.Text]:
    """Whole files of held-out packages. What might be a person's name in them is left out, for nobody labelled it."""
    for path, text in source.files((".py", ".md", "METADATA")):
        if _is_held(path.partition("/")[0], HELD_PACKAGES) and len(text) <= WEIGHED_FILE_CHARS:
            yield example.Text(text, tuple((start, end, None) for start, end, _ in carrier.named(text, known)))


def _stripped() -> gazetteer.Gazetteer:
    """The gazetteer without some names, in the place of the bundled one for as long as this process lives."""
    stripped = making.strip(gazetteer.unpack(gazetteer.FILE.read_bytes()), UNKNOWN_NAMES)
    gazetteer.use(stripped)
    return stripped


def _is_held(name: str, one_in: int) -> bool:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % one_in == 0


if __name__ == "__main__":
    main()
