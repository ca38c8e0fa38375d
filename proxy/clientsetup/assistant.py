"""The assistants of the command line. What each honours was observed on the versions of November 2026, or is from
its documentation, which `references` name.
"""

from typing import Final

from proxy.clientsetup.tool import Form, Keys, Lines, Tool, Variables

_PROXY: Final = {"HTTPS_PROXY": "{proxy}", "NO_PROXY": "{no_proxy}"}
_NODE: Final = Variables({**_PROXY, "NODE_EXTRA_CA_CERTS": "{ca}"})
_OPENSSL: Final = Variables({**_PROXY, "SSL_CERT_FILE": "{bundle}"})
_ANTHROPIC: Final = "api.anthropic.com"
_STALE_HASH: Final = (
    "Its first system block carries a hash of the body (x-anthropic-billing-header, cch=), which a redaction makes "
    "stale; CLAUDE_CODE_ATTRIBUTION_HEADER=0 leaves the block out."
)
_BACKGROUND: Final = "It keeps background processes with the old environment: end them once."

ASSISTANTS: Final = (
    Tool(
        id="claude-code",
        name="Claude Code",
        commands=("claude",),
        signs=(".claude", ".claude.json"),
        changes=(
            Keys(
                ".claude/settings.json",
                {("env", name): value for name, value in {**_PROXY, "NODE_EXTRA_CA_CERTS": "{ca}"}.items()},
            ),
            Variables({"NODE_EXTRA_CA_CERTS": "{ca}"}),
        ),
        base_url=(
            Keys(
                ".claude/settings.json",
                {
                    ("env", "ANTHROPIC_BASE_URL"): "{origin}/v/anthropic",
                    ("env", "ANTHROPIC_CUSTOM_HEADERS"): "x-tightlip-authorization: {credentials}",
                },
            ),
        ),
        adds=("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"),
        system=True,
        hosts=(_ANTHROPIC,),
        notes=(
            "Some versions take NODE_EXTRA_CA_CERTS from the environment alone, so it stands in the shell's file too.",
            _STALE_HASH,
        ),
        advised=(("CLAUDE_CODE_ATTRIBUTION_HEADER", "0", _STALE_HASH),),
        references=("https://code.claude.com/docs/en/network-config", "https://code.claude.com/docs/en/settings"),
    ),
    Tool(
        id="codex",
        name="Codex CLI",
        commands=("codex",),
        signs=(".codex",),
        changes=(Lines(".codex/.env", Form.DOTENV, {**_PROXY, "SSL_CERT_FILE": "{bundle}"}),),
        base_url=(Lines(".codex/config.toml", Form.TOML, {"openai_base_url": "{origin}/v/openai/v1"}),),
        replaces=("CODEX_CA_CERTIFICATE", "SSL_CERT_FILE"),
        system=True,
        hosts=("api.openai.com", "chatgpt.com"),
        notes=(
            "Names that begin with CODEX_ are not taken from .codex/.env, so the CA stands under SSL_CERT_FILE there.",
            "With the base URL only API keys work; a ChatGPT login goes to another host.",
            _BACKGROUND,
        ),
        references=("https://developers.openai.com/codex/config",),
    ),
    Tool(
        id="copilot-cli",
        name="GitHub Copilot CLI",
        commands=("copilot",),
        signs=(".copilot",),
        changes=(_NODE,),
        adds=("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"),
        system=True,
        hosts=("api.githubcopilot.com",),
        references=(
            "https://docs.github.com/en/copilot/how-tos/configure-personal-settings/configure-network-settings",
        ),
    ),
    Tool(
        id="gemini-cli",
        name="Gemini CLI",
        commands=("gemini",),
        signs=(".gemini",),
        changes=(_NODE,),
        adds=("NODE_EXTRA_CA_CERTS",),
        hosts=("generativelanguage.googleapis.com", "cloudcode-pa.googleapis.com"),
        notes=(
            "Node reads the CA's variable at its start, before the tool's own .env file: the shell has to set it.",
            "GOOGLE_GEMINI_BASE_URL is no way: with it, version 0.61 refuses to start.",
        ),
        references=("https://github.com/google-gemini/gemini-cli/blob/main/docs/resources/troubleshooting.md",),
    ),
    Tool(
        id="cline",
        name="Cline CLI",
        commands=("cline",),
        signs=(".cline",),
        changes=(_NODE,),
        adds=("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"),
        hosts=("api.cline.bot", _ANTHROPIC),
        notes=("In VS Code, set up VS Code instead.", _BACKGROUND),
    ),
    Tool(
        id="continue",
        name="Continue CLI",
        commands=("cn",),
        signs=(".continue",),
        changes=(_NODE,),
        adds=("NODE_EXTRA_CA_CERTS",),
        hosts=("api.continue.dev", "api.openai.com"),
        notes=(
            "In an editor, set up the editor; a model's requestOptions (proxy, caBundlePath) in "
            "~/.continue/config.yaml also serve.",
            "Without a proxy: apiBase of the model, {origin}/v/openai/v1 or {origin}/v/anthropic/v1.",
            "It tries to reach api.continue.dev directly as well; let the firewall stop that.",
        ),
        references=("https://docs.continue.dev/reference",),
    ),
    Tool(
        id="aider",
        name="Aider",
        commands=("aider",),
        signs=(".aider.conf.yml", ".aider"),
        changes=(_OPENSSL,),
        base_url=(
            Variables(
                {"OPENAI_API_BASE": "{origin}/v/openai/v1", "ANTHROPIC_BASE_URL": "{origin}/v/anthropic"},
            ),
        ),
        replaces=("SSL_CERT_FILE",),
        references=("https://aider.chat/docs/llms/openai-compat.html",),
    ),
    Tool(
        id="opencode",
        name="opencode",
        commands=("opencode",),
        signs=(".config/opencode", ".local/share/opencode"),
        changes=(_NODE,),
        base_url=(
            Keys(
                ".config/opencode/opencode.json",
                {
                    ("provider", "anthropic", "options", "baseURL"): "{origin}/v/anthropic/v1",
                    ("provider", "openai", "options", "baseURL"): "{origin}/v/openai/v1",
                },
            ),
        ),
        adds=("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"),
        system=True,
        hosts=(_ANTHROPIC, "opencode.ai"),
        references=("https://opencode.ai/docs/network/", "https://opencode.ai/docs/providers/"),
    ),
    Tool(
        id="qwen-code",
        name="Qwen Code",
        commands=("qwen",),
        signs=(".qwen",),
        changes=(_NODE,),
        base_url=(Variables({"OPENAI_BASE_URL": "{origin}/v/qwen/compatible-mode/v1"}),),
        adds=("NODE_EXTRA_CA_CERTS",),
        hosts=("dashscope.aliyuncs.com",),
        notes=("The base URL is DashScope's; for another provider put its name or host behind /v/.",),
    ),
    Tool(
        id="vibe",
        name="Mistral Vibe",
        commands=("vibe",),
        signs=(".vibe",),
        changes=(_OPENSSL,),
        replaces=("SSL_CERT_FILE",),
        system=True,
        hosts=("api.mistral.ai",),
    ),
)
