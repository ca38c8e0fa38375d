"""Which tool sent a request, by its User-Agent: what a client says of itself, good against mistakes and no proof."""

import re
from dataclasses import dataclass

_TOOLS: tuple[tuple[str, str], ...] = (
    ("claude-cli", "claude-code"),
    ("claude-code", "claude-code"),
    ("codex_cli_rs", "codex"),
    ("codex_exec", "codex"),
    ("codex-tui", "codex"),
    ("codex", "codex"),
    ("geminicli", "gemini-cli"),
    ("githubcopilotchat", "copilot-chat"),
    ("copilot", "copilot"),
    ("opencode", "opencode"),
    ("cursor", "cursor"),
    ("aider", "aider"),
    ("continue", "continue"),
    ("cline", "cline"),
    ("qwencode", "qwen-code"),
    ("mistral-vibe", "vibe"),
    ("zed", "zed"),
    ("anthropic", "anthropic-sdk"),
    ("asyncanthropic", "anthropic-sdk"),
    ("openai", "openai-sdk"),
    ("asyncopenai", "openai-sdk"),
    ("google-genai-sdk", "google-genai-sdk"),
    ("mistral-client-", "mistral-sdk"),
    ("ai-sdk/", "ai-sdk"),
    ("ls/js", "continue"),  # its CLI: OpenAI's SDK, whose name was minified away
    ("boto3", "boto3"),
    ("litellm", "litellm"),
    ("curl", "curl"),
    ("python-httpx", "httpx"),
    ("python-requests", "requests"),
    ("node", "node"),
    ("bun", "bun"),
)
TOOLS = frozenset(name for _, name in _TOOLS) | {"other"}
"""Every name that a client may have."""

_VERSION = re.compile(r"[/ ]v?([0-9]{1,4}(?:\.[0-9]{1,6}){1,3})")


@dataclass(frozen=True, slots=True)
class Client:
    """A tool of the closed list, or "other"; a dotted version, or ""."""

    tool: str
    version: str


def client_of(user_agent: str) -> Client:
    agent = user_agent[:200].lower()
    tool = next((name for prefix, name in _TOOLS if agent.startswith(prefix)), "other")
    version = _VERSION.search(agent) if tool != "other" else None
    return Client(tool, version.group(1) if version else "")
