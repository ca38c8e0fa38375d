"""Signs of life are earned: a proof that fails, raises or hangs gives none."""

import queue
import threading
from collections.abc import Iterator

import pytest

from proxy.notify import ServiceManager
from proxy.watchdog import Watchdog, watched

QUICK = 0.01


class Proof:
    """As told, step by step: each call takes the next answer, and waits for it."""

    def __init__(self) -> None:
        self.answers: queue.Queue[dict[str, bool] | Exception | None] = queue.Queue()

    def __call__(self) -> dict[str, bool]:
        answer = self.answers.get(timeout=20)
        if answer is None:
            raise SystemExit  # ends the thread
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def proof() -> Iterator[Proof]:
    proof = Proof()
    yield proof
    proof.answers.put(None)


def test_only_a_proof_that_holds_is_a_sign_of_life(proof: Proof) -> None:
    signs: queue.Queue[int] = queue.Queue()
    given = 0

    def alive() -> None:
        signs.put(given)

    watchdog = Watchdog(proof, alive, QUICK)
    for given, answer in enumerate(
        [
            {"engine": True, "audit": True},
            {"engine": False, "audit": True},
            {"engine": True, "audit": False},
            ValueError("content"),
            {"engine": True, "audit": True},
        ]
    ):
        proof.answers.put(answer)
        if answer == {"engine": True, "audit": True}:
            assert signs.get(timeout=20) == given
    watchdog.close()
    assert signs.empty()


def test_a_proof_that_hangs_gives_no_sign_and_none_after_the_end(proof: Proof) -> None:
    signs = threading.Event()
    watchdog = Watchdog(proof, signs.set, QUICK)
    assert not signs.wait(20 * QUICK)
    watchdog.close()
    proof.answers.put({"engine": True})
    watchdog._thread.join(20)
    assert not watchdog._thread.is_alive()
    assert not signs.is_set()


def test_nobody_waits_and_nothing_is_proved() -> None:
    def proof() -> dict[str, bool]:
        raise AssertionError

    before = threading.active_count()
    with watched(ServiceManager(), proof):
        assert threading.active_count() == before
