"""The addon for bare mitmdump: leads every host to the bench's vendor, and lets streams pass as they come.

Without the second, mitmdump waits for a reply's end before its first byte goes on.
"""

import os

from mitmproxy.http import HTTPFlow
from mitmproxy.proxy.server_hooks import ServerConnectionHookData


def server_connect(data: ServerConnectionHookData) -> None:
    """The name stays as SNI; only the address dialled is another."""
    host, _, port = os.environ["BENCH_VENDOR"].rpartition(":")
    if data.server.address:
        data.server.sni = data.server.sni or data.server.address[0]
    data.server.address = (host, int(port))


def responseheaders(flow: HTTPFlow) -> None:
    if flow.response and flow.response.headers.get("content-type", "").startswith("text/event-stream"):
        flow.response.stream = True
