"""The editors. Most ask the system's certificate store, which `tightlip setup trust` tells how to fill."""

from collections.abc import Mapping
from typing import Final

from proxy.clientsetup.tool import Keys, Platform, Tool, Variables

_STORE: Final = "It asks the system's certificate store: see `tightlip setup trust`."
_CODE_HOSTS: Final = ("api.githubcopilot.com", "copilot-proxy.githubusercontent.com")


def _code(folder: str, more: Mapping[tuple[str, ...], bool] | None = None) -> Keys:
    """VS Code and what is made from it keep settings in the same form."""
    values: dict[tuple[str, ...], str | bool] = {("http.proxy",): "{proxy}", **(more or {})}
    return Keys(f"{{config}}/{folder}/User/settings.json", values)


EDITORS: Final = (
    Tool(
        id="vscode",
        name="VS Code with Copilot, Cline, Continue and others",
        commands=("code",),
        signs=("{config}/Code", ".vscode"),
        changes=(_code("Code"),),
        adds=("NODE_EXTRA_CA_CERTS",),
        system=True,
        hosts=_CODE_HOSTS,
        notes=(_STORE, "The proxy's address must be http://; Copilot supports no other."),
        references=(
            "https://code.visualstudio.com/docs/setup/network",
            "https://docs.github.com/en/copilot/how-tos/configure-personal-settings/configure-network-settings",
        ),
    ),
    Tool(
        id="cursor",
        name="Cursor",
        commands=("cursor", "cursor-agent"),
        signs=("{config}/Cursor", ".cursor"),
        changes=(_code("Cursor", {("cursor.general.disableHttp2",): True}),),
        adds=("NODE_EXTRA_CA_CERTS",),
        system=True,
        hosts=("api2.cursor.sh",),
        notes=(_STORE, "HTTP/2 is switched off, since its two-way streams can't be read before they are sent."),
        references=("https://cursor.com/docs/enterprise/network-configuration",),
    ),
    Tool(
        id="windsurf",
        name="Windsurf",
        commands=("windsurf",),
        signs=("{config}/Windsurf", ".codeium/windsurf"),
        changes=(_code("Windsurf"), Variables({"HTTPS_PROXY": "{proxy}", "NO_PROXY": "{no_proxy}"})),
        replaces=("SSL_CERT_FILE",),
        system=True,
        hosts=("server.codeium.com",),
        notes=(_STORE, "Its language server is a process of its own that takes the proxy from the environment."),
    ),
    Tool(
        id="kiro",
        name="Kiro and Amazon Q",
        commands=("kiro", "q"),
        signs=("{config}/Kiro", ".kiro", ".aws/amazonq"),
        changes=(
            _code("Kiro"),
            Variables({"HTTPS_PROXY": "{proxy}", "NO_PROXY": "{no_proxy}", "SSL_CERT_FILE": "{bundle}"}),
        ),
        adds=("NODE_EXTRA_CA_CERTS",),
        replaces=("SSL_CERT_FILE",),
        system=True,
        hosts=("q.us-east-1.amazonaws.com",),
        references=("https://docs.aws.amazon.com/amazonq/latest/qdeveloper-ug/firewall.html",),
    ),
    Tool(
        id="zed",
        name="Zed",
        commands=("zed", "zeditor"),
        signs=(".config/zed",),
        changes=(
            Keys(
                {
                    Platform.LINUX: ".config/zed/settings.json",
                    Platform.MACOS: ".config/zed/settings.json",
                    Platform.WINDOWS: "AppData/Roaming/Zed/settings.json",
                },
                {("proxy",): "{proxy}"},
            ),
        ),
        base_url=(
            Keys(
                ".config/zed/settings.json",
                {
                    ("language_models", "anthropic", "api_url"): "{origin}/v/anthropic",
                    ("language_models", "openai", "api_url"): "{origin}/v/openai/v1",
                },
            ),
        ),
        system=True,
        hosts=("cloud.zed.dev", "api.anthropic.com"),
        notes=(_STORE, "Remote servers do not take the setting over."),
        references=("https://zed.dev/docs/configuring-zed",),
    ),
    Tool(
        id="jetbrains",
        name="JetBrains IDEs with AI Assistant, Junie or Copilot",
        commands=("idea", "pycharm", "goland", "webstorm"),
        signs=("{config}/JetBrains",),
        readable=False,
        system=True,
        hosts=("api.jetbrains.ai",),
        notes=(
            "Settings > Appearance & Behavior > System Settings > HTTP Proxy: manual, {host} port {port}, no proxy for "
            "localhost; or the automatic configuration URL {origin}/proxy.pac.",
            "Settings > Tools > Server Certificates: add {ca}, or accept the operating system's store.",
        ),
        references=("https://www.jetbrains.com/help/idea/settings-http-proxy.html",),
    ),
)
