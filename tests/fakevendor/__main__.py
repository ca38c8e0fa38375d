"""`python -m tests.fakevendor FOLDER`: the vendor on its own, for the bench. Writes its certificates
to FOLDER, prints `listening HOST:PORT` and serves until it is terminated. Keeps no log.
"""

import asyncio
import signal
import sys
from pathlib import Path

from tests.fakevendor.authority import make_authority
from tests.fakevendor.peer import Shared
from tests.fakevendor.vendor import listen


async def serve(folder: Path) -> None:
    server = await listen(Shared(keep=False), make_authority(folder))
    host, port = server.sockets[0].getsockname()[:2]
    print(f"listening {host}:{port}", flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


asyncio.run(serve(Path(sys.argv[1])))
