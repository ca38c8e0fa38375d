"""What a name promises about the value it is given: a password, a machine's secret, perhaps a key, or nothing.

Pure functions on the name alone. The words after the secret's word decide (`token_count`, `password_label`); those
before it hardly matter.
"""

import re
from enum import Enum
from functools import lru_cache


class Promise(Enum):
    """PASSWORD: chosen by people, may be short. SECRET: made by machines. HINT: some key, login or session."""

    PASSWORD = "password"
    SECRET = "secret"
    HINT = "hint"


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-zñ]+|\d+")

PASSWORD_WORDS = frozenset(
    """
    password passwd passphrase passcode passwort kennwort contrasena contraseña motdepasse passe requirepass
    masterauth psk motpasse senha wachtwoord hasło haslo lösenord losenord heslo parola salasana adgangskode pwd pass
    pw passwords passwds psw pswd passwrd passwordunencrypted sqlpassword pgpassword userpassword encryptedpassword
    mnemonic
    """.split()
)
SECRET_WORDS = frozenset(
    """
    secret token apikey accesskey secretkey privatekey authkey credential credentials apitoken authtoken accesstoken
    secretaccesskey clientsecret appsecret bearer oauthtoken webhooksecret consumersecret signingkey encryptionkey
    masterkey accountkey sharedkey licensekey storagekey sessionkey sharedsecret creds
    """.split()
)
HINT_WORDS = frozenset(
    """
    key auth access login session cookie salt webhook dsn license licence serial seed otp totp jwt hmac cred codecov
    sessionid sess signature skey apisid authorization
    """.split()
)
KEY_OWNERS = frozenset(
    """
    api access secret private auth encryption signing master account shared license storage session service app deploy
    token server client admin consumer crypt cipher hmac aes ssh ssl tls gpg jwt licence subscription integration
    """.split()
)
"""Words that make the `key` after them a secret's name."""
VENDORS = frozenset(
    """
    adafruit airtable algolia alibaba anthropic artifactory asana atlassian auth0 beamer bintray bitbucket
    bittrex braintree bugsnag circleci clearbit clickup cloudflare cloudinary codacy cohere coinbase confluent
    contentful coveralls databricks datadog digitalocean discord doppler droneci dropbox duffel dynatrace
    easypost etsy fastly finicity finnhub firebase flickr flutterwave freshbooks giphy gitter gocardless grafana
    heroku honeycomb hubspot huggingface infura intercom ipstack jfrog jira kraken kucoin launchdarkly linkedin
    logentries looker lokalise mailchimp mailgun mailjet mandrill mapbox mattermost messagebird mixpanel nasdaq
    netlify newrelic nytimes okta openai opsgenie optimizely pagerduty papertrail paypal paystack plaid
    planetscale postmark privateai pubnub pusher quandl rapidapi razorpay readme rollbar salesforce scalingo
    sendbird sendgrid sendinblue sentry shippo shodan shopify snyk sonarqube sourcegraph spotify squarespace
    statuspage stripe sumologic supabase telegram todoist travisci trello twilio twitch twitter typeform
    unsplash virustotal wakatime wistia yandex zendesk
    """.split()
)
"""Services whose name before `key` makes it a secret's, and alone hints at what the service issued. Ordinary words,
and names under which hashes and versions stand (GitHub, npm, Docker), are not among them."""

_GLUED = re.compile(
    r"(?P<password>.*(?:passw(?:or)?d|passphrase|passcode|passwort|kennwort|contrasena|motdepasse|senha|pwd)"
    r"|(?:db|user|root|my|admin|ftp|smtp|mail|email|login|http|proxy|sql|mysql|pg|redis|rabbit|auth|vnc|wifi|key|store)pass)"
    r"|(?P<secret>.*(?:secret|token|(?:api|access|private|secret|auth|signing|encryption|master|account|shared|license)key))"
)
"""Words run together, `dbpassword` or `clientsecret`; a plural is no value."""

NOT_AFTER = frozenset(
    """
    count counts counter length len size type types name names id ids uri url urls path paths file files filename dir
    field fields label labels regex pattern patterns policy policies expiry expires expiration expire exp ttl timeout
    max min limit limits var variable header headers prefix suffix placeholder hint error errors message messages msg
    title text help description desc format version versions algorithm algo alg required valid validator validation
    provider providers manager store class index idx pos position kind usage used endpoint param params parameter
    parameters input element selector list budget rule rules strength hash hashed digest sha sha1 sha256 sha512 md5
    checksum fingerprint iterations encoder encoding tokenizer ref refs reference arn scope scopes issuer audience
    lifetime duration interval rate window offset start end begin stream splitter separator delimiter status state
    enabled disabled mode cost price usd public visible changed reset forgot confirmation match mismatch mapping map
    table column schema limit per manager mgr func function callback factory method methods model form page view
    exists present style classname location source env module import action event button icon screen dialog prompt
    question info tokens secrets domain typed typing ring chain spec template tgz gz zip tar jar whl py js ts go rs md
    txt json yml yaml toml lock pem crt cer backend plugin key_id keyid generator service test tests
    """.split()
) - {"service", "test", "tests"}
"""A name that ends in one of these, after the secret's word, names something about a secret, not the secret."""

NOT_ANYWHERE = frozenset(
    """
    max min num total change sync pagination next prev page public count input output prompt completion hash hashed
    sha sha1 sha256 sha512 md5 checksum digest fingerprint etag integrity label placeholder hint regex pattern
    tokenizer tokenize bypass continuation cursor idempotency csrf xsrf thumbprint revision pubkey publickey no
    invalid
    """.split()
)
NOT_BEFORE_HINT = frozenset(
    """
    primary foreign sort partition cache dict lookup translation i18n row map object index unique group hot shortcut
    natural routing header config storage data query sub super composite hash column registry json attr context
    property event message label field state global test sample site sitekey host known authorized
    """.split()
)


@lru_cache(maxsize=8192)
def promise_of(name: str) -> Promise | None:
    """The promise of a name as it stands in code or configuration: `DB_PASSWORD`, `clientSecret`, `api key`."""
    words = [word.lower() for word in _WORD.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    if not words or not NOT_ANYWHERE.isdisjoint(words):
        return None
    for at in range(len(words) - 1, -1, -1):
        promise = _word_promises(words, at)
        if promise is not None:
            tail = words[at + 1 :]
            return promise if len(tail) <= 4 and NOT_AFTER.isdisjoint(tail) else None
    return None


def is_vendor(name: str) -> bool:
    """A service's name and nothing more: `okta`, `Telegram`."""
    return name.lower() in VENDORS


@lru_cache(maxsize=8192)
def is_plain(name: str) -> bool:
    """A password's name that ends in the word itself, so that even an ordinary word behind it is one."""
    words = [word.lower() for word in _WORD.findall(name)]
    return bool(words) and len(words) <= 5 and _word_promises(words, len(words) - 1) is Promise.PASSWORD


def _word_promises(words: list[str], at: int) -> Promise | None:
    word, before = words[at], words[at - 1] if at else ""
    if word in PASSWORD_WORDS:
        return Promise.PASSWORD
    if word in SECRET_WORDS:
        return Promise.SECRET
    if word == "key" and (before in KEY_OWNERS or before in VENDORS):
        return Promise.SECRET
    if word in VENDORS:
        return Promise.HINT if at == len(words) - 1 else None
    if word in HINT_WORDS:
        return Promise.HINT if NOT_BEFORE_HINT.isdisjoint(words[:at]) else None
    glued = _GLUED.fullmatch(word)
    if glued is None:
        return Promise.HINT if len(word) > 5 and word.endswith("key") else None
    return Promise.PASSWORD if glued["password"] else Promise.SECRET
