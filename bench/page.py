"""docs/benchmarks.md: the part between two marks is what a command printed, and is put there by the command."""

import re
from pathlib import Path
from typing import Final

from tests.e2e.lab import ROOT

PAGE: Final = ROOT / "docs" / "benchmarks.md"


def put(name: str, measured: str, page: Path = PAGE) -> None:
    """Replaces what stands between `<!-- measured: NAME -->` and `<!-- end -->`. Raises ValueError without them."""
    text = page.read_text()
    mark = f"<!-- measured: {name} -->"
    changed, count = re.subn(
        f"(?s)({re.escape(mark)}\n).*?(?=<!-- end -->)", lambda found: f"{found[1]}\n{measured}\n\n", text
    )
    if count != 1:
        raise ValueError(f"{page.name}: expected {mark} once, found it {count} times")
    page.write_text(changed)
