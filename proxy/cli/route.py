"""Tries the way that a client would go, step by step, and says at which it fails: for `tightlip doctor --client`.

No vendor is contacted: towards one of its hosts only the tunnel and the TLS handshake are made, which the proxy answers
alone. Nothing is sent to where a client would go directly.
"""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import certifi
from cryptography import x509
from cryptography.x509.oid import NameOID

from proxy.cabundle import system_roots
from proxy.cli.finding import Check, Level
from proxy.clientsetup.reading import Reading, proxy_address
from proxy.clientsetup.tool import Tool, credentials_of
from proxy.gate import OWN_HOST
from proxy.portal import CHECK_PATH

_SECONDS: Final = 10.0
_ANSWER_CHARS: Final = 200
_ISSUER: Final = "Tightlip"


class _Failed(Exception):
    """A step failed; holds its check."""

    def __init__(self, step: str, message: str, advice: str) -> None:
        super().__init__(message)
        self.check = Check(step, Level.FAIL, message, advice)


def try_way(tool: Tool, reading: Reading) -> Iterator[Check]:
    """The checks in order; after the first that fails there are none."""
    try:
        if reading.proxy is None and reading.base_url is not None:
            yield from _by_base_url(tool, reading.base_url)
        else:
            yield from _by_proxy(tool, reading)
    except _Failed as failed:
        yield failed.check


def _by_base_url(tool: Tool, base_url: str) -> Iterator[Check]:
    address = proxy_address(base_url)
    if address is None or not urlsplit(base_url).path.startswith("/v/"):
        raise _Failed("settings", "its base URL is none of Tightlip's", _set_up(tool))
    yield Check("settings", Level.GOOD, f"goes to {address[0]}:{address[1]} by its base URL")
    with closing(_connect(address)) as connection:
        yield Check("read", Level.GOOD, _ask(connection, f"{address[0]}:{address[1]}"))


def _by_proxy(tool: Tool, reading: Reading) -> Iterator[Check]:
    if reading.proxy is None:
        raise _Failed("settings", "no proxy is set: it goes directly to the vendor, unread", _set_up(tool))
    address = proxy_address(reading.proxy)
    if address is None:
        raise _Failed("settings", f"the proxy in {reading.place} is no address", _set_up(tool))
    yield Check("settings", Level.GOOD, f"the proxy is {address[0]}:{address[1]}, from {reading.place}")
    if direct := reading.bypassed(tool.hosts):
        raise _Failed("bypass", f"NO_PROXY covers {', '.join(direct)}: unread", "Take these hosts out of NO_PROXY.")
    yield Check("bypass", Level.GOOD, "NO_PROXY covers none of its vendor's hosts")
    context = _context(tool, reading)
    for host in tool.hosts:
        with closing(_tunnel(address, reading.proxy, host)) as tunnel:
            _handshake(tunnel, context, host)
    yield Check("route", Level.GOOD, f"the proxy takes {', '.join(tool.hosts)}")
    yield Check("trust", Level.GOOD, "its roots trust what the proxy shows for them")
    with closing(_tunnel(address, reading.proxy, OWN_HOST)) as tunnel:
        yield Check("read", Level.GOOD, _ask(_handshake(tunnel, context, OWN_HOST), OWN_HOST))


def _connect(address: tuple[str, int]) -> socket.socket:
    try:
        return socket.create_connection(address, timeout=_SECONDS)
    except OSError as err:
        why = err.strerror or type(err).__name__
        raise _Failed(
            "route", f"nothing answers at {address[0]}:{address[1]}: {why}", "Start it: tightlip run"
        ) from err


def _tunnel(address: tuple[str, int], proxy: str, host: str) -> socket.socket:
    connection = _connect(address)
    try:
        credentials = credentials_of(proxy)
        shown = f"Proxy-Authorization: {credentials}\r\n" if credentials else ""
        connection.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n{shown}\r\n".encode())
        answer = http.client.HTTPResponse(connection, method="CONNECT")
        answer.begin()
    except (OSError, http.client.HTTPException) as err:
        connection.close()
        raise _Failed("route", f"what answers there is no proxy: {type(err).__name__}", "Check the address.") from err
    if answer.status == 200:
        return connection
    connection.close()
    if answer.status == 407:
        raise _Failed(
            "route", "the proxy asks for a name and a password", "Put http://NAME:PASSWORD@ into its address."
        )
    raise _Failed("route", f"the proxy refuses {host} with {answer.status}", "Look for the reason in its audit log.")


def _handshake(tunnel: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    try:
        secured = context.wrap_socket(tunnel, server_hostname=host)
    except ssl.SSLCertVerificationError as err:
        why = err.verify_message
        raise _Failed("trust", f"its roots don't trust what is shown for {host}: {why}", _TRUST) from err
    except OSError as err:
        raise _Failed("trust", f"no TLS for {host}: {type(err).__name__}", _ROTATE) from err
    certificate = x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")
    organisations = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    if _ISSUER not in [str(name.value) for name in organisations]:
        secured.close()
        raise _Failed("read", f"{host} is shown by someone else's certificate: nothing is read there", _OTHER)
    return secured


def _ask(connection: socket.socket, host: str) -> str:
    """What the portal's check says."""
    try:
        connection.sendall(f"GET {CHECK_PATH} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        sentence = answer.read(_ANSWER_CHARS).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as err:
        raise _Failed("read", f"the check broke off: {type(err).__name__}", _PORTAL) from err
    if answer.status != 200 or not sentence.startswith("read by Tightlip"):
        raise _Failed("read", f"the check answers {answer.status}", _PORTAL)
    return sentence


def _context(tool: Tool, reading: Reading) -> ssl.SSLContext:
    """The roots that the tool would trust."""
    own = system_roots() if tool.system else Path(certifi.where())
    try:
        context = ssl.create_default_context(cafile=reading.replaces or own)
        for file in reading.adds:
            context.load_verify_locations(cafile=file)
    except OSError as err:  # a missing file, or one without certificates
        raise _Failed("trust", f"a file of roots can't be read: {type(err).__name__}", _set_up(tool)) from err
    return context


def _set_up(tool: Tool) -> str:
    return f"Set it: tightlip setup {tool.id} --apply"


_TRUST: Final = "Name the CA in the tool's settings (tightlip setup), or in the system's store (tightlip setup trust)."
_ROTATE: Final = "If the CA is older than this host: tightlip ca rotate, then hand the new one out."
_OTHER: Final = "Is the address another proxy's? Only Tightlip's reads."
_PORTAL: Final = "Without `portal` the proxy can't be asked; see it in the audit log."
