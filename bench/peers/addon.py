"""The naive proxy: Presidio over every string of a JSON body, as a mitmproxy script that anyone would write first.

Runs in the peers' environment. It is fair to it in one thing: Presidio gets a blank spaCy model, so no model runs.
"""

import json
from typing import Any

import spacy
from mitmproxy import http
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_anonymizer import AnonymizerEngine


class Blank(SpacyNlpEngine):
    def load(self) -> None:
        self.nlp = {"en": spacy.blank("en")}


blank = Blank(models=[{"lang_code": "en", "model_name": "blank"}])
blank.load()
analyzer = AnalyzerEngine(nlp_engine=blank, supported_languages=["en"])
anonymizer = AnonymizerEngine()
analyzer.analyze("warm", language="en")


def request(flow: http.HTTPFlow) -> None:
    if flow.request.headers.get("content-type", "").startswith("application/json") and flow.request.text:
        flow.request.text = json.dumps(redacted(json.loads(flow.request.text)))


def redacted(value: Any) -> Any:
    if isinstance(value, str):
        findings = analyzer.analyze(value, language="en")
        return anonymizer.anonymize(value, findings).text if findings else value
    if isinstance(value, list):
        return [redacted(one) for one in value]
    if isinstance(value, dict):
        return {name: redacted(one) for name, one in value.items()}
    return value
