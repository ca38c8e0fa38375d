"""The `tightlip` command. Each subcommand's module is imported when it runs, so that `--help` is quick."""

import os
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # libraries below must not phone home, whatever their defaults
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices as small as those of names are slower by several


def main() -> None:
    """Entry point: operator's mistakes become one clear message and exit code 2, never a traceback."""
    from proxy.cli.app import app

    try:
        app(prog_name="tightlip")
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(2)
    except Exception as err:
        print(f"tightlip: {_told(err)}", file=sys.stderr)
        sys.exit(2)


def _told(err: Exception) -> str:
    from proxy.draft import OPERATORS_ERRORS  # half a second to import, which a command that succeeds need not take
    from proxy.log import place_of

    if isinstance(err, OPERATORS_ERRORS):
        return str(err)
    # The text of an unforeseen exception may quote what was scanned; its type and place may not.
    return f"internal fault: {type(err).__name__} at {place_of(err.__traceback__)}"
