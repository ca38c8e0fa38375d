"""The cache folder: files that can be made again, written whole or not at all, swept out when no one uses them.

A name is its kind and a digest of what the file was made from, so that nothing here is ever out of date. What came
compiled with an image lies beside the code, is never written, and serves where the folder has nothing yet.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

KEPT_SECONDS = 30 * 24 * 3600.0
"""After the last use. An older version's files, or those of rules since edited, are of use to who goes back soon."""
SHIPPED = Path(__file__).parent / "_compiled"
"""The cache folder of whoever built the image, moved here; absent elsewhere."""


def read_cached(path: Path) -> bytes:
    """A cache file's content, or that of the file shipped under its name. Raises OSError when there is neither."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return (SHIPPED / path.name).read_bytes()
    with suppress(OSError):  # a folder that others fill
        os.utime(path)
    return content


def store_cached(path: Path, content: bytes) -> None:
    """Writes a cache file whole or not at all, and removes those of its kind that were not used for long.

    A cache that can't be written only costs time. So does a file that another process was just about to use.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial.write_bytes(content)
        partial.replace(path)
        _sweep(path.parent, path.name.partition("-")[0])
    except OSError:
        with suppress(OSError):
            partial.unlink()


def _sweep(folder: Path, kind: str) -> None:
    oldest = time.time() - KEPT_SECONDS
    for path in folder.glob(f"{kind}-*"):
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()
