"""The life of an exception: who may do what to it, and that nothing of it can be changed without the key."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.policy.terms import ExceptionTerms
from proxy.waiver.exception import PolicyException, Refused, State, asked_for, is_same_person
from proxy.waiver.scope import Scope
from tests.proxy.waiver.contexts import KEY, NOW, REASON, TERMS, granted, requested, scopes

SCOPE = Scope(vendor=("openai",), category=("pii",))
LATER = NOW + timedelta(days=30)


def problems(one: PolicyException, terms: ExceptionTerms = TERMS) -> list[str]:
    return list(one.problems(KEY, terms))


def test_a_life() -> None:
    asked = requested(SCOPE)
    approved = asked.approved("bob", NOW, "ch-2", KEY)
    revoked = approved.revoked("carol", NOW, "ch-3", KEY)
    assert [one.state(NOW) for one in (asked, approved, revoked)] == ["pending", "approved", "revoked"]
    assert (approved.requester, approved.approver) == ("ada", "bob")
    assert problems(revoked) == []


def test_it_expires_by_the_minute() -> None:
    one = granted(SCOPE, until=LATER)
    assert one.state(LATER - timedelta(seconds=1)) is State.APPROVED
    assert one.state(LATER) is State.EXPIRED


@pytest.mark.parametrize(
    ("scope", "reason", "until", "what"),
    [
        (Scope(), REASON, LATER, "expected at least one of user, group, vendor"),
        (Scope(path=("src/**",)), "because", LATER, "reason of 10 characters"),
        (SCOPE, REASON, NOW, "expected an end in the future"),
        (SCOPE, REASON, NOW + timedelta(days=91, seconds=1), "expected an end within 90 days"),
    ],
)
def test_what_cannot_be_asked_for(scope: Scope, reason: str, until: Any, what: str) -> None:
    with pytest.raises(Refused, match=what):
        asked_for("ex-1", scope, reason, until).requested("ada", NOW, "ch-1", TERMS, KEY)


@pytest.mark.parametrize("approver", ["ada", "ADA", " Ada ", "\uff41da"])
def test_nobody_approves_what_they_asked_for(approver: str) -> None:
    with pytest.raises(Refused, match="other than the requester"):
        requested(SCOPE).approved(approver, NOW, "ch-2", KEY)


def test_people_are_told_apart() -> None:
    assert is_same_person("STRASSE", "stra\u00dfe")
    assert not is_same_person("ada", "adam")


@pytest.mark.parametrize(
    "act",
    [
        lambda one: one.approved("bob", LATER, "ch", KEY),
        lambda one: one.revoked("bob", LATER, "ch", KEY),
        lambda one: one.approved("bob", NOW, "ch", KEY).approved("carol", NOW, "ch", KEY),
        lambda one: one.revoked("bob", NOW, "ch", KEY).approved("carol", NOW, "ch", KEY),
        lambda one: one.revoked("bob", NOW, "ch", KEY).revoked("bob", NOW, "ch", KEY),
    ],
)
def test_what_has_ended_stays_so(act: Callable[[PolicyException], PolicyException]) -> None:
    with pytest.raises(Refused, match=r"found ex-1 (expired|approved|revoked)"):
        act(requested(SCOPE))


@pytest.mark.parametrize(
    ("forge", "what"),
    [
        (lambda one: replace(one, until=LATER + timedelta(days=1)), "expected the seal"),
        (lambda one: replace(one, scope=Scope(vendor=("openai",))), "expected the seal"),
        (lambda one: replace(one, id="ex-2"), "expected the seal"),
        (lambda one: replace(one, steps=(one.steps[0], replace(one.steps[1], actor="carol"))), "expected the seal"),
        (lambda one: replace(one, steps=(one.steps[0], replace(one.steps[1], change="ch-9"))), "expected the seal"),
        (lambda one: replace(one, steps=one.steps[1:]), "expected a request"),
        (lambda one: replace(one, steps=()), "expected a request"),
        (lambda one: replace(one, steps=(*one.steps, one.steps[1])), "expected a request"),
    ],
)
def test_a_changed_one_is_told(forge: Callable[[PolicyException], PolicyException], what: str) -> None:
    assert any(what in problem for problem in problems(forge(granted(SCOPE))))


def test_an_approval_belongs_to_its_exception() -> None:
    narrow, broad = granted(Scope(fingerprint=("1f" * 16,))), requested(SCOPE)
    taken = replace(broad, steps=(broad.steps[0], narrow.steps[1]))
    assert problems(taken) == ["approve: expected the seal of the command that made this step, found another"]


def test_an_approval_by_the_requester_is_told_even_if_sealed() -> None:
    one = requested(SCOPE)
    forced = one._with(replace(one.steps[0], kind="approve", actor="ADA"), KEY)
    assert problems(forced) == ["approve: expected an approver other than the requester, found ADA for both"]


def test_shorter_terms_end_longer_exceptions() -> None:
    (problem,) = problems(granted(SCOPE), ExceptionTerms(max_days=7))
    assert problem.startswith("until: expected an end within 7 days of the request")


@given(scopes().filter(lambda scope: scope.given()), st.text(min_size=12))
def test_what_is_written_is_read_again(scope: Scope, reason: str) -> None:
    one = asked_for("ex-1", scope, REASON + reason, LATER).requested("ada", NOW, "ch-1", TERMS, KEY)
    assert PolicyException.from_json(one.to_json()) == one
    assert problems(PolicyException.from_json(one.to_json())) == []
