"""First match wins; every condition; the three packs; mistakes with their file and line."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import Category, Finding, Severity
from detectors.ruleset import bundled_rules, load_rules
from proxy.policy import Action, Context, Destination, Policy, PolicyError, load_policy
from proxy.reason import Reason
from proxy.setting import policy_folder
from tests.compiled import rules_folder

PACKS = ("monitor", "balanced", "pseudonyms", "strict")
CONTACT = ("EMAIL_ADDRESS", "PHONE_NUMBER", "IP_ADDRESS")


def decide(policy: Policy, found: Finding, vendor: str) -> tuple[Action, str]:
    """What becomes of a finding alone in its request."""
    (ruling,) = policy.judge([found], Context(destination=Destination(vendor)))
    return ruling.action, ruling.clause


def finding(
    rule: str = "aws-access-key-id",
    category: str = "secret",
    entity: str = "AWS_ACCESS_KEY",
    severity: Severity = Severity.HIGH,
    score: float = 0.9,
    verified: bool | None = None,
) -> Finding:
    return Finding(rule, Category(category), entity, severity, 0, 20, score, verified, "0" * 32)


def write(folder: Path, text: str | bytes, name: str = "own.yaml") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def load(folder: Path, text: str | bytes) -> Policy:
    return load_policy(write(folder, text), policy_folder())


HEAD = "id: own\ndescription: Mine.\n"

CONDITIONS = [
    ("category: [secret, pci]", finding(), True),
    ("category: [pii]", finding(), False),
    ("entity: [AWS_ACCESS_KEY]", finding(), True),
    ("entity: [GITHUB_TOKEN]", finding(), False),
    ("rule: [aws-access-key-id]", finding(), True),
    ("rule: [aws-access-key]", finding(), False),
    ("vendor: [openai]", finding(), True),
    ("vendor: [anthropic, gemini]", finding(), False),
    ("severity_at_least: low", finding(), True),
    ("severity_at_least: high", finding(), True),
    ("severity_at_least: critical", finding(), False),
    ("score_at_least: 0.9", finding(), True),
    ("score_at_least: 1", finding(score=0.99), False),
    ("score_at_least: 0", finding(score=0.0), True),
    ("verified: true", finding(verified=True), True),
    ("verified: true", finding(verified=None), False),
    ("verified: false", finding(verified=False), True),
    ("verified: false", finding(verified=None), False),
    ("category: [secret], verified: true", finding(verified=False), False),
    ("category: [secret], vendor: [openai], score_at_least: 0.5", finding(), True),
]


@pytest.mark.parametrize(("condition", "found", "holds"), CONDITIONS)
def test_a_condition(tmp_path: Path, condition: str, found: Finding, holds: bool) -> None:
    policy = load(tmp_path, f"{HEAD}default: log\nclauses:\n- {{id: it, when: {{{condition}}}, action: block}}\n")
    expected = (Action.BLOCK, "it") if holds else (Action.LOG, "default")
    assert decide(policy, found, "openai") == expected


def test_the_first_clause_that_matches_decides(tmp_path: Path) -> None:
    policy = load(
        tmp_path,
        f"{HEAD}clauses:\n"
        "- {id: a, when: {category: [pii]}, action: block}\n"
        "- {id: b, when: {rule: [aws-access-key-id]}, action: allow}\n"
        "- {id: c, action: block}\n",
    )
    assert decide(policy, finding(), "openai") == (Action.ALLOW, "b")
    assert decide(policy, finding(rule="other"), "openai") == (Action.BLOCK, "c")


def test_defaults_are_the_safe_ones(tmp_path: Path) -> None:
    policy = load(tmp_path, HEAD)
    assert decide(policy, finding(), "openai") == (Action.REDACT, "default")
    assert (policy.on_fixed, policy.on_attachment, policy.on_error) == ("block", "block", "block")
    assert all(policy.judge_incomplete(reason) is Action.BLOCK for reason in Reason)


def test_incomplete_by_reason(tmp_path: Path) -> None:
    policy = load(tmp_path, f"{HEAD}on_incomplete: {{default: log, too_large: block, binary: block}}\n")
    blocking = {reason for reason in Reason if policy.judge_incomplete(reason) is Action.BLOCK}
    assert blocking == {Reason.TOO_LARGE, Reason.BINARY}
    assert policy.judge_incomplete("too_large") is Action.BLOCK


def test_without_a_default_the_other_reasons_block(tmp_path: Path) -> None:
    policy = load(tmp_path, f"{HEAD}on_incomplete: {{attachment: log}}\n")
    logged = [reason for reason in Reason if policy.judge_incomplete(reason) is Action.LOG]
    assert logged == [Reason.ATTACHMENT]


MISTAKES = [
    ("onerror: block", 3, "onerror"),
    ("default: deny", 3, "default"),
    ("on_fixed: redact", 3, "on_fixed"),
    ("on_attachment: redact", 3, "on_attachment"),
    ("on_error: log", 3, "on_error"),
    ("on_incomplete:\n  default: log\n  binray: block", 5, "binray"),
    ("on_incomplete:\n  default: redact", 4, "default"),
    ("clauses:\n- id: ok\n  action: log\n- id: Not_ok\n  action: log", 6, "clause Not_ok: id"),
    ("clauses:\n- id: a\n  when:\n    category: [secret]\n    entty: [X]\n  action: log", 7, "entty"),
    ("clauses:\n- id: a\n  when: {category: [secrets]}\n  action: log", 5, "category"),
    ("clauses:\n- id: a\n  when: {score_at_least: 1.5}\n  action: log", 5, "score_at_least"),
    ("clauses:\n- id: a\n  when: {severity_at_least: huge}\n  action: log", 5, "severity_at_least"),
    ("clauses:\n- id: a\n  when: {category: [secret]}", 4, "action"),
    (
        "clauses:\n- id: a\n  when: {rule: [x]}\n  action: log\n- id: a\n  when: {rule: [y]}\n  action: block",
        7,
        "unique",
    ),
    ("default: log\ndefault: block", 4, "duplicate"),
    ("clauses: [", 4, "not YAML"),
    ("description: again", 3, "duplicate"),
]


@pytest.mark.parametrize(("text", "line", "said"), MISTAKES)
def test_a_mistake_names_its_file_and_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, f"{HEAD}{text}\n")
    assert str(caught.value).startswith(f"{tmp_path / 'own.yaml'}:{line}: ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"- a", b"a", b"\xff\xfe\x00", b"id: a\x00", b"[" * 500, b"id: own", b"!!python/name:os.system"]
)
def test_whatever_is_in_the_file_is_told_as_the_operators_mistake(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PolicyError, match=r"own\.yaml:1: "):
        load(tmp_path, content)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, f"{HEAD}default: deny\non_fixed: allow\n")
    assert len(str(caught.value).splitlines()) == 2


def test_a_policy_that_is_nowhere(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"balanced, gdpr, hipaa, monitor, pci, pseudonyms, soc2, sox, strict"):
        load_policy(str(tmp_path / "none.yaml"), policy_folder())
    with pytest.raises(PolicyError):
        load_policy(str(tmp_path), policy_folder())


def test_the_digest_is_of_the_content(tmp_path: Path) -> None:
    one, same, other = (load(tmp_path, text) for text in (HEAD, HEAD, HEAD + "default: log\n"))
    assert one.digest == same.digest != other.digest
    assert len(one.digest) == 64


def test_actions_are_ordered_by_strictness() -> None:
    assert Action.ALLOW < Action.LOG < Action.REDACT < Action.BLOCK


@pytest.mark.parametrize(("name", "action"), [("monitor", Action.LOG), ("strict", Action.BLOCK)])
def test_monitor_logs_and_strict_blocks_whatever_is_found(name: str, action: Action) -> None:
    policy = load_policy(name, policy_folder())
    for category, severity, verified in product(Category, Severity, (True, False, None)):
        found = finding(category=category, severity=severity, verified=verified, score=0.5)
        assert decide(policy, found, "openai")[0] is action
    assert decide(policy, finding(entity="USERNAME_IN_PATH"), "openai")[0] is Action.LOG
    assert all(policy.judge_incomplete(reason) is action for reason in Reason)
    assert policy.on_fixed == action.label


def test_balanced_redacts_every_kind_of_secret_and_card() -> None:
    policy = load_policy("balanced", policy_folder())
    for rule in load_rules((bundled_rules(),), cache_dir=rules_folder()).rules:
        if rule.category in (Category.SECRET, Category.PCI, Category.PHI):
            found = finding(rule.id, rule.category, rule.entity, rule.level)
            expected = Action.LOG if rule.entity == "CREDIT_CARD_TEST" else Action.REDACT  # a test card is nobody's
            assert decide(policy, found, "openai")[0] is expected, rule.id


@pytest.mark.parametrize("entity", ["US_SSN", "US_ITIN", "US_PASSPORT", "IBAN_CODE", "US_NPI", "DEA_NUMBER"])
def test_balanced_redacts_government_health_and_financial_identifiers(entity: str) -> None:
    policy = load_policy("balanced", policy_folder())
    assert decide(policy, finding("x", "pii", entity), "openai")[0] is Action.REDACT


@pytest.mark.parametrize("entity", CONTACT)
def test_balanced_logs_contact_data(entity: str) -> None:
    policy = load_policy("balanced", policy_folder())
    assert decide(policy, finding("x", "pii", entity), "openai") == (Action.LOG, "contact-data")


def test_balanced_blocks_what_it_cannot_read_but_pictures_and_names() -> None:
    policy = load_policy("balanced", policy_folder())
    logged = [reason for reason in Reason if policy.judge_incomplete(reason) is Action.LOG]
    assert logged == [Reason.ATTACHMENT, Reason.NAMES_BUDGET]
    assert policy.on_fixed == "block"


@given(st.sampled_from(PACKS), st.sampled_from(Category), st.sampled_from(Severity), st.floats(0, 1))
def test_a_policy_is_total(name: str, category: Category, severity: Severity, score: float) -> None:
    action, clause = decide(PACKED[name], finding("x", category, "ANY_THING", severity, score), "nobody")
    assert action in Action
    assert clause


PACKED = {name: load_policy(name, policy_folder()) for name in PACKS}
