"""Logs: what is shown, and that content never is."""

import ast
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from proxy import log

CANARY = "hunter2-" + "canary" * 3


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.raiseExceptions)
    hooks, structured = (sys.excepthook, sys.unraisablehook, threading.excepthook), structlog.get_config()
    yield
    logging.captureWarnings(False)
    root.handlers[:], root.level, logging.raiseExceptions = before
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    structlog.configure(**structured)


@pytest.fixture
def out() -> io.StringIO:
    stream = io.StringIO()
    log.configure(stream)
    return stream


def lines(out: io.StringIO) -> list[dict[str, object]]:
    assert CANARY not in out.getvalue()
    return [json.loads(line) for line in out.getvalue().splitlines()]


def fail() -> None:
    secret = CANARY
    raise ValueError(f"could not parse {secret}")


def test_lines_are_json_with_time_and_level(out: io.StringIO) -> None:
    structlog.get_logger().warning("worker replaced", worker=3, reason="scan_timeout", file=Path("/x"))
    (line,) = lines(out)
    assert line.pop("timestamp")
    assert line == {
        "event": "worker replaced",
        "level": "warning",
        "worker": 3,
        "reason": "scan_timeout",
        "file": "/x",
    }


def test_a_terminal_gets_key_value_pairs() -> None:
    stream = Terminal()
    log.configure(stream)
    structlog.get_logger().info("ready", count=2)
    assert "event='ready' count=2" in stream.getvalue()


def test_fields_outside_the_list_vanish_and_objects_are_shown_by_type(out: io.StringIO) -> None:
    structlog.get_logger().info("x", prompt=CANARY, body=CANARY.encode(), count=[CANARY], reason="r" * 999)
    (line,) = lines(out)
    assert set(line) == {"event", "level", "timestamp", "count", "reason"}
    assert line["count"] == "list"
    assert len(str(line["reason"])) == log.VALUE_CHARS


@pytest.mark.parametrize("give", ["method", "true", "instance", "tuple"])
def test_exceptions_are_told_by_type_and_place_only(out: io.StringIO, give: str) -> None:
    logger = structlog.get_logger()
    try:
        fail()
    except ValueError as err:
        if give == "method":
            logger.exception("failed")
        else:
            given = {"true": True, "instance": err, "tuple": sys.exc_info()}[give]
            logger.error("failed", exc_info=given)
    (line,) = lines(out)
    assert line["exception"] == "ValueError"
    assert str(line["at"]).endswith(" fail")
    assert "test_log.py:" in str(line["at"])


def test_foreign_loggers_say_who_and_where_not_what(out: io.StringIO) -> None:
    logging.getLogger("asyncio").error("Exception in %s", CANARY)
    logging.getLogger("mitmproxy.proxy").warning(f"invalid header {CANARY}")
    try:
        fail()
    except ValueError:
        logging.getLogger("mitmproxy").exception(CANARY)
    logging.getLogger("noisy").info(CANARY)
    found = lines(out)
    assert [line["logger"] for line in found] == ["asyncio", "mitmproxy.proxy", "mitmproxy"]
    assert [line["level"] for line in found] == ["error", "warning", "error"]
    assert found[2]["exception"] == "ValueError"


def test_uncaught_exceptions_are_told_by_type_and_place(out: io.StringIO) -> None:
    try:
        fail()
    except ValueError:
        sys.excepthook(*sys.exc_info())
    thread = threading.Thread(target=fail, name="audit")
    thread.start()
    thread.join()

    class Finaliser:
        def __del__(self) -> None:
            fail()

    Finaliser()
    found = lines(out)
    assert [line["event"] for line in found] == [
        "uncaught exception",
        "uncaught exception in a thread",
        "exception in a finaliser",
    ]
    assert {line["exception"] for line in found} == {"ValueError"}
    assert found[1]["thread"] == "audit"


def test_an_interrupt_is_no_fault(out: io.StringIO) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert lines(out) == []


def _logged_fields(path: Path) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    ours = [call for call in calls if ast.unparse(call.func).startswith("_log.")]
    return {word.arg for call in ours for word in call.keywords if word.arg is not None}


def test_no_line_loses_a_field_that_is_not_on_the_list() -> None:
    sources = [path for path in Path(log.__file__).parent.rglob("*.py") if "_log" in path.read_text()]
    assert len(sources) > 10
    assert {path.name: lost for path in sources if (lost := _logged_fields(path) - log.FIELDS - {"exc_info"})} == {}


def test_a_reader_that_went_away_fails_nobody() -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    log.configure(Broken())
    structlog.get_logger().error("x")
    stream = io.StringIO()
    log.configure(stream)
    stream.close()
    structlog.get_logger().error("x")
    logging.getLogger("any").error("x")


def test_warnings_are_not_printed_either(out: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        log.configure(out)
        warnings.warn(CANARY, stacklevel=1)
    assert CANARY not in capsys.readouterr().err
    assert [line["logger"] for line in lines(out)] == ["py.warnings"]
