"""Asks the running proxy again and again and draws what it says, until q or Ctrl-C."""

import contextlib
import http.client
import json
import os
import select
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from rich.console import Console, RenderableType
from rich.live import Live

from proxy.cli.top.history import History, since_start
from proxy.cli.top.page import Page
from proxy.cli.top.picture import Picture, picture
from proxy.cli.top.recent import latest
from proxy.cli.top.screen import draw, waiting
from proxy.configtype import Address

SECONDS: Final = 10.0
"""For one answer; readiness proves a scan."""
READY_SECONDS: Final = 10.0
RATE_SECONDS: Final = 10.0
WINDOW_SECONDS: Final = 300.0
RECENT: Final = 100
WORKS, SILENT = 0, 1


@dataclass(slots=True)
class Watcher:
    """Looks at one proxy. `trouble` says why the last look gave nothing."""

    metrics: Address
    audit: Path
    trouble: str = ""
    history: History = field(default_factory=lambda: History(WINDOW_SECONDS))
    _readiness: tuple[bool | None, Sequence[str]] = (None, ())
    _asked: float | None = None

    def look(self) -> Picture | None:
        """What can be seen now, or what could be seen last; None before anything answered."""
        self._scrape()
        page = self.history.latest
        if page is None:
            return None
        whole = since_start(page, time.time())
        return picture(
            page,
            self.history.change(RATE_SECONDS) or whole,
            self.history.change() or whole,
            time.time(),
            readiness=self._readiness,
            recent=latest(self.audit, RECENT),
        )

    def _scrape(self) -> None:
        status, body = self._get("/metrics")
        if status is None:
            self.trouble = "nothing answers"
            return
        page = Page.parse(body)
        if not page.has("tightlip_workers") and not page.has("tightlip_build_info"):
            self.trouble = "what answers is no Tightlip"
            return
        self.trouble = ""
        self.history.add(time.monotonic(), page)
        if self._asked is None or time.monotonic() - self._asked >= READY_SECONDS:
            self._readiness, self._asked = self._ready(), time.monotonic()

    def _ready(self) -> tuple[bool | None, Sequence[str]]:
        try:
            answer = json.loads(self._get("/readyz")[1])
            return bool(answer["ready"]), [str(name) for name, well in answer["checks"].items() if not well]
        except (ValueError, KeyError, TypeError, AttributeError):
            return None, ()

    def _get(self, path: str) -> tuple[int | None, str]:
        host = "127.0.0.1" if self.metrics.is_wildcard else self.metrics.host
        connection = http.client.HTTPConnection(host, self.metrics.port, timeout=SECONDS)
        try:
            connection.request("GET", path, headers={"accept": "text/plain;version=0.0.4"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            return None, ""
        finally:
            connection.close()


def show_once(watcher: Watcher, *, as_json: bool) -> int:
    """Prints one frame, of all since the proxy's start; the exit code says whether anything answered."""
    seen = watcher.look()
    if seen is None:
        print(f"tightlip: {watcher.metrics}: {watcher.trouble}", file=sys.stderr)
        return SILENT
    if as_json:
        print(json.dumps(_plain(seen), allow_nan=False))
    else:
        console = Console()
        console.print(draw(seen, str(watcher.metrics), watcher.trouble, console.height))
    return WORKS


def show_lines(watcher: Watcher, interval: float) -> int:
    """A JSON object a line, until the reader goes away or Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            seen = watcher.look()
            told = {"trouble": watcher.trouble} | (_plain(seen) if seen is not None else {})
            print(json.dumps(told, allow_nan=False), flush=True)
            time.sleep(interval)
    return WORKS


def show(watcher: Watcher, interval: float) -> int:
    """The live screen."""
    console = Console()
    with (
        _keys() as keys,
        contextlib.suppress(KeyboardInterrupt),
        Live(console=console, screen=True, auto_refresh=False) as live,
    ):
        while True:
            live.update(_frame(watcher, interval, console.height), refresh=True)
            if keys is None:
                time.sleep(interval)
            elif _quits(keys, interval):
                break
    return WORKS


def _frame(watcher: Watcher, interval: float, height: int) -> RenderableType:
    seen = watcher.look()
    trouble = watcher.trouble and f"{watcher.trouble}; trying again every {interval:g} s"
    return waiting(str(watcher.metrics), trouble) if seen is None else draw(seen, str(watcher.metrics), trouble, height)


def _quits(keys: int, seconds: float) -> bool:
    """Whether q is pressed within that time; other keys are let be."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if select.select([keys], [], [], left)[0]:
            pressed = os.read(keys, 64)
            if not pressed or b"q" in pressed.lower():
                return True
    return False


@contextlib.contextmanager
def _keys() -> Iterator[int | None]:
    """The keyboard, key by key; None where there is none."""
    if not sys.stdin.isatty():
        yield None
        return
    import termios
    import tty

    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    tty.setcbreak(keyboard)
    try:
        yield keyboard
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _plain(seen: Picture) -> dict[str, object]:
    """With null for what lies above every bound, which JSON has no number for."""
    told = asdict(seen)
    told["latency"] = {
        name: {share: None if value == float("inf") else value for share, value in spread.items()}
        for name, spread in told["latency"].items()
    }
    return told
