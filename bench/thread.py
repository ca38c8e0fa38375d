"""One thread for arrays, as the proxy's workers have it: for arrays this small more of them take several times the
processor. What multiplies arrays reads this when it is loaded, so it has to stand in the environment before."""

import os
import sys
from typing import Final

ONE: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def take_one(module: str) -> None:
    """Starts `module` anew with its arguments in this process's place, unless it has one thread already."""
    if any(os.environ.get(name) != value for name, value in ONE.items()):
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, "-m", module, *sys.argv[1:]], os.environ | ONE)
