"""A small HTTP server beside the proxy: `/metrics`, `/healthz`, `/readyz`.

It runs on threads of its own, so a busy or stuck event loop can still be seen from outside. Anyone who reaches the
address may read it: it says nothing about requests.
"""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer

from proxy import metrics

PROBE_SECONDS = 10.0  # a probe has its own, shorter limits; this one is for a probe that hangs
REUSE_SECONDS = 1.0  # a probe does real work, so asking often must not make it more
CONNECTIONS = 32
IDLE_SECONDS = 5.0

Probe = Callable[[], Mapping[str, bool]]
Answer = tuple[HTTPStatus, str, bytes]


class StatusServer:
    """Serves until closed. `address` is where it really listens, as HOST:PORT."""

    def __init__(
        self,
        host: str,
        port: int,
        probe: Probe,
        edition: Callable[[], str] = str,
        listening: socket.socket | None = None,
    ) -> None:
        """Raises OSError when the address can't be listened on. `edition` names the one in force.

        `listening` is a socket that already listens there.
        """
        readiness = _Readiness(probe)

        class Request(_Request):
            def answer(self, path: str) -> Answer:
                return _answer(path, self.headers.get("accept"), readiness, edition)

        self._server = _Server(host, port, Request, listening)
        shown = f"[{host}]" if ":" in host else host
        self.address = f"{shown}:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="status", daemon=True
        )
        self._thread.start()

    @property
    def descriptor(self) -> int:
        return self._server.fileno()

    def close(self) -> None:
        """Stop listening and wait for the listening thread; requests under way end with their clients."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Readiness:
    """The probe's last answer, asked anew by one caller at a time."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._checks: Mapping[str, bool] = {}
        self._asked: float | None = None

    def ask(self) -> Mapping[str, bool]:
        with self._lock:
            if self._asked is None or time.monotonic() - self._asked >= REUSE_SECONDS:
                self._checks = self._ask_anew()
                self._asked = time.monotonic()
                metrics.ready(_is_ready(self._checks))
            return self._checks

    def _ask_anew(self) -> Mapping[str, bool]:
        """The probe's answer; one that fails, hangs or still hangs since last time is an answer too: not ready."""
        if self._thread and self._thread.is_alive():
            return {"probe": False}
        answers: list[Mapping[str, bool]] = []
        self._thread = threading.Thread(target=lambda: answers.append(self._probe()), name="probe", daemon=True)
        self._thread.start()
        self._thread.join(PROBE_SECONDS)
        return answers[0] if answers else {"probe": False}


def _is_ready(checks: Mapping[str, bool]) -> bool:
    return bool(checks) and all(checks.values())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_port = False  # a second proxy on the same port should hear of it
    block_on_close = False
    request_queue_size = CONNECTIONS

    def __init__(
        self, host: str, port: int, request: type[BaseHTTPRequestHandler], listening: socket.socket | None
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__((host, port), request, bind_and_activate=listening is None)
        if listening is not None:
            self.socket.close()
            self.socket, self.server_address = listening, listening.getsockname()

    def server_bind(self) -> None:
        """As HTTPServer's, without its reverse look-up of the host's name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: object, client_address: object) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)  # type: ignore[arg-type]
            return
        try:
            super().process_request(request, client_address)  # type: ignore[arg-type]
        except RuntimeError:  # no thread to be had
            self._free.release()
            raise

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._free.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news; the standard one prints a traceback."""


class _Request(BaseHTTPRequestHandler):
    timeout = IDLE_SECONDS
    server_version = "tightlip"
    sys_version = ""

    def answer(self, path: str) -> Answer:
        raise NotImplementedError

    def do_GET(self) -> None:
        status, content_type, body = self.answer(self.path.partition("?")[0])
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(OSError):
                self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Scrapes are not worth a line each."""


def _answer(path: str, accept: str | None, readiness: _Readiness, edition: Callable[[], str]) -> Answer:
    if path == "/metrics":
        return (HTTPStatus.OK, *metrics.render(accept))
    if path == "/healthz":
        return HTTPStatus.OK, "text/plain; charset=utf-8", b"ok\n"
    if path == "/readyz":
        checks = readiness.ask()
        ready = _is_ready(checks)
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        told = {"ready": ready, "edition": edition(), "checks": dict(checks)}
        return status, "application/json", json.dumps(told).encode() + b"\n"
    return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"not found\n"
