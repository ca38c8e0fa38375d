"""Each fault once, under load: nothing leaves unscanned or off the record, nobody hangs, everything can be seen."""

from pathlib import Path

import pytest

from tests.chaos.account import problems
from tests.chaos.fault import FAULTS, Scene, unfit
from tests.chaos.stage import staged
from tests.fakevendor import Authority, FakeVendor

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_every_fault_is_survived_and_seen(vendor: FakeVendor, authority: Authority, tmp_path: Path) -> None:
    with staged(tmp_path, vendor, authority) as scene:
        missing = unfit(scene)
        for name, fault in FAULTS.items():
            if name not in missing:
                assert fault(scene), name
        end(scene)
        assert problems(scene.tightlip, vendor, scene.traffic) == []
        assert scene.traffic.answers["200"] > 50


def end(scene: Scene) -> None:
    scene.traffic.stop()
    assert scene.tightlip.stop() == 0
