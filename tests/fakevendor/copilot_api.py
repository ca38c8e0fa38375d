"""What Copilot's own service tells its clients before a prompt: who they are, and which models they may ask."""

from collections.abc import Mapping
from typing import Any

from tests.fakevendor.step import Step

_API = "https://api.individual.githubcopilot.com"
_FAR_FUTURE = 4_000_000_000


def user(_: Step) -> Mapping[str, Any]:
    endpoints = {"api": _API, "telemetry": "https://telemetry.individual.githubcopilot.com"}
    return {
        "login": "octo",
        "access_type_sku": "monthly_subscriber",
        "chat_enabled": True,
        "copilot_plan": "individual",
        "endpoints": endpoints,
        "organization_list": [],
    }


def token(_: Step) -> Mapping[str, Any]:
    return {"token": "tid=fake;rt=1", "expires_at": _FAR_FUTURE, "refresh_in": 1500, "endpoints": {"api": _API}}


def models(_: Step) -> Mapping[str, Any]:
    return {"object": "list", "data": [_model("gpt-5-mini"), _model("gpt-4.1")]}


def _model(name: str) -> dict[str, Any]:
    limits = {"max_context_window_tokens": 128_000, "max_output_tokens": 16_000, "max_prompt_tokens": 112_000}
    supports = {"streaming": True, "tool_calls": True, "parallel_tool_calls": True}
    return {
        "id": name,
        "name": name,
        "object": "model",
        "vendor": "OpenAI",
        "version": name,
        "preview": False,
        "model_picker_enabled": True,
        "policy": {"state": "enabled", "terms": ""},
        "capabilities": {"family": name, "type": "chat", "object": "model_capabilities", "limits": limits}
        | {"supports": supports, "tokenizer": "o200k_base"},
        "supported_endpoints": ["/chat/completions"],
    }
