"""An entity type as one says it in English: "credit card number", "AWS access key", "tax ID (DE)". Pure.

Most types say it by their own name; those that don't have words of their own in `rules/messages/`.
"""

from typing import Final


def entity_name(entity: str) -> str:
    """The words of a type's own name."""
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
