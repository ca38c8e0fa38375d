"""The assignment detector: quiet on code, and not deaf.

The stanza's own examples are proved by the rule check; here are the shapes that decide whether it can be lived with.
"""

import pytest

from detectors import bundled_rules, load_rules
from detectors.assignment.plausible import is_secret, shannon
from detectors.checks.table import CHECKS
from detectors.template import expand
from tests.detectors.rulebase import found, make_engine

ENGINE = make_engine(*load_rules([bundled_rules() / "secrets" / "generic.yaml"]).rules)


def random(kind: str, count: int) -> str:
    return expand(f"${{{kind}:{count}}}", "generic", count)


SECRETS = [
    ("password = 'hunter2!'", "hunter2!"),
    ('okta = "' + random("alnum", 40) + '"', random("alnum", 40)),
    ('client.New("algolia", "' + random("hex", 40) + '")', random("hex", 40)),
    ("asanaToken," + random("alnum", 32) + ",", random("alnum", 32)),
    ("DATADOG_KEY=3f2a1b0c-9d8e-4f6a-8b4c-3d2e1f0a9b8c", "3f2a1b0c-9d8e-4f6a-8b4c-3d2e1f0a9b8c"),
    ('API_TOKEN :::= "' + random("alnum", 32) + '"', random("alnum", 32)),
    ("password = (\n    'Kx7pWq9z'\n)", "Kx7pWq9z"),
    ("DB_PASSWORD=Kx7pWq9z", "Kx7pWq9z"),
    ("export API_TOKEN=" + random("alnum", 32), random("alnum", 32)),
    ('"clientSecret" : "' + random("alnum", 24) + '",', random("alnum", 24)),
    ("    encryption-key: " + random("base64", 44), random("base64", 44)),
    ('config["api_key"] = "' + random("hex", 32) + '"', random("hex", 32)),
    ('let password: &str = "Kx7pWq9z";', "Kx7pWq9z"),
    ('string Password = @"Kx7pWq9z";', "Kx7pWq9z"),
    ('password := "Kx7pWq9z"', "Kx7pWq9z"),
    ("password => 'Kx7pWq9z'", "Kx7pWq9z"),
    ('if password == "Kx7pWq9z":', "Kx7pWq9z"),
    ("--token=" + random("alnum", 24), random("alnum", 24)),
    ("--password Kx7pWq9z --host db", "Kx7pWq9z"),
    ("X-Auth-Token: " + random("alnum", 40), random("alnum", 40)),
    ("?password=Kx7pWq9z&next=/home", "Kx7pWq9z"),
    ("<secret>" + random("alnum", 24) + "</secret>", random("alnum", 24)),
    ("my password is Kx7pWq9z!x, please log in", "Kx7pWq9z!x"),
    ("Passwort: Sonne#42!", "Sonne#42!"),
    ("password = '20391847'", "20391847"),
    ("DB_PASSWORD=swordfish", "swordfish"),
    ("spring.datasource.password=swordfish", "swordfish"),
    ("user = root\npassword = swordfish\nhost = db", "swordfish"),
    ("<password>swordfish</password>", "swordfish"),
    ("define('DB_PASSWORD', 'swordfish');", "swordfish"),
    ('passphrase: "correct horse battery staple"', "correct horse battery staple"),
    ("//registry.host.org/:_authToken=3f2a1b0c-9d8e-4f6a-8b4c-3d2e1f0a9b8c", "3f2a1b0c-9d8e-4f6a-8b4c-3d2e1f0a9b8c"),
    ('heroku_api_key = "3f2a1b0c-9d8e-4f6a-8b4c-3d2e1f0a9b8c"', "3f2a1b0c-9d8e-4f6a-8b4c-3d2e1f0a9b8c"),
    ('acme_key = "' + random("hex", 32) + '"', random("hex", 32)),
    ("sonar.login=" + random("hex", 40), random("hex", 40)),
    ("CREATE USER app IDENTIFIED BY 'Kx7pWq9z'", "Kx7pWq9z"),
    ("Server=db;User Id=sa;Password=Kx7pWq9z;Encrypt=yes", "Kx7pWq9z"),
    ("Host=db;Username=app;Password=kiwi42melon;Database=x", "kiwi42melon"),
    ("https://host.net/login?user=bob&password=kiwi42melon&next=1", "kiwi42melon"),
    ("- name: API_TOKEN\n  value: " + random("alnum", 24), random("alnum", 24)),
    ("| Passwort | `Kx7pWq9z` |", "Kx7pWq9z"),
    ("password for root: Kx7pWq9z", "Kx7pWq9z"),
    ("**Password:** Kx7pWq9z", "Kx7pWq9z"),
    ("contraseña: Verano2024!", "Verano2024!"),
    ("'secret' => 'q9-kiwi-X2!',", "q9-kiwi-X2!"),
    ('<Pass encoding="base64">aHVudGVyMjI=</Pass>', "aHVudGVyMjI="),
    ("define('NONCE_SALT', 'k3#Vp@x!9z L&aQ^rT$7mN*eW%yU2bC+d');", "k3#Vp@x!9z L&aQ^rT$7mN*eW%yU2bC+d"),
    ('secret: "' + "qzWkXvTrNpLmJh" + 'BdGf"', "qzWkXvTrNpLmJh" + "BdGf"),
]


@pytest.mark.parametrize(("text", "value"), SECRETS)
def test_secrets_are_found_and_nothing_around_them(text: str, value: str) -> None:
    assert found(ENGINE, text) == [("generic-assignment", value)]


QUIET = [
    "password = input('Password: ')",
    "password = os.getenv('DB_PASSWORD')",
    "password = process.env.DB_PASSWORD2",
    "self.token = token or default_token_2",
    "token = tokens[i + 1]",
    "token: Token = parser.next()",
    "secret = Secret.from_name('projects/p1/secrets/s2')",
    "secret_key_base: <%= ENV['SECRET_KEY_BASE'] %>",
    "api_key: ${{ secrets.API_KEY_2 }}",
    "api_key: '{{ vault_api_key_2 }}'",
    "api_key = f'{prefix}_{n2}'",
    "API_KEY=your-api-key-here-123",
    "API_KEY=xxxxxxxxxxxxxxxx1234",
    "password: ********12",
    "password: changeme123",
    'token = "access_token"',
    'token_url = "https://auth.host.com/oauth2/token"',
    'tokenizer = "cl100k_base_v2"',
    "max_tokens=16384",
    '"total_tokens": 123456789012',
    '"next_page_token": "Q0FFUUFB' + random("alnum", 12) + '"',
    'password_hash = "' + random("hex", 64) + '"',
    'secretName: "tls-cert-1"',
    "secretKeyRef: {name: db2, key: password1}",
    'passwordField.sendKeys("loginPassword1")',
    "credentials: 'same-origin'",
    'access_key_id = "key-1"',
    "token = 123e4567-e89b-12d3-a456-426614174000",
    'integrity_token: "sha512-' + random("base64", 86) + '=="',
    "token: 2024-01-15T10:20:30Z",
    "tokens: 1,234,567",
    'placeholder="Enter your password 2 times"',
    'label: { password: "Password (min. 8 chars)" }',
    "The token is invalid or has expired2.",
    "password is required.",
    "pwd=/home/user1/work",
    "PWD: C:\\Users\\user1",
    "password = user.password2",
    "const [password, setPassword] = useState('')",
    "test_password_reset_token_2 = reset(user)",
    "auth_token=$(gcloud auth print-access-token)",
    "apiKey: config.get('api.key2')",
    "secret: !Ref MySecret2",
    "token=abc...xyz123",
    "private_key: PKCS7PrivateKeyTypes,",
    "token = r'[-!#$%&*+.^_`|~0-9a-zA-Z]+'",
    r"password_pattern_2: '^\S{8,}$' token: '(?:x|y)\d+'",
    'password = "[GENERIC_SECRET:7f3a9c]"',
    'PASSWORD = "password"',
    '"password": "Passwort",',
    '"password": "string",',
    "password: string;",
    "    password: swordfish,\n    user: name }\n  return login(password)",
    "type: 'password', autocomplete: 'current-password'",
    '<input type="password" name="password" value="">',
    "for field in ('user', 'password', 'token2x'):",
    'partition_key = "3f2a1b0c-9d8e-4f6a-8b4c-3d2e1f0a9b8c"',
    "instance_key: 3f2a1b0c-9d8e-4f6a-8b4c-3d2e1f0a9b8c",
    "secret-service.key: " + random("hex", 40),
    "![coverage](https://host.net/badge.svg?token=" + random("alnum", 10) + ")",
    'primaryKey = "' + random("alnum", 24) + '"',
    "passwords = dict()",
    "arn:aws:secretsmanager:eu-west-1:1:secret:my-team-secret-" + random("alnum", 6),
    "type M = | ClearPassword | AuthMD5Password | SASL",
    "if(n){token=token2x;user=node1}",
    "token = uuid.uuid4().hex",
    "password = PasswordField(",
    'public_key = "' + random("base64", 44) + '"',
    'throw new Error("Invalid token (\'" + value + "\')")',
]


@pytest.mark.parametrize("text", QUIET)
def test_code_is_no_secret(text: str) -> None:
    assert found(ENGINE, text) == []


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("password", "hunter2!", "hunter2!"),
        ("db.password", " hunter2! ", "hunter2!"),
        ("clientSecret", random("alnum", 32), random("alnum", 32)),
        ("password", "${PASSWORD}", None),
        ("password", "a text of several words that is no secret", None),
        ("token_type", "Bearer2x" * 4, None),
        ("name", "hunter2!", None),
        ("password", "", None),
        ("password", "Kx7!" * 100, None),
    ],
)
def test_a_field_is_an_assignment(field: str, text: str, value: str | None) -> None:
    expected = [] if value is None else [("generic-assignment", value)]
    assert found(ENGINE, text, field) == expected


def test_it_can_be_left_out() -> None:
    assert not ENGINE.scan("password = 'hunter2!'", generic=False).findings
    assert not ENGINE.scan("hunter2!", "password", generic=False).findings


def test_shannon() -> None:
    assert shannon("aaaa") == 0
    assert shannon("abab") == 1
    assert shannon("abcdefgh") == 3


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("not-placeholder", "auth_info[2]", None),
        ("not-placeholder", "settings.PASSWORD", False),
        ("not-placeholder", "${DB_PASSWORD}", False),
        ("not-placeholder", "Kx7pWq9z", None),
        ("plausible-secret", "Kx7pWq9z", None),
        ("plausible-secret", "localhost", False),
    ],
)
def test_rules_may_ask_too(name: str, value: str, expected: bool | None) -> None:
    assert CHECKS[name](value) is expected


def test_long_values_are_judged_in_linear_time() -> None:
    for unit in ("a", "a1", "a-", "<", "%a", "a.", "/", "$", "[", "A_"):
        assert is_secret(unit * 20_000, is_password=True, quoted=True) in (True, False)
