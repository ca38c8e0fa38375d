"""The time limit: it ends what goes on, also what swallows exceptions, and leaves nothing behind."""

import signal
import threading
import time

import pytest

from proxy.attachments.clock import TimeUp, own_time
from tests.timing import assert_within


def busy(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_what_goes_on_is_ended() -> None:
    def work() -> None:
        with pytest.raises(TimeUp), own_time(0.1):
            busy(30)

    assert_within(5, work)


def test_what_swallows_exceptions_is_ended_all_the_same() -> None:
    with pytest.raises(TimeUp), own_time(0.1):
        while True:
            try:
                busy(0.5)
            except Exception:
                continue


def test_what_swallows_everything_meets_it_again() -> None:
    swallowed = 0
    with pytest.raises(TimeUp), own_time(0.05):
        while True:
            try:
                busy(0.5)
            except BaseException:
                swallowed += 1
                if swallowed == 3:
                    raise


def test_nothing_is_left_behind() -> None:
    with own_time(0.05):
        pass
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    busy(0.2)


def test_other_threads_have_no_limit() -> None:
    done: list[bool] = []

    def work() -> None:
        with own_time(0.01):
            busy(0.1)
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
