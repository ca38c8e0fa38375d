"""`tightlip classify`: the evidence in a request and what the operator's classification makes of it, for tuning it.

Shows paths, which no record does: it is for the screen of whoever has the request anyway.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from proxy import document, formats
from proxy.binary.coding import decode_body
from proxy.body import sniff
from proxy.classification import Classification, load_classification
from proxy.cli.inspect import UNREADABLE, read_request
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.evidence import Evidence, Gathering
from proxy.origin import gather, header_evidence, split_hints
from proxy.reason import RequestError
from proxy.setting import catalogue_of, limits_of
from proxy.verdict import Request

NO_URL = "https://localhost/"
DONE, NO_CLASS = 0, 1


@dataclass(frozen=True, slots=True)
class Stated:
    """Evidence given by hand."""

    repositories: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()

    def evidence(self) -> Evidence:
        """Raises ConfigError for what is no repository or no path."""
        found = Gathering()
        for remote in self.repositories:
            found.add_own(remote)
        for path in self.paths:
            found.add_path(path)
        for folder in self.folders:
            found.add_folder(folder)
        made = found.evidence()
        wanted = (set(self.repositories), set(self.paths), set(self.folders))
        if any(bool(given) != bool(kept) for given, kept in zip(wanted, _parts(made), strict=True)):
            raise ConfigError("classify: expected remotes such as git@github.com:acme/ledger.git, and paths")
        return made


def classify(config: Config, file: Path | None, url: str, stated: Stated, *, as_json: bool) -> int:
    """Prints evidence, rules and classes; the exit code tells whether any rule holds."""
    classification = load_classification(config.classification)
    evidence = [stated.evidence()]
    if file is not None or not evidence[0]:
        evidence += _evidence_in(config, classification, _read(file), url)
    rules = classification.holding(evidence)
    classes = classification.classes(evidence)
    repositories, paths, folders = (sorted(set().union(*part)) for part in zip(*map(_parts, evidence), strict=True))
    if as_json:
        told = {
            "repositories": repositories,
            "folders": folders,
            "paths": paths,
            "cut": any(piece.is_cut for piece in evidence),
            "rules": [{"place": place, "classes": given} for place, given in rules],
            "classes": {scheme: sorted(names) for scheme, names in classes.items()},
        }
        print(json.dumps(told))
    else:
        lines = [("repository", name) for name in repositories]
        lines += [("folder", name) for name in folders] + [("path", name) for name in paths]
        lines += [("cut", "there is more, which is not known")] if any(piece.is_cut for piece in evidence) else []
        lines += [("rule", f"{place}  {_given(given)}") for place, given in rules]
        lines += [(scheme, ", ".join(sorted(names))) for scheme, names in classes.items()]
        for name, value in lines or [("none", "no evidence, and no classification to give classes")]:
            print(f"{name:<12}{value}")
    return DONE if rules else NO_CLASS


def _given(classes: Mapping[str, tuple[str, ...]]) -> str:
    return "  ".join(f"{scheme}: {', '.join(names)}" for scheme, names in classes.items())


def _parts(evidence: Evidence) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    return evidence.repositories, evidence.paths, evidence.folders


def _read(file: Path | None) -> bytes:
    try:
        return sys.stdin.buffer.read() if file is None or str(file) == "-" else file.read_bytes()
    except OSError as err:
        raise ConfigError(f"{file}: expected a readable file, found: {err.strerror}") from err


def _evidence_in(config: Config, classification: Classification, content: bytes, url: str) -> Iterator[Evidence]:
    request = _request(content, url)
    _, hints = split_hints(request.headers, classification.headers)
    yield header_evidence(hints, classification.headers)
    limits = limits_of(config)
    fmt = formats.identify(request.method, request.host, request.target, catalogue_of(config).vendor_for(request.host))
    try:
        data = decode_body(request, limits)
        content_type = request.header(b"content-type")
        kind = sniff(content_type, data)
        segments = list(document.segments(data, kind, fmt.label, content_type=content_type, limits=limits))
    except RequestError as err:
        raise ConfigError(f"classify: expected a body that can be read, found: {err.reason}") from err
    yield gather(fmt.refine(segments))


def _request(content: bytes, url: str) -> Request:
    """The request that a line of `inspect` describes, or one with that body."""
    try:
        item = json.loads(content)
        if isinstance(item, dict) and {"url", "body_b64"} <= set(item):
            return read_request(item)
    except UNREADABLE:
        pass
    try:
        return replace(read_request({"method": "POST", "url": url or NO_URL}), body=content)
    except UNREADABLE:
        raise ConfigError(f"--url: expected a URL such as https://api.openai.com/v1/responses, found {url}") from None
