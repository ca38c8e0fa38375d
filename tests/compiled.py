"""Where tests keep compiled rules: beside the other caches, shared by all test processes and the next run.

Names tell the contents, so nothing here is ever wrong; what no run asked for in a day is swept out.
"""

import functools
import time
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent.parent / ".cache" / "tests"
_KEPT_SECONDS = 24 * 3600


@functools.cache
def rules_folder() -> Path:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for path in _FOLDER.iterdir():
        if time.time() - path.stat().st_mtime > _KEPT_SECONDS:
            path.unlink(missing_ok=True)
    return _FOLDER


def share_rules(state_dir: Path) -> Path:
    """The state folder, made with the shared rules for its cache: what starts on it compiles none."""
    state_dir.mkdir(parents=True, exist_ok=True)
    if not (state_dir / "cache").exists():
        (state_dir / "cache").symlink_to(rules_folder())
    return state_dir
