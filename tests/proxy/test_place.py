"""How places of code are written: one form for every system's paths and every spelling of a remote."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.place import MAX_STEPS, PATH_CHARS, home_of, is_absolute, path_of, repository_of


@pytest.mark.parametrize(
    ("remote", "name"),
    [
        ("git@github.com:Acme/Ledger.git", "github.com/acme/ledger"),
        ("github.com:acme/ledger", "github.com/acme/ledger"),
        ("ssh://git@github.com/acme/ledger.git", "github.com/acme/ledger"),
        ("ssh://git@bitbucket.acme.com:7999/PAY/ledger.git", "bitbucket.acme.com/pay/ledger"),
        ("https://bitbucket.acme.com/scm/pay/ledger.git", "bitbucket.acme.com/pay/ledger"),
        ("https://github.com/acme/ledger", "github.com/acme/ledger"),
        ("https://github.com/acme/ledger.git/", "github.com/acme/ledger"),
        ("https://ada:token@GitHub.com/acme/ledger.git", "github.com/acme/ledger"),
        ("git+https://github.com/acme/ledger.git", "github.com/acme/ledger"),
        ("https://gitlab.acme.com/payments/core/ledger.git", "gitlab.acme.com/payments/core/ledger"),
        ("git@ssh.dev.azure.com:v3/acme/payments/ledger", "dev.azure.com/acme/payments/ledger"),
        ("https://acme@dev.azure.com/acme/payments/_git/ledger", "dev.azure.com/acme/payments/ledger"),
        ("/srv/git/ledger.git", None),
        ("../ledger.git", None),
        ("C:/git/ledger.git", None),
        ("https://github.com/acme", None),
        ("https://github.com/acme/led ger", None),
        ("mailto:ada@acme.com", None),
        ("acme/ledger", None),
        ("", None),
    ],
)
def test_a_remote_in_every_spelling_is_one_repository(remote: str, name: str | None) -> None:
    assert repository_of(remote) == name


def test_the_hosts_own_clients_leave_it_out() -> None:
    assert repository_of("Acme/Ledger", "github.com") == "github.com/acme/ledger"
    assert repository_of("GitLab.acme.com/pay/core/Ledger", "github.com") == "gitlab.acme.com/pay/core/ledger"
    assert repository_of("github.com/acme/ledger") is None, "prose has such words too"
    assert repository_of("__no_repository__", "github.com") is None


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("src/settlement/fees.py", "src/settlement/fees.py"),
        ("./src//settlement/../fees.py", "src/fees.py"),
        ("src\\settlement\\fees.py", "src/settlement/fees.py"),
        ("C:\\code\\ledger\\", "c:/code/ledger"),
        ("\\\\?\\C:\\code\\ledger", "c:/code/ledger"),
        ("file:///srv/my%20ledger/a.py", "/srv/my ledger/a.py"),
        ("file:///c%3A/code/ledger", "c:/code/ledger"),
        ("file://localhost/srv/ledger", "/srv/ledger"),
        ("/home/ada/ledger/src", "~/ledger/src"),
        ("/Users/Ada/ledger", "~/ledger"),
        ("C:\\Users\\ada\\ledger", "~/ledger"),
        (str(PurePosixPath("/", "root", "ledger")), "~/ledger"),
        ("~/ledger/", "~/ledger"),
        ("'/srv/ledger'", "/srv/ledger"),
        ("//srv/ledger", "/srv/ledger"),
        ("/srv/../../etc", "/etc"),
        ("https://example.com/srv/ledger", None),
        ("a\x00b/c", None),
        (".", None),
        ("", None),
        ("a/" * PATH_CHARS, None),
        ("a/" * MAX_STEPS + "b", None),
    ],
)
def test_a_path_of_every_system_has_one_form(text: str, path: str | None) -> None:
    assert path_of(text) == path


@given(st.text(max_size=80))
def test_a_path_in_its_form_stays_as_it_is(text: str) -> None:
    path = path_of(text)
    if path is not None and "%" not in path and not path.startswith(("~", " ", "'", '"', "`")):
        assert path_of(path) in (path, path.strip().strip("\"'`"), path_of(path.strip()))
        assert ".." not in path.split("/")[1:] or path.startswith("..")


def test_patterns_have_homes_too() -> None:
    assert home_of("/home/*/oss/**") == "~/oss/**"
    assert is_absolute("~/oss")
    assert is_absolute("c:/oss")
    assert not is_absolute("src/**")
