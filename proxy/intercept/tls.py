"""TLS towards the client with leaf certificates of our own CA, and towards the vendor as mitmproxy does it, verified.

mitmproxy's certificate store is not used: it makes a new CA silently, signs with the CA's key as the leaf's, and for a
year.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import structlog
from mitmproxy import certs, connection, http, options, tls
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.proxy import context

from proxy.ca import CA
from proxy.intercept import websocket
from proxy.judge import Judge

_log = structlog.get_logger()


class OwnTlsConfig(TlsConfig):
    """The mitmproxy addon `tlsconfig` with the certificate store cut out."""

    name = "tlsconfig"

    def __init__(self, authority: CA, judge: Judge) -> None:
        self._authority = authority
        self._judge = judge
        self.certstore = SimpleNamespace(dhparams=None)  # type: ignore[assignment]

    def configure(self, updated: Any) -> None:
        """Nothing to read: there is no store, and versions and ciphers stay at their safe defaults."""

    def request(self, flow: http.HTTPFlow) -> None:
        """mitmproxy answers here for its own CA's revocation list; ours has none."""

    def tls_start_client(self, tls_start: tls.TlsData) -> None:
        _guarded(self._start_client, tls_start)

    def tls_start_server(self, tls_start: tls.TlsData) -> None:
        if tls_start.context.client.alpn != b"h2" and isinstance(tls_start.conn, connection.Server):
            tls_start.conn.alpn_offers = [b"http/1.1"]  # what a client asks of HTTP/1.1, an upgrade, is none in HTTP/2
        _guarded(super().tls_start_server, tls_start)

    def _start_client(self, tls_start: tls.TlsData) -> None:
        super().tls_start_client(tls_start)
        host = _host(tls_start.context)
        vendor = self._judge.edition.vendor_for(host)
        if vendor is not None and vendor.is_http1(host) and tls_start.ssl_conn is not None:
            chosen = tls_start.ssl_conn.get_app_data()
            tls_start.ssl_conn.set_app_data({**chosen, "http2": False})

    def get_cert(self, conn_context: context.Context) -> certs.CertStoreEntry:
        host = _host(conn_context)
        leaf = self._authority.leaf(host, datetime.now(UTC))
        return certs.CertStoreEntry(certs.Cert(leaf.certificate), leaf.key, None, [])  # type: ignore[arg-type]


def _host(conn_context: context.Context) -> str:
    return conn_context.client.sni or (conn_context.server.address or ("",))[0]


def _guarded(start: Callable[[tls.TlsData], None], tls_start: tls.TlsData) -> None:
    """Without a TLS object mitmproxy closes the connection, which is what any fault here must come to."""
    try:
        start(tls_start)
    except BaseException as err:
        tls_start.ssl_conn = None
        _log.error("no TLS", exception=type(err).__name__)


def refuse_insecure(opts: options.Options) -> None:
    """Stops a start with an option that would let bytes pass unread or unverified."""
    unsafe = {
        "rawtcp": opts.rawtcp,
        "ssl_insecure": opts.ssl_insecure,
        "ignore_hosts": bool(opts.ignore_hosts),
        "allow_hosts": bool(opts.allow_hosts),
        "websocket": opts.websocket and not websocket.is_installed(),
        "validate_inbound_headers": not opts.validate_inbound_headers,
        "stream_large_bodies": bool(opts.stream_large_bodies),
    }
    raised = sorted(name for name, value in unsafe.items() if value)
    if raised:
        raise RuntimeError(f"mitmproxy options that would let bytes pass unread: {', '.join(raised)}")
