"""One peer in its own environment: `python finder.py PEER DISTRIBUTION`, which needs nothing of this project.

Says `{"version": ...}` or `{"error": ...}` when it is ready. Then reads lines of `{"texts": [...], "seconds": budget}`
and answers each with what it found in each text, how many texts it came through in its time, and the processor time.
"""

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

Find = Callable[[str], list[str]]
_URL = re.compile(r"'?https?://[^\s']+'?")


def presidio() -> Find:
    import spacy
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Blank(SpacyNlpEngine):
        """A tokenizer without a model: its weights are no package of PyPI."""

        def load(self) -> None:
            self.nlp = {"en": spacy.blank("en")}

    blank = Blank(models=[{"lang_code": "en", "model_name": "blank"}])
    blank.load()
    analyzer = AnalyzerEngine(nlp_engine=blank, supported_languages=["en"])
    return lambda text: [text[one.start : one.end] for one in analyzer.analyze(text, language="en")]


def detect_secrets() -> Find:
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import default_settings

    def find(text: str) -> list[str]:
        """By way of a file, since that is what it scans."""
        with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False, encoding="utf-8") as file:
            file.write(text)
        with default_settings():
            secrets = SecretsCollection()
            secrets.scan_file(file.name)
        Path(file.name).unlink()
        return [one.secret_value for _, one in secrets if one.secret_value]

    return find


def kingfisher() -> Find:
    from kingfisher_sdk import Scanner

    scanner = Scanner()
    return lambda text: [one.secret for one in scanner.scan(text) if one.visible]


def llm_guard_secrets() -> Find:
    from llm_guard.input_scanners import Secrets

    scanner = Secrets(redact_mode="all")

    def find(text: str) -> list[str]:
        """It tells no values, only the text without them: what is gone from it was found."""
        left = set(scanner.scan(text)[0].split())
        return [word for word in text.split() if word not in left]

    return find


def llm_guard_anonymize() -> Find:
    from llm_guard.input_scanners import Anonymize
    from llm_guard.vault import Vault

    vault = Vault()
    scanner = Anonymize(vault)

    def find(text: str) -> list[str]:
        before = len(vault.get())
        scanner.scan(text)
        return [value for _, value in vault.get()[before:]]

    return find


def tightlip() -> Find:
    from detectors import Engine, bundled_rules, load_rules
    from tests.compiled import rules_folder

    engine = Engine(load_rules([bundled_rules()], cache_dir=rules_folder()), bytes(32), cache_dir=rules_folder())
    engine.warm()
    return lambda text: [text[one.start : one.end] for one in engine.scan(text).findings]


PEERS = {
    "presidio": presidio,
    "detect-secrets": detect_secrets,
    "kingfisher": kingfisher,
    "llm-guard-secrets": llm_guard_secrets,
    "llm-guard-anonymize": llm_guard_anonymize,
    "tightlip": tightlip,
}


def main(name: str, distribution: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # some write their log to where the answers go
    try:
        find = PEERS[name]()
        find("warm")
    except Exception as err:
        first = _URL.sub("its host", str(err).strip().partition("\n")[0])
        _say(answers, {"error": f"{type(err).__name__}: {first[:200].rstrip('.')}"})
        return
    _say(answers, {"version": version(distribution)})
    for line in sys.stdin:
        _say(answers, _work(find, **json.loads(line)))


def _work(find: Find, texts: list[str], seconds: float) -> dict[str, object]:
    found: list[list[str]] = []
    spent, ends = time.process_time(), time.perf_counter() + seconds
    for text in texts:
        found.append(find(text))
        if time.perf_counter() > ends:
            break
    return {"found": found, "done": len(found), "seconds": time.process_time() - spent}


def _say(answers: object, answer: dict[str, object]) -> None:
    print(json.dumps(answer), file=answers, flush=True)  # type: ignore[call-overload]


if __name__ == "__main__":
    main(*sys.argv[1:])
