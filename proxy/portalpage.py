"""The portal's page and picture, written once at the start. Pure; plain HTML that needs no script and no other host.

Readable by screen readers, by keyboard, without styles, on a dark or a light screen, and on paper.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from proxy.clientsetup.instruction import instructions
from proxy.clientsetup.table import TOOLS
from proxy.clientsetup.tool import Platform, Tool, Values
from proxy.clientsetup.trust import STORES
from proxy.gate import OWN_HOST
from proxy.portal import CA_PATH, CHECK_URL, DER_PATH, PAC_PATH, PICTURE_PATH, Page

_STYLE: Final = """
:root{color-scheme:light dark;--line:#8886;--soft:#8882;--good:#0a7d33}
body{font:1rem/1.55 system-ui,sans-serif;max-width:52rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.7rem;margin:.2rem 0}h2{margin-top:2.2rem;font-size:1.25rem;border-bottom:1px solid var(--line)}
pre,code{font-family:ui-monospace,monospace;font-size:.9em}code{overflow-wrap:anywhere}
pre{background:var(--soft);padding:.7rem .9rem;overflow-x:auto;border-radius:.4rem}
details{border:1px solid var(--line);border-radius:.4rem;padding:.3rem .8rem;margin:.4rem 0}
summary{cursor:pointer;font-weight:600;padding:.25rem 0}
a.button{display:inline-block;border:1px solid;border-radius:.4rem;padding:.35rem .9rem;margin:.2rem .4rem .2rem 0;
text-decoration:none}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{font-weight:600}dd{margin:0}
img{display:block;max-width:100%;border:1px solid var(--line);border-radius:.4rem;min-height:2.5rem;padding:.3rem}
table{border-collapse:collapse}td,th{text-align:left;padding:.15rem 1rem .15rem 0}
@media(max-width:36rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}
"""

_PICTURE: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" width="420" height="40" viewBox="0 0 420 40" role="img" aria-label="It works">
<rect width="420" height="40" rx="6" fill="#0a7d33"/>
<text x="16" y="26" font-family="system-ui,sans-serif" font-size="17" fill="#fff">\u2713 \
It works: this browser is read by Tightlip.</text>
</svg>
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page tells. `fingerprint` is the CA's SHA-256 in hex; `base_urls` pairs names with vendors' hosts."""

    version: str
    policy: str
    fingerprint: str
    expires: str
    values: Values
    base_urls: Sequence[tuple[str, str]] = ()
    wants_password: bool = False


def pages(facts: Facts, ca_pem: bytes, ca_der: bytes, pac: str) -> dict[str, Page]:
    """Every page by its path, but the check, which the portal answers by itself."""
    script = Page("application/x-ns-proxy-autoconfig", pac.encode())
    return {
        "/": Page("text/html; charset=utf-8", page(facts).encode(), _policy()),
        CA_PATH: Page("application/x-pem-file", ca_pem),
        DER_PATH: Page("application/x-x509-ca-cert", ca_der),
        PAC_PATH: script,
        "/wpad.dat": script,
        PICTURE_PATH: Page("image/svg+xml", _PICTURE.encode()),
    }


def page(facts: Facts) -> str:
    sections = (_check(), _trust(facts), _route(facts), _tools(facts), _base_urls(facts))
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Tightlip: set up</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>Tightlip</h1>
<p>This proxy reads prompts on their way to AI vendors and stops or cuts what must not leave.
Other hosts pass through undecrypted.</p>
<dl>
<dt>Version</dt><dd>{escape(facts.version)}</dd>
<dt>Policy</dt><dd>{escape(facts.policy)}</dd>
<dt>Proxy</dt><dd><code>{escape(facts.values.origin)}</code></dd>
</dl>
{"".join(sections)}</main>
</body>
</html>
"""


def _check() -> str:
    alt = "No picture means: not yet."  # heard with the picture too, so it must hold in both cases
    return f"""\
<h2 id="check">Is it working?</h2>
<p>In this browser: a green picture stands here when it goes through the proxy and trusts its certificate. Or open
<a href="{CHECK_URL}">{CHECK_URL}</a>: it should come without a warning.</p>
<img src="https://{OWN_HOST}{PICTURE_PATH}" alt="{alt}">
<p>In a shell, with the variables of your client:</p>
<pre>curl {CHECK_URL}</pre>
<p>The answer names the version and the policy. Where <code>tightlip</code> is installed,
<code>tightlip doctor --client claude-code</code> tells for one client at which step it fails.</p>
"""


def _trust(facts: Facts) -> str:
    steps = _details((store.name, _block([facts.values.replaced(line) for line in store.lines])) for store in STORES)
    return f"""\
<h2 id="trust">1. Trust the certificate</h2>
<p>It can stand for AI vendors' hosts only, and for this page; it expires on {escape(facts.expires)}.</p>
<p><a class="button" href="{CA_PATH}" download="tightlip-ca.pem">PEM (tightlip-ca.pem)</a>
<a class="button" href="{DER_PATH}" download="tightlip-ca.crt">DER (tightlip-ca.crt)</a></p>
<p>SHA-256: <code>{escape(_pairs(facts.fingerprint))}</code><br>
Compare it with what your security team or <code>tightlip ca show</code> tells: this page came over plain HTTP.</p>
{steps}"""


def _route(facts: Facts) -> str:
    password = "<p>It asks for a name and a password; put them into the address.</p>\n" if facts.wants_password else ""
    return f"""\
<h2 id="route">2. Go through the proxy</h2>
<p>Browsers and desktop applications: the automatic proxy configuration
<a href="{PAC_PATH}"><code>{escape(facts.values.origin)}{PAC_PATH}</code></a>
sends AI vendors' hosts here and nothing else.</p>
{password}"""


def _tools(facts: Facts) -> str:
    told = _details((tool.name, _tool(tool, facts.values)) for tool in TOOLS.values())
    return f"""\
<h2 id="tools">3. Or tool by tool</h2>
<p>Where <code>tightlip</code> is installed, <code>tightlip setup</code> does this for you and takes it back.
Paths are examples: put in where you saved the certificate.</p>
{told}"""


def _tool(tool: Tool, values: Values) -> str:
    steps = instructions(tool, tool.changes, values, Platform.LINUX)
    return "".join(f"<p>{escape(step.where)}</p>\n{_block(step.lines) if step.lines else ''}" for step in steps)


def _base_urls(facts: Facts) -> str:
    if not facts.base_urls:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(facts.values.origin)}/v/{escape(name)}</code></td><td>{escape(host)}</td></tr>\n"
        for name, host in facts.base_urls
    )
    return f"""\
<h2 id="base-urls">Without a proxy setting</h2>
<p>A client that only lets you change its base URL can talk to these, in plain HTTP; what it sends is read all the same.
Other hosts of a vendor: <code>/v/HOST/</code>.</p>
<details><summary>Base URLs</summary>
<table>
<thead><tr><th scope="col">Base URL</th><th scope="col">Leads to</th></tr></thead>
<tbody>
{rows}</tbody>
</table>
</details>
"""


def _details(items: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<details><summary>{escape(name)}</summary>\n{body}</details>\n" for name, body in items)


def _block(lines: Sequence[str]) -> str:
    return f"<pre>{escape('\n'.join(lines))}</pre>\n"


def _pairs(fingerprint: str) -> str:
    return ":".join(fingerprint[place : place + 2] for place in range(0, len(fingerprint), 2)).upper()


def _policy() -> str:
    style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; img-src https://{OWN_HOST}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
