"""The clients that are driven, at the newest versions that install from npm and PyPI. Data only.

Only what a user would set is set: a key, and what turns telemetry and updates off. Where a client has a home for its
settings, that file is given as its documentation shows it.
"""

import json

from tests.e2e.real.client import FOLDER, Client, Package

_BIN = f"{FOLDER}/node_modules/.bin"
_PYTHON = f"{FOLDER}/bin/python"
_SDK = "tests/e2e/real/sdk"

_SDKS = Package(
    "sdks",
    pypi=(
        "openai==3.52.0",
        "anthropic==2.11.0",
        "google-genai==3.4.0",
        "mistralai==3.7.0",
        "cohere==7.3.1",
        "boto3==1.44.5",
    ),
)


def _sdk(identity: str, name: str, version: str, file: str, transport: str, **more: object) -> Client:
    command = (_PYTHON, f"{_SDK}/{file}", "{prompt}")
    return Client(
        identity,
        name,
        version,
        transport=transport,
        start=command,
        resume=(*command, "--continue"),
        read=("read_file", lambda file: {"path": str(file)}),
        edit=lambda file, old, new: ("edit_file", {"path": str(file), "old": old, "new": new}),
        **{"package": _SDKS, **more},  # type: ignore[arg-type]
    )


def _codex(identity: str, name: str, transport: str, **more: str) -> Client:
    command = (f"{_BIN}/codex", "exec", "--skip-git-repo-check")
    return Client(
        identity,
        name,
        "0.169.0",
        Package("codex-0.169.0", npm=("@openai/codex@0.169.0",)),
        transport,
        start=command,
        resume=(*command, "resume", "--last"),
        environment={"CODEX_API_KEY": "fake"},
        files={".codex/config.toml": _CODEX_CONFIG},
        read=("exec_command", lambda file: {"cmd": f"cat {file}"}),
        edit=lambda file, old, new: ("exec_command", {"cmd": f"sed -i 's|{old}|{new}|' {file}"}),
        **more,
    )


_OPENAI = {"OPENAI_API_KEY": "fake"}
_ANTHROPIC = {"ANTHROPIC_API_KEY": "sk-ant-" + "fake"}

_COPILOT = (f"{_BIN}/copilot", "--allow-all-tools", "--allow-all-paths", "--model", "gpt-5-mini")
_CODEX_CONFIG = """\
model = "gpt-5-codex"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
[analytics]
enabled = false
"""
_CONTINUE_CONFIG = """\
name: Lab
version: 1.0.0
schema: v1
models:
  - name: gpt
    provider: openai
    model: gpt-4.1
    apiKey: fake
    roles: [chat]
"""
_QUIET = {"privacy": {"usageStatisticsEnabled": False}}
_WITH_KEY = {"security": {"auth": {"selectedType": "gemini-api-key"}}}

CLIENTS = (
    Client(
        "claude-code",
        "Claude Code",
        "2.1.329",
        Package("claude-code-2.1.329", npm=("@anthropic-ai/claude-code@2.1.329",)),
        transport="Anthropic messages, SSE",
        start=(f"{_BIN}/claude", "--dangerously-skip-permissions", "-p"),
        resume=(f"{_BIN}/claude", "--dangerously-skip-permissions", "--continue", "-p"),
        environment={
            **_ANTHROPIC,
            "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "IS_SANDBOX": "1",
        },
        read=("Read", lambda file: {"file_path": str(file)}),
        edit=lambda file, old, new: (
            "Edit",
            {"file_path": str(file), "old_string": old, "new_string": new, "replace_all": False},
        ),
    ),
    _codex("codex", "Codex CLI", "OpenAI responses, WebSocket"),
    _codex("codex-http", "Codex CLI, WebSocket refused", "OpenAI responses, SSE over HTTP/2", websocket="refuse"),
    Client(
        "gemini-cli",
        "Gemini CLI",
        "0.61.0",
        Package("gemini-cli-0.61.0", npm=("@google/gemini-cli@0.61.0",)),
        transport="Gemini generateContent, SSE",
        start=(f"{_BIN}/gemini", "--yolo", "--skip-trust", "-p"),
        resume=(f"{_BIN}/gemini", "--yolo", "--skip-trust", "--resume", "latest", "-p"),
        environment={"GEMINI_API_KEY": "fake"},
        files={".gemini/settings.json": json.dumps(_QUIET | _WITH_KEY)},
        read=("read_file", lambda file: {"file_path": str(file)}),
        edit=lambda file, old, new: (
            "replace",
            {"file_path": str(file), "old_string": old, "new_string": new, "instruction": "change it"},
        ),
    ),
    Client(
        "copilot",
        "Copilot CLI",
        "1.0.102",
        Package("copilot-1.0.102", npm=("@github/copilot@1.0.102",)),
        transport="OpenAI chat, SSE",
        start=(*_COPILOT, "-p"),
        resume=(
            f"{_BIN}/copilot",
            "--allow-all-tools",
            "--allow-all-paths",
            "--model",
            "gpt-5-mini",
            "--continue",
            "-p",
        ),
        environment={"COPILOT_GITHUB_TOKEN": "gho_" + "fake" * 9, "COPILOT_AUTO_UPDATE": "false"},
        read=("view", lambda file: {"path": str(file)}),
        edit=lambda file, old, new: ("edit", {"path": str(file), "old_str": old, "new_str": new}),
    ),
    Client(
        "opencode",
        "opencode",
        "1.18.33",
        Package("opencode-1.18.33", npm=("opencode-ai@1.18.33",)),
        transport="Anthropic messages, SSE",
        start=(f"{_BIN}/opencode", "run", "--auto", "--model", "anthropic/claude-sonnet-4-5"),
        resume=(f"{_BIN}/opencode", "run", "--auto", "--model", "anthropic/claude-sonnet-4-5", "--continue"),
        environment={**_ANTHROPIC, "OPENCODE_DISABLE_AUTOUPDATE": "1"},
        read=("read", lambda file: {"filePath": str(file)}),
        edit=lambda file, old, new: ("edit", {"filePath": str(file), "oldString": old, "newString": new}),
    ),
    Client(
        "cline",
        "Cline CLI",
        "3.0.65",
        Package("cline-3.0.65", npm=("cline@3.0.65",)),
        transport="Anthropic messages, SSE",
        start=(f"{_BIN}/cline", "-P", "anthropic", "-m", "claude-sonnet-4-5", "-k", "sk-ant-" + "fake"),
        resume=(),
        environment=_ANTHROPIC,
        note="a run without a terminal can't be resumed, so its second turn is a new session",
        read=("read_files", lambda file: {"files": [{"path": str(file)}]}),
        edit=lambda file, old, new: ("editor", {"path": str(file), "old_text": old, "new_text": new}),
    ),
    Client(
        "continue",
        "Continue CLI",
        "1.5.47",
        Package("continue-1.5.47", npm=("@continuedev/cli@1.5.47",)),
        transport="OpenAI chat, SSE",
        start=(f"{_BIN}/cn", "--auto", "--config", "{home}/continue.yaml", "-p"),
        resume=(f"{_BIN}/cn", "--auto", "--config", "{home}/continue.yaml", "--resume", "-p"),
        environment={"CONTINUE_TELEMETRY_ENABLED": "0"},
        files={"continue.yaml": _CONTINUE_CONFIG},
        read=("Read", lambda file: {"filepath": str(file)}),
        edit=lambda file, old, new: (
            "MultiEdit",
            {"file_path": str(file), "edits": [{"old_string": old, "new_string": new}]},
        ),
    ),
    Client(
        "qwen-code",
        "Qwen Code",
        "0.24.4",
        Package("qwen-code-0.24.4", npm=("@qwen-code/qwen-code@0.24.4",), node=22),
        transport="OpenAI chat, SSE",
        start=(f"{_BIN}/qwen", "--auth-type", "openai", "--yolo", "-p"),
        resume=(f"{_BIN}/qwen", "--auth-type", "openai", "--yolo", "--continue", "-p"),
        environment={**_OPENAI, "OPENAI_BASE_URL": "https://api.openai.com/v1", "OPENAI_MODEL": "gpt-4.1"},
        files={".qwen/settings.json": json.dumps(_QUIET)},
        read=("read_file", lambda file: {"file_path": str(file)}),
        edit=lambda file, old, new: ("edit", {"file_path": str(file), "old_string": old, "new_string": new}),
    ),
    Client(
        "vibe",
        "Mistral Vibe",
        "3.0.2",
        Package("vibe-3.0.2", pypi=("mistral-vibe==3.0.2",)),
        transport="Mistral chat, SSE",
        start=(f"{FOLDER}/bin/vibe", "--trust", "--auto-approve", "-p"),
        resume=(f"{FOLDER}/bin/vibe", "--trust", "--auto-approve", "--continue", "-p"),
        environment={"MISTRAL_API_KEY": "fake"},
        read=("read_file", lambda file: {"path": str(file)}),
        edit=lambda file, old, new: ("edit", {"file_path": str(file), "old_string": old, "new_string": new}),
    ),
    Client(
        "aider",
        "aider",
        "0.86.2",
        Package("aider-0.86.2", pypi=("aider-chat==0.86.2",), python=(3, 12)),
        transport="OpenAI chat, SSE",
        start=(f"{FOLDER}/bin/aider", "--model", "openai/gpt-4.1", "--message"),
        resume=(f"{FOLDER}/bin/aider", "--model", "openai/gpt-4.1", "--restore-chat-history", "--message"),
        environment={
            **_OPENAI,
            "AIDER_YES_ALWAYS": "true",
            "AIDER_GIT": "false",
            "AIDER_CHECK_UPDATE": "false",
            "AIDER_ANALYTICS": "false",
            "AIDER_SHOW_MODEL_WARNINGS": "false",
            "AIDER_PRETTY": "false",
        },
        note="has no tools: files are named in the prompt's command line and stand in the prompt",
    ),
    _sdk("openai-chat", "openai SDK, chat", "3.52.0", "chat.py", "OpenAI chat", environment=_OPENAI),
    _sdk(
        "openai-responses",
        "openai SDK, responses",
        "3.52.0",
        "responses.py",
        "OpenAI responses, SSE",
        environment=_OPENAI,
    ),
    _sdk("anthropic", "anthropic SDK", "2.11.0", "messages.py", "Anthropic messages, SSE", environment=_ANTHROPIC),
    _sdk(
        "google-genai",
        "google-genai SDK",
        "3.4.0",
        "gemini.py",
        "Gemini generateContent, SSE",
        environment={"GEMINI_API_KEY": "fake"},
    ),
    _sdk("mistralai", "mistralai SDK", "3.7.0", "mistral.py", "Mistral chat", environment={"MISTRAL_API_KEY": "fake"}),
    _sdk("cohere", "cohere SDK", "7.3.1", "command.py", "Cohere v2 chat, SSE", environment={"CO_API_KEY": "fake"}),
    _sdk(
        "boto3-bearer",
        "boto3, bearer token",
        "1.44.5",
        "converse.py",
        "Bedrock converse-stream, AWS event stream",
        environment={"AWS_BEARER_TOKEN_BEDROCK": "fake"},
    ),
    _sdk(
        "boto3-signed",
        "boto3, SigV4",
        "1.44.5",
        "converse.py",
        "Bedrock converse-stream, AWS event stream",
        environment={"AWS_ACCESS_KEY_ID": "AK" + "IA" + "FAKE" * 4, "AWS_SECRET_ACCESS_KEY": "fake"},
        signed=True,
    ),
    _sdk(
        "litellm",
        "litellm",
        "1.106.2",
        "lite.py",
        "Anthropic messages, SSE",
        package=Package("litellm-1.106.2", pypi=("litellm==1.106.2", "mcp")),
        environment=_ANTHROPIC,
    ),
    _sdk(
        "langchain-openai",
        "langchain-openai",
        "1.7.3",
        "chain.py",
        "OpenAI chat, SSE",
        package=Package("langchain-openai-1.7.3", pypi=("langchain-openai==1.7.3",)),
        environment=_OPENAI,
    ),
)
