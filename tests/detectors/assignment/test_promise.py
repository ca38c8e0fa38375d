"""Names and what they promise: the words after the secret's word decide."""

import pytest

from detectors.assignment.promise import Promise, is_plain, promise_of

PASSWORDS = (
    "password DB_PASSWORD dbPassword userpass pw mysql_root_pwd keyStorePassword Passwort mot_de_passe senha smtp-pass"
)
SECRETS = (
    "token API_KEY apiKey heroku_api_key client-secret AWS_SECRET_ACCESS_KEY authToken secret_key_base encryptionKey "
    "SONAR_TOKEN oauth_token consumerSecret privateKey stripe.secret.key credentials X-Auth-Token mySecretString token2"
)
HINTS = "corp_key lob-key sonar.login sessionid codecov SALT webhook license finnhubkey user_auth"
NOTHING = (
    "token_count max_tokens password_label tokenType password_hash primary_key foreignKey public_key key_name "
    "secretName next_page_token tokenizer passwordField credentialsId author compass bypass monitor csrf_token "
    "key_size passing total_tokens partition_key issuerKeyHash hello"
)


@pytest.mark.parametrize(
    ("names", "promise"),
    [(PASSWORDS, Promise.PASSWORD), (SECRETS, Promise.SECRET), (HINTS, Promise.HINT), (NOTHING, None)],
    ids=["passwords", "secrets", "hints", "nothing"],
)
def test_names(names: str, promise: Promise | None) -> None:
    assert {name: promise_of(name) for name in names.split()} == dict.fromkeys(names.split(), promise)


def test_only_a_password_s_own_name_is_plain() -> None:
    assert all(is_plain(name) for name in ("password", "DB_PASSWORD", "mysql_root_password", "userpass"))
    assert not any(is_plain(name) for name in ("password_field", "token", "api_key", "passwordPolicy", "x"))
