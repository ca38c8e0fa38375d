"""What a person reads when a request was stopped: what it holds, where, and what to do now. Never the value.

Pure. Names of fields, headers and files are left out as well: a client chooses them and they may hold the
value. Clients show these texts raw, cut or inside JSON, so each is one short paragraph.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from proxy.formats import Format
from proxy.segment import Label

MAX_PLACES: Final = 5


@dataclass(frozen=True, slots=True)
class Place:
    """One finding for the reader: its entity type and where it stands, as `place` words it."""

    entity: str
    where: str


def place(fmt: Format, pointer: str, label: Label, text: str, start: int, part: str = "") -> str:
    """Where the code point `start` of a segment's `text` stands, in the reader's terms, all counted from 1.

    Such as "message 3, tool result, line 14". The line is the segment's own, and told only if it has several.
    `part` is the name of the part of a file that the segment is, if it is one: "attachment, file 2, page 3".
    """
    words = [word for word in (_message(fmt, pointer), _LABEL[label], *_part(part)) if word] or ["the request's text"]
    if "\n" in text:
        words.append(f"line {text.count('\n', 0, start) + 1}")
    return ", ".join(words)


def block_message(places: Sequence[Place], reference: str, policy: str) -> str:
    """The text for a request that the policy of that id blocks for what it holds."""
    return (
        f"Tightlip stopped this request before it reached the AI vendor. It holds: {_list(places)}. "
        "Take it out, or put a placeholder in its place, and send again. If your client keeps this message in "
        "the conversation, just go on: from now on it is sent with the value cut out. "
        f"If this is wrong, ask your security team and name {reference} (policy {policy})."
    )


def attachment_note(found: Iterable[tuple[str, str]]) -> str:
    """What stands in place of an attachment that held these entity types in these parts of it.

    The same for the same attachment in every turn: prompt caches and signatures are bound to the text before them.
    """
    places = (Place(entity, ", ".join(_part(part)) or "in its text") for entity, part in found)
    return f"[attachment removed by Tightlip: it holds {_list(places)}]"


def refusal_message(reason: str, reference: str) -> str:
    """The text for a request that was refused without a finding; `reason` is a code of `reason.py`."""
    what, then = _REFUSAL.get(reason, ("it could not be checked", _ASK))
    return f"Tightlip stopped this request: {what}. {then} Reference: {reference} ({reason})."


def entity_name(entity: str) -> str:
    """An entity type as one says it: "credit card number", "AWS access key", "tax ID (DE)"."""
    if entity in _ENTITY:
        return _ENTITY[entity]
    first, *rest = entity.split("_")
    if len(first) != _COUNTRY_CHARS or first in _NO_COUNTRY or not rest:
        words = [_SPELLING.get(first, first.capitalize()), *(_SPELLING.get(word, word.lower()) for word in rest)]
        return " ".join(words)
    name = " ".join(map(_national_word, rest))
    return f"{first} {name}" if first in _SAID_FIRST else f"{name} ({first})"


def _national_word(word: str) -> str:
    """Of the name of a country's own number, mostly an abbreviation: "CUIT", "CPF", but "tax ID"."""
    is_short = len(word) <= _ABBREVIATION_CHARS and word not in _NO_ABBREVIATION
    return _SPELLING.get(word, word if is_short else word.lower())


def _message(fmt: Format, pointer: str) -> str:
    """The turn that a pointer leads into, or "" outside of the conversation."""
    for path in fmt.conversations:
        root = "".join(f"/{name}" for name in path) + "/"
        index = pointer[len(root) :].partition("/")[0] if pointer.startswith(root) else ""
        if index.isdecimal():
            return f"message {int(index) + 1}"
    return ""


def _part(name: str) -> list[str]:
    """The words for a part's name: `entry:2/page:3` is "file 2", "page 3"."""
    steps = (step.partition(":") for step in name.split("/"))
    worded = ((_PART.get(kind, kind), number) for kind, _, number in steps)
    return [f"{word} {number}".rstrip() for word, number in worded if word]


def _list(places: Iterable[Place]) -> str:
    counted = Counter(places)
    shown = list(counted.items())[:MAX_PLACES]
    told = [f"{_times(count)}{entity_name(place.entity)} ({place.where})" for place, count in shown]
    more = counted.total() - sum(count for _, count in shown)
    return "; ".join(told) + (f"; and {more} more" if more else "")


def _times(count: int) -> str:
    return f"{count} x " if count > 1 else ""


_LABEL: Final = {
    Label.PROMPT: "",
    Label.SYSTEM: "system prompt",
    Label.TOOL_RESULT: "tool result",
    Label.TOOL_ARGUMENT: "tool call",
    Label.TOOL_SCHEMA: "tool definition",
    Label.METADATA: "metadata",
    Label.ATTACHMENT: "attachment",
    Label.KEY: "the name of a field",
    Label.NUMBER: "a number",
    Label.ID: "an id",
    Label.OPAQUE: "a signed part",
    Label.BINARY: "a part that is no plain text",
    Label.HEADER: "a request header",
    Label.TARGET: "the request's path",
    Label.QUERY: "the request's query",
    Label.UNKNOWN: "",
}

_PART: Final = {
    "attributes": "",
    "entry": "file",
    "names": "file names",
    "pixels": "picture",
    "raw": "",
    "revision": "older revision",
    "shown": "",
    "strings": "",
    "text": "",
}
"""Steps of parts' names that don't say to a reader what they are."""

_ASK: Final = "Ask your security team if it goes on."
_AGAIN: Final = "Send it again in a moment."
_PLAIN: Final = "Send it as text, or ask your security team."
_CLIENT: Final = "Check the client's settings, or ask your security team."
_FEWER: Final = "Start a new conversation, or send less at once."

_REFUSAL: Final = {
    "unsupported_encoding": ("its body is compressed in a way that Tightlip does not read", _CLIENT),
    "corrupt_encoding": ("its compressed body is damaged or has something after its end", _CLIENT),
    "too_large": ("it is larger than what may be sent", _FEWER),
    "ratio": ("its body unpacks to far more than it should", _CLIENT),
    "too_deep": ("its JSON is nested too deeply to be checked", _CLIENT),
    "duplicate_key": ("its JSON has the same key twice, so it could be read in two ways", _CLIENT),
    "bad_json": ("its JSON is broken", _CLIENT),
    "bad_utf8": ("its text is not valid UTF-8", _PLAIN),
    "bad_multipart": ("its form data could not be read", _CLIENT),
    "bad_frame": ("its stream of messages is damaged or compressed in an unknown way", _CLIENT),
    "bad_protobuf": ("its binary messages could not be read", _CLIENT),
    "binary": ("its body is not text and could not be checked", _PLAIN),
    "ambiguous_type": ("its body could be read in two ways", _CLIENT),
    "attachment": ("it has an attachment, such as an image or a PDF, that could not be checked", _PLAIN),
    "decode_budget": ("it has more encoded text than could be checked", _FEWER),
    "scan_timeout": ("it could not be checked in time", _FEWER),
    "scan_failed": ("the check failed", _ASK),
    "worker_lost": ("the check broke off", _AGAIN),
    "busy": ("too many requests are being checked now", _AGAIN),
    "audit_unavailable": ("it could not be put on record", _ASK),
    "host_mismatch": ("it names another host than its connection does", _CLIENT),
    "host_refused": ("its host is not one that may be reached", _ASK),
    "private_target": ("its target is a private address", _ASK),
    "port_not_allowed": ("its port is not one that may be reached", _ASK),
    "auth_required": ("the proxy needs your user name and password", "Put them into the proxy's address."),
    "websocket": ("WebSocket connections are not allowed", "The client can use plain HTTPS instead."),
    "upgrade": ("it asks for another protocol than HTTP", _CLIENT),
    "body_unfinished": ("its body did not end in time; a two-way stream can't be checked", _CLIENT),
    "telemetry": ("reports of clients about themselves are not let out here", "Nothing is to be done."),
    "method": ("its HTTP method is none that AI APIs use", _CLIENT),
    "trailers": ("it announces trailers, which could not be checked", _CLIENT),
    "no_such_base_url": (
        "its address at the proxy leads nowhere",
        "It must begin with /v/ and a vendor's name or host, such as /v/openai/v1.",
    ),
    "base_url_credentials": (
        "the proxy needs your user name and password",
        "Have the client send the header x-tightlip-authorization with the value that `tightlip setup` tells.",
    ),
    "web_page": ("a web page sent it", "Ask your security team to allow the page's origin in `base_url_origins`."),
    "signing_failed": ("it had to be changed, and could not be signed anew", _ASK),
    "upstream_failed": ("the AI vendor could not be reached", _AGAIN),
    "fault": ("something went wrong in Tightlip, so it let nothing through", _ASK),
}

_ENTITY: Final = {
    "BANK_ROUTING_NUMBER": "bank routing number",
    "CONNECTION_STRING": "password in a connection string",
    "CREDIT_CARD": "credit card number",
    "CREDIT_CARD_TEST": "card number for tests",
    "CREDIT_CARD_UATP": "UATP card number",
    "CARD_SECURITY_CODE": "card security code",
    "CARD_PIN": "card PIN",
    "CRYPTO": "address of a wallet",
    "EMAIL_ADDRESS": "e-mail address",
    "GENERIC_SECRET": "password or secret",
    "IBAN": "bank account number (IBAN)",
    "IBAN_CODE": "bank account number (IBAN)",
    "JWT": "signed token (JWT)",
    "LOCATION": "place name",
    "PERSON": "person's name",
    "PERSON_REFERENCE": "number of a person",
    "SK_API_KEY": "API key that begins with sk-",
    "USERNAME_IN_PATH": "user name in a path",
    "US_DOD_ID": "US military ID",
    "US_ITIN": "US taxpayer number (ITIN)",
    "US_NPI": "US health provider number (NPI)",
    "US_SSN": "US Social Security number",
}
"""Types that their own name does not say well."""

_COUNTRY_CHARS: Final = 2
_NO_COUNTRY: Final = frozenset({"AI", "CI", "IP", "NX"})
_SAID_FIRST: Final = frozenset({"EU", "UK", "US"})
_ABBREVIATION_CHARS: Final = 4
_NO_ABBREVIATION: Final = frozenset("BIG CARD CODE KEY MY OLD ORG TAX".split())

_WORDS: Final = """
    ABA ACR AI API APIM APM AWS CI CLI DEA DSN ECR FCM GCP HCP HIBP HMAC HTTP IAM IBAN IBM ICCID ID IMEI IMSI IP JSR JWT
    KMS LDAP MAC MBI MEID ML MRN MRZ MWS NATS NHS NLP NPI OTP OTX OVH PGP PIN SAML SAS SES SMTP SQL SSH SSN SSO TLS UK
    UPI URL US VAT VIN VPN
    Aadhaar EDRPOU Emirates GSTIN NINEA PESEL REGON SIREN SIRET SNILS Medicare USCIS
    accession account address advertising age analytics application basic bearer browser business card chat clinical
    crypto cvv date design device driver email encrypted health incident key license lookup mailing maps market medical
    national network passport password patient payment person phone pipeline policy prescription private productivity
    public scraping search secret seed session sign support swift tax track username vehicle visit wallet webhook
    AbuseIPDB ActiveCampaign AfterShip AI21 AppDynamics AppSignal AppSync AppVeyor AssemblyAI BambooHR BigCommerce
    BigQuery BinaryEdge ButterCMS CircleCI ClearML ClickHouse ClickSend ClickUp CockroachDB CocoaPods CodeSandbox
    ConfigCat CosmosDB CrowdStrike DatoCMS DeepInfra DeepSeek DevCycle DevOps DigitalOcean DingTalk DNSimple DockerHub
    DocuSign E2B EasyPost eBay EdgeDB ElevenLabs GitGuardian GitHub GitLab GoCardless GoDaddy GreyNoise hCaptcha
    HelloSign HubSpot HuggingFace InfluxDB IoT JetBrains JumpCloud LambdaTest LangSmith LangWatch LaunchDarkly LinkedIn
    LiveKit LogDNA LuaRocks MailerSend MailSlurp MaxMind MercadoLibre MercadoPago MessageBird MiniMax MinIO MongoDB
    NetBird npm NuGet NVIDIA NYTimes OAuth OneLogin OneSignal OpenAI OpenPipe OpenRouter PagerDuty PayPal PlanetScale
    PlayHT PostHog PromptLayer PyPI QuickBooks RapidAPI reCAPTCHA RubyGems RunPod SambaNova ScrapingBee SecurityTrails
    SendGrid SettleMint ShipEngine ShipStation SignalFx SiliconFlow SingleStore SMTP2GO SonarQube SparkPost StackHawk
    SurveyMonkey TaxJar TeamCity ThousandEyes TiDB TikTok UpCloud UptimeRobot VirusTotal WakaTime WeChat
    WooCommerce WordPress WorkOS xAI ZeroBounce ZeroSSL ZeroTier
"""
_SPELLING: Final = {word.upper(): word for word in _WORDS.split()} | {
    "NEWRELIC": "New Relic",
    "ONEPASSWORD": "1Password",
    "SUMOLOGIC": "Sumo Logic",
    "WIFI": "Wi-Fi",
}
"""Words not spelt as one capital and small letters. A first word that is not among them is taken for a name."""
