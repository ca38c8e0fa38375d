"""The cache folder: files that can be made again, written whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path


def store_cached(path: Path, content: bytes) -> None:
    """Writes a cache file whole or not at all. A cache that can't be written only costs time."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError:
        with suppress(OSError):
            partial.unlink()
