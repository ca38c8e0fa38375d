"""Inspectors over the bundled rules, and requests for them. Engines are costly to make, so a process shares them."""

import functools
import json
from collections.abc import Sequence
from typing import Any

from detectors import Engine, bundled_rules, load_rules
from detectors.template import expand
from proxy.body import Limits
from proxy.charter import Charter
from proxy.pipeline import Inspector
from proxy.policy import Policy, load_policy
from proxy.setting import policy_folder, vendor_folders
from proxy.task import Settings
from proxy.vendor import Catalogue, load_catalogue
from proxy.verdict import Request, Verdict
from tests.compiled import rules_folder

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
PACKS = ("monitor", "balanced", "pseudonyms", "strict")
URLS = {
    "chat": "https://api.openai.com/v1/chat/completions",
    "responses": "https://api.openai.com/v1/responses",
    "messages": "https://api.anthropic.com/v1/messages",
    "gemini": "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent",
    "bedrock": "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-4%3A0/invoke",
    "unknown": "https://api.openai.com/v1/some/new/thing",
}


def value(template: str, index: int = 0) -> str:
    """A token of the given form: the same for the same arguments, and no one's."""
    return expand(template, "tests", index)


AWS_KEY = value("AKIA${base32:16}")
OTHER_AWS_KEY = value("AKIA${base32:16}", 1)
EMAIL = "jane.roe" + "@" + "contoso.com"


@functools.cache
def engine(key: bytes = KEY) -> Engine:
    return Engine(load_rules((bundled_rules(),)), key, cache_dir=rules_folder())


@functools.cache
def catalogue() -> Catalogue:
    return load_catalogue(vendor_folders())


def fresh(
    policy: str | Policy = "balanced", key: bytes = KEY, limits: Limits | None = None, *, resigns: bool = False
) -> Inspector:
    """An inspector that has seen nothing yet."""
    if isinstance(policy, str):
        policy = load_policy(policy, policy_folder())
    settings = Settings((), policy.id, policy_folder(), vendor_folders(), {}, limits or Limits(), key, resigns=resigns)
    return Inspector(settings, engine(key), Charter(policy, catalogue()), engine(key).ruleset)


@functools.cache
def shared(policy: str = "balanced") -> Inspector:
    """An inspector whose caches fill with whatever the tests before have asked."""
    return fresh(policy)


def request(
    body: Any, api: str = "chat", headers: Sequence[tuple[str, str]] = (), *, target: str = "", content_type: str = ""
) -> Request:
    """A POST of `body` (bytes as they are, else as JSON) to one of `URLS`, or to `target` at its host."""
    host, _, path = URLS[api].removeprefix("https://").partition("/")
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [("host", host), ("content-type", content_type or "application/json"), *headers]
    encoded = tuple((name.encode("latin-1"), text.encode()) for name, text in lines)
    return Request("POST", "https", host, 443, target or f"/{path}", encoded, raw, "ann", "tl-reference")


def chat(*turns: str, **members: Any) -> dict[str, Any]:
    """An OpenAI conversation that begins with the user; the turns alternate."""
    messages = [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(turns)]
    return {"model": "gpt-5", **members, "messages": messages}


def sent(asked: Request, verdict: Verdict) -> bytes:
    """The body that would go to the vendor."""
    return asked.body if verdict.body is None else verdict.body
