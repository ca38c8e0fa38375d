"""Values alone: chance, choice, and what only stands in a secret's place."""

import pytest

from detectors.assignment.plausible import (
    is_benign,
    is_code,
    is_mixed,
    is_phrase,
    is_random,
    is_salt,
    is_secret,
    is_stand_in,
    is_strong,
    is_uuid,
    is_word,
)
from detectors.template import expand


def random(kind: str, count: int) -> str:
    return expand(f"${{{kind}:{count}}}", "plausible", count)


@pytest.mark.parametrize("kind", ["alnum", "alpha", "base64", "base64url", "base32", "hex"])
@pytest.mark.parametrize("count", [20, 32, 64])
def test_chance_is_recognised(kind: str, count: int) -> None:
    assert is_random(random(kind, count))


@pytest.mark.parametrize(
    "value",
    "get_access_token my-app-db-credentials application/x-www-form-urlencoded UserPasswordResetView 1234567890123456 "
    "AuthenticationMD5Password identitytoolkit.googleapis.com /run/secrets/db_password (){};{} short1".split(),
)
def test_names_and_paths_are_not_chance(value: str) -> None:
    assert not is_random(value)


@pytest.mark.parametrize(
    "value",
    [
        "changeme", "your-api-key-1", "<token>", "${DB_PASSWORD}", "{{ vault_password }}", "#{password}", "%(pw)s",
        "xxxxxxxx12", "********", "REDACTED", "$PASSWORD", "aaaa", "https://host.net/path", "sha256-abc", "[^a-z]+",
        "abcdefghijklmnop", "0123456789abcdef", "test_password", "secret-key-1", "\\x12\\x34", "urn:ietf:params:x",
        "{prefix}_1", "{tokens[0]}", "[link](#token-object)", "a@b.org", "List[TokenRequest]", '".concat(e,"',
    ],
)  # fmt: skip
def test_stand_ins(value: str) -> None:
    assert is_stand_in(value)
    assert is_benign(value)


@pytest.mark.parametrize("value", ["hunter2!", "S3cr3t!", "letmein123", "Tr0ub4d&3", "Kx7pWq9z", "pa$$w0rd", "a<b9!c"])
def test_chosen_ones_are_secrets_and_stand_for_nothing(value: str) -> None:
    assert is_secret(value, is_password=True, quoted=True)


def test_a_random_value_may_look_like_a_path_or_a_word() -> None:
    assert not is_benign("/" + random("base64", 39))
    assert not is_benign(random("alpha", 24))


def test_words_and_phrases() -> None:
    assert is_word("swordfish")
    assert is_word("correct-horse-battery")
    assert not any(is_word(value) for value in ("password", "string", "Passwort", "required", "abc", "two words"))
    assert is_phrase("correct horse battery staple")
    assert not is_phrase("enter the password for this key")


def test_uuids_that_could_be_keys() -> None:
    assert is_uuid("3f2a1b0c-9d8e-4f6a-8b4c-3d2e1f0a9b8c")
    assert not is_uuid("123e4567-e89b-12d3-a456-426614174000")
    assert not is_uuid("00000000-0000-0000-0000-000000000000")


def test_salts_hold_every_kind_of_character() -> None:
    assert is_salt("k3#Vp@x!9z L&aQ^rT$7mN*eW%yU2bC+d")
    assert not is_salt("a sentence of plain words, and a few: signs!")
    assert not is_salt("x(e),t||(this.repo&&v(e),o())}}}z(e){")


def test_strong_is_what_password_rules_want() -> None:
    assert is_strong("Xq7!pz9w")
    assert not is_strong("password1")
    assert not is_strong("abcdefgh!")


def test_code_and_mixture() -> None:
    assert is_code("settings.PASSWORD")
    assert is_code("&value")
    assert not is_code("Kx7pWq9z")
    assert is_mixed("aHVudGVyMjI=")
    assert not is_mixed("swordfish")
