"""Inspectors over the bundled rules, and requests for them. Engines are costly to make, so a process shares them."""

import contextlib
import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from detectors import Engine, bundled_rules, load_rules
from detectors.template import expand
from proxy.body import Limits
from proxy.charter import Charter
from proxy.edition import Edition, Standing
from proxy.gate import Gate
from proxy.inquiry import Inquiry
from proxy.pipeline import Inspector
from proxy.policy import Policy, load_policy
from proxy.pool import Pool
from proxy.pseudonym.pseudonymiser import NOTHING_KNOWN, Known
from proxy.pseudonym.vault import Vault
from proxy.setting import policy_folder, vendor_folders
from proxy.task import Sealed, Settings
from proxy.told import NOTHING_TOLD, Told
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
    folder = rules_folder()
    return Engine(load_rules((bundled_rules(),), cache_dir=folder), key, cache_dir=folder)


@functools.cache
def catalogue() -> Catalogue:
    return load_catalogue(vendor_folders(), cache_dir=rules_folder())


def charter_of(policy: str | Policy) -> Charter:
    """A policy, by its name where it comes along, with the vendors that come along."""
    return Charter(load_policy(policy, policy_folder()) if isinstance(policy, str) else policy, catalogue())


@dataclass
class Judge:
    """An inspector with the charter that it judges by."""

    inspector: Inspector
    charter: Charter

    def inspect(self, asked: Request, told: Told = NOTHING_TOLD, known: Known = NOTHING_KNOWN) -> Verdict:
        return self.inspector.inspect(asked, self.charter, told, known)


@dataclass
class OnePool:
    """Stands for the worker pool: the same inspector in this process."""

    judge: Judge

    def leased(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    async def inspect(self, asked: Request, charter: Sealed, told: Told, known: Known) -> Verdict:
        return self.judge.inspect(asked, told, known)


@dataclass
class Desk:
    """An inquiry, always about the same edition. `pool` is one, or stands for one."""

    pool: Any
    vault: Vault | None = None
    inquiry: Inquiry = field(default_factory=Inquiry)

    def __post_init__(self) -> None:
        charter = charter_of("strict")
        sealed, standing = Sealed.of(charter, charter.digest), Standing("strict", "a", "b", "c", "d")
        self.edition = Edition(
            charter, Gate(catalogue()), standing, 1 << 25, 1, sealed, cast(Pool, self.pool), self.vault
        )

    async def decide(self, asked: Request, identity: str) -> Verdict:
        return await self.inquiry.decide(asked, identity, self.edition)


def fresh(
    policy: str | Policy = "balanced", key: bytes = KEY, limits: Limits | None = None, *, resigns: bool = False
) -> Judge:
    """An inspector that has seen nothing yet."""
    charter = charter_of(policy)
    settings = Settings(
        (), charter.policy.id, policy_folder(), vendor_folders(), {}, limits or Limits(), key, resigns=resigns
    )
    return Judge(Inspector(settings, engine(key)), charter)


@functools.cache
def shared(policy: str = "balanced") -> Judge:
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
