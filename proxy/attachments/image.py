"""Images: the metadata in words (EXIF, XMP, IPTC, comments), what follows the image, and the pixels where OCR is there.

PNG, JPEG, GIF and WebP are followed block by block; of other kinds all that shows in the bytes counts. Pixels that
nobody read are incomplete, but those of an image too small to write in.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from proxy.attachments import ocr
from proxy.attachments.opening import Opening, join
from proxy.attachments.text import strings

TINY_PIXELS = 64
"""No number of any use can be written in so few. With few bytes, too: more than pixels may hide behind them."""

TINY_BYTES = 4096
MOST_PIXELS = 40_000_000
"""More would be gigabytes to whoever decodes them."""

TEXT_BYTES = 4 << 20

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_PIXELS = frozenset({b"IHDR", b"IDAT", b"PLTE", b"IEND", b"tRNS", b"fdAT", b"acTL", b"fcTL"})
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FRAME_MARKERS = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_XML = re.compile(rb"<x:xmpmeta|<\?xpacket|<rdf:RDF")


@dataclass(slots=True)
class _Image:
    """What was found on the way through a file: metadata blocks, width and height, and where it ends."""

    blocks: list[bytes] = field(default_factory=list)
    pixels: int | None = None
    end: int = 0


def read_image(content: bytes, opening: Opening, within: str) -> None:
    """Reads an image. Raises whatever comes of a broken one."""
    image = _Image(end=len(content))
    follow = next((follow for start, follow in _FOLLOWERS if content.startswith(start)), None)
    try:
        if follow is None:
            image.blocks.append(content)
        else:
            follow(content, image, opening)
    finally:
        opening.text(within, "metadata", "\n".join(filter(None, map(_said, image.blocks))))
    if trailing := content[image.end :].lstrip(b"\0"):
        opening.read(trailing, join(within, "trailing"))
    _read_pixels(content, image.pixels, opening, within)


def _said(block: bytes) -> str:
    """XML as it stands, for it need not be ASCII; of all else the printable runs."""
    if (packet := _XML.search(block)) is not None:
        return block[packet.start() :].decode("utf-8", "replace")
    try:
        text = block.decode()
    except UnicodeDecodeError:
        return strings(block)
    return strings(block) if "\0" in text else text


def _read_pixels(content: bytes, pixels: int | None, opening: Opening, within: str) -> None:
    if pixels is not None and pixels <= TINY_PIXELS and len(content) <= TINY_BYTES:
        return
    program = opening.bounds.ocr
    if program is None or pixels is None or pixels > MOST_PIXELS:
        opening.fail()
        return
    text, seconds = ocr.read_pixels(content, program, opening.ocr_seconds)
    opening.ocr_seconds -= seconds
    if text is None:
        opening.fail()
    else:
        opening.text(within, "pixels", text)


def _follow_png(content: bytes, image: _Image, opening: Opening) -> None:
    at = len(_PNG)
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        data = content[at + 8 : at + 8 + length]
        at += length + 12
        if kind == b"IHDR":
            width, height = struct.unpack_from(">II", data)
            image.pixels = width * height
        elif kind in (b"zTXt", b"iTXt", b"iCCP"):
            image.blocks += _png_text(kind, data, opening)
        elif kind not in _PNG_PIXELS:
            image.blocks.append(data.replace(b"\0", b": ", 1) if kind == b"tEXt" else data)
        if kind == b"IEND":
            break
    if at > len(content):
        opening.fail()
    image.end = at


def _png_text(kind: bytes, data: bytes, opening: Opening) -> Iterator[bytes]:
    """The keyword and the text of a chunk, inflated if it is packed (PNG specification, section 11.3.3)."""
    keyword, _, rest = data.partition(b"\0")
    packed, text = True, rest[1:]
    if kind == b"iTXt":
        packed = rest[:1] == b"\x01"
        *names, text = rest[2:].split(b"\0", 2)
        yield from names
    if packed:
        inflater = zlib.decompressobj()
        text = inflater.decompress(text, TEXT_BYTES)
        opening.spend(len(text))
        if not inflater.eof:
            opening.fail()
    yield keyword + b": " + text


def _follow_jpeg(content: bytes, image: _Image, opening: Opening) -> None:
    at = 2
    while True:
        if (marker := _NEXT_MARKER.search(content, at)) is None:
            opening.fail()
            at = len(content)
            break
        kind, at = content[marker.start() + 1], marker.end()
        if kind == 0xD9:
            break
        (length,) = struct.unpack_from(">H", content, at)
        if kind in _FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", content, at + 3)
            image.pixels = width * height
        elif kind == 0xFE or 0xE0 <= kind <= 0xEF:
            image.blocks.append(content[at + 2 : at + length])
        at += length
    image.end = at


def _follow_gif(content: bytes, image: _Image, opening: Opening) -> None:
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    image.pixels = width * height
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    while content[at] != 0x3B:
        if content[at] == 0x21:
            block, at = _gif_blocks(content, at + 2)
            image.blocks.append(block)
        elif content[at] == 0x2C:
            flags = content[at + 9]
            at += 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
            _, at = _gif_blocks(content, at + 1)
        else:
            opening.fail()
            break
    image.end = at + 1


def _gif_blocks(content: bytes, at: int) -> tuple[bytes, int]:
    """The joined data of sub-blocks from `at`, and what comes after them."""
    data: list[bytes] = []
    while length := content[at]:
        data.append(content[at + 1 : at + 1 + length])
        at += 1 + length
    return b"".join(data), at + 1


def _follow_webp(content: bytes, image: _Image, opening: Opening) -> None:
    (size,) = struct.unpack_from("<I", content, 4)
    at, image.end = 12, 8 + size
    while at + 8 <= min(len(content), image.end):
        kind, length = struct.unpack_from("<4sI", content, at)
        data = content[at + 8 : at + 8 + length]
        if kind == b"VP8X":
            image.pixels = (1 + int.from_bytes(data[4:7], "little")) * (1 + int.from_bytes(data[7:10], "little"))
        elif kind == b"VP8 " and image.pixels is None:
            width, height = struct.unpack_from("<HH", data, 6)
            image.pixels = (width & 0x3FFF) * (height & 0x3FFF)
        elif kind == b"VP8L" and image.pixels is None:
            bits = int.from_bytes(data[1:5], "little")
            image.pixels = (1 + (bits & 0x3FFF)) * (1 + (bits >> 14 & 0x3FFF))
        elif kind not in (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"):
            image.blocks.append(data)
        at += 8 + length + (length & 1)
    if image.end > len(content):
        opening.fail()


_FOLLOWERS: tuple[tuple[bytes, Callable[[bytes, _Image, Opening], None]], ...] = (
    (_PNG, _follow_png),
    (b"\xff\xd8\xff", _follow_jpeg),
    (b"GIF8", _follow_gif),
    (b"RIFF", _follow_webp),
)
