"""One attachment being opened: what is collected, what it may still cost, and which reader reads what.

Readers are imported when a file of their kind comes. They add text and reasons, open what stands inside, and may raise
whatever they like on broken files: what was read before stands, and the rest is incomplete.
"""

from collections.abc import Callable, Iterator

from proxy.attachments.bounds import DEFAULT_BOUNDS, Bounds, Opened, Part
from proxy.attachments.clock import TimeUp, own_time
from proxy.attachments.recognise import Form, recognise
from proxy.attachments.text import decode, strings
from proxy.reason import Reason, RequestError

CHUNK_BYTES = 1 << 18
TEXTS = frozenset({Form.TEXT, Form.MARKUP, Form.MAIL, Form.NOTEBOOK, Form.RTF})

type Reader = Callable[[bytes, Opening, str], None]


class Opening:
    """Collects the parts of one attachment. Readers get it with the name under which their parts stand."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.ocr_seconds = bounds.ocr_seconds
        self._parts: list[Part] = []
        self._texts: set[str] = set()
        self._incomplete: dict[Reason, None] = {}
        self._bytes = bounds.unpacked_bytes
        self._chars = bounds.text_chars
        self._depth = 0

    def opened(self) -> Opened:
        return Opened(tuple(self._parts), tuple(self._incomplete))

    def text(self, within: str, name: str, text: str) -> None:
        """Adds a part, unless another says the same. Raises RequestError when there is more text than may be read."""
        text = text.replace("\0", "")
        if not text.strip() or text in self._texts:
            return
        self._texts.add(text)
        self._chars -= len(text)
        if self._chars < 0:
            raise RequestError(Reason.DECODE_BUDGET)
        self._parts.append(Part(join(within, name) or "text", text))

    def fail(self, reason: Reason = Reason.ATTACHMENT) -> None:
        """Notes that something could not be read."""
        self._incomplete[reason] = None

    def spend(self, unpacked_bytes: int) -> None:
        """Counts bytes that were unpacked. Raises RequestError when they are too many."""
        self._bytes -= unpacked_bytes
        if self._bytes < 0:
            raise RequestError(Reason.DECODE_BUDGET)

    def unpack(self, chunks: Iterator[bytes], packed_bytes: int) -> bytes:
        """The joined chunks of something that took `packed_bytes`. Raises RequestError when they are too many."""
        most = max(self.bounds.ratio_free_bytes, self.bounds.ratio * packed_bytes)
        out: list[bytes] = []
        for chunk in chunks:
            self.spend(len(chunk))
            most -= len(chunk)
            if most < 0:
                raise RequestError(Reason.DECODE_BUDGET)
            out.append(chunk)
        return b"".join(out)

    def read(self, content: bytes, within: str, media_type: str | None = None, name: str | None = None) -> None:
        """Reads a file that stands at `within`. Raises RequestError for budgets alone."""
        if self._depth > self.bounds.depth:
            raise RequestError(Reason.DECODE_BUDGET)
        self._depth += 1
        try:
            self._read(recognise(content, media_type, name), content, within, media_type)
        except (RequestError, MemoryError):
            raise
        except Exception:
            # Readers, most of them not ours, meet hostile bytes here. Their errors may quote them, so none is kept.
            self.fail()
        finally:
            self._depth -= 1

    def _read(self, form: Form, content: bytes, within: str, media_type: str | None) -> None:
        if form is Form.EMPTY:
            return
        if form is Form.OTHER:
            self.fail()
            self.text(within, "strings", strings(content))
            return
        if form in TEXTS:
            text, sure = decode(content, media_type)
            if not sure:
                self.fail()
            self.text(within, "", text)
        if (reader := _reader_of(form)) is not None:
            reader(content, self, within)


def open_attachment(
    content: bytes, media_type: str | None = None, name: str | None = None, limits: Bounds = DEFAULT_BOUNDS
) -> Opened:
    """All the text in a file, by what its bytes are; never raises for what the bytes may be.

    What can't be read is `incomplete`: ATTACHMENT for what no reader knows or can follow, DECODE_BUDGET and TOO_LARGE
    for what would cost too much. Text that was read up to there is in `parts` all the same.
    """
    opening = Opening(limits)
    try:
        with own_time(limits.seconds):
            opening.read(content, "", media_type, name)
    except RequestError as err:
        opening.fail(err.reason)
    except (TimeUp, MemoryError):
        opening.fail(Reason.DECODE_BUDGET)
    return opening.opened()


def join(within: str, name: str) -> str:
    """The name of what stands at `name` in `within`."""
    return f"{within}/{name}" if within and name else within or name


def _reader_of(form: Form) -> Reader | None:
    """Who reads that form beyond its plain text. Imported here, for most workers never see such a file."""
    match form:
        case Form.ZIP:
            from proxy.attachments.archive import read_zip as reader
        case Form.TAR:
            from proxy.attachments.archive import read_tar as reader
        case Form.PACKED:
            from proxy.attachments.packed import read_packed as reader
        case Form.PDF:
            from proxy.attachments.pdf import read_pdf as reader
        case Form.IMAGE:
            from proxy.attachments.image import read_image as reader
        case Form.SQLITE:
            from proxy.attachments.database import read_database as reader
        case Form.MAIL:
            from proxy.attachments.mail import read_mail as reader
        case Form.MARKUP:
            from proxy.attachments.markup import read_markup as reader
        case Form.RTF:
            from proxy.attachments.markup import read_rtf as reader
        case Form.NOTEBOOK:
            from proxy.attachments.notebook import read_notebook as reader
        case Form.EMPTY | Form.TEXT | Form.OTHER:
            return None
    return reader
