"""The closed list of targets, and where their inputs are kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.fuzz import body, loading, restoring, wire

Target = Callable[[bytes], None]

CORPUS: Final = Path(__file__).with_name("corpus")
CRASHES: Final = Path(__file__).with_name("crashes")

TARGETS: Final[dict[str, Target]] = {
    each.__name__: each
    for each in (
        *(body.coding, body.jsontext, body.document, body.attachment),
        *(wire.binary, wire.websocket, wire.proxyprotocol, wire.fleet, wire.handover),
        *(restoring.restore, restoring.messages),
        *(loading.policy, loading.rules, loading.registry, loading.vendors, loading.config, loading.bundle),
    )
}


def kept(name: str, folder: Path) -> list[Path]:
    """A target's inputs in a folder, in the same order everywhere."""
    return sorted(path for path in (folder / name).glob("*") if path.is_file())
