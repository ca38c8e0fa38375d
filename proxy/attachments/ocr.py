"""Words in pictures, by a `tesseract` that the machine has. A process of its own, timed, fed and read over pipes."""

import os
import subprocess
import time

MAX_CHARS = 1 << 20
_INHERITED = ("PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH")


def read_pixels(content: bytes, program: str, seconds: float) -> tuple[str | None, float]:
    """The words in a picture, None if they could not be read in so many seconds; and the seconds that it took."""
    if seconds <= 0:
        return None, 0.0
    started = time.monotonic()
    try:
        done = subprocess.run(
            [program, "stdin", "stdout"],
            input=content,
            capture_output=True,
            timeout=seconds,
            env={"OMP_THREAD_LIMIT": "1"} | {name: os.environ[name] for name in _INHERITED if name in os.environ},
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None, time.monotonic() - started
    spent = time.monotonic() - started
    if done.returncode != 0 or len(done.stdout) > MAX_CHARS:
        return None, spent
    return done.stdout.decode("utf-8", "replace"), spent
