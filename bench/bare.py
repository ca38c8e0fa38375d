"""The addon for bare mitmdump: leads every host to the fake vendor, and does nothing else."""

import os

from mitmproxy.proxy.server_hooks import ServerConnectionHookData


def server_connect(data: ServerConnectionHookData) -> None:
    """The name stays as SNI; only the address dialled is another."""
    host, _, port = os.environ["BENCH_VENDOR"].rpartition(":")
    if data.server.address:
        data.server.sni = data.server.sni or data.server.address[0]
    data.server.address = (host, int(port))
