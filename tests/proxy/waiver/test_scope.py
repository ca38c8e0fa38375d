"""What an exception or an allowed value is for."""

from dataclasses import replace

import pytest

from proxy.policy import Context
from proxy.waiver.scope import Scope
from tests.proxy.waiver.contexts import context, finding

LEDGER, DOCS = "github.com/acme/ledger", "github.com/acme/docs"


@pytest.mark.parametrize(
    ("scope", "circumstances", "covered"),
    [
        (Scope(user=("ada",)), context(), True),
        (Scope(user=("ada",)), context(user=None), False),
        (Scope(user=("ada",)), context(user="Ada"), False),
        (Scope(group=("sec", "dev")), context(groups=("dev", "all")), True),
        (Scope(group=("sec",)), context(groups=("dev",)), False),
        (Scope(vendor=("openai",), user=("ada",)), context(vendor="mistral"), False),
        (Scope(repository=("github.com/acme/*",)), context(repositories=(LEDGER, DOCS)), True),
        (Scope(repository=("github.com/acme/led*",)), context(repositories=(LEDGER, DOCS)), False),
        (Scope(repository=("github.com/acme/*",)), context(), False),
        (Scope(path=("tests/**",)), context(paths=("/home/ada/app/tests/data/cards.csv",)), True),
        (Scope(path=("tests/**",)), context(paths=("/home/ada/app/tests/a.csv", "/home/ada/app/src/b.py")), False),
        (
            Scope(path=("tests/**",)),
            context(paths=("/home/ada/app", "/home/ada/app/", "/home/ada/app/tests/a.csv")),
            True,
        ),
        (Scope(path=("tests/**",)), context(paths=("/home/ada/app/tests", "/home/ada/app/tests/")), True),
        (Scope(path=("tests/**",)), context(paths=("/home/ada/app-2", "/home/ada/app/tests/a.csv")), False),
        (Scope(path=("tests/**",)), context(paths=("/home/ada/app",)), False),
        (Scope(path=("/home/ada/*",)), context(paths=("/srv/home/ada/x",)), False),
    ],
)
def test_circumstances(scope: Scope, circumstances: Context, covered: bool) -> None:
    assert scope.covers(circumstances) is covered


@pytest.mark.parametrize("scope", [Scope(repository=("github.com/**",)), Scope(path=("tests/**",))])
def test_where_more_was_shown_than_is_kept_no_code_is_covered(scope: Scope) -> None:
    shown = context(repositories=(LEDGER,), paths=("/home/ada/app/tests/a.csv",))
    assert scope.covers(shown)
    assert not scope.covers(replace(shown, code=replace(shown.code, is_whole=False)))


@pytest.mark.parametrize(
    ("scope", "named"),
    [
        (Scope(rule=("us-ssn",)), True),
        (Scope(rule=("us-ssn",), category=("phi",)), False),
        (Scope(category=("pii",)), True),
        (Scope(entity=("CREDIT_CARD",)), False),
        (Scope(fingerprint=("1f" * 16, "00" * 16)), True),
        (Scope(fingerprint=("00" * 16,)), False),
    ],
)
def test_findings(scope: Scope, named: bool) -> None:
    assert scope.names(finding()) is named
