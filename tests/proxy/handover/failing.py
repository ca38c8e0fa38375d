"""A successor that fails at a step of its choice, as a process: `python -m tests.proxy.handover.failing STATE STEP`."""

import asyncio
import os
import sys
from pathlib import Path

from proxy.handover.pen import Pen
from proxy.handover.successor import Successor
from tests.proxy.test_audit import decision


async def fail(state_dir: Path, step: str) -> None:
    successor = await Successor.knock(state_dir, "here", "there")
    assert successor is not None
    if step == "knocked":
        os._exit(1)
    if step == "asked":
        await successor.channel.send({"take": True})
        os._exit(1)
    pen = Pen()
    presence = await successor.take(pen)
    if step == "wrote":
        pen.append(decision("of-the-heir")).result(60)
        os._exit(1)
    if step == "hangs":
        await asyncio.Event().wait()
    if step == "gives-up":
        presence.close()
        pen.close()
        await successor.close()
    os._exit(1)


if __name__ == "__main__":
    asyncio.run(fail(Path(sys.argv[1]), sys.argv[2]))
