"""`make soak`: faults in a random order, under load, for as long as asked; a report at the end, 1 when it is not clean.

`python -m tests.chaos [MINUTES] [SEED]`
"""

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.chaos.account import problems
from tests.chaos.fault import FAULTS, NotWell, Scene, unfit
from tests.chaos.stage import staged
from tests.fakevendor import FakeVendor, make_authority

CALM_SECONDS = 10.0


def main(minutes: float, seed: int) -> int:
    """The exit code."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as keys:
        authority = make_authority(Path(keys))
        with FakeVendor(authority) as vendor:
            return _soak(Path(folder), vendor, authority, minutes, random.Random(seed))


def _soak(folder: Path, vendor: FakeVendor, authority, minutes: float, draw: random.Random) -> int:  # type: ignore[no-untyped-def]
    done, bad = Counter[str](), list[str]()
    started = time.monotonic()
    with staged(folder, vendor, authority, disk="4g") as scene:
        missing = unfit(scene)
        while time.monotonic() - started < minutes * 60 and not bad:
            name = draw.choice([each for each in FAULTS if each not in missing])
            bad += _one(name, scene)
            done[name] += 1
            print(f"{time.monotonic() - started:7.0f} s  {name}{': ' + bad[-1] if bad else ''}", flush=True)
            time.sleep(CALM_SECONDS * draw.random())
        scene.traffic.stop()
        scene.tightlip.stop()
        bad += problems(scene.tightlip, vendor, scene.traffic)
        _report(scene, done, missing, bad, time.monotonic() - started)
    return 1 if bad else 0


def _one(name: str, scene: Scene) -> list[str]:
    try:
        return [] if FAULTS[name](scene) else [f"{name}: nothing told of it, or more was lost than must be"]
    except NotWell:
        return [f"{name}: not well again in time"]


def _report(scene: Scene, done: Counter[str], missing: dict[str, str], bad: list[str], seconds: float) -> None:
    traffic = scene.traffic
    print(f"\n{seconds / 60:.1f} minutes, {traffic.answers.total()} requests, {len(scene.vendor.prompts)} forwarded")
    print("answers: " + ", ".join(f"{count} x {ended}" for ended, count in traffic.answers.most_common()))
    print(f"slowest answer: {traffic.slowest_seconds:.1f} s")
    for name in FAULTS:
        print(f"{done[name]:5}  {name}" + (f" (not done: {missing[name]})" if name in missing else ""))
    print("\n".join(bad) or "nothing left unscanned, nothing off the record, nobody hung, every fault was seen")


if __name__ == "__main__":
    minutes, seed = (sys.argv[1:] + ["60", "1"][len(sys.argv) - 1 :])[:2]
    sys.exit(main(float(minutes), int(seed)))
