"""How long things take, for every test that asks: whether time grows with a text's length alone, and bounds on hangs.

What is measured is the processor time of the calling thread, without garbage collection: other programs, other threads
of the test process and the heap that thousands of tests leave behind are not the subject's. What remains of their
influence (a cold cache, a shared core) only ever adds. So the best of several measurements is the nearest to the truth,
and nothing fails before it was measured again. Work that other threads or processes do is not seen.
"""

import gc
import time
from collections.abc import Callable, Sized

ROUNDS = 5
"""How often something is measured before it is said to take too long."""
SLACK = 2.5
"""How much longer than in proportion is allowed. Of a text four times as long, quadratic time is four times that."""
SMALLEST_SECONDS = 0.002
"""What a short text is taken to need at the least: growth from less can't be told from the clock's own steps."""

clock = time.thread_time


def seconds(work: Callable[[], object]) -> float:
    """Processor time of this thread that `work` takes, once."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        started = clock()
        work()
        return clock() - started
    finally:
        if was_on:
            gc.enable()


def assert_proportional[Text: Sized](work: Callable[[Text], object], short: Text, long: Text) -> None:
    """`long`, of the same kind as `short` and several times as long, takes no more than in proportion, times `SLACK`.

    AssertionError, with both times, where it does in each of `ROUNDS`. `work` is called at least four times, and must
    take the same way each time: one that remembers its answers proves nothing.
    """
    times = len(long) / len(short)
    if times < 1.5 * SLACK:
        raise ValueError("too little longer for quadratic time to be told from linear")
    few = many = float("inf")
    for _ in range(ROUNDS):
        few = min(few, *(seconds(lambda: work(short)) for _ in range(3)))
        many = min(many, seconds(lambda: work(long)))
        allowed = SLACK * times * max(few, SMALLEST_SECONDS)
        if many <= allowed:
            return
    raise AssertionError(
        f"{len(long)} took {many:.4f} s and {len(short)} {few:.4f} s, the best of {ROUNDS} rounds: "
        f"{many / max(few, 1e-9):.1f} times as long for {times:.1f} times as much; {allowed:.4f} s were allowed"
    )


def assert_within[Result](limit_seconds: float, work: Callable[[], Result]) -> Result:
    """What `work` gives; AssertionError where it takes more than `limit_seconds` in each of `ROUNDS`.

    For what is either done at once or never: a limit is generous, for it has to hold on any machine.
    """
    results: list[Result] = []
    best = float("inf")
    for _ in range(ROUNDS):
        best = min(best, seconds(lambda: results.append(work())))
        if best <= limit_seconds:
            return results[-1]
    raise AssertionError(f"took {best:.3f} s at best of {ROUNDS}, where {limit_seconds} s were allowed")


def repeated(unit: str, chars: int, lead: str = "") -> str:
    """`lead`, and `unit` as often as it fits into `chars`."""
    return lead + unit * (chars // len(unit))
