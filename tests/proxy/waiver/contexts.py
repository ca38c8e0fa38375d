"""Findings, contexts and exceptions to try waivers with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from detectors import Category, Finding, Severity
from proxy.policy import Code, Context, Destination, Who
from proxy.policy.terms import ExceptionTerms
from proxy.waiver.exception import PolicyException, asked_for
from proxy.waiver.scope import Scope

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEY = bytes(range(32))
TERMS = ExceptionTerms()
REASON = "the pilot of the ledger team needs it"

FINDING = Finding("us-ssn", Category.PII, "US_SSN", Severity.HIGH, 0, 9, 0.9, True, "1f" * 16)

USERS = ("ada", "bob")
GROUPS = ("dev", "sec")
VENDORS = ("openai", "anthropic")
REPOSITORIES = ("github.com/acme/ledger", "github.com/acme/docs")
RULES = ("us-ssn", "visa")
FINGERPRINTS = ("1f" * 16, "2e" * 16)


def context(
    user: str | None = "ada",
    groups: tuple[str, ...] = ("dev",),
    vendor: str = "openai",
    repositories: tuple[str, ...] = (),
    paths: tuple[str, ...] = (),
    now: datetime = NOW,
) -> Context:
    return Context(
        Who(user=user, groups=frozenset(groups)),
        Destination(vendor, f"api.{vendor}.com"),
        Code(repositories=frozenset(repositories), paths=frozenset(paths)),
        now,
    )


def finding(**changes: Any) -> Finding:
    return replace(FINDING, **changes)


def requested(scope: Scope, *, id: str = "ex-1", until: datetime = NOW + timedelta(days=30)) -> PolicyException:
    return asked_for(id, scope, REASON, until).requested("ada", NOW, "ch-1", TERMS, KEY)


def granted(scope: Scope, *, id: str = "ex-1", until: datetime = NOW + timedelta(days=30)) -> PolicyException:
    return requested(scope, id=id, until=until).approved("bob", NOW, "ch-2", KEY)


def _some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.just(()) | st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)


def scopes() -> st.SearchStrategy[Scope]:
    return st.builds(
        Scope,
        user=_some(USERS),
        group=_some(GROUPS),
        vendor=_some(VENDORS),
        repository=_some((*REPOSITORIES, "github.com/*/ledger")),
        path=_some(("src/**", "*.md")),
        category=_some(("pii", "pci")),
        entity=_some(("US_SSN", "CREDIT_CARD")),
        rule=_some(RULES),
        fingerprint=_some(FINGERPRINTS),
    )


def contexts() -> st.SearchStrategy[Context]:
    return st.builds(
        context,
        user=st.sampled_from((None, *USERS)),
        groups=_some(GROUPS),
        vendor=st.sampled_from(VENDORS),
        repositories=_some(REPOSITORIES),
        paths=_some(("/home/ada/src/a.py", "/home/ada/README.md")),
        now=st.sampled_from((NOW, NOW + timedelta(days=1), NOW + timedelta(days=40))),
    )


def findings() -> st.SearchStrategy[Finding]:
    return st.builds(
        finding,
        rule=st.sampled_from(RULES),
        category=st.sampled_from((Category.PII, Category.PCI)),
        entity=st.sampled_from(("US_SSN", "CREDIT_CARD")),
        fingerprint=st.sampled_from(FINGERPRINTS),
    )
