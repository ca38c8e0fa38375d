"""Logs without content: an allowlist of fields, exceptions by type and place, foreign loggers by name and place.

Key=value on a terminal, JSON lines otherwise, always to standard error. What an exception says, and what a library
logs, may quote a prompt; neither is ever printed.
"""

import contextlib
import logging
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

FIELDS = frozenset(
    {
        *("timestamp", "level", "event", "logger", "exception", "at", "thread", "pid"),
        *("reference", "vendor", "host", "format", "decision", "reason", "status", "user", "hook", "where"),
        *("category", "rule", "action", "worker", "count", "bytes", "seconds", "days_left"),
        *("file", "address", "policy", "digest", "version", "edition", "trigger"),
        *("stage", "share", "limit", "connections", "process", "exit_code"),
    }
)
"""Every field a log line may have. A new one is added here, after thinking about what can get into it."""
VALUE_CHARS = 300
FRAMES = 6

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Set structlog, the standard library's logging and the hooks for uncaught exceptions up, for this process."""
    out = stream or sys.stderr
    structlog.configure(
        processors=_processors(out),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Output(out))),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Foreign(logging.WARNING)]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # its fallback prints the record's arguments
    sys.excepthook = lambda kind, err, trace: _report("uncaught exception", (kind, err, trace))
    sys.unraisablehook = _report_unraisable
    threading.excepthook = _report_thread


def place_of(trace: TracebackType | None) -> str:
    """The innermost frames as `file:line function`, outermost first; no values."""
    places: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_qualname}")
        trace = trace.tb_next
    return " > ".join(places[-FRAMES:])


class _Output:
    """A stream whose reader may go away: a log that can't be written must not fail a request."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # ValueError: closed
            self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


def _processors(out: TextIO) -> list[Processor]:
    render: Processor
    if out.isatty():
        render = structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])
    else:
        render = structlog.processors.JSONRenderer()
    return [_describe_exception, structlog.processors.add_log_level, _stamp, _keep_allowed, render]


def _describe_exception(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """`exc_info` becomes the exception's type and place."""
    found = event.pop("exc_info", None)
    if isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    elif found and not isinstance(found, tuple):
        found = sys.exc_info()
    if isinstance(found, tuple) and found[0] is not None:
        event["exception"] = found[0].__qualname__
        event["at"] = place_of(found[2])
    return event


def _stamp(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    event["timestamp"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    return event


def _keep_allowed(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Fields outside the list vanish; values that aren't plain are shown by type, so no repr can speak."""
    return {name: _plain(value) for name, value in event.items() if name in FIELDS}


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:VALUE_CHARS] if isinstance(value, str | Path) else type(value).__name__


class _Foreign(logging.Handler):
    """The standard library's loggers (asyncio, mitmproxy): who spoke and where, not what was said."""

    def emit(self, record: logging.LogRecord) -> None:
        log = _level_method(record.levelno)
        info = record.exc_info if record.exc_info and record.exc_info[0] else None
        place = {} if info else {"at": f"{record.filename}:{record.lineno} {record.funcName}"}
        log("library message", logger=record.name, exc_info=info, **place)


def _level_method(level: int) -> Callable[..., object]:
    logger = structlog.get_logger()
    method: Callable[..., object] = logger.error if level >= logging.ERROR else logger.warning
    return method


def _report(event: str, info: ExcInfo, thread: str | None = None) -> None:
    if issubclass(info[0], KeyboardInterrupt | SystemExit):
        return
    structlog.get_logger().error(event, exc_info=info, **({"thread": thread} if thread else {}))


def _report_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        name = args.thread.name if args.thread else None
        _report("uncaught exception in a thread", (args.exc_type, args.exc_value, args.exc_traceback), name)


def _report_unraisable(args: "sys.UnraisableHookArgs") -> None:
    if args.exc_value is not None:
        _report("exception in a finaliser", (args.exc_type, args.exc_value, args.exc_traceback))
