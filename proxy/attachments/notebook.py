"""Jupyter notebooks: the source and the outputs of each cell, lines joined; pictures among the outputs are opened."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from proxy.attachments.opening import Opening, join


def read_notebook(content: bytes, opening: Opening, within: str) -> None:
    """Reads a notebook of format 3 or 4. What else its JSON holds shows in the plain text part."""
    notebook = json.loads(content)
    sheets = [notebook, *notebook.get("worksheets", [])]
    cells = [cell for sheet in sheets for cell in sheet.get("cells", [])]
    for number, cell in enumerate(cells, 1):
        place = join(within, f"cell:{number}")
        opening.text(place, "", _joined(cell.get("source") or cell.get("input") or ""))
        for output in cell.get("outputs", []):
            for kind, value in _shown(output):
                _read_output(kind, value, opening, place)
        for bundle in (cell.get("attachments") or {}).values():
            for kind, value in bundle.items():
                _read_output(kind, value, opening, place)


def _shown(output: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from (output.get("data") or {}).items()
    for name in ("text", "traceback", "png", "jpeg", "svg", "html", "latex"):
        if name in output:
            yield (f"image/{name}" if name in ("png", "jpeg") else name), output[name]


def _read_output(kind: str, value: Any, opening: Opening, place: str) -> None:
    text = _joined(value)
    if kind.startswith(("image/", "application/pdf")) and not kind.endswith("xml"):
        opening.read(base64.b64decode(text), join(place, "output"), kind)
    else:
        opening.text(join(place, "output"), "", text)


def _joined(value: Any) -> str:
    """Notebooks write texts as a string or as a list of lines."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return json.dumps(value, ensure_ascii=False)
