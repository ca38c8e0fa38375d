"""Archives: the entries of zip and tar files, each opened in turn; names and comments count as text.

Office documents are zip files whose entries make one text: `office` reads those.
"""

import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import IO

from proxy.attachments import office
from proxy.attachments.opening import CHUNK_BYTES, Opening, join
from proxy.attachments.text import strings
from proxy.reason import Reason

_ENTRY = b"PK\x01\x02"
_LOCAL_BYTES = 30
_END_BYTES = 22
_GAP_BYTES = 64
"""Between two entries of a zip file there may be a data descriptor and padding, and nothing else."""

_ENCRYPTED = 0b0100_0001
_DAMAGE = (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, struct.error, zlib.error, lzma.LZMAError)


def read_zip(content: bytes, opening: Opening, within: str) -> None:
    """Opens every entry that the directory lists. Bytes that no entry accounts for are incomplete."""
    if content.count(_ENTRY) > opening.bounds.entries:
        opening.fail(Reason.TOO_LARGE)
        return
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = archive.infolist()
        opening.text(within, "names", _names(archive))
        if gaps := _gaps(content, entries):
            opening.fail()
            opening.text(within, "strings", strings(b"\n".join(gaps)))
        files = [entry for entry in entries if not entry.is_dir() or entry.file_size]
        names = [entry.filename for entry in files]
        contents = (_unpack(archive, entry, opening) for entry in files)
        if office.is_document(names):
            office.read_document(list(zip(names, contents, strict=True)), opening, within)
            return
        for number, (name, data) in enumerate(zip(names, contents, strict=True), 1):
            opening.read(data, join(within, f"entry:{number}"), name=name)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, opening: Opening) -> bytes:
    """An entry's content, b"" with a reason noted when it can't be had: encrypted, damaged, packed in another way."""
    if entry.flag_bits & _ENCRYPTED:
        opening.fail()
        return b""
    try:
        with archive.open(entry) as stream:
            return opening.unpack(_chunks(stream), entry.compress_size)
    except (*_DAMAGE, ValueError):
        opening.fail()
    return b""


def _names(archive: zipfile.ZipFile) -> str:
    comments = [archive.comment, *(entry.comment for entry in archive.infolist())]
    told = [comment.decode("utf-8", "replace") for comment in comments if comment]
    return "\n".join([entry.filename for entry in archive.infolist()] + told)


def _gaps(content: bytes, entries: list[zipfile.ZipInfo]) -> list[bytes]:
    """The bytes that stand outside of the entries: before the first, or between two, where other readers may look."""
    gaps, end = [], 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        start = entry.header_offset
        gaps.append(content[end:start])
        name_bytes, extra_bytes = struct.unpack_from("<HH", content, start + _LOCAL_BYTES - 4)
        end = start + _LOCAL_BYTES + name_bytes + extra_bytes + entry.compress_size
    directory = content.find(_ENTRY, end)
    gaps.append(content[end : directory if directory >= 0 else len(content) - _END_BYTES])
    return [gap for gap in gaps if len(gap) > _GAP_BYTES]


def read_tar(content: bytes, opening: Opening, within: str) -> None:
    """Opens every regular file of a tar archive; owners, link targets and extended headers count as names."""
    names: list[str] = []
    try:
        with tarfile.open(fileobj=BytesIO(content), mode="r:") as archive:
            for number, entry in enumerate(archive, 1):
                if number > opening.bounds.entries:
                    opening.fail(Reason.TOO_LARGE)
                    break
                names += [entry.name, entry.linkname, entry.uname, entry.gname, *entry.pax_headers.values()]
                if (stream := archive.extractfile(entry) if entry.isreg() else None) is not None:
                    data = opening.unpack(_chunks(stream), max(entry.size, 1))
                    opening.read(data, join(within, f"entry:{number}"), name=entry.name)
            end = archive.offset
    finally:
        opening.text(within, "names", "\n".join(filter(None, names)))
    if content[end:].strip(b"\0"):
        opening.fail()


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(CHUNK_BYTES), b"")
