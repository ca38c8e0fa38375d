"""`python -m supply sbom` and `python -m supply licences`: written where they belong, or to the file that is named."""

import json
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from supply.lock import BadLock, read_lock
from supply.page import page
from supply.sbom import bill

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in ("sbom", "licences") or len(arguments) > 2:
        print("usage: python -m supply sbom|licences [FILE]", file=sys.stderr)
        return 2
    try:
        pins = read_lock(ROOT / "requirements.lock")
        if arguments[0] == "sbom":
            file, text = (
                ROOT / "dist" / f"tightlip-{version('tightlip')}.cdx.json",
                json.dumps(bill(pins), indent=1) + "\n",
            )
        else:
            file, text = ROOT / "docs" / "licences.md", page(pins)
    except (BadLock, PackageNotFoundError, ValueError) as err:
        print(f"supply: {err}", file=sys.stderr)
        return 1
    file = Path(arguments[1]) if len(arguments) == 2 else file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
