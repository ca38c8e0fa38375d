"""Who sends what comes over a client's connection: proved once, asked again at each request, so that a change holds."""

from mitmproxy import http

from proxy.identity import Authenticator
from proxy.profile import Identity


class Senders:
    """The users who opened the connections that are open. Without an authenticator nobody has a name."""

    def __init__(self, authenticator: Authenticator | None) -> None:
        self._authenticator = authenticator
        self._proved: dict[str, Identity] = {}

    @property
    def are_named(self) -> bool:
        return self._authenticator is not None

    async def prove(self, flow: http.HTTPFlow) -> Identity | None:
        """Who a request says it is from, if it proves that."""
        if self._authenticator is None:
            return None
        return await self._authenticator.check(flow.request.headers.get("proxy-authorization"), address_of(flow))

    def remember(self, flow: http.HTTPFlow, identity: Identity | None) -> None:
        """What comes over this connection from now on is from `identity`."""
        if identity is not None:
            self._proved[flow.client_conn.id] = identity

    def forget(self, connection_id: str) -> None:
        self._proved.pop(connection_id, None)

    async def of(self, flow: http.HTTPFlow) -> Identity | None:
        """Who a request is from: whoever opened its connection, as the users file has them by now."""
        proved = self._proved.get(flow.client_conn.id)
        return await (self.prove(flow) if proved is None else self.renewed(proved))

    async def renewed(self, identity: Identity | None) -> Identity | None:
        """Somebody who proved who they are, as the users file has them by now; None once that proof is void."""
        if self._authenticator is None or identity is None:
            return identity
        return await self._authenticator.renew(identity)


def address_of(flow: http.HTTPFlow) -> str:
    return flow.client_conn.peername[0] if flow.client_conn.peername else ""
