"""Names by an NLP engine of Presidio's (spaCy, Stanza, transformers), set up by a file in Presidio's own format.

Presidio would download models that aren't there. A scan worker must not, so what is missing is told instead.
"""

import os
from collections.abc import Iterator, Mapping
from itertools import batched, chain
from pathlib import Path
from typing import Any, Final

from detectors.evidence import Evidence
from detectors.lexiconfile import NO_NAME_LEXICON, NameLexicon
from detectors.names.installed import check_installed
from detectors.names.named import ENTITIES, Allowance, Named
from detectors.names.piece import BATCH, pieces
from detectors.names.sifted import sifted

_NO_NAMES: Final = ("slim", "no_op")
"""Engines of Presidio's that find no names."""


def models_of(file: Path) -> tuple[str, ...]:
    """The models that `file` names, as they stand there; none when it isn't what it should be, which loading tells."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe", pure=True).load(file)
    except (OSError, YAMLError, ValueError):
        return ()
    models = content.get("models") if isinstance(content, Mapping) else None
    listed = models if isinstance(models, list) else []
    names = [model.get("model_name") for model in listed if isinstance(model, Mapping)]
    each = chain.from_iterable(name.values() if isinstance(name, Mapping) else (name,) for name in names)
    return tuple(name for name in each if isinstance(name, str))


class EngineFinder:
    """Finds names with the NLP engine that the file at `file` describes: `nlp_engine_name`, `models`, and how the
    model's labels are mapped (`ner_model_configuration`), as Presidio reads them.

    `names` is what a rule base says. Each text is read by every model of the file: nobody knows a prompt's language.
    """

    def __init__(self, file: str, names: NameLexicon = NO_NAME_LEXICON) -> None:
        self._file = Path(file)
        self._names = names
        self._engine: Any = None
        # Read once, when somebody imports transformers, which Presidio does for whoever needs any of it.
        os.environ["HF_HUB_OFFLINE"] = "1"

    def load(self) -> None:
        """Raises ValueError for a file that isn't one, and for a model that isn't there, with how to install it."""
        if self._engine is not None:
            return
        configuration = self._read()
        for model in configuration["models"]:
            _check_model(str(configuration["nlp_engine_name"]), model)
        self._engine = self._make(configuration)

    def find(self, text: str, allowance: Allowance) -> list[Named]:
        """Every name in the prose of a text, in order, as Presidio's engine finds and maps it."""
        self.load()
        languages = self._engine.get_supported_languages()
        every = (named for language in languages for named in self._found(text, language, allowance))
        found = list(sifted(every, text, self._names))
        return sorted(found, key=lambda named: (named.start, -named.end)) if len(languages) > 1 else found

    def _found(self, text: str, language: str, allowance: Allowance) -> Iterator[Named]:
        with self._engine.nlp[language].memory_zone():
            batches = batched(pieces(text, allowance), BATCH)  # Presidio takes lists alone
            read = (self._engine.process_batch([*batch], language, BATCH, as_tuples=True) for batch in batches)
            for _, artifacts, offset in chain.from_iterable(read):
                for entity, score in zip(artifacts.entities, artifacts.scores, strict=True):
                    if entity.label_ in ENTITIES:
                        evidence = Evidence("model", f"{self._engine.engine_name} {language}", float(score))
                        yield Named(
                            offset + entity.start_char,
                            offset + entity.end_char,
                            entity.label_,
                            float(score),
                            (evidence,),
                        )

    def _read(self) -> Mapping[str, Any]:
        from presidio_analyzer.input_validation import ConfigurationValidator
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        try:
            content = YAML(typ="safe", pure=True).load(self._file)
            ConfigurationValidator.validate_nlp_configuration(content)
        except (OSError, YAMLError, ValueError) as err:
            raise ValueError(f"expected an NLP configuration of Presidio's at {self._file}, found: {err}") from err
        if content["nlp_engine_name"] in _NO_NAMES:
            raise ValueError(
                f"expected an engine that finds names in {self._file}, found {content['nlp_engine_name']!r}"
            )
        return dict(content)

    def _make(self, configuration: Mapping[str, Any]) -> Any:
        from presidio_analyzer import nlp_engine

        engines: tuple[Any, ...] = (nlp_engine.SpacyNlpEngine, _stanza(nlp_engine), nlp_engine.TransformersNlpEngine)
        try:
            provider = nlp_engine.NlpEngineProvider(nlp_engines=engines, nlp_configuration=dict(configuration))
            return provider.create_engine()
        except Exception as err:  # each library behind an engine raises what it likes
            raise ValueError(f"expected an NLP engine that can be made of {self._file}, found: {err}") from err


def _check_model(engine: str, model: Mapping[str, Any]) -> None:
    """Raises ValueError when a model of spaCy's isn't there. For transformers, `model_name` is one of each library."""
    name = model["model_name"]
    if engine == "transformers" and isinstance(name, Mapping):
        name = name.get("spacy")
    if engine != "stanza" and isinstance(name, str):
        check_installed(name)


def _stanza(module: Any) -> Any:
    """Presidio's engine for Stanza, told not to download; it takes that from no file."""

    class Offline(module.StanzaNlpEngine):  # type: ignore[misc]
        def __init__(self, models: Any = None, ner_model_configuration: Any = None) -> None:
            super().__init__(models, ner_model_configuration, download_if_missing=False)

    return Offline
