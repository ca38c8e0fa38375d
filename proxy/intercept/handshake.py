"""The opening handshake of a WebSocket: the proxy's own nonce towards the vendor, and no extension it can't read.

RFC 6455, section 4, and RFC 7692. The client's nonce is 16 bytes of its own choice, so it stays here; the answer that
the client waits for is made from it once the vendor has answered ours.
"""

import base64
import hashlib
import secrets

from mitmproxy import http

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_DEFLATE = "permessage-deflate"
_KEY, _ACCEPT, _EXTENSIONS = "sec-websocket-key", "sec-websocket-accept", "sec-websocket-extensions"


def replace_key(request: http.Request) -> str:
    """Puts a nonce of the proxy's own into an upgrade request; the client's, to be given to `answer`."""
    key: str = request.headers.get(_KEY, "")
    request.headers[_KEY] = base64.b64encode(secrets.token_bytes(16)).decode("ascii")
    return key


def narrow_offer(request: http.Request) -> None:
    """Leaves of the extensions that are offered only the one that can be read."""
    offered = [offer for offer in _listed(request.headers) if _name(offer) == _DEFLATE]
    if _EXTENSIONS in request.headers:
        del request.headers[_EXTENSIONS]
    if offered:
        request.headers[_EXTENSIONS] = ", ".join(offered)


def answer(request: http.Request, response: http.Response, client_key: str) -> bool:
    """Makes the vendor's answer the client's; False if it does not fit the request, and so may not be given."""
    if response.headers.get_all(_ACCEPT) != [_accept(request.headers.get(_KEY, ""))]:
        return False
    agreed = [_name(extension) for extension in _listed(response.headers)]
    if agreed and (agreed != [_DEFLATE] or not _listed(request.headers)):
        return False
    response.headers[_ACCEPT] = _accept(client_key)
    return True


def is_deflated(response: http.Response) -> bool:
    """Whether messages may be compressed on this connection."""
    return bool(_listed(response.headers))


def _listed(headers: http.Headers) -> list[str]:
    return [item.strip() for value in headers.get_all(_EXTENSIONS) for item in value.split(",") if item.strip()]


def _name(extension: str) -> str:
    return extension.partition(";")[0].strip().lower()


def _accept(key: str) -> str:
    return base64.b64encode(hashlib.sha1(key.encode("latin-1", "replace") + _GUID).digest()).decode("ascii")
