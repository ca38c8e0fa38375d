"""Files in the strings of a request, opened and scanned: each once, whatever requests it comes again in.

Stands between `scanner`, which knows segments and caches, and `attachments`, which knows files.
"""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from detectors import Finding, Scan
from proxy.attachments import Bounds, open_attachment
from proxy.attachments.found import Found as InText
from proxy.attachments.found import files_in, may_hold_files
from proxy.cache import GenerationCache
from proxy.reason import Reason, RequestError, unread_in
from proxy.segment import Label, Origin, Segment

FILE_ENTRIES = 2_000

LONG_CHARS = 2_000
"""Of longer texts it is remembered that they hold no files, too: that costs less than a look for each kind's signs."""

MAX_FILES = 200
"""In one text. Each may take as long as its bounds say, so the worker's own deadline ends what goes on for longer."""

RAW = "raw"
"""The part that a file's encoded text itself is: what was found there and in no other part."""


Found = tuple[Segment, tuple[Finding, ...]]
"""A segment and what was found in it."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a file in which something was found. `is_plain`: its text is all of the file."""

    name: str
    text: str = field(repr=False)
    is_plain: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """What is known of one file: where it stands in its text, what was found in it, and what could not be read.

    `is_unfinished`: names in it were left unread, and there may be time for them in another request.
    """

    start: int
    end: int
    parts: tuple[_Part, ...]
    incomplete: tuple[str, ...]
    is_unfinished: bool = False


class Opener:
    """Opens files with the help of a scanner: `digest` is how it knows a text, `scan` how it looks at a segment:
    what was found, and whether that is unfinished. `is_worth_it` says whether what is should be read again now.
    """

    def __init__(
        self,
        scan: Callable[[Segment], tuple[Scan, bool]],
        digest: Callable[[bytes], bytes],
        bounds: Bounds,
        is_worth_it: Callable[[bool], bool],
    ) -> None:
        self._scan = scan
        self._digest = digest
        self._bounds = bounds
        self._is_worth_it = is_worth_it
        self._known: GenerationCache[object, tuple[_File, ...]] = GenerationCache(FILE_ENTRIES)

    def read(self, segment: Segment, findings: Sequence[Finding]) -> tuple[list[Found], list[str]]:
        """What was found in a segment and in the files that it holds, and why some of those could not be read.

        `findings` are those in the segment's own text. Those that stand in the encoded text of a file, which can't be
        cut, are told of the parts that show them as well, or else of the file as such.
        """
        if segment.label is Label.KEY or segment.opened is not None:
            return _told(segment, findings), []
        files = self._files(segment)
        outside = [one for one in findings if not any(_stands_in(one, file) for file in files)]
        found = _told(segment, outside)
        incomplete: list[str] = []
        for file in files:
            incomplete += file.incomplete
            found += _in_file(segment, file, [one for one in findings if _stands_in(one, file)])
        return found, incomplete

    def _files(self, segment: Segment) -> tuple[_File, ...]:
        text, is_attachment = segment.text, segment.label is Label.ATTACHMENT
        if len(text) < LONG_CHARS and not may_hold_files(text, is_attachment=is_attachment):
            return ()
        key = (is_attachment, self._digest(text.encode("utf-8", "surrogatepass")))
        files = self._known.get(key)
        if files is None or any(self._is_worth_it(file.is_unfinished) for file in files):
            found = list(islice(files_in(text, is_attachment=is_attachment), MAX_FILES + 1))
            files = tuple(map(self._open, found[:MAX_FILES]))
            if len(found) > MAX_FILES:
                files += (_File(found[-1].start, len(text), (), (Reason.DECODE_BUDGET,)),)
            self._known.put(key, files)
        return files

    def _open(self, file: InText) -> _File:
        if file.content is None:
            return _File(file.start, file.end, (), (Reason.ATTACHMENT,))
        opened = open_attachment(file.content, file.media_type, limits=self._bounds)
        incomplete: dict[str, None] = dict.fromkeys(opened.incomplete)
        parts: list[_Part] = []
        is_unfinished = False
        for part in opened.parts:
            scan, left = self._scan(Segment("", Label.ATTACHMENT, part.text, "", 0, 0))
            is_unfinished |= left
            incomplete |= dict.fromkeys(unread_in(scan))
            if scan.findings:
                is_plain = file.is_whole and part.text.encode("utf-8", "surrogatepass") == file.content.removeprefix(
                    BOM_UTF8
                )
                parts.append(_Part(part.name, part.text, is_plain, scan.findings))
        return _File(file.start, file.end, _once(parts), tuple(incomplete), is_unfinished)


def _once(parts: Sequence[_Part]) -> tuple[_Part, ...]:
    """The parts without what the plain text of the file shows too: cutting it there cuts it everywhere."""
    plain = {one.fingerprint for part in parts if part.is_plain for one in part.findings}
    left = (
        part if part.is_plain else replace(part, findings=tuple(f for f in part.findings if f.fingerprint not in plain))
        for part in parts
    )
    return tuple(part for part in left if part.findings)


def _stands_in(finding: Finding, file: _File) -> bool:
    return finding.start < file.end and file.start < finding.end


def _told(segment: Segment, findings: Sequence[Finding]) -> list[Found]:
    return [(segment, tuple(findings))] if findings else []


def _in_file(segment: Segment, file: _File, inside: Sequence[Finding]) -> list[Found]:
    """What was found in one file of a segment; `inside` is what its encoded text shows."""
    known = {one.fingerprint for part in file.parts for one in part.findings}
    raw = tuple(one for one in inside if one.fingerprint not in known)
    parts = [*file.parts, _Part(RAW, segment.text, False, raw)] if raw else file.parts
    return [(_opened(segment, file, part), part.findings) for part in parts]


def _opened(segment: Segment, file: _File, part: _Part) -> Segment:
    origin = Origin(segment.label, segment.text, file.start, file.end, part.is_plain)
    pointer = f"{segment.pointer}#{part.name}"
    return Segment(pointer, Label.ATTACHMENT, part.text, "", segment.start, segment.end, origin)


def file_segments(
    data: bytes, start: int, end: int, media_type: str | None, lead: str, bounds: Bounds
) -> Iterator[Segment]:
    """Yields the texts of the file that `data[start:end]` is; nothing in it can be cut, for it stands in no string.

    Raises RequestError in the end if some of it could not be read.
    """
    opened = open_attachment(data[start:end], media_type, limits=bounds)
    origin = Origin(Label.ATTACHMENT, "", 0, 0)
    for part in opened.parts:
        yield Segment(f"{lead}#{part.name}", Label.ATTACHMENT, part.text, "", start, end, origin)
    if opened.incomplete:
        raise RequestError(max(opened.incomplete, key=lambda reason: reason is not Reason.ATTACHMENT), start)
