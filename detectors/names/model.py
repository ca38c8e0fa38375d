"""Our own model of names, trained by `python -m training.names` and read from `detectors/models/names`.

The folder is in spaCy's format. Reading it takes spaCy; running it only needs the arrays (`network.py`).
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from detectors.names import gazetteer, word
from detectors.names.network import Floats, Layer, Network, Trait, Weights

FOLDER = Path(__file__).parents[1] / "models" / "names"


@cache
def bundled() -> Network:
    """The model that comes along. Read once in a process."""
    return network(read(FOLDER))


def read(folder: Path) -> Any:
    """A folder's model as a spaCy pipeline of one step, its tagger."""
    import spacy

    import detectors.names.language  # noqa: F401  the folder's configuration asks for it by name

    return spacy.load(folder)


def network(pipeline: Any) -> Network:
    """The pipeline's tagger, to be run without spaCy's documents."""
    tagger = pipeline.get_pipe("tagger")
    embed, encode = tagger.model.get_ref("tok2vec").layers
    output = tagger.model.get_ref("softmax")
    (mix,) = _layers(embed)
    return Network(
        Weights(
            traits=_traits(embed, mix),
            mixed=mix,
            layers=_layers(encode),
            weight=_turned(output.get_param("W")),
            bias=output.get_param("b").copy(),
            labels=tuple(tagger.labels),
        )
    )


def _traits(embed: Any, mix: Layer) -> tuple[Trait, ...]:
    """What gives each trait of a word its share of the first layer, in the order of the configuration's `attrs`."""
    from spacy.strings import get_string_id

    known = gazetteer.bundled()
    told: dict[str, Callable[[str, bool], str | int]] = {
        "NORM": lambda text, _: word.norm(text, known),
        "SHAPE": lambda text, _: word.shape(text),
        "PREFIX": lambda text, _: word.traits(text, known),
        "SUFFIX": lambda text, _: word.ending(text, known),
        "SPACY": lambda _, spaced: int(spaced),
    }
    columns = next(node for node in embed.walk() if node.name == "extract_features").attrs["columns"]
    tables = [node for node in embed.walk() if node.name == "hashembed"]
    width = tables[0].get_dim("nO")

    def part(number: int) -> Trait:
        table, seed, ops = tables[number].get_param("E").copy(), tables[number].attrs["seed"], tables[number].ops
        weight = np.ascontiguousarray(mix.weight[number * width : (number + 1) * width])

        def share(value: str | int) -> Floats:
            identity = value if isinstance(value, int) else get_string_id(value)
            rows = ops.hash(np.array([identity], np.uint64), seed) % len(table)
            made: Floats = table[rows[0]].sum(axis=0) @ weight
            return made

        return Trait(told[columns[number]], share)

    return tuple(part(number) for number in range(len(tables)))


def _layers(node: Any) -> tuple[Layer, ...]:
    """The maxouts in a part of the model, in order, each with the layer normalisation that follows it."""
    found = []
    for inner in node.walk():
        if inner.name == "maxout":
            weight, bias = inner.get_param("W"), inner.get_param("b")  # (width, pieces, inputs), (width, pieces)
            by_piece = weight.transpose(1, 0, 2).reshape(-1, weight.shape[2])
            found.append((_turned(by_piece), np.ascontiguousarray(bias.T.reshape(-1))))
    norms = [
        (inner.get_param("G").copy(), inner.get_param("b").copy()) for inner in node.walk() if inner.name == "layernorm"
    ]
    return tuple(Layer(*one, *norm) for one, norm in zip(found, norms, strict=True))


def _turned(weight: Any) -> Floats:
    return np.ascontiguousarray(weight.T, np.float32)
