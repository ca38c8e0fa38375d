"""The clients that the end-to-end tests drive: curl as users run it, the SDKs as their packages ship them, and a raw
tunnel for what no well-behaved client sends.
"""

import base64
import contextlib
import re
import socket
import ssl
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2

from tests.e2e.lab import Tightlip

if TYPE_CHECKING:  # each takes a second to import, also in the many runs that only look which tests there are
    import anthropic
    import openai

CHAT = "https://api.openai.com/v1/chat/completions"
MESSAGES = "https://api.anthropic.com/v1/messages"
EMBEDDINGS = "https://api.openai.com/v1/embeddings"
GEMINI = "https://generativelanguage.googleapis.com/v1beta/models/gemini-fake:generateContent"
VERSIONS = ("--http1.1", "--http2")
_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """What curl got. `status` 0 means that no HTTP answer came; `error` is then curl's word on why."""

    status: int
    headers: dict[str, str]
    body: bytes
    error: str


def curl(tightlip: Tightlip, url: str, body: bytes | None, *arguments: str, ca: str = "") -> Answer:
    """One request through the proxy; `arguments` go to curl as they are."""
    command = ["curl", "-q", "-sS", "-i", "-m", str(_TIMEOUT_SECONDS), "--suppress-connect-headers"]
    command += ["-x", tightlip.proxy_url, "--cacert", ca or str(tightlip.ca), *arguments]
    if body is not None:
        command += ["-H", "expect:", "--data-binary", "@-"]
        if not any(argument.lower().startswith("content-type:") for argument in arguments):
            command += ["-H", "content-type: application/json"]
    done = subprocess.run([*command, url], input=body or b"", capture_output=True, timeout=_TIMEOUT_SECONDS + 10)
    return _parse(done.stdout, done.stderr.decode())


def _parse(output: bytes, error: str) -> Answer:
    head, _, body = output.partition(b"\r\n\r\n")
    while re.match(rb"HTTP/\S+ 1\d\d", head):
        head, _, body = body.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = re.match(r"HTTP/\S+ (\d{3})", lines[0])
    pairs = (line.partition(": ") for line in lines[1:])
    return Answer(int(status[1]) if status else 0, {k.lower(): v for k, _, v in pairs}, body, error)


def openai_sdk(tightlip: Tightlip, *, http2: bool = False) -> "openai.OpenAI":
    """With the SDK's own retries left on: a test that counts attempts must be able to see more than one."""
    import openai

    transport = httpx2.Client(proxy=tightlip.proxy_url, verify=_trust(tightlip), http2=http2, trust_env=False)
    return openai.OpenAI(api_key="fake", http_client=transport)


def anthropic_sdk(tightlip: Tightlip, *, http2: bool = False) -> "anthropic.Anthropic":
    import anthropic

    transport = httpx2.Client(proxy=tightlip.proxy_url, verify=_trust(tightlip), http2=http2, trust_env=False)
    return anthropic.Anthropic(api_key="fake", http_client=transport)


def _trust(tightlip: Tightlip) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(tightlip.ca))


class Tunnel:
    """CONNECT, then bytes of one's own choice, inside TLS if `start_tls` is called."""

    def __init__(self, tightlip: Tightlip, target: str, **headers: str) -> None:
        host, _, port = tightlip.listen.rpartition(":")
        self._tightlip = tightlip
        self._socket = socket.create_connection((host, int(port)), timeout=_TIMEOUT_SECONDS)
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self.send(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{more}\r\n".encode())
        self.answer = self._receive_answer()

    def __enter__(self) -> "Tunnel":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def start_tls(self, sni: str | None, alpn: str = "http/1.1") -> None:
        """Raises OSError when the proxy will not go on."""
        context = ssl.create_default_context(cafile=str(self._tightlip.ca))
        context.check_hostname = False
        context.set_alpn_protocols([alpn])
        self._socket = context.wrap_socket(self._socket, server_hostname=sni)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def _receive_answer(self) -> bytes:
        """The answer to CONNECT: a head, and a body of the announced length when it was refused."""
        received, length = b"", 0
        while not (found := re.search(rb"\r\n\r\n", received)) or len(received) < found.end() + length:
            data = self._socket.recv(65536)
            if not data:
                break
            received += data
            announced = re.search(rb"(?i)content-length: (\d+)", received)
            length = int(announced[1]) if announced else 0
        return received

    def receive_all(self, patience_seconds: float = _TIMEOUT_SECONDS) -> bytes:
        """Until the other side ends the connection, however it does so, or stays silent for so long."""
        self._socket.settimeout(patience_seconds)
        received = b""
        with contextlib.suppress(ConnectionError, TimeoutError):
            while data := self._socket.recv(65536):
                received += data
        return received


def post(host: str, path: str, body: bytes, *lines: str) -> bytes:
    """A raw HTTP/1.1 request that asks for the connection to be closed afterwards."""
    head = [f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json", "Connection: close"]
    if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in lines):
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, *lines, "", ""]).encode() + body


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
