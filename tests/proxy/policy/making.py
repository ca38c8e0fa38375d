"""Policies from text, findings and circumstances: what the tests of the language are about."""

from pathlib import Path
from typing import Any

from detectors import Category, Finding, Severity
from proxy.policy import Action, Context, Policy, load_policy
from proxy.policy.trial import Circumstances
from proxy.policy.vocabulary import ANY_NAME, RuleFacts, Vocabulary
from proxy.setting import policy_folder

HEAD = "version: 1\nid: own\ndescription: Mine.\n"

WORDS = Vocabulary(
    rules={
        "aws-key": RuleFacts("secret", "AWS_KEY", Severity.CRITICAL, 0.9),
        "card": RuleFacts("pci", "CREDIT_CARD", Severity.HIGH, 0.9),
        "mail": RuleFacts("pii", "EMAIL_ADDRESS", Severity.LOW, 0.9),
        "record": RuleFacts("phi", "MEDICAL_RECORD_NUMBER", Severity.HIGH, 0.9),
    },
    vendors={"openai", "anthropic"},
    classes={"pci": {"cde", "connected"}, "risk": {"high"}},
    users={"ada"},
    groups={"payments"},
    roles={"approver"},
    clients={"claude-code", "codex", "other"},
)


def write(folder: Path, text: str | bytes, name: str = "own.yaml") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def load(folder: Path, text: str | bytes, words: Vocabulary = ANY_NAME) -> Policy:
    """The policy that a file of version 1 with this below its head comes to."""
    whole = text if isinstance(text, bytes) else HEAD + text
    return load_policy(write(folder, whole), policy_folder(), words)


def finding(
    rule: str = "aws-key",
    category: str = "secret",
    entity: str = "AWS_KEY",
    severity: Severity = Severity.HIGH,
    score: float = 0.9,
    verified: bool | None = None,
    number: int = 0,
) -> Finding:
    return Finding(rule, Category(category), entity, severity, 0, 20, score, verified, f"{number:032x}")


def circumstances(**known: Any) -> Context:
    """As a policy's unit test words them."""
    return Circumstances.model_validate(known).context()


def decide(policy: Policy, found: Finding, **known: Any) -> tuple[Action, str]:
    """What becomes of a finding alone in its request."""
    (ruling,) = policy.judge([found], circumstances(**known))
    return ruling.action, ruling.clause
