"""The proxy auto-configuration file: AI vendors' hosts go through the proxy, all else goes straight out. Pure.

Made from the catalogue, so what the file sends here is what the proxy reads. There is no fall-back to a direct
connection: with the proxy down those hosts can't be reached, and nothing leaves unread.
"""

import json
import re
from collections.abc import Sequence

from proxy.gate import OWN_HOST
from proxy.vendor import Catalogue

_SCRIPT = """\
// Made by Tightlip. AI vendors' hosts go through the proxy; if it is down they can't be reached.
var EXACT = {exact};
var SHAPES = {shapes};
function FindProxyForURL(url, host) {{
  host = host.toLowerCase().replace(/\\.$/, "");
  if (Object.prototype.hasOwnProperty.call(EXACT, host)) return {through};
  for (var i = 0; i < SHAPES.length; i++) {{
    if (new RegExp(SHAPES[i]).test(host)) return {through};
  }}
  return "DIRECT";
}}
"""


def proxy_script(catalogue: Catalogue, address: str) -> str:
    """The file's text; `address` is the proxy's HOST:PORT as clients reach it."""
    patterns = sorted({pattern for vendor in catalogue.vendors for pattern in vendor.patterns()})
    exact = [OWN_HOST, *(pattern for pattern in patterns if "*" not in pattern)]
    shapes = [_shape(pattern) for pattern in patterns if "*" in pattern]
    return _SCRIPT.format(
        exact=_lines(json.dumps(dict.fromkeys(exact, 1), indent=0)),
        shapes=_lines(json.dumps(shapes, indent=0)),
        through=json.dumps(f"PROXY {address}"),
    )


def _shape(pattern: str) -> str:
    """A host pattern of the catalogue as a regular expression of JavaScript's."""
    deep = pattern.startswith("*.")
    labels: Sequence[str] = (pattern[2:] if deep else pattern).split(".")
    named = r"\.".join("[^.]+".join(map(re.escape, label.split("*"))) for label in labels)
    return f"^{r'(?:[^.]+\.)+' if deep else ''}{named.replace(r'\-', '-')}$"


def _lines(text: str) -> str:
    return text.replace("\n", "\n  ")
