"""Tools by their User-Agent; whatever else stands there stays off the record."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.client import _TOOLS, Client, client_of

SEEN = [
    ("claude-cli/2.1.197 (external, cli)", "claude-code", "2.1.197"),
    ("claude-code/1.0.2", "claude-code", "1.0.2"),
    ("codex_cli_rs/0.169.0 (Debian 12.0.0; x86_64) xterm", "codex", "0.169.0"),
    ("GeminiCLI/0.61.0/gemini-2.5-pro (linux; x64)", "gemini-cli", "0.61.0"),
    ("GitHubCopilotChat/0.35.2", "copilot-chat", "0.35.2"),
    ("opencode/1.18.33", "opencode", "1.18.33"),
    ("OpenAI/Python 2.54.0", "openai-sdk", "2.54.0"),
    ("AsyncOpenAI/Python 2.54.0", "openai-sdk", "2.54.0"),
    ("Anthropic/Python 0.60.0", "anthropic-sdk", "0.60.0"),
    ("Anthropic/JS v0.71.1", "anthropic-sdk", "0.71.1"),
    ("Boto3/1.44.0 md/Botocore#1.44", "boto3", "1.44.0"),
    ("curl/8.14.1", "curl", "8.14.1"),
    ("python-httpx/0.28.1", "httpx", "0.28.1"),
    ("GeminiCLI-tui/0.61.0/gemini-3.1-pro-preview (linux; x64; terminal)", "gemini-cli", "0.61.0"),
    ("copilot/1.0.102 (linux v24.20.0) term/unknown client/github/cli", "copilot", "1.0.102"),
    ("ai-sdk/anthropic/4.0.42 ai-sdk/provider-utils/5.0.30 runtime/bun/1.3.13", "ai-sdk", "4.0.42"),
    ("ls/JS 5.23.2", "continue", "5.23.2"),
    ("mistral-client-python/2.6.0", "mistral-sdk", "2.6.0"),
    ("QwenCode/0.24.4 (linux; x64)", "qwen-code", "0.24.4"),
    ("node", "node", ""),
    ("Mozilla/5.0 (X11; Linux) 140.0", "other", ""),
    ("my own thing 1.2.3", "other", ""),
    ("", "other", ""),
]


@pytest.mark.parametrize(("agent", "tool", "version"), SEEN)
def test_tools_by_user_agent(agent: str, tool: str, version: str) -> None:
    assert client_of(agent) == Client(tool, version)


@given(st.text() | st.tuples(st.sampled_from([prefix for prefix, _ in _TOOLS]), st.text()).map("/".join))
def test_only_a_listed_name_and_dotted_digits_are_told(agent: str) -> None:
    client = client_of(agent)
    assert client.tool in {"other", *(name for _, name in _TOOLS)}
    assert re.fullmatch(r"(?:[0-9]{1,4}(?:\.[0-9]{1,6}){1,3})?", client.version, re.ASCII)
