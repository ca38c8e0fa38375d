"""Waivers from files: what holds, and what is refused before any request."""

from datetime import timedelta
from pathlib import Path

import pytest

from proxy.configfile import ConfigError
from proxy.key import installation_key
from proxy.policy.terms import ExceptionTerms
from proxy.waiver.exception import PolicyException, asked_for
from proxy.waiver.load import Names, WaiverFiles, load_waivers
from proxy.waiver.scope import Scope
from proxy.waiver.standing import NOTHING_STANDING, StandingWaivers
from proxy.waiver.store import Exceptions, exceptions_file, seal_key, write_exceptions
from tests.proxy.waiver.contexts import NOW, REASON, TERMS, context, finding

LATER = NOW + timedelta(days=30)
NAMES = Names(rules={"us-ssn"}, vendors={"openai"}, groups={"dev"})


def asked(state: Path, scope: Scope, id: str = "ex-1") -> PolicyException:
    key = seal_key(installation_key(state))
    return asked_for(id, scope, REASON, LATER).requested("ada", NOW, "ch-1", TERMS, key)


def approved(state: Path, scope: Scope, id: str = "ex-1") -> PolicyException:
    return asked(state, scope, id).approved("bob", NOW, "ch-2", seal_key(installation_key(state)))


def load(state: Path, *exceptions: PolicyException, terms: ExceptionTerms = TERMS, days: int = 0) -> StandingWaivers:
    if exceptions:
        write_exceptions(state, Exceptions(exceptions))
    files = WaiverFiles(exceptions_file(state))
    return load_waivers(files, installation_key(state), terms, NOW + timedelta(days=days), NAMES)


def test_an_approved_exception_holds(tmp_path: Path) -> None:
    found = load(tmp_path, approved(tmp_path, Scope(rule=("us-ssn",))))
    assert found.excepted(finding(), context()) is not None


def test_pending_revoked_and_expired_ones_do_nothing(tmp_path: Path) -> None:
    scope, key = Scope(rule=("us-ssn",)), seal_key(installation_key(tmp_path))
    revoked = approved(tmp_path, scope, "ex-2").revoked("bob", NOW, "ch-3", key)
    assert load(tmp_path, asked(tmp_path, scope), revoked) is NOTHING_STANDING
    assert load(tmp_path, approved(tmp_path, scope), days=30) is NOTHING_STANDING


@pytest.mark.parametrize(
    ("scope", "what"),
    [
        (Scope(rule=("us-sn",)), "scope.rule: expected a known rule, found us-sn (did you mean us-ssn?)"),
        (Scope(vendor=("openal",)), "scope.vendor: expected a known vendor, found openal (did you mean openai?)"),
        (Scope(group=("ops",)), "scope.group: expected a known group, found ops"),
    ],
)
def test_what_nobody_knows_is_refused_with_its_line(scope: Scope, what: str, tmp_path: Path) -> None:
    whole = approved(tmp_path, Scope(rule=("us-ssn",)))
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, whole, approved(tmp_path, scope, "ex-2"))
    assert str(caught.value) == f"{exceptions_file(tmp_path)}:3: ex-2: {what}"
    load(tmp_path, days=30)  # once it has ended, it keeps nothing from starting


def test_what_the_terms_forbid_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"exceptions\.jsonl:2: ex-1: until: expected an end within 7 days"):
        load(tmp_path, approved(tmp_path, Scope(rule=("us-ssn",))), terms=ExceptionTerms(max_days=7))


def test_the_digest_is_of_what_holds(tmp_path: Path) -> None:
    one = approved(tmp_path, Scope(rule=("us-ssn",)))
    first = load(tmp_path, one)
    assert load(tmp_path, one, asked(tmp_path, Scope(vendor=("openai",)), "ex-2")).digest == first.digest
    assert load(tmp_path, one, approved(tmp_path, Scope(vendor=("openai",)), "ex-2")).digest != first.digest


def test_a_missing_allowlist_is_a_mistake(tmp_path: Path) -> None:
    files = WaiverFiles(allow=(tmp_path / "allow.yaml",))
    with pytest.raises(ConfigError, match=r"allow\.yaml:1: expected a readable file"):
        load_waivers(files, installation_key(tmp_path), TERMS, NOW)
