"""Languages' runtimes and command-line tools, for programs of one's own and for clients that are not in a table."""

from typing import Final

from proxy.clientsetup.tool import Form, Lines, Tool, Variables

_PROXY: Final = {"HTTPS_PROXY": "{proxy}", "NO_PROXY": "{no_proxy}"}

RUNTIMES: Final = (
    Tool(
        id="python",
        name="Python programs and the vendors' SDKs",
        commands=("python3", "python"),
        changes=(
            Variables(
                {
                    **_PROXY,
                    "SSL_CERT_FILE": "{bundle}",
                    "REQUESTS_CA_BUNDLE": "{bundle}",
                    "AWS_CA_BUNDLE": "{bundle}",
                }
            ),
        ),
        base_url=(
            Variables({"OPENAI_BASE_URL": "{origin}/v/openai/v1", "ANTHROPIC_BASE_URL": "{origin}/v/anthropic"}),
        ),
        replaces=("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"),
    ),
    Tool(
        id="node",
        name="Node.js programs",
        commands=("node",),
        changes=(Variables({**_PROXY, "NODE_EXTRA_CA_CERTS": "{ca}", "NODE_USE_ENV_PROXY": "1"}),),
        base_url=(
            Variables({"OPENAI_BASE_URL": "{origin}/v/openai/v1", "ANTHROPIC_BASE_URL": "{origin}/v/anthropic"}),
        ),
        adds=("NODE_EXTRA_CA_CERTS",),
        notes=("NODE_USE_ENV_PROXY is honoured from Node 22.21 and 24.5 on; before, fetch knows no proxy.",),
        references=("https://nodejs.org/api/cli.html#node_use_env_proxy1",),
    ),
    Tool(
        id="go",
        name="Go programs",
        commands=("go",),
        changes=(Variables({**_PROXY, "SSL_CERT_FILE": "{bundle}"}),),
        replaces=("SSL_CERT_FILE",),
        system=True,
        notes=("On macOS and Windows they ask the system's store alone: see `tightlip setup trust`.",),
        references=("https://pkg.go.dev/crypto/x509#SystemCertPool",),
    ),
    Tool(
        id="java",
        name="Java programs",
        commands=("java",),
        readable=False,
        changes=(Variables({"JAVA_TOOL_OPTIONS": "-Dhttps.proxyHost={host} -Dhttps.proxyPort={port}"}),),
        notes=(
            "Java has a store of its own: keytool -importcert -cacerts -noprompt -alias tightlip -file {ca}",
            "A proxy that asks for a password needs an Authenticator in the program.",
        ),
        references=(
            "https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/net/doc-files/net-properties.html",
        ),
    ),
    Tool(
        id="curl",
        name="curl",
        commands=("curl",),
        changes=(Lines(".curlrc", Form.CURLRC, {"proxy": "{proxy}", "noproxy": "{no_proxy}", "cacert": "{bundle}"}),),
        replaces=("CURL_CA_BUNDLE", "SSL_CERT_FILE"),
        system=True,
        references=("https://curl.se/docs/manpage.html",),
    ),
    Tool(
        id="git",
        name="git",
        commands=("git",),
        readable=False,
        hosts=("github.com",),
        system=True,
        notes=(
            "Its hosts are no AI vendors', so the proxy passes them on undecrypted and git needs no CA.",
            "Only if nothing else leads out: git config --global http.proxy {proxy}",
        ),
    ),
)
