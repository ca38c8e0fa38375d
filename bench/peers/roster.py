"""Who is measured beside Tightlip, at exact versions, and what can't be and why. Data only."""

from dataclasses import dataclass
from typing import Final

from tests.e2e.real.client import Package

SCANNERS: Final = Package(
    "../peers/scanners",
    pypi=(
        "presidio-analyzer==2.2.366",
        "presidio-anonymizer==2.2.364",
        "spacy==3.8.18",
        "mitmproxy==12.2.3",
        "detect-secrets==1.5.0",
        "kingfisher-secret-scanner==1.5.0",
    ),
)
LLM_GUARD: Final = Package("../peers/llm-guard", pypi=("torch==2.13.0", "llm-guard==0.3.16"), python=(3, 11))


@dataclass(frozen=True, slots=True)
class Peer:
    """One scanner. `package` is where it lives, None for Tightlip's own engine; `kinds` is what it looks for."""

    id: str
    name: str
    package: Package | None
    distribution: str
    kinds: tuple[str, ...]


PEERS: Final = (
    Peer("tightlip", "Tightlip's engine", None, "tightlip", ("secret", "card", "bank")),
    Peer("presidio", "Presidio, blank spaCy model", SCANNERS, "presidio-analyzer", ("card", "bank")),
    Peer("detect-secrets", "detect-secrets, default plugins", SCANNERS, "detect-secrets", ("secret",)),
    Peer("kingfisher", "Kingfisher SDK, default rules", SCANNERS, "kingfisher-secret-scanner", ("secret",)),
    Peer("llm-guard-secrets", "LLM Guard, Secrets", LLM_GUARD, "llm-guard", ("secret",)),
    Peer("llm-guard-anonymize", "LLM Guard, Anonymize", LLM_GUARD, "llm-guard", ("card", "bank")),
)
"""In the report's order. Whoever can't be started is told with the reason, as Anonymize without its model."""
