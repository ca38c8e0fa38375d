"""Sentences of presidio-evaluator's own generator: its templates filled with its people.

The generator runs in an environment of its own, since it needs other versions of what this project uses. It is given
every provider but that of hospitals, which would ask a public service for names and whose field no template has.
"""

import json
import subprocess
from collections.abc import Iterator
from typing import Any, Final

from bench.accuracy.public.fetch import environment

TIMES: Final = 3_000
SEED: Final = 20261121
PACKAGES: Final = (
    "presidio-evaluator==0.3.2",
    *("faker==40.1.0", "pandas>=3", "numpy>=2.4", "tqdm", "python-dotenv", "requests", "pyyaml", "xmltodict"),
    *("spacy>=3.8", "presidio-analyzer", "presidio-anonymizer"),
)
"""Without the dependencies that only its evaluation of models has, which are large."""

TYPES: Final = {"PERSON": "PERSON", "GPE": "LOCATION", "ORGANIZATION": "ORGANIZATION", "STREET_ADDRESS": "ADDRESS"}

_SECONDS: Final = 600
_GENERATE: Final = """
import json, random, sys
from faker.providers import date_time
random.seed(sys.argv[2])  # of the people, who are made before the generator is seeded
date_time.Provider._parse_end_datetime = classmethod(lambda *_: 1_790_000_000)  # dates end with the present else
from presidio_evaluator.data_generator import (
    PresidioSentenceFaker, presidio_additional_entity_providers, presidio_templates_file_path,
)
templates = [
    line.strip().replace("\\\\n", "\\n")
    for line in presidio_templates_file_path.read_text(encoding="utf-8").splitlines()
]
providers = [one for one in presidio_additional_entity_providers if one.__name__ != "HospitalProvider"]
faker = PresidioSentenceFaker(
    "en_US", 0.05, sentence_templates=templates, entity_providers=providers, random_seed=int(sys.argv[2])
)
for sample in faker.generate_new_fake_sentences(int(sys.argv[1])):
    spans = [(span.start_position, span.end_position, span.entity_type) for span in sample.spans]
    print("SENTENCE", json.dumps([sample.full_text, spans]))
"""


def cases() -> Iterator[dict[str, Any]]:
    """Raises NotObtainable."""
    python = environment("presidio-evaluator", PACKAGES)
    done = subprocess.run(
        [str(python), "-c", _GENERATE, str(TIMES), str(SEED)],
        capture_output=True,
        text=True,
        check=True,
        timeout=_SECONDS,
    )
    lines = (line.removeprefix("SENTENCE ") for line in done.stdout.splitlines() if line.startswith("SENTENCE "))
    for number, line in enumerate(lines):
        text, spans = json.loads(line)
        yield {
            "id": str(number),
            "text": text,
            "spans": [
                {"start": start, "end": end, "type": TYPES[kind]} for start, end, kind in sorted(spans) if kind in TYPES
            ],
        }
