"""Which protocol layer comes next on a connection: HTTP to us, then HTTP, TLS or a blind tunnel inside CONNECT.

Replaces mitmproxy's own choice, which passes on whatever it does not recognise.
"""

from mitmproxy.net.tls import starts_like_tls_record
from mitmproxy.proxy import commands, context, events, layer
from mitmproxy.proxy.layers import ClientTLSLayer, ServerTLSLayer, modes
from mitmproxy.proxy.layers.http import HTTPMode
from mitmproxy.proxy.layers.tls import parse_client_hello

from proxy.intercept.bounded import BoundedHttpLayer
from proxy.intercept.bounds import Bounds
from proxy.intercept.drain import Tunnel
from proxy.judge import Judge

_TLS_HANDSHAKE = 0x16
_TLS_RECORD_HEADER_BYTES = 5
_HELLO_BYTES = 64 << 10
"""A client's first message is some hundred bytes long, two thousand with keys against quantum computers."""


class Refuse(layer.Layer):
    """Closes the client's connection without a word: what asked was not HTTP, or asked under two names."""

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.Start):
            yield commands.CloseConnection(self.context.client)


class NextLayer:
    """The mitmproxy addon of that name."""

    def __init__(self, judge: Judge, bounds: Bounds) -> None:
        self._judge = judge
        self._bounds = bounds

    def next_layer(self, nextlayer: layer.NextLayer) -> None:
        try:
            nextlayer.layer = self._choose(nextlayer.context, nextlayer.data_client())
        except BaseException:  # whatever it is, the connection must not go on unread
            nextlayer.layer = Refuse(nextlayer.context)

    def _choose(self, ctx: context.Context, data: bytes) -> layer.Layer | None:
        if isinstance(ctx.layers[-1], modes.HttpProxy):
            return BoundedHttpLayer(ctx, HTTPMode.regular)
        if isinstance(ctx.layers[-1], modes.HttpUpstreamProxy):
            return BoundedHttpLayer(ctx, HTTPMode.upstream)
        if any(isinstance(stacked, ClientTLSLayer) for stacked in ctx.layers):
            return BoundedHttpLayer(ctx, HTTPMode.transparent)
        return self._inside_connect(ctx, data)

    def _inside_connect(self, ctx: context.Context, data: bytes) -> layer.Layer | None:
        """The layer inside a CONNECT tunnel, or None while too little of it has arrived to say."""
        if ctx.server.address is None:
            return Refuse(ctx)
        host, port = ctx.server.address[0], ctx.server.address[1]
        gate = self._judge.edition.gate
        route = gate.route(host, port, plain=False)
        if route.refusal is not None:
            return Refuse(ctx)
        if not data or (data[0] == _TLS_HANDSHAKE and len(data) < _TLS_RECORD_HEADER_BYTES):
            return None
        is_tls = starts_like_tls_record(data)
        if is_tls:
            hello = parse_client_hello(data)
            if hello is None:
                return None if len(data) < _HELLO_BYTES else Refuse(ctx)
            if hello.sni and not gate.agrees(host, hello.sni):
                return Refuse(ctx)
        if route.is_blind:
            self._bounds.leave_alone(ctx)
            return Tunnel(ctx)
        if not is_tls:
            return BoundedHttpLayer(ctx, HTTPMode.transparent)
        stack = ServerTLSLayer(ctx)
        stack.child_layer = ClientTLSLayer(ctx)
        return stack
