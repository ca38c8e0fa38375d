"""`python -m tests.fuzz TARGET [SECONDS]`: looks for inputs that break a law, under atheris; 77 when it finds one.

New inputs that reach other code go to `.cache/fuzz-found/TARGET`, one that breaks a law to `tests/fuzz/crashes/TARGET`.
Without a target: their names.
"""

import os
import sys
from pathlib import Path

import atheris

FOUND = Path(".cache/fuzz-found")
LONGEST_BYTES = 4096
SLOWEST_SECONDS = 20
MEMORY_MB = 3000


def main(name: str, seconds: int) -> None:
    """Never returns: the engine ends the process."""
    with atheris.instrument_imports(include=["proxy", "detectors"]):
        from tests.fuzz.target import CORPUS, CRASHES, TARGETS

    folders = [FOUND / name, CRASHES / name, CORPUS / name]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    bounds = {"max_total_time": seconds, "max_len": LONGEST_BYTES, "timeout": SLOWEST_SECONDS}
    options = [f"-{key}={value}" for key, value in (bounds | {"rss_limit_mb": MEMORY_MB}).items()]
    options += [f"-artifact_prefix={CRASHES / name}{os.sep}", "-print_final_stats=1", "-verbosity=1"]
    atheris.Setup([sys.argv[0], *options, *map(str, folders)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) == 1:
        from tests.fuzz.target import TARGETS

        print(*TARGETS, sep="\n")
    else:
        main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60)
